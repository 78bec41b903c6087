"""How an older store becomes one of today: small named steps, in order, all in one transaction or none.

A new store is made from ``tables.metadata`` as it stands, and starts at the newest version. Whoever changes the tables
adds a step here that brings an older store to the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, func, inspect, select, text
from sqlalchemy.schema import CreateColumn

from campaign.errors import StoreError
from campaign.store import advisory, approvals, log, marks, meta, partial
from campaign.store.evidence.taking_over import take_over
from campaign.store.schema import check, version
from campaign.store.tables import accounts, deliveries, events, metadata


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from version n to n + 1; ``apply`` issues its DDL and DML on an open transaction."""

    name: str
    apply: Callable[[Connection], None]


def create(connection: Connection) -> None:
    """All tables as they are today, and the guards of the log."""
    metadata.create_all(connection, checkfirst=False)
    guards = (log.GUARDS, marks.GUARDS, approvals.GUARDS)
    for statement in (one for each in guards for one in each[connection.dialect.name]):
        connection.execute(text(statement))
    meta.put(connection, meta.NUDGE, "0")


def _add(connection: Connection, *columns: Column[Any]) -> None:
    """Add columns to their tables, as ``tables`` spells them."""
    for column in columns:
        spelled = CreateColumn(column).compile(dialect=connection.dialect)
        connection.execute(text(f"ALTER TABLE {column.table.name} ADD COLUMN {spelled}"))


def breakers(connection: Connection) -> None:
    """What an account's breaker and the network's own limits need."""
    c = accounts.c
    _add(connection, c.trips, c.refused, c.refused_key, c.spent_until)
    # What is parked by the older version has tripped once.
    connection.execute(text("UPDATE accounts SET trips = 1 WHERE parked_since IS NOT NULL"))


def checkouts(connection: Connection) -> None:
    """Which version of the files counts, for several hosts."""
    for name in ("versions", "checkouts"):
        metadata.tables[name].create(connection)


def removals(connection: Connection) -> None:
    """What withdrawing and redacting need: when a post was to go and went, and a log whose free text can be blanked."""
    c = deliveries.c
    _add(connection, c.withdraw_at, c.withdrawn_at, c.redacted_at, c.redacted_by)
    partial.UNWANTED.create(connection)
    old = {"sqlite": "events_no_update", "postgresql": "events_no_change ON events"}
    connection.execute(text(f"DROP TRIGGER {old[connection.dialect.name]}"))
    for statement in log.ONLY_BLANKED[connection.dialect.name]:
        connection.execute(text(statement))


def review_marks(connection: Connection) -> None:
    """What reviewers say about posts that are out."""
    metadata.tables["marks"].create(connection)
    partial.OUT.create(connection)
    for statement in marks.GUARDS[connection.dialect.name]:
        connection.execute(text(statement))


def web(connection: Connection) -> None:
    """What ``campaign web`` needs: who may come in, and the log page by page."""
    for name in ("web_tokens", "web_sessions"):
        metadata.tables[name].create(connection)
    for index in deliveries.indexes:
        if index.name == "deliveries_pages":
            index.create(connection)


def pausing(connection: Connection) -> None:
    """Crisis pauses, and what fell into them."""
    for name in ("pauses", "pause_posts"):
        metadata.tables[name].create(connection)


def alerts(connection: Connection) -> None:
    """Who was told what, and which addresses can't be reached."""
    for name in ("alerts_told", "alert_addresses"):
        metadata.tables[name].create(connection)
    partial.DOUBLED.create(connection)


def seals(connection: Connection) -> None:
    """A log that is sealed from now on."""
    _add(connection, events.c.salt)
    take_over(connection)


def approving(connection: Connection) -> None:
    """Who approved or rejected which content, only ever added to; and under which approval a post was let out."""
    for name in ("approvals", "cleared"):
        metadata.tables[name].create(connection)
    for statement in approvals.GUARDS[connection.dialect.name]:
        connection.execute(text(statement))


def growing(connection: Connection) -> None:
    """What keeps a long history from being read at every look at what is going on now."""
    for table, names in _FOR_GROWTH.items():
        for index in metadata.tables[table].indexes:
            if index.name in names:
                index.create(connection, checkfirst=True)  # a table that an earlier step made just now has it


_FOR_GROWTH = {
    "deliveries": ("deliveries_still_out", "deliveries_wrong", "deliveries_wrong_lately"),
    "pauses": ("pauses_ended",),
    "pause_posts": ("pause_posts_open",),
    "approvals": ("approvals_bytewise",),
}


MIGRATIONS: tuple[Migration, ...] = (
    Migration("the first tables", create),
    Migration("breakers of accounts", breakers),
    Migration("versions of the files", checkouts),
    Migration("posts that are withdrawn or redacted", removals),
    Migration("crisis pauses", pausing),
    Migration("alerts", alerts),
    Migration("a sealed log", seals),
    Migration("approvals of content", approving),
    Migration("review marks", review_marks),
    Migration("tokens and pages of campaign web", web),
    Migration("indexes for a long history", growing),
)
"""Version n of the store is the state after the first n steps."""


def upgrade(connection: Connection, place: str, steps: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring the store to the newest version, inside the caller's transaction; the version it had (0: none).

    StoreError when the store is newer than this program, or the database belongs to another program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(advisory.SPACE, advisory.MIGRATIONS)))
    found = version(connection)
    if found is None:
        if taken := sorted(set(inspect(connection).get_table_names()) & set(metadata.tables)):
            raise StoreError(
                f"{place} is a database of another program (it has a table {taken[0]!r})",
                "give campaign a database of its own in `store:` of config.yaml",
            )
        create(connection)
    else:
        check(found, place, len(steps))
        for step in steps[found:]:
            step.apply(connection)
    meta.put(connection, meta.SCHEMA, str(len(steps)))
    return found or 0
