"""What a person, a gate or a deadline decides about deliveries that are not on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from campaign.core.lifecycle import RETRY_GRACE, Event, State, sources
from campaign.core.outcome import Receipt
from campaign.core.post import Post
from campaign.store import log, pauses
from campaign.store.log import LOOP, Who
from campaign.store.planned import frozen
from campaign.store.tables import attempts, deliveries
from campaign.store.transitions import current, lock, resolve_attempts, step, transition

_RESOLUTIONS = (Event.RESOLVE_PUBLISHED, Event.RESOLVE_ABSENT, Event.RESOLVE_GIVE_UP)


# What every tick asks is built once.
_LATE = lock(
    select(deliveries)
    .where(
        deliveries.c.state.in_([state.value for state in sources(Event.DEADLINE)]),
        deliveries.c.deadline < bindparam("now"),
        deliveries.c.previous.is_(None),
    )
    .order_by(deliveries.c.key),
    skip=True,
)
_before = deliveries.alias("before")
_BROKEN = (
    select(deliveries, _before.c.part.label("broken"))
    .join(_before, _before.c.key == deliveries.c.previous)
    .where(
        deliveries.c.previous.is_not(None),
        deliveries.c.state.in_([state.value for state in sources(Event.BROKEN_THREAD)]),
        _before.c.state.in_([State.FAILED.value, State.MISSED.value, State.CANCELLED.value]),
    )
    .order_by(deliveries.c.key)
    .with_for_update(of=deliveries, key_share=True, skip_locked=True)
)


def miss(connection: Connection, now: datetime) -> list[str]:
    """pending | held past the deadline -> missed. The keys. Later parts of a thread that has begun wait for no
    deadline of their own: they are late only with part 1."""
    keys = []
    for row in connection.execute(_LATE, {"now": now}).mappings().all():
        told = f"it was to go out by {row['deadline']:%Y-%m-%d %H:%M} UTC"
        reason = f"{told}; {row['reason']}" if row["reason"] else told
        if transition(connection, row, Event.DEADLINE, now, reason=reason):
            keys.append(row["key"])
    return keys


def break_threads(connection: Connection, now: datetime) -> list[str]:
    """pending | held parts whose part before is failed, missed or cancelled -> failed ("part n did not go out")."""
    keys: list[str] = []
    # Each round breaks the parts right behind the last one's.
    while rows := connection.execute(_BROKEN).mappings().all():
        for row in rows:
            reason = f"part {row['broken']} did not go out"
            if transition(connection, row, Event.BROKEN_THREAD, now, reason=reason):
                keys.append(row["key"])
    return keys


def hold(connection: Connection, key: str, reason: str, now: datetime, who: Who = LOOP) -> bool:
    """pending -> held."""
    return step(connection, key, Event.HOLD, now, who=who, reason=reason) is not None


def release(
    connection: Connection,
    key: str,
    deadline: datetime | None,
    now: datetime,
    who: Who = LOOP,
    *,
    post: Post | None = None,
) -> bool:
    """held -> pending, with a new deadline; ``post`` replaces the frozen one (None keeps it)."""
    changes: dict[str, Any] = frozen(post) if post is not None else {}
    detail = {"new_text": True} if post is not None else {}
    return (
        step(connection, key, Event.RELEASE, now, who=who, detail=detail, deadline=deadline, **changes)
        is not None
    )


def refreeze(connection: Connection, key: str, post: Post, now: datetime, who: Who = LOOP) -> bool:
    """Give a row that is pending or held another post (state stays): a later part, when the first is composed anew."""
    return _noted(connection, key, "composed", {"new_text": True}, now, who, **frozen(post))


def hold_on(connection: Connection, key: str, reason: str, now: datetime) -> bool:
    """A held row waits for something else now."""
    return _noted(connection, key, "held-on", {"reason": reason}, now, LOOP, reason=reason)


def _noted(
    connection: Connection,
    key: str,
    kind: str,
    detail: dict[str, Any],
    now: datetime,
    who: Who,
    **changes: Any,
) -> bool:
    """Change columns of a row that waits, and say so in the log."""
    row = current(connection, key)
    if row is None or row["state"] not in (State.PENDING.value, State.HELD.value):
        return False
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == key,
            deliveries.c.state == row["state"],
            deliveries.c.attempt == row["attempt"],
        )
        .values(updated_at=now, **changes)
    )
    if changed.rowcount != 1:
        return False
    log.write(connection, now, kind, key=key, before=row["state"], after=row["state"], who=who, detail=detail)
    return True


def refuse(connection: Connection, key: str, reason: str, now: datetime) -> bool:
    """pending -> failed without an attempt (it can't be composed, its picture changed)."""
    row = current(connection, key)
    if row is None or row["state"] != State.PENDING.value:
        return False  # `sending` is refused by what came of its attempt
    return transition(connection, row, Event.REFUSED, now, reason=reason) is not None


def cancel(connection: Connection, key: str, reason: str, now: datetime, who: Who) -> bool:
    """pending | held | failed | missed -> cancelled."""
    return step(connection, key, Event.CANCEL, now, who=who, reason=reason) is not None


def again(
    connection: Connection,
    key: str,
    now: datetime,
    who: Who,
    *,
    deadline: datetime | None,
    not_before: datetime | None = None,
    post: Post | None = None,
) -> bool:
    """failed | missed -> pending by a person: tries start anew; ``post`` replaces the frozen one (None keeps it)."""
    pauses.decide(connection, key, "retry", now)
    changes: dict[str, Any] = frozen(post) if post is not None else {}
    return (
        step(
            connection,
            key,
            Event.AGAIN,
            now,
            who=who,
            detail={"new_text": True} if post is not None else {},
            tries=0,
            deadline=deadline,
            not_before=not_before or now,
            **changes,
        )
        is not None
    )


def move(
    connection: Connection, key: str, not_before: datetime, deadline: datetime | None, now: datetime, who: Who
) -> bool:
    """A person moves a row that is pending or held (state stays); ``due`` never changes."""
    row = current(connection, key)
    if row is None or row["state"] not in (State.PENDING.value, State.HELD.value):
        return False
    if (row["not_before"], row["deadline"]) == (not_before, deadline):
        return True
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == key,
            deliveries.c.state == row["state"],
            deliveries.c.attempt == row["attempt"],
        )
        .values(not_before=not_before, deadline=deadline, updated_at=now)
    )
    if changed.rowcount != 1:
        return False
    detail = {
        "from": row["not_before"].isoformat(),
        "not_before": not_before.isoformat(),
        "deadline": deadline.isoformat() if deadline else None,
    }
    log.write(
        connection, now, "moved", key=key, before=row["state"], after=row["state"], who=who, detail=detail
    )
    return True


def brought(
    connection: Connection, key: str, due: datetime, now: datetime, who: Who, to: datetime | None = None
) -> None:
    """Note that a person brings a post forward, from when it is due to now; its row is made in the same transaction."""
    detail = {"from": due.isoformat(), "not_before": (to or now).isoformat()}
    log.write(connection, now, "moved", key=key, who=who, detail=detail)


def lock_row(connection: Connection, key: str) -> None:
    """Let whoever else decides about a row, or claims it, wait until this transaction ends."""
    current(connection, key)


def resolve(
    connection: Connection,
    key: str,
    event: Event,
    now: datetime,
    who: Who,
    *,
    receipt: Receipt | None = None,
    reason: str = "",
) -> bool:
    """A person says what became of an uncertain (or handed-over, held) row: RESOLVE_PUBLISHED with a receipt,
    RESOLVE_ABSENT, RESOLVE_GIVE_UP. What is to be sent after all gets RETRY_GRACE at least. ValueError for another
    event, or for a missing receipt."""
    if event not in _RESOLUTIONS:
        raise ValueError(f"{event} is not a person's answer")
    changes: dict[str, Any] = {"unresolved": False}
    detail: dict[str, Any] = {}
    row = current(connection, key)
    if event is Event.RESOLVE_PUBLISHED:
        if receipt is None:
            raise ValueError("what is published has a receipt")
        began = connection.execute(select(func.max(attempts.c.began)).where(attempts.c.key == key)).scalar()
        # What we sent ourselves went out when we sent it; what a person posted by hand, about now.
        ours = row is not None and row["state"] == State.UNCERTAIN.value
        changes |= {"receipt": receipt.as_json(), "sent_at": began if ours and began else now}
        detail = {"id": receipt.id, "url": receipt.url}
    if event is Event.RESOLVE_ABSENT:
        changes["tries"] = 0
        if row is not None and row["deadline"] is not None:
            changes["deadline"] = max(row["deadline"], now + RETRY_GRACE)
    if not step(connection, key, event, now, who=who, reason=reason, detail=detail, **changes):
        return False
    resolve_attempts(connection, key, now)
    return True
