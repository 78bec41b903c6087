"""Decisions about what fell into a pause: each post is sent, skipped or moved by a person; nothing goes by itself.

Two people may decide at once: the first one counts, the other is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from campaign.core.anew import anew
from campaign.core.lifecycle import RETRY_GRACE, State
from campaign.core.model import Post, parse_key, utc
from campaign.core.pause import clean_reason
from campaign.dispatch.approval import approved
from campaign.dispatch.crisis.halt import Halt
from campaign.dispatch.decide import Desk
from campaign.dispatch.regate import replace_text
from campaign.errors import CampaignError, Level, RefusedChange
from campaign.store import history, outbox, pauses
from campaign.store.history import Delivery


def skip(desk: Desk, keys: Sequence[str], reason: str = "") -> list[Delivery]:
    """Cancel posts that fell into a pause, for good; what stands in the log is why they fell."""
    with desk.store.write() as connection:
        for key in keys:
            row = _waiting(connection, key)
            why = clean_reason(reason) or f"skipped after the pause ({row.reason})"
            if not outbox.cancel(connection, key, why, desk.now, desk.who):
                raise _too_late(connection, key)
            for part in _later(connection, row):
                outbox.cancel(connection, part.key, why, desk.now, desk.who)
            pauses.decide(connection, key, "skip", desk.now)
    return _done(desk, keys)


def send(desk: Desk, keys: Sequence[str]) -> list[Delivery]:
    """Let posts that fell into a pause go out now, as far as their accounts' gaps allow. They have as long as their
    late policy gives them, but an hour at least. What was never tried is made anew from today's files."""
    ready = [(key, _text(desk, key)) for key in keys]
    with desk.store.write() as connection:
        for key, posts in ready:
            _go(connection, desk, key, posts, desk.now)
            pauses.decide(connection, key, "send", desk.now)
    return _done(desk, keys)


def move(desk: Desk, key: str, to: datetime) -> Delivery:
    """Let a post that fell into a pause go out at another time (aware); its late policy counts from there."""
    if utc(to) <= desk.now:
        raise RefusedChange(f"{to:%Y-%m-%d %H:%M} has passed", "give a time ahead, or send it now")
    posts = _text(desk, key)
    with desk.store.read() as connection:
        row = _waiting(connection, key)
        content = approved.to_carry(desk, connection, key, desk.who)
        _must_be_free(connection, desk, row)
    if row.state is State.HELD:  # it stays so until it is released
        desk.move(key, to)
    with desk.store.write() as connection:
        _go(connection, desk, key, posts, utc(to))
        if row.state is not State.HELD:  # what is held was moved above
            outbox.brought(connection, key, row.due, desk.now, desk.who, to=utc(to))
            if content is not None:
                approved.carry(connection, key, content, utc(to), desk.now, desk.who)
        pauses.decide(connection, key, "move", desk.now)
    return _done(desk, [key])[0]


def _go(connection: Connection, desk: Desk, key: str, posts: Sequence[Post], at: datetime) -> None:
    """held | missed -> pending from ``at`` on, all parts of a thread. ``posts``: what they say from now on ([]: what
    was frozen, or nothing yet)."""
    row = _waiting(connection, key)
    _must_be_free(connection, desk, row)
    late = max(row.deadline - row.not_before, RETRY_GRACE) if row.deadline is not None else None
    deadline = at + late if late is not None else None
    later = _later(connection, row)
    if row.state is State.HELD:
        done = _release(connection, desk, row, posts, deadline)
    else:
        texts = {post.part: post for post in posts} if row.post is not None else {}
        done, *_ = [
            outbox.again(
                connection,
                part.key,
                desk.now,
                desk.who,
                deadline=deadline,
                not_before=at,
                post=texts.get(part.part),
            )
            for part in (row, *later)
        ]
    if not done:
        raise _too_late(connection, key)


def _must_be_free(connection: Connection, desk: Desk, row: Delivery) -> None:
    """RefusedChange while a pause in force covers it."""
    other = Halt.going(connection, desk.workspace, desk.now).stopping(connection, row)
    if other is not None:
        raise RefusedChange(
            f"{row.key} is still {other.because}",
            f"campaign resume {other.id} ends that; until then: skip it",
        )


def _release(
    connection: Connection, desk: Desk, row: Delivery, posts: Sequence[Post], deadline: datetime | None
) -> bool:
    if posts:
        return replace_text(connection, row, posts, deadline, desk.now, desk.who)
    return outbox.release(connection, row.key, deadline, desk.now, desk.who)


def _text(desk: Desk, key: str) -> list[Post]:
    """What a post says by today's files, frozen, if it was never tried and they say something else; else []."""
    with desk.store.read() as connection:
        row = _waiting(connection, key)
    composition = anew(desk.workspace, desk.composer, row.key, desk.now) if not row.attempt else None
    if composition is None or row.post is None:
        return []  # it was tried, or the files do not plan it (any more); what was never made is made by the planner
    errors = [problem for problem in composition.problems if problem.level is Level.ERROR]
    if not composition.posts:
        raise RefusedChange(
            f"{key} can't be sent: " + "; ".join(problem.message for problem in errors),
            errors[0].hint if errors else "",
        )
    if len(composition.posts) != row.parts:
        raise RefusedChange(
            f"{key} has {len(composition.posts)} parts now instead of {row.parts}",
            f"skip it, and post it as a new one: campaign post {row.campaign}/{row.slot} --extra",
        )
    target = desk.workspace.target(row.target)
    assert target is not None  # noqa: S101 - it was composed for it
    adapter = desk.adapters.get(target.account)
    posts = [desk.freezer.freeze(post, adapter) for post in composition.posts]
    with desk.store.read() as connection:
        frozen = history.from_here(connection, row)
    return posts if [post.digest() for post in posts] != [post.digest() for post in frozen] else []


def _waiting(connection: Connection, key: str) -> Delivery:
    """A post that fell into a pause and waits for a decision. RefusedChange: somebody was faster, or it never did."""
    row = history.delivery(connection, key)
    if row is None:
        raise CampaignError(
            f"there is no post {key!r} yet", "campaign resume --list shows what fell into a pause"
        )
    if not pauses.waits(connection, key):
        raise _too_late(connection, key)
    return row


def _too_late(connection: Connection, key: str) -> RefusedChange:
    row = history.delivery(connection, key)
    now = f"it is {row.state.say}" if row is not None else "it is gone"
    return RefusedChange(
        f"{key} does not wait for a decision (any more): {now}", "campaign resume --list shows what does"
    )


def _later(connection: Connection, row: Delivery) -> list[Delivery]:
    keys = [str(replace(parse_key(row.key), part=number)) for number in range(row.part + 1, row.parts + 1)]
    found = history.by_keys(connection, keys)
    return [found[key] for key in keys if key in found]


def _done(desk: Desk, keys: Sequence[str]) -> list[Delivery]:
    desk.store.nudge()
    with desk.store.read() as connection:
        rows = history.by_keys(connection, keys)
    return [rows[key] for key in keys]
