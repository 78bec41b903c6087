"""Sessions that networks refresh (tokens, device ids): apart from the log and from every export."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select, update

from campaign.store.database import Store
from campaign.store.tables import vault
from campaign.store.upsert import insert_missing


@dataclass(frozen=True, slots=True)
class Shelf:
    """One account's shelf (``networks.base.Vault``). It shows names at most, never values."""

    store: Store = field(repr=False)
    account: str

    def get(self, name: str) -> str | None:
        """A value, or None."""
        with self.store.read() as connection:
            return kept(connection, self.account, name)

    def put(self, name: str, value: str) -> None:
        """Keep a value. ValueError for an empty one: a session once had is never overwritten with nothing."""
        if not value:
            raise ValueError(f"an empty {name!r} for the vault")
        this = (vault.c.account == self.account, vault.c.name == name)
        with self.store.write() as connection:
            new = {"account": self.account, "name": name, "value": value}
            if not insert_missing(connection, vault, [new]):
                connection.execute(update(vault).where(*this, vault.c.value != value).values(value=value))


def kept(connection: Connection, account: str, name: str) -> str | None:
    """A value of an account, or None."""
    value: str | None = connection.execute(
        select(vault.c.value).where(vault.c.account == account, vault.c.name == name)
    ).scalar()
    return value


def of_all(connection: Connection, name: str) -> dict[str, str]:
    """The values of one name, by account."""
    rows = connection.execute(select(vault.c.account, vault.c.value).where(vault.c.name == name))
    return {row.account: row.value for row in rows}


def beginning(connection: Connection, name: str) -> dict[str, list[str]]:
    """The values whose names begin so, by account: for what may be told of them, such as when a token ends."""
    rows = connection.execute(
        select(vault.c.account, vault.c.value)
        .where(vault.c.name.startswith(name, autoescape=True))
        .order_by(vault.c.account, vault.c.name)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.account, []).append(row.value)
    return found
