"""Keeps secrets out of everything a person may read: reasons, log records, tracebacks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from campaign.core.pattern import late

HIDDEN = "***"
REASON_LENGTH = 300
"""Code points of a reason: enough for a network's own words, short enough for one line of a table."""

_SHORTEST = 4
"""A "secret" shorter than this would hide half of every sentence and protects nothing."""

_SHAPES = (
    # Headers, also as a Python or JSON mapping prints them.
    (
        late(
            r"(?i)\b((?:proxy-)?authorization|x-campaign-signature|set-cookie|cookie)([\"']?\s*[:=]\s*)"
            r"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\r\n]+)"
        ),
        r"\1\2" + HIDDEN,
    ),
    (late(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}"), r"\1 " + HIDDEN),
    # Signed URLs, tokens in a query or a form body.
    (
        late(
            r"(?i)\b([a-z0-9_.-]*(?:token|secret|signature|password|passwd|api[_-]?key|credential)=)"
            r"[^&\s\"'#<>]+"
        ),
        r"\1" + HIDDEN,
    ),
    (late(r"(?i)([?&](?:sig|key|code|auth)=)[^&\s\"'#<>]+"), r"\1" + HIDDEN),
    # https://user:password@host
    (late(r"(?i)([a-z][a-z0-9+.-]*://)[^/\s@]+@"), r"\1" + HIDDEN + "@"),
    # Tokens in paths: Telegram bots, Discord and Slack webhooks.
    (late(r"/bot\d+:[\w-]+"), "/bot" + HIDDEN),
    (late(r"(/webhooks/\d+/)[\w-]+"), r"\1" + HIDDEN),
    (late(r"(hooks\.slack\.com/(?:services|workflows)/)\S+"), r"\1" + HIDDEN),
)

_lock = threading.Lock()
_known: set[str] = set()


def remember(secrets: Iterable[str]) -> None:
    """From now on hide these values wherever ``scrub`` or the log guard is used, in their percent-encoded
    forms too."""
    with _lock:
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                _known.update((secret, quote(secret, safe=""), quote(secret), quote_plus(secret)))


def scrub(text: str) -> str:
    """The text without any remembered secret and without whatever looks like one."""
    with _lock:
        secrets = sorted(_known, key=len, reverse=True)
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def one_line(text: str, length: int = REASON_LENGTH) -> str:
    """A reason: scrubbed first (so that no cut leaves half a secret), on one line, at most ``length`` code
    points."""
    line = " ".join("".join(c if c.isprintable() else " " for c in scrub(text)).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


class _Guard(logging.Filter):
    """Drops the chatter of HTTP libraries (it holds headers, signing keys, whole bodies) and scrubs their
    warnings."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        record.msg = one_line(record.getMessage())
        record.args = None
        record.exc_info = None
        record.exc_text = None
        return True


_guard = _Guard()
_CHATTY = (
    "requests",
    "requests.sessions",
    "urllib3",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
    "requests_oauthlib",
    "requests_oauthlib.oauth1_auth",
    "requests_oauthlib.oauth1_session",
    "oauthlib",
    "oauthlib.oauth1",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
    "oauthlib.oauth1.rfc5849.utils",
    "tweepy",
    "tweepy.api",
    "tweepy.client",
    "apprise",
)


def guard_logs() -> None:
    """Put the guard on the loggers of all HTTP libraries in use. A filter holds whatever level somebody
    sets later.

    A logger's filter sees only what is logged through that very logger, hence the list instead of two roots.
    """
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_guard)
