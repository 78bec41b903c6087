"""Reads for alerts: what has gone wrong lately or waits for a person, without the posts themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from campaign.core.lifecycle import Event, State
from campaign.store.hints import beside_text
from campaign.store.history import GONE_WRONG
from campaign.store.tables import deliveries, events


@dataclass(frozen=True, slots=True)
class Concern:
    """A delivery in a state that somebody has to know of: since when (``at``, aware UTC) and by which event.
    ``post``: the frozen post as the store has it, of what failed only; None where there is none."""

    key: str
    account: str
    network: str
    state: State
    reason: str
    attempt: int
    event: int
    at: datetime
    post: Mapping[str, Any] | None


_d, _e = deliveries.c, events.c
_last = events.alias("last")
_ENTERED = (
    select(_last.c.id)
    .where(_last.c.key == _d.key, _last.c.after == _d.state, _last.c.before != _last.c.after)
    .correlate(deliveries)
    .order_by(_last.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_STANDING = (State.UNCERTAIN.value, State.HELD.value)
_ENDED = (State.FAILED.value, State.MISSED.value)
_BY_ITSELF = (Event.RESOLVE_GIVE_UP.value, Event.BROKEN_THREAD.value)


def concerns(connection: Connection, since: datetime) -> list[Concern]:
    """What is uncertain or held, and what failed or was missed since then (aware), in the order in which it came about.

    Not what a person gave up, and not the later parts of a thread, which follow the part that failed.
    """
    statement = (
        select(
            _d.key,
            _d.account,
            _d.network,
            _d.state,
            _d.reason,
            _d.attempt,
            _d.post,
            _e.id.label("event"),
            _e.at,
        )
        .select_from(deliveries.join(events, _e.id == _ENTERED))
        .where(_e.kind.not_in(_BY_ITSELF))
    )
    # One after the other, each by an index of its own: of what ever went wrong only the latest is read.
    standing = statement.where(_d.state.in_(_STANDING))
    ended = statement.where(GONE_WRONG, _d.state.in_(_ENDED), _d.updated_at >= since)
    found = [row for each in (standing, ended) for row in connection.execute(each).mappings()]
    return [
        Concern(**{**row, "state": State(row["state"])})
        for row in sorted(found, key=lambda row: row["event"])
    ]


@dataclass(frozen=True, slots=True)
class Twice:
    """A post that a network has twice: the event that says so, and the address of the copy that came to light later."""

    key: str
    event: int
    at: datetime
    url: str


def doubled(connection: Connection, since: datetime) -> list[Twice]:
    """What turned out to be published twice since then (aware)."""
    statement = (
        select(_e.key, _e.id, _e.at, _e.detail).where(_e.kind == "doubled", _e.at >= since).order_by(_e.id)
    )
    return [
        Twice(row.key, row.id, row.at, row.detail.get("url", "")) for row in connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A published post that a person wants gone since ``at`` (aware UTC), and that is still there."""

    key: str
    at: datetime


def unwanted(connection: Connection, before: datetime) -> list[Unwanted]:
    """What was to go before then (aware) and is still out."""
    statement = (
        select(_d.key, _d.withdraw_at)
        .where(
            _d.withdraw_at.is_not(None),
            _d.withdraw_at < before,
            _d.withdrawn_at.is_(None),
            beside_text(_d.state) == State.SENT.value,
        )
        .order_by(_d.withdraw_at, _d.key)
    )
    return [Unwanted(row.key, row.withdraw_at) for row in connection.execute(statement)]


LATELY = 20
"""How many posts of an account a reason is held against."""


def latest_texts(connection: Connection, account: str) -> list[str]:
    """All words of the posts that an account last tried in vain."""
    tried = (State.PENDING.value, State.FAILED.value)
    statement = (
        select(_d.post)
        .where(_d.account == account, _d.state.in_(tried), _d.post.is_not(None))
        .order_by(_d.updated_at.desc())
        .limit(LATELY)
    )
    posts = connection.execute(statement).scalars()
    return [words for post in posts for words in words_of(post)]


def words_of(post: Mapping[str, Any]) -> tuple[str, ...]:
    """All words of a post as the store has it that a network's reason might repeat."""
    return (post["text"], post["warning"], post["link"], *(item["alt"] for item in post["media"]))
