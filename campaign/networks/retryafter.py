"""How long a server asks us to wait, and when a limit that is used up begins anew, in the forms that servers use."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EPOCH_FROM = 1_000_000_000
"""A reset above this is a moment (seconds since 1970, as Mastodon, X and Bluesky's PDS send), below it a
span."""

_HEADERS = (
    "Retry-After",
    "X-RateLimit-Reset",
    "X-Rate-Limit-Reset",
    "RateLimit-Reset",
    "X-RateLimit-Reset-After",
)


_BUDGETS = (
    ("X-RateLimit-Remaining", "X-RateLimit-Reset"),  # Mastodon
    ("X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"),  # X, 15 minutes
    ("X-User-Limit-24Hour-Remaining", "X-User-Limit-24Hour-Reset"),  # X, posts of a user
    ("X-App-Limit-24Hour-Remaining", "X-App-Limit-24Hour-Reset"),  # X, posts of an app
    ("RateLimit-Remaining", "RateLimit-Reset"),  # Bluesky's PDS
)
"""Which header says how much of a limit is left, and which when it begins anew."""


def wait(lines: Iterable[tuple[str, str]], now: datetime) -> float | None:
    """Seconds to wait from ``now`` (aware), or None when the answer does not say.

    ``lines``: all header lines of the answer. Retry-After counts first (RFC 9110, 10.2.3: seconds or an
    HTTP-date; some servers send both, in two lines: the longer wait holds); else the rate limit's reset:
    seconds since 1970, a span in seconds, or ISO 8601, with or without milliseconds (seen on
    Mastodon-compatible servers).
    """
    lines = list(lines)
    for wanted in _HEADERS:
        waits = [
            seconds
            for name, value in lines
            if name.lower() == wanted.lower() and (seconds := _seconds(value, now)) is not None
        ]
        if waits:
            return max(waits)
    return None


def budget(lines: Iterable[tuple[str, str]], now: datetime) -> float | None:
    """Seconds from ``now`` (aware) until every limit that an answer calls used up ("remaining: 0") begins anew, the
    longest of them; None while something is left of each, or when the answer does not say."""
    told = {name.lower(): value.strip() for name, value in lines}
    waits = [
        seconds
        for remaining, reset in _BUDGETS
        if told.get(remaining.lower()) == "0"
        and (seconds := _seconds(told.get(reset.lower(), ""), now)) is not None
    ]
    return max(waits, default=None)


def _seconds(value: str, now: datetime) -> float | None:
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        moment = _moment(value)
        return None if moment is None else max((moment - now).total_seconds(), 0.0)
    if not math.isfinite(number) or number < 0:
        return None
    return max(number - now.timestamp(), 0.0) if number >= _EPOCH_FROM else number


def _moment(value: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(value)
        except (ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def http_date(value: str | None) -> datetime | None:
    """The moment of an HTTP-date header, or None if there is none that can be read."""
    return _moment(value.strip()) if value else None
