"""What an adapter must remember about an attempt (container, draft and upload ids), committed before it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from campaign.store.database import Store
from campaign.store.tables import attempts
from campaign.store.transitions import lock


def put_note(connection: Connection, key: str, attempt: int, name: str, value: str) -> None:
    """Add a note to an attempt. LookupError if there is no such attempt."""
    this = (attempts.c.key == key, attempts.c.attempt == attempt)
    known = connection.execute(lock(select(attempts.c.notes).where(*this))).one_or_none()
    if known is None:
        raise LookupError(f"{key} has no attempt {attempt}")
    if known.notes.get(name) != value:
        connection.execute(update(attempts).where(*this).values(notes={**known.notes, name: value}))


def notes(connection: Connection, key: str, until: int | None = None) -> Mapping[str, str]:
    """The notes of all attempts of a delivery (up to the number ``until``), a later one winning."""
    statement = select(attempts.c.notes).where(attempts.c.key == key).order_by(attempts.c.attempt)
    if until is not None:
        statement = statement.where(attempts.c.attempt <= until)
    merged: dict[str, str] = {}
    for told in connection.execute(statement).scalars():
        merged |= told
    return merged


@dataclass(frozen=True, slots=True)
class AttemptNotes:
    """The notes of one attempt, as adapters see them (``networks.base.Notes``)."""

    store: Store
    key: str
    attempt: int

    def put(self, name: str, value: str) -> None:
        """Commit a note to the attempt before returning. StoreError when that can't be done."""
        with self.store.write() as connection:
            put_note(connection, self.key, self.attempt, name, value)

    def get(self, name: str) -> str | None:
        """A note of this attempt or of an earlier attempt of the same delivery."""
        with self.store.read() as connection:
            return notes(connection, self.key, self.attempt).get(name)
