"""Which alerts were told to which address, and which address can't be reached: so that each is told once by one host.

Whoever tells an address something takes its turn first (``take``), so two hosts never tell the same. What was told is
written after the message has left: a host that dies between the two leaves a turn that ends by itself, and the message
comes once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from campaign.store.tables import alert_addresses, alerts_told
from campaign.store.upsert import batches, insert_missing

TURN = timedelta(minutes=5)
"""How long a turn lasts at most: longer than any message takes."""

LONGEST = timedelta(hours=2)
"""A wait that ends later than this was written under a clock that was wrong."""

_a, _t = alert_addresses.c, alerts_told.c


@dataclass(frozen=True, slots=True)
class AddressRow:
    """What is known of an address: the day of its last digest, and how often in a row, since when and why it could not
    be reached (``fails`` 0: it can)."""

    address: str
    digest_on: date | None = None
    fails: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    reason: str = ""

    def rests(self, now: datetime) -> bool:
        """Whether it is left alone for now, after a message that did not arrive."""
        return self.next_at is not None and now < self.next_at <= now + LONGEST


def untold(connection: Connection, address: str, names: Collection[str]) -> set[str]:
    """Those of the alerts that the address was not told of yet."""
    told: set[str] = set()
    for batch in batches(sorted(names)):
        told.update(
            connection.execute(select(_t.name).where(_t.address == address, _t.name.in_(batch))).scalars()
        )
    return set(names) - told


def spoken(connection: Connection, address: str, since: datetime) -> list[datetime]:
    """When the address was told something since then (aware), the earliest first."""
    statement = select(_t.at).where(_t.address == address, _t.at > since).distinct().order_by(_t.at)
    return list(connection.execute(statement).scalars())


def addresses(connection: Connection) -> dict[str, AddressRow]:
    """What is known of each address that was ever to be told something."""
    columns = (_a.address, _a.digest_on, _a.fails, _a.failing_since, _a.next_at, _a.reason)
    return {
        row.address: AddressRow(
            row.address,
            date.fromisoformat(row.digest_on) if row.digest_on else None,
            row.fails,
            row.failing_since,
            row.next_at,
            row.reason,
        )
        for row in connection.execute(select(*columns))
    }


def take(connection: Connection, address: str, owner: str, now: datetime) -> bool:
    """Take the turn to tell an address something; False while somebody else has it."""
    insert_missing(connection, alert_addresses, [{"address": address}])
    free = or_(_a.lease_until.is_(None), _a.lease_until <= now, _a.lease_until > now + TURN)
    taken = connection.execute(
        update(alert_addresses).where(_a.address == address, free).values(owner=owner, lease_until=now + TURN)
    )
    return bool(taken.rowcount)


def told(
    connection: Connection,
    address: str,
    owner: str,
    names: Iterable[str],
    now: datetime,
    digest_on: date | None = None,
) -> None:
    """The message arrived: the alerts are told, the turn is given back. ``digest_on``: it was that day's digest."""
    insert_missing(connection, alerts_told, [{"address": address, "name": name, "at": now} for name in names])
    values: dict[str, object] = {"fails": 0, "failing_since": None, "next_at": None, "reason": ""}
    if digest_on is not None:
        values["digest_on"] = digest_on.isoformat()
    connection.execute(update(alert_addresses).where(_a.address == address).values(values))
    give_back(connection, address, owner)


def failed(
    connection: Connection, address: str, owner: str, reason: str, now: datetime, next_at: datetime
) -> None:
    """The message did not arrive: the turn is given back, and the address is tried again at ``next_at``."""
    row = addresses(connection)[address]
    connection.execute(
        update(alert_addresses)
        .where(_a.address == address)
        .values(
            fails=row.fails + 1,
            failing_since=row.failing_since if row.fails else now,
            next_at=next_at,
            reason=reason,
        )
    )
    give_back(connection, address, owner)


def give_back(connection: Connection, address: str, owner: str) -> None:
    """End a turn, if it is still ours."""
    connection.execute(
        update(alert_addresses)
        .where(_a.address == address, _a.owner == owner)
        .values(owner=None, lease_until=None)
    )
