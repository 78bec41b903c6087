"""Shared HTTP: one client per adapter, and the one table that turns an answer into an outcome.

A failure is a value (Retry, Refused or Unknown), never an exception::

    answer = self.http.post("/api/v1/statuses", json=body, key=key, classify=self._classify)
    if not isinstance(answer, Answer):
        return answer
    status = answer.object()
    if isinstance(status, Unknown):
        return status
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator

from campaign import __version__
from campaign.core.outcome import Refused, Retry, Scope, Unknown
from campaign.errors import CampaignError
from campaign.networks import redact, retryafter
from campaign.networks.loading import loading

if TYPE_CHECKING:
    from campaign.networks.transport import Reply

Failure = Retry | Refused | Unknown

Classify = Callable[["Answer"], Failure | None]
"""An adapter's own reading of an error answer; None leaves it to the table."""

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the answer. Long: giving up early makes an Unknown of a slow
success.
"""

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer. The largest we ask for, a page of 40 statuses, is well under one MiB."""


def _server(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address such as https://example.org")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be an address without user, password, ? or #")
    return address.rstrip("/")


Server = Annotated[str, AfterValidator(_server)]
"""The ``server:`` of an account: http or https, a host, perhaps a path; without a slash at the end."""


def _encrypted(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("must begin with https://, or everybody on the way could read the token")
    return address


SafeServer = Annotated[Server, AfterValidator(_encrypted)]
"""A server that is sent a token: https, or http on this machine (a test server)."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: the status, all header lines in order, the body (bytes, already bounded)."""

    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    host: str = ""

    @staticmethod
    def of(reply: Reply, url: str) -> Answer:
        """What came back from an address."""
        return Answer(reply.status, reply.lines, reply.body, urlsplit(url).netloc)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first line of that name, in any case."""
        return next((value for line, value in self.lines if line.lower() == name.lower()), None)

    def date(self) -> datetime | None:
        """What time it was on the server (aware), if it says so."""
        return retryafter.http_date(self.header("Date"))

    def object(self) -> dict[str, Any] | Unknown:
        """The JSON object in the body; Unknown if there is none (a success that nobody can read)."""
        data = self._json()
        return data if isinstance(data, dict) else self._unreadable()

    def array(self) -> list[Any] | Unknown:
        """The JSON array in the body; Unknown if there is none."""
        data = self._json()
        return data if isinstance(data, list) else self._unreadable()

    def _json(self) -> Any:
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def _unreadable(self) -> Unknown:
        return Unknown(f"{self.host} answered {self.status} with something that can't be read")

    def words(self) -> str:
        """The server's own words about a failure, as it spelled them (not yet scrubbed or cut)."""
        data = self._json()
        if data is not None:
            return "; ".join(dict.fromkeys(_words(data)))
        if (self.header("Content-Type") or "").startswith("text/plain"):
            return self.body[:2000].decode(errors="replace")
        return ""


def _words(data: Any, depth: int = 0) -> Iterable[str]:
    """The sentences in an error answer, in the fields that Mastodon, X, OAuth, problem+json, Telegram...
    use.
    """
    if isinstance(data, str):
        yield data
    elif isinstance(data, list) and depth < 3:
        for item in data[:5]:
            yield from _words(item, depth + 1)
    elif isinstance(data, dict) and depth < 3:
        for name in (
            "error",
            "error_description",
            "title",
            "detail",
            "message",
            "description",
            "reason",
            "errors",
        ):
            yield from _words(data.get(name), depth + 1)


@cache
def exchange() -> Callable[..., Reply]:
    """``transport.exchange``, which brings requests along: loaded when it is first needed."""
    with loading():
        from campaign.networks import transport

    redact.guard_logs()
    return transport.exchange


def failure(
    answer: Answer, classify: Classify | None = None, now: Callable[[], datetime] = _utc_now
) -> Failure | None:
    """The one table: what an answer that is no success means; None for a success.

    ``classify`` is asked first about everything from 400 on, and has to decide on 403. Moments in
    Retry-After count from the answer's own Date, so that a wrong clock here does no harm; ``now`` is asked
    only without one.
    """
    if answer.ok:
        return None
    if answer.status < 400:
        target = urlsplit(answer.header("Location") or "").netloc
        where = f"to {target}" if target and target != answer.host else "to another address"
        return Unknown(
            redact.one_line(
                f"{answer.host} answered {answer.status}, a redirect {where}, which is not followed"
            )
        )
    if classify is not None and (own := classify(answer)) is not None:
        return own
    reason = said(answer)
    if answer.status == 429:
        here = answer.date() or now()
        after, spent = retryafter.wait(answer.lines, here), retryafter.budget(answer.lines, here)
        # The limit is the login's: its other posts would run into it too.
        return Retry(reason, after, spent if after is None else max(after, spent or 0.0))
    if answer.status in (401, 402):
        return Refused(reason, Scope.ACCOUNT)
    if answer.status == 408 or answer.status >= 500:
        return Unknown(reason)
    return Refused(reason, Scope.POST)


def said(answer: Answer) -> str:
    """A reason: who answered what, in the server's own words, one line, without secrets."""
    words = answer.words()
    return redact.one_line(f"{answer.host} answered {answer.status}" + (f": {words}" if words else ""))


def unpublished(result: Failure) -> Failure:
    """A failure of a request that publishes nothing (an upload, a look-up) before the one that does: what is
    unknown about it does not matter, so it may be tried again. Say beside the call why that request
    publishes nothing."""
    return Retry(result.reason) if isinstance(result, Unknown) else result


def required(result: Answer | Failure, doing: str, hint: str = "") -> Answer:
    """The answer, or CampaignError "``doing``: reason" with the hint. For whoami and limits, where nothing
    is sent.
    """
    if isinstance(result, Answer):
        return result
    raise CampaignError(f"{doing}: {result.reason}", hint)


class Client:
    """HTTP to one server. No retry, no redirect, bounded answers, verified TLS.

    ``auth``: what requests takes (an AuthBase). ``timeout``: (connect, read) in seconds. ``secrets``: values
    that must never be read by anybody; those of ``headers`` named Authorization are added. requests is
    imported at the first call.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
        timeout: tuple[float, float] = TIMEOUT,
        secrets: Iterable[str] = (),
        limit: int = ANSWER_LIMIT,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.base_url = _server(base_url)
        self._headers = {
            "User-Agent": f"campaign/{__version__}",
            "Accept": "application/json",
            **(headers or {}),
        }
        self._auth = auth
        self._timeout = timeout
        self._limit = limit
        self._now = now
        redact.remember(secrets)
        redact.remember(v.split()[-1] for k, v in self._headers.items() if k.lower() == "authorization" and v)

    def get(self, path: str, **options: Any) -> Answer | Failure:
        """``call`` with GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer | Failure:
        """``call`` with POST."""
        return self.call("POST", path, **options)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        classify: Classify | None = None,
    ) -> Answer | Failure:
        """One request: a 2xx Answer, or what its failure means. ``path`` is put behind the base URL as it is.

        ``key`` goes into Idempotency-Key. The other arguments are those of requests.
        """
        extra = {"Idempotency-Key": key} if key is not None else {}
        url = self.base_url + path
        try:
            reply = exchange()(
                method,
                url,
                timeout=self._timeout,
                limit=self._limit,
                headers={**self._headers, **extra, **(headers or {})},
                params=params,
                json=json,
                data=data,
                files=files,
                auth=self._auth,
            )
        except OSError as error:
            return self.broken(error)
        return self.outcome(Answer.of(reply, url), classify)

    def outcome(self, answer: Answer, classify: Classify | None = None) -> Answer | Failure:
        """The answer if it is a success, else what it means (the table of ``failure``)."""
        return failure(answer, classify, self._now) or answer

    def wait(self, answer: Answer) -> float | None:
        """For ``Sent.wait``: seconds until a limit that the answer calls used up begins anew, by the server's clock."""
        return retryafter.budget(answer.lines, answer.date() or self._now())

    def broken(self, error: OSError) -> Failure:
        """What an exception of the session (each is an OSError) means: Retry if no byte of the request had
        left.
        """
        with loading():
            from campaign.networks.transport import NotSent

        reason = redact.one_line(str(error))
        return Retry(reason) if isinstance(error, NotSent) else Unknown(reason)
