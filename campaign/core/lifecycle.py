"""A delivery's states and the arrows between them: the one table that the store's CHECK and guards are made from."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """What is known about a delivery. ``say`` is the same in the words that people read."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def say(self) -> str:
        return _SAY[self]


_SAY = {
    State.PENDING: "waiting to be sent",
    State.HELD: "waiting for a person",
    State.SENDING: "being sent",
    State.UNCERTAIN: "may be published: please look",
    State.SENT: "published",
    State.FAILED: "not published",
    State.MISSED: "too late, not sent",
    State.CANCELLED: "cancelled",
}


QUIET_DAY = "quiet day: "
"""How the reason of a post begins that was kept back because of its day (core.quiet): it was not late."""


def is_quiet(reason: str) -> bool:
    """Whether a missed delivery was kept back because of its day."""
    return reason.startswith(QUIET_DAY)


def say(state: State, reason: str) -> str:
    """What is known about a delivery, in the words that people read; the reason goes behind it."""
    return "not sent" if state is State.MISSED and is_quiet(reason) else state.say


class Event(StrEnum):
    """What moves a delivery. Each transition leaves one event of this name in the log."""

    CLAIM = "claim"
    SENT = "sent"
    RETRY = "retry"  # the network certainly did not accept, try later
    REFUSED = "refused"  # the post, for good; or the attempts are spent
    PARKED = "parked"  # the account does not work: wait for it
    HANDED = "handed"  # a person was asked to post it
    UNKNOWN = "unknown"
    ORPHANED = "orphaned"  # the sender died or lost its lease
    REPEAT = "repeat"  # the same bytes under the same key, while the network recognises it
    FOUND = "found"
    ABSENT = "absent"
    DEADLINE = "deadline"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    BROKEN_THREAD = "broken-thread"  # an earlier part ended badly
    AGAIN = "again"  # a person retries
    RESOLVE_PUBLISHED = "resolve-published"
    RESOLVE_ABSENT = "resolve-not-published"
    RESOLVE_GIVE_UP = "resolve-give-up"
    LATE_SENT = "late-sent"  # an attempt given up for lost came back with a receipt


S, E = State, Event

TRANSITIONS: dict[tuple[State, Event], State] = {
    (S.PENDING, E.CLAIM): S.SENDING,
    (S.PENDING, E.DEADLINE): S.MISSED,
    (S.PENDING, E.CANCEL): S.CANCELLED,
    (S.PENDING, E.HOLD): S.HELD,
    (S.PENDING, E.REFUSED): S.FAILED,  # it can't be composed, or its picture changed
    (S.PENDING, E.BROKEN_THREAD): S.FAILED,
    (S.HELD, E.RELEASE): S.PENDING,
    (S.HELD, E.DEADLINE): S.MISSED,
    (S.HELD, E.CANCEL): S.CANCELLED,
    (S.HELD, E.BROKEN_THREAD): S.FAILED,
    (S.HELD, E.RESOLVE_PUBLISHED): S.SENT,  # a person posted it by hand
    (S.HELD, E.RESOLVE_GIVE_UP): S.FAILED,
    (S.SENDING, E.SENT): S.SENT,
    (S.SENDING, E.RETRY): S.PENDING,
    (S.SENDING, E.REFUSED): S.FAILED,
    (S.SENDING, E.PARKED): S.PENDING,
    (S.SENDING, E.HANDED): S.HELD,
    (S.SENDING, E.UNKNOWN): S.UNCERTAIN,
    (S.SENDING, E.ORPHANED): S.UNCERTAIN,
    (S.UNCERTAIN, E.REPEAT): S.SENDING,
    (S.UNCERTAIN, E.FOUND): S.SENT,
    (S.UNCERTAIN, E.ABSENT): S.PENDING,
    (S.UNCERTAIN, E.RESOLVE_PUBLISHED): S.SENT,
    (S.UNCERTAIN, E.RESOLVE_ABSENT): S.PENDING,
    (S.UNCERTAIN, E.RESOLVE_GIVE_UP): S.FAILED,
    (S.FAILED, E.CANCEL): S.CANCELLED,  # nobody can retry it any more
    (S.MISSED, E.CANCEL): S.CANCELLED,
    (S.FAILED, E.AGAIN): S.PENDING,
    (S.MISSED, E.AGAIN): S.PENDING,
    # A late result that says Sent wins over anything but another receipt.
    (S.UNCERTAIN, E.LATE_SENT): S.SENT,
    (S.PENDING, E.LATE_SENT): S.SENT,
    (S.SENDING, E.LATE_SENT): S.SENT,
    (S.HELD, E.LATE_SENT): S.SENT,
    (S.FAILED, E.LATE_SENT): S.SENT,
    (S.MISSED, E.LATE_SENT): S.SENT,
    (S.CANCELLED, E.LATE_SENT): S.SENT,
}

FINAL = frozenset({State.SENT, State.CANCELLED})
ENDED = frozenset({State.SENT, State.CANCELLED, State.FAILED, State.MISSED})


def after(state: State, event: Event) -> State | None:
    """The state that an event leads to, or None if there is no such arrow."""
    return TRANSITIONS.get((state, event))


def sources(event: Event) -> tuple[State, ...]:
    """The states that an event may leave."""
    return tuple(state for state, happening in TRANSITIONS if happening is event)


# -- numbers --

MAX_ATTEMPTS = 8
"""Attempts that certainly failed before a post is given up; with the backoff below about two hours."""

LEASE = timedelta(minutes=3)
"""How long a row stays with a sender that is not heard of any more."""

RENEW = LEASE / 2
"""How long before its end the lease of what is still on its way is renewed: time for several tries."""

LONGEST = timedelta(minutes=30)
"""How long a sender may take for one part, pictures included; then its lease is renewed no more."""

SETTLING = timedelta(seconds=30)
"""How long after an attempt's lease an absent answer counts: a network may accept late."""

REPEAT_MARGIN = timedelta(minutes=5)
"""How long before the end of a network's memory of our key we stop trusting it."""

PARKED_RETRY = timedelta(minutes=15)
"""How soon an account that does not work is tried again the first time."""

PARKED_LONGEST = timedelta(hours=6)
"""How long an account that does not work is left alone at most: a token that was revoked is not tried all day."""

BREAKER = 5
"""Posts in a row that a network refuses for good before the account itself is taken for the reason."""

RETRY_GRACE = timedelta(hours=1)
"""The least time that a post retried or released by a person has before it counts as late."""


def parked_for(trips: int) -> timedelta:
    """How long an account is parked the n-th time in a row (from 1): 15 min, doubling up to 6 h."""
    return min(PARKED_RETRY * (1 << min(max(trips - 1, 0), 16)), PARKED_LONGEST)


def backoff(attempts: int, after: float | None = None) -> timedelta:
    """How long to wait after the n-th attempt (from 1) that certainly failed: 15 s doubling up to 30 min, or what the
    network asked for (seconds) if that is longer, but never more than a day."""
    own = min(15.0 * 2 ** max(attempts - 1, 0), 1800.0)
    return timedelta(seconds=min(max(own, after or 0.0), 86400.0))
