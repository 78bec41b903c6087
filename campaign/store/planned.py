"""Rows come in: what fell due or was moved ahead, how far each campaign is planned, what was seen first when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from campaign.core.lifecycle import State
from campaign.core.post import Post
from campaign.store import log, pacing
from campaign.store.log import LOOP, Who
from campaign.store.rows import NewDelivery
from campaign.store.tables import cursors, deliveries, sights
from campaign.store.transitions import current
from campaign.store.upsert import batches, insert_missing


def insert(connection: Connection, rows: Sequence[NewDelivery], now: datetime, who: Who = LOOP) -> list[str]:
    """Add rows whose keys are not there yet, each with an event ``planned``; the keys that were added."""
    if not rows:
        return []
    pacing.know(connection, (row.account for row in rows))
    ordered = sorted(rows, key=lambda row: row.part)  # the part before must be there first
    new = {key for (key,) in insert_missing(connection, deliveries, [_values(row, now) for row in ordered])}
    added = [row for row in rows if row.key in new]
    log.write_all(
        connection,
        [
            log.event(
                now,
                "planned",
                key=row.key,
                after=row.state.value,
                who=who,
                detail={"reason": row.reason, "due": row.due.isoformat()},
            )
            for row in added
        ],
    )
    return [row.key for row in added]


def frozen(post: Post | None) -> dict[str, Any]:
    """The columns of a post."""
    return {"post": post.as_json() if post else None, "digest": post.digest() if post else None}


def _values(row: NewDelivery, now: datetime) -> dict[str, Any]:
    return {
        "key": row.key,
        "network_key": row.network_key,
        "campaign": row.campaign,
        "slot": row.slot,
        "wall": row.wall,
        "target": row.target,
        "account": row.account,
        "network": row.network,
        "language": row.language,
        "due": row.due,
        "not_before": row.not_before,
        "deadline": row.deadline,
        "state": row.state.value,
        "reason": row.reason,
        "part": row.part,
        "parts": row.parts,
        "previous": row.previous,
        "row_id": row.row_id,
        "created_at": now,
        "updated_at": now,
        **frozen(row.post),
    }


def fill(connection: Connection, key: str, parts: Sequence[NewDelivery], now: datetime) -> bool:
    """Freeze the post of a pending row that was made without one (moved ahead): ``parts[0]`` is that row composed,
    the others are the further parts of its thread, inserted beside it. False if the row is no longer so."""
    first = parts[0]
    if first.key != key or first.post is None:
        raise ValueError(f"the first part is to be {key}, composed")
    row = current(connection, key)
    if row is None or row["state"] != State.PENDING.value or row["post"] is not None:
        return False
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == key,
            deliveries.c.state == State.PENDING.value,
            deliveries.c.post.is_(None),
            deliveries.c.attempt == row["attempt"],
        )
        .values(parts=first.parts, row_id=first.row_id, reason="", updated_at=now, **frozen(first.post))
    )
    if changed.rowcount != 1:
        return False
    log.write(connection, now, "composed", key=key, before=row["state"], after=row["state"])
    insert(connection, parts[1:], now)
    return True


# Asked for every campaign whenever anything is due, so they are built once.
_CURSOR = select(cursors.c.at, cursors.c.digest).where(cursors.c.campaign == bindparam("of_campaign"))
_ADVANCE = update(cursors).where(cursors.c.campaign == bindparam("of_campaign"))


def advance(connection: Connection, campaign: str, cursor: datetime, digest: str) -> None:
    """Set a campaign's cursor: everything due up to it has its row."""
    known = connection.execute(_CURSOR, {"of_campaign": campaign}).one_or_none()
    if known is None:
        insert_missing(connection, cursors, [{"campaign": campaign, "at": cursor, "digest": digest}])
    elif known != (cursor, digest):
        connection.execute(_ADVANCE, {"of_campaign": campaign, "at": cursor, "digest": digest})


def advance_all(connection: Connection, campaigns: Collection[str], cursor: datetime) -> None:
    """Set the cursors of campaigns that have one and lie further back."""
    for batch in batches(sorted(campaigns)):
        connection.execute(
            update(cursors).where(cursors.c.campaign.in_(batch), cursors.c.at < cursor).values(at=cursor)
        )


def see(connection: Connection, campaign: str, slots: Iterable[tuple[str, str]], since: datetime) -> None:
    """Remember the first sight of (slot, target) pairs; a sight already there stays as it is."""
    new = [
        {"campaign": campaign, "slot": slot, "target": target, "since": since}
        for slot, target in sorted(set(slots))
    ]
    insert_missing(connection, sights, new)
