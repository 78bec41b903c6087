"""A text is removed for good: from its row, from what was tried, and from the free text of its events.

What remains says that there was a post, when, where, and who removed its words. The bytes themselves go with
``Store.scrub``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from campaign.core.lifecycle import FINAL, State
from campaign.core.outcome import Receipt
from campaign.core.post import Post
from campaign.store import approvals, log, marks
from campaign.store.evidence import bound
from campaign.store.log import REDACTED, REMOVED, TAKEN_OVER, Who
from campaign.store.tables import attempts, deliveries, events
from campaign.store.transitions import current

_KEPT = frozenset(
    {
        "attempt",
        "owner",
        "due",
        "not_before",
        "deadline",
        "look_at",
        "from",
        "outcome",
        "backup",
        "mark",
        "flag",
        "said",
    }
)
"""What details of events hold that is none of a text's words, nor anybody else's."""


def redact(connection: Connection, key: str, now: datetime, who: Who) -> bool:
    """Remove text, descriptions, picture names, warning and link of a post that is out or cancelled, and what networks
    said about it; True also when that was done before. False: there is no such row, or it may still be sent."""
    row = current(connection, key)
    if row is None or State(row["state"]) not in FINAL:
        return False
    gone = row["withdrawn_at"] is not None
    remains = {"post": _blank(row), "receipt": _receipt(row, gone)}
    connection.execute(
        update(deliveries)
        .where(deliveries.c.key == key)
        .values(
            **remains,
            digest=None,  # without its text a short one could be guessed from its hash
            reason="",
            redacted_at=row["redacted_at"] or now,
            redacted_by=row["redacted_by"] or who.by,
            updated_at=now,
        )
    )
    for tried in connection.execute(select(attempts).where(attempts.c.key == key)).mappings().all():
        connection.execute(
            update(attempts)
            .where(attempts.c.key == key, attempts.c.attempt == tried["attempt"])
            .values(reason="", notes={}, receipt=_receipt(tried, gone))
        )
    # These vouch for what remains; one of a text that was still there goes with it.
    kept = (REDACTED,) if row["redacted_at"] is None else (REDACTED, TAKEN_OVER)
    for event in connection.execute(select(events).where(events.c.key == key)).mappings().all():
        if event["kind"] not in kept and event["detail"].keys() - _KEPT - REMOVED.keys():
            connection.execute(
                update(events).where(events.c.id == event["id"]).values(detail=REMOVED, salt=None)
            )
    marks.blank(connection, key)
    approvals.blank(connection, approvals.root(key))
    for former in approvals.former(connection, row):
        _forget(connection, former, now, who)
    if row["redacted_at"] is None:
        log.write(
            connection,
            now,
            REDACTED,
            key=key,
            before=row["state"],
            after=row["state"],
            who=who,
            content=bound.left({**row, **remains}),
        )
    return True


def _forget(connection: Connection, key: str, now: datetime, who: Who) -> None:
    """The same of what people said about a post under a key that has no row: as it was called before its time was
    changed, or while it was ahead."""
    approvals.blank(connection, key)
    told = select(events.c.id).where(events.c.key == key, events.c.kind.in_(["approved", "rejected"]))
    for number in connection.execute(told).scalars().all():
        connection.execute(update(events).where(events.c.id == number).values(detail=REMOVED, salt=None))
    log.write(connection, now, REDACTED, key=key, who=who)


def _blank(row: RowMapping) -> dict[str, object] | None:
    """The post without anything that was said or shown; language, parts, facts and consents stay."""
    if row["post"] is None:
        return None
    post = Post.from_json(row["post"])
    return replace(post, text="", media=(), warning="", link="", prepared={}, accepted=(), cited={}).as_json()


def _receipt(row: RowMapping, gone: bool) -> dict[str, object] | None:
    """The receipt; without the address of what is gone, for an address may hold words of the text."""
    if row["receipt"] is None:
        return None
    receipt = Receipt.from_json(row["receipt"])
    return (receipt.without_address() if gone else receipt).as_json()
