"""What a store that was put back from a backup no longer knows: whether what it thinks is still to be sent went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from campaign.core.lifecycle import Event, State
from campaign.store import log
from campaign.store.claims import orphan
from campaign.store.log import Who
from campaign.store.tables import attempts, deliveries, events
from campaign.store.transitions import step, transition

OWNER = "before the backup was restored"
"""Who is said to have made the attempts of which nothing is known."""


def newest(connection: Connection) -> datetime | None:
    """When the store last learned something (aware UTC): its newest event; None if it is empty."""
    moment: datetime | None = connection.execute(
        select(events.c.at).order_by(events.c.id.desc()).limit(1)
    ).scalar()
    return moment


def doubt(
    connection: Connection, since: datetime, now: datetime, reason: str, who: Who
) -> tuple[list[str], list[str]]:
    """Let the store say of all that may have gone out between ``since`` and ``now`` (aware UTC) that it may have: each
    such row gets an attempt of which nothing is known, so that it is repeated under its key or looked up, never just
    sent. A row whose text was never made can't be: it is held. The keys of both kinds.
    """
    orphan(connection, now, everyone=True)
    d = deliveries.c
    waiting = (
        connection.execute(
            select(deliveries)
            .where(d.state == State.PENDING.value, or_(d.due <= now, d.not_before <= now))
            .order_by(d.due, d.key)
        )
        .mappings()
        .all()
    )
    doubtful = [row["key"] for row in waiting if row["post"] is not None]
    held = [row["key"] for row in waiting if row["post"] is None]
    for row in waiting:
        if row["post"] is None:
            transition(connection, row, Event.HOLD, now, who=who, reason=reason)
        else:
            _lost(connection, row, since, now, reason, who)
    # What was uncertain before is asked about at once: it may have been settled since.
    connection.execute(
        update(deliveries).where(d.state == State.UNCERTAIN.value, d.look_at > now).values(look_at=now)
    )
    log.write(connection, now, "restored", who=who, detail={"backup": since.isoformat(), "reason": reason})
    return doubtful, held


def _lost(
    connection: Connection, row: RowMapping, since: datetime, now: datetime, reason: str, who: Who
) -> None:
    """Lead a pending row to ``uncertain``, by an attempt that may have been made and whose answer is lost."""
    number = row["attempt"] + 1
    began = min(max(since, row["not_before"]), now)
    first = row["first_attempt"] or since
    changes = {"attempt": number, "owner": OWNER, "lease_until": now, "first_attempt": min(first, since)}
    transition(connection, row, Event.CLAIM, now, who=who, reason=reason, **changes)
    connection.execute(
        insert(attempts).values(
            key=row["key"],
            attempt=number,
            repeat=False,
            began=began,
            lease_until=now,
            ended=now,
            outcome="orphaned",
            reason=reason,
            owner=OWNER,
            notes={},
        )
    )
    step(connection, row["key"], Event.ORPHANED, now, who=who, reason=reason, unresolved=True, look_at=now)
