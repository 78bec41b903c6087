"""A program of your own gets each post as JSON, signed, and answers with where it put it.

A receiver checks three headers before it trusts the body (bytes, before any JSON parsing)::

expected = "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest() ok =
hmac.compare_digest(expected, signature)      # constant time: == would tell an attacker how far it fits ok
= ok and abs(time.time() - int(timestamp)) < 300    # X-Campaign-Timestamp: an old request is a replay

It keeps Idempotency-Key (also ``key`` in the body) for 24 hours and gives the same answer when the same key
comes again, 409 while it is still busy with it. It answers 2xx with an empty body, or a JSON object whose
``id`` and ``url`` say what became of the post. The pictures themselves are not sent: ``media`` names them
with their SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field

from campaign.core.media import ANY_MEDIA, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Scope, Sent, Unknown
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, Server, said


class WebhookOptions(Options):
    """``server``: the address that is posted to. ``secret``: what both sides sign with."""

    server: Server
    secret: Secret
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class Webhook:
    """One receiver."""

    name: ClassVar[str] = "webhook"
    # The receiver sets the limits; 20 pictures are more than any network behind it takes.
    rules: ClassVar[TextRules] = TextRules(limit=None, images=20)
    media: ClassVar[MediaRules] = ANY_MEDIA  # only named, with their SHA-256
    traits: ClassVar[Traits] = Traits(
        reads_back="no",
        person="when no answer came within 23 h 55 min",
        reaches="a program of your own",
        repeat="24 hours, if your receiver does",
        warning=True,
        language=True,
    )
    options: ClassVar[type[Options]] = WebhookOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(
        self, options: WebhookOptions, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """``clock``: the aware time that is signed along, so that a receiver can refuse a replay."""
        self._secret = options.secret.value
        self._host = urlsplit(options.server).netloc
        self._clock = clock
        self._http = Client(
            options.server,
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=(self._secret,),
        )

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        body = _body(post, key)
        answer = self._http.post("", data=body, key=key, headers=self._signed(body), classify=_classify)
        if not isinstance(answer, Answer):
            return answer
        if not answer.body.strip():
            return Sent(Receipt(key))
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        url = str(told.get("url") or "")
        # The address becomes a link in reports: nothing but a web address may.
        return Sent(
            Receipt(str(told.get("id") or key), url if url.startswith(("https://", "http://")) else "")
        )

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        return CannotTell("a webhook can't be asked what it has; within a day the same key may be sent again")

    def whoami(self) -> str:
        """A signed OPTIONS: it publishes nothing, and a receiver that checks signatures can refuse a wrong
        one."""
        answer = self._http.call("OPTIONS", "", headers=self._signed(b""), classify=_answers)
        if isinstance(answer, Answer) or answer is _THERE:
            return f"webhook at {self._host}"
        raise CampaignError(
            f"the webhook does not answer as it should: {answer.reason}", "look at `server` and `secret`"
        )

    def _signed(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "X-Campaign-Timestamp": timestamp,
            "X-Campaign-Signature": signature(self._secret, timestamp, body),
        }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the HMAC-SHA256 (hex) over the timestamp (seconds since 1970), a full stop and the
    body."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _body(post: Post, key: str) -> bytes:
    """The same bytes for the same post, whenever it is sent."""
    said_in_it = {
        "key": key,
        "text": post.text,
        "part": post.part,
        "parts": post.parts,
        "language": post.language,
        "media": [
            {"name": PurePosixPath(m.file).name, "alt": m.alt, "type": m.type, "sha256": m.sha256}
            for m in post.media
        ],
        "link": post.link,
        "warning": post.warning,
        "reply_to": post.reply_to.id if post.reply_to else None,
    }
    return json.dumps(said_in_it, ensure_ascii=False, separators=(",", ":")).encode()


def _classify(answer: Answer) -> Failure | None:
    if answer.status == 403:  # the signature: about the account, not about this post
        return Refused(said(answer), Scope.ACCOUNT)
    if (
        answer.status == 409
    ):  # the first try is still being worked on (IETF draft idempotency-key-header, 2.7)
        return Unknown(said(answer))
    return None


_THERE = Refused("it answers, but not to OPTIONS")


def _answers(answer: Answer) -> Failure | None:
    """To whoami, a receiver that just does not know OPTIONS is there all the same."""
    return _THERE if answer.status in (400, 405, 411, 415, 422, 501) else None
