"""Nostr: signed notes on several relays, with a key instead of an account. Needs the extra ``campaign[nostr]``.

What is said here of the protocol stands in its NIPs (github.com/nostr-protocol/nips), by their numbers.

An event's id is computed from its author, time, tags and text. The time is fixed when the row is made, so that the id
is the same at every attempt, and a relay that has it says so: repeating can't double, for ever. It is signed when it is
sent, because only then the part before it has an id, and because the signature is no part of the id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from campaign.core.media import ANY_MEDIA, MediaRules
from campaign.core.model import Account, Media, Post, Public, Secret
from campaign.core.outcome import (
    Absent,
    CannotTell,
    Found,
    Outcome,
    Receipt,
    Refused,
    Retry,
    Scope,
    Sent,
    Unknown,
)
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks import redact
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure
from campaign.networks.loading import loading
from campaign.networks.media import fitted
from campaign.networks.nostr_event import DELETION, LOGIN, NOTE, Event, Tags, content, genuine, tags, unsigned
from campaign.networks.nostr_names import nevent, npub, secret_key
from campaign.networks.nostr_relay import Relay
from campaign.networks.public import publish

_PICTURES = 4  # no NIP sets a limit; so many stand well together in today's clients
_PICTURE_NAME = 1 + 64 + len(".webp")  # what stands behind media_url, and the line break in front


def _relay(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address such as wss://relay.example")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be an address without user, password, ? or #")
    if parts.scheme == "ws" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError(
            "must begin with wss://, or anybody on the way could read along and answer in its place"
        )
    return address.rstrip("/")


class NostrOptions(Options):
    """``key``: the secret key, an nsec or 64 hex digits. ``relays``: where the notes go; they are this network's
    ``server``. ``timeout``: for each relay."""

    key: Secret
    relays: list[Annotated[str, AfterValidator(_relay)]] = Field(min_length=1, max_length=10)
    timeout: float = Field(20.0, gt=0, le=600, description="seconds to wait for each relay's answer")


class Nostr:
    """One key on a few relays."""

    name: ClassVar[str] = "nostr"
    # No limit of the protocol; each relay has its own (NIP-11), see server_limits.
    rules: ClassVar[TextRules] = TextRules(limit=None, images=_PICTURES)
    media: ClassVar[MediaRules] = MediaRules(
        kinds=ANY_MEDIA.kinds, animated=True, film=ANY_MEDIA.film, fetched=True
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="exactly, by its id",
        person="never: the same note can be sent again",
        repeat="always",
        warning=True,
        language=True,
        takes_back="asked for only: relays and apps need not",
    )
    options: ClassVar[type[Options]] = NostrOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta(days=36500)

    def __init__(
        self,
        options: NostrOptions,
        public: Public | None,
        files: Files,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``clock``: the aware time that a note is dated with, asked once per post and kept with it."""
        try:
            with loading():
                import websockets  # noqa: F401 - used later; better missed now than in the middle of a launch
                from coincurve import PrivateKey
        except ImportError as error:
            raise CampaignError(
                f"nostr needs the package {error.name}, which is not installed",
                "pip install 'campaign[nostr]'",
            ) from error
        given = options.key.value
        redact.remember([given])
        try:
            secret = secret_key(given)
            self._key = PrivateKey(secret)
        except ValueError as error:
            raise CampaignError(
                "the key of this Nostr account can't be used: it is neither an nsec nor 64 hex digits of a key",
                "copy the secret key (nsec1...) out of the client that you made it with",
            ) from error
        redact.remember([secret.hex()])
        self._author = self._key.public_key_xonly.format()
        self._options = options
        self._public = public
        self._files = files
        self._clock = clock
        self._relays = [Relay(url, options.timeout, self._login) for url in options.relays]

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, account.public, files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        """When and by whom: with these, the text and what stands before it in a thread, the id is fixed."""
        return {"created_at": int(self._clock().timestamp()), "author": self._author.hex()}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        if post.prepared["author"] != self._author.hex():
            return Refused(
                "this post was made ready for another key than the account has now; under the new key it would be "
                "another note",
                Scope.HERE,
            )
        pictures = self._pictures(post, notes)
        if isinstance(pictures, Refused):
            return pictures
        event = self._signed(self._note(post, pictures))
        notes.put("id", event["id"])
        told = {relay: relay.publish(event) for relay in self._relays}
        accepted = [relay for relay, failure in told.items() if failure is None]
        if accepted:
            return Sent(self._receipt(event, accepted))
        return _together([failure for failure in told.values() if failure is not None])

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        known = notes.get("id")
        if known is None:
            pictures = self._pictures(post, notes)
            if isinstance(pictures, Refused):
                return CannotTell(pictures.reason)
            known = self._note(post, pictures)["id"]
        silent, having, found = [], [], None
        for relay in self._relays:
            try:
                events = relay.ask({"ids": [known]})
            except CampaignError as error:
                silent.append(error.message)
                continue
            ours = next((e for e in events if genuine(e) and e["id"] == known), None)
            if ours is not None:
                found = ours
                having.append(relay)
        if found is not None:
            return Sent(self._receipt(found, having))
        return CannotTell(redact.one_line("; ".join(silent))) if silent else Absent("no relay has it")

    def whoami(self) -> str:
        """The key's public name, and on how many relays it may read; CampaignError when none answers."""
        wrong = []
        for relay in self._relays:
            try:
                relay.ask({"authors": [self._author.hex()], "kinds": [NOTE], "limit": 1})
            except CampaignError as error:
                wrong.append(error)
        if len(wrong) == len(self._relays):
            raise CampaignError(redact.one_line("; ".join(error.message for error in wrong)), wrong[0].hint)
        return f"{npub(self._author)} on {len(self._relays) - len(wrong)} of {len(self._relays)} relays"

    def delete(self, receipt: Receipt) -> Outcome:
        """Ask every relay to delete it (NIP-09). Gone when all that have it agree; they need not, and copies stay."""
        if receipt.author not in ("", npub(self._author)):
            return Refused(f"only the key that signed it can take it back: {receipt.author}")
        wanted = [["e", receipt.id], ["k", str(NOTE)]]
        event = self._signed(self._unsigned(self._now(), DELETION, wanted, ""))
        having = set(dict(receipt.extra).get("relays", "").split()) or {relay.url for relay in self._relays}
        told = {relay.url: relay.publish(event) for relay in self._relays}
        still = [failure for url, failure in told.items() if url in having and failure is not None]
        missing = having - told.keys()
        if missing and not still:
            return Refused(f"these relays have it and are no longer in `relays`: {' '.join(sorted(missing))}")
        return _together(still) if still else Sent(receipt)

    def server_limits(self) -> TextRules:
        """The smallest limits of all relays that tell some (NIP-11): a note is one everywhere.

        The addresses of pictures count as text. Half of the longest message is left to tags and to what JSON escapes.
        """
        told = [limits for relay in self._relays if (limits := self._limitation(relay)) is not None]
        if not told:
            raise CampaignError("none of the relays can be asked for its limits", "look at `relays`")
        characters = [count for limits in told if (count := _count(limits, "max_content_length"))]
        message = [count for limits in told if (count := _count(limits, "max_message_length"))]
        limit = min(characters, default=None)
        pictures = _PICTURES * (len(self._public.url if self._public else "") + _PICTURE_NAME) + 1
        return TextRules(
            limit=limit,
            media_limit=None if limit is None else max(limit - pictures, 1),
            max_bytes=min(message) // 2 if message else None,
            images=_PICTURES,
        )

    # -- what is sent -----------------------------------------------------------------------------------------

    def _note(self, post: Post, pictures: list[dict[str, str]]) -> Event:
        author = post.prepared["author"]
        return unsigned(
            author, post.prepared["created_at"], NOTE, tags(post, author, pictures), content(post, pictures)
        )

    def _pictures(self, post: Post, notes: Notes) -> list[dict[str, str]] | Refused:
        """The fields of an imeta tag for each picture, which is put where everybody can fetch it.

        What was published at an earlier attempt stays as it was: another Pillow may write other bytes, and the
        address is a part of the id.
        """
        described = []
        for media in post.media:
            fields = self._published(media, notes)
            if isinstance(fields, Refused):
                return fields
            described.append({**fields, "alt": " ".join(media.alt.split())})
        return described

    def _published(self, media: Media, notes: Notes) -> dict[str, str] | Refused:
        name = f"picture {media.sha256}"
        if media.sha256 and (known := notes.get(name)) is not None:
            return dict(json.loads(known))
        file = fitted(media, self._files, self.media)
        if isinstance(file, Refused):
            return file
        try:
            url = publish(file, self._public, self._files.root)
        except CampaignError as error:
            return Refused(f"{error.message}; {error.hint}" if error.hint else error.message, Scope.HERE)
        fields = {
            "url": url,
            "m": file.type,
            "dim": f"{file.width}x{file.height}" if file.width else "",
            "x": hashlib.sha256(file.data).hexdigest(),
        }
        if media.sha256:
            notes.put(name, json.dumps(fields))
        return fields

    def _unsigned(self, created_at: int, kind: int, wanted: Tags, text: str) -> Event:
        return unsigned(self._author.hex(), created_at, kind, wanted, text)

    def _signed(self, event: Event) -> Event:
        """The same event with its signature (BIP-340)."""
        return {**event, "sig": self._key.sign_schnorr(bytes.fromhex(event["id"])).hex()}

    def _login(self, challenge: str, relay: str) -> Event:
        wanted = [["relay", relay], ["challenge", challenge]]
        return self._signed(self._unsigned(self._now(), LOGIN, wanted, ""))

    def _now(self) -> int:
        return int(self._clock().timestamp())

    # -- what comes back ----------------------------------------------------------------------------------------

    def _receipt(self, event: Event, relays: list[Relay]) -> Receipt:
        urls = [relay.url for relay in relays]
        # There is no home of a note; njump.me shows any, and names the clients that do.
        name = nevent(bytes.fromhex(event["id"]), urls[:2], bytes.fromhex(event["pubkey"]), NOTE)
        author = npub(bytes.fromhex(event["pubkey"]))
        return Receipt(event["id"], f"https://njump.me/{name}", author, (("relays", " ".join(urls)),))

    def _limitation(self, relay: Relay) -> Mapping[str, Any] | None:
        """What a relay says of its limits ({}: nothing); None when it does not answer."""
        timeout = self._options.timeout
        http = Client("http" + relay.url.removeprefix("ws"), timeout=(min(10.0, timeout), timeout))
        answer = http.get("", headers={"Accept": "application/nostr+json"})
        document = answer.object() if isinstance(answer, Answer) else None
        if not isinstance(document, dict):
            return None
        limits = document.get("limitation")
        return limits if isinstance(limits, dict) else {}


def _together(failures: list[Failure]) -> Failure:
    """What the answers of relays mean, none of which has the note: the least certain one counts."""
    reason = redact.one_line("; ".join(failure.reason for failure in failures))
    if any(isinstance(failure, Unknown) for failure in failures):
        return Unknown(reason)
    if any(isinstance(failure, Retry) for failure in failures):
        return Retry(reason)
    scopes = {failure.scope for failure in failures if isinstance(failure, Refused)}
    return Refused(reason, Scope.ACCOUNT if scopes == {Scope.ACCOUNT} else Scope.POST)


def _count(limits: Mapping[str, Any], name: str) -> int:
    value = limits.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
