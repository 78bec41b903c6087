"""Bluesky: records in the account's own repository, over the AT Protocol's HTTP calls (XRPC).

What is said here of the protocol stands in its lexicons (app.bsky.feed.post, app.bsky.richtext.facet,
com.atproto.repo.*, com.atproto.server.*) and in docs.bsky.app.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from campaign.core.media import JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Refused, Retry, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.bluesky_login import Login, classify
from campaign.networks.bluesky_text import facets, mentions
from campaign.networks.bluesky_tid import Tids
from campaign.networks.http import Answer, Client, Failure, SafeServer, unpublished
from campaign.networks.media import fitted

COLLECTION = "app.bsky.feed.post"

_NO_HANDLE = "handle.invalid"
"""What a server says of an account whose handle leads nowhere (atproto.com/specs/handle); no page has that name."""

_FACETS = "facets"
"""Note: who a mention is can change between two attempts, and the record has to stay the same."""

_AT = re.compile(r"at://(?P<did>[^/]+)/[^/]+/(?P<rkey>[^/]+)")


class BlueskyOptions(Options):
    """``handle``: of the account. ``password``: an app password, not the account's own."""

    server: SafeServer = Field(
        "https://bsky.social", description="the account's own server, if it has another one"
    )
    handle: str
    password: Secret
    warned_as: Literal["graphic-media", "nudity", "porn", "sexual"] | None = Field(
        None,
        description="the label of posts that have a `warning:`; Bluesky knows these and no words of your own",
    )
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")

    @field_validator("handle")
    @classmethod
    def _plain(cls, handle: str) -> str:
        name = handle.removeprefix("@").lower()
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name):
            raise ValueError("must be a handle such as harapan.bsky.social")
        return name


class Bluesky:
    """One account."""

    name: ClassVar[str] = "bluesky"
    # app.bsky.feed.post: 300 graphemes and 3,000 bytes; app.bsky.embed.images: 4. No limit for alt is in the lexicon;
    # the app shows 2,000 characters.
    rules: ClassVar[TextRules] = TextRules(
        limit=300, unit=Unit.GRAPHEMES, max_bytes=3000, images=4, alt_limit=2000
    )
    # app.bsky.embed.images took 1,000,000 bytes for years and takes 2,000,000 now; not every server is new. The app
    # itself makes pictures 2,000 pixels wide at most.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, WEBP}), max_bytes=1_000_000, max_side=2000
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="exactly, by its key",
        person="never",
        reaches="Bluesky",
        language=True,
        takes_back="apps that copied it are told",
    )
    options: ClassVar[type[Options]] = BlueskyOptions
    # The record's name is ours, and putRecord writes the same record again.
    repeat_safe_for: ClassVar[timedelta] = timedelta(days=36500)

    def __init__(
        self,
        options: BlueskyOptions,
        vault: Vault,
        files: Files,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``clock``: the aware time that a post says it was made at, and from which its name is made."""
        self._warned_as = options.warned_as
        self._files = files
        self._clock = clock
        self._tids = Tids(clock)
        self._host = urlsplit(options.server).netloc
        self._http = Client(
            options.server,
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=(options.password.value,),
        )
        self._login = Login(self._http, options.handle, options.password.value, vault)

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"/profile/[^/]+/post/([2-7a-z]{13})/?$", url)
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        made = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"rkey": self._tids.next(), "createdAt": made}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        record = self._record(post, notes)
        if not isinstance(record, dict):
            return record
        did = self._login.did()
        if not isinstance(did, str):
            return did
        body = {"repo": did, "collection": COLLECTION, "rkey": post.prepared["rkey"], "record": record}
        answer = self._login.call("POST", "com.atproto.repo.putRecord", json=body)
        if not isinstance(answer, Answer):
            return answer
        receipt = self._receipt(answer, did)
        return Sent(receipt, self._http.wait(answer)) if isinstance(receipt, Receipt) else receipt

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        did = self._login.did()
        if not isinstance(did, str):
            return CannotTell(did.reason)
        gone = Refused("RecordNotFound")
        answer = self._login.call(
            "GET",
            "com.atproto.repo.getRecord",
            params={"repo": did, "collection": COLLECTION, "rkey": post.prepared["rkey"]},
            classify=lambda answer: gone if _error(answer) == "RecordNotFound" else classify(answer),
        )
        if answer is gone:
            return Absent(f"{self._host} has no record {post.prepared['rkey']}")
        if not isinstance(answer, Answer):
            return CannotTell(answer.reason)
        receipt = self._receipt(answer, did)
        return Sent(receipt) if isinstance(receipt, Receipt) else CannotTell(receipt.reason)

    def whoami(self) -> str:
        answer = self._login.call("GET", "com.atproto.server.getSession")
        told = answer.object() if isinstance(answer, Answer) else answer
        if isinstance(told, dict) and told.get("active") is False:
            # A deactivated account may log in, but not write (com.atproto.server.getSession: active, status).
            raise CampaignError(
                f"{self._host}: the account is {told.get('status') or 'not active'}, and may not post",
                "activate it again in the app",
            )
        if isinstance(told, dict) and isinstance(told.get("handle"), str):
            return f"@{told['handle']}"
        reason = told.reason if not isinstance(told, dict) else "it did not say who it is"
        raise CampaignError(
            f"{self._host} does not know the account: {reason}",
            "look at `handle` and `password`: an app password is made in Settings, Privacy and security",
        )

    def delete(self, receipt: Receipt) -> Outcome:
        did = self._login.did()
        if not isinstance(did, str):
            return did
        named = _AT.fullmatch(receipt.id)
        if named is not None and named["did"] != did:
            return Refused(f"it is a post of {named['did']}: delete it with that login")
        # The id of a post that a person found is its record's name alone.
        body = {"repo": did, "collection": COLLECTION, "rkey": receipt.id.rpartition("/")[2]}
        answer = self._login.call("POST", "com.atproto.repo.deleteRecord", json=body)
        return Sent(receipt) if isinstance(answer, Answer) else answer

    # -- the record ----------------------------------------------------------------------------------------

    def _record(self, post: Post, notes: Notes) -> dict[str, Any] | Failure:
        """The post as a record; no request here publishes anything."""
        said = self._facets(post, notes)
        if not isinstance(said, list):
            return said
        embed = self._embed(post)
        if not isinstance(embed, dict):
            return embed
        reply = self._reply(post)
        if not isinstance(reply, dict):
            return reply
        warned = bool(post.warning and self._warned_as)
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": self._warned_as}]}
        optional = {
            "facets": said,
            "embed": embed,
            "reply": reply,
            "labels": labels if warned else None,
        }
        return {
            "$type": COLLECTION,
            "text": post.text,
            "createdAt": post.prepared["createdAt"],
            "langs": [post.language],
            **{name: value for name, value in optional.items() if value},
        }

    def _reply(self, post: Post) -> dict[str, Any] | Failure:
        """Which posts it answers, or {}."""
        if post.reply_to is None:
            return {}
        refs: dict[str, Any] = {}
        for name, receipt in (("root", post.root or post.reply_to), ("parent", post.reply_to)):
            ref = self._strong(receipt)
            if not isinstance(ref, dict):
                return ref
            refs[name] = ref
        return refs

    def _strong(self, receipt: Receipt) -> dict[str, str] | Failure:
        """A record by address and content; of a post that a person found the server is asked for both."""
        cid = dict(receipt.extra).get("cid")
        if cid is not None:
            return {"uri": receipt.id, "cid": cid}
        did = self._login.did()
        if not isinstance(did, str):
            return did
        answer = self._login.call(
            "GET",
            "com.atproto.repo.getRecord",
            params={"repo": did, "collection": COLLECTION, "rkey": receipt.id},
        )
        if not isinstance(answer, Answer):
            return unpublished(answer)
        found = self._receipt(answer, did)
        if not isinstance(found, Receipt):
            return unpublished(found)
        return {"uri": found.id, "cid": dict(found.extra)["cid"]}

    def _facets(self, post: Post, notes: Notes) -> list[dict[str, Any]] | Failure:
        """Which bytes of the text are links, hashtags and mentions. A mention of nobody stays plain text."""
        kept = notes.get(_FACETS)
        if kept is not None:
            found: list[dict[str, Any]] = json.loads(kept)
            return found
        people: dict[str, str] = {}
        for handle in mentions(post.text):
            did = self._did(handle)
            if not isinstance(did, str):
                return did
            people[handle] = did
        found = facets(post.text, people)
        notes.put(_FACETS, json.dumps(found))
        return found

    def _did(self, handle: str) -> str | Failure:
        """Who a handle is; "" when it is nobody's."""
        nobody = Refused("nobody")
        answer = self._http.get(
            "/xrpc/com.atproto.identity.resolveHandle",
            params={"handle": handle},
            classify=lambda answer: nobody if answer.status in (400, 404) else None,
        )
        if answer is nobody:
            return ""
        if not isinstance(answer, Answer):
            return unpublished(answer)
        told = answer.object()
        return str(told.get("did") or "") if isinstance(told, dict) else unpublished(told)

    def _embed(self, post: Post) -> dict[str, Any] | Failure:
        """The pictures, or a card for the first link, or {}."""
        images: list[dict[str, Any]] = []
        for media in post.media:
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            answer = self._login.call(
                "POST", "com.atproto.repo.uploadBlob", data=file.data, headers={"Content-Type": file.type}
            )
            if not isinstance(answer, Answer):
                return unpublished(answer)  # a blob that no record names is seen by nobody
            told = answer.object()
            if isinstance(told, Unknown) or not isinstance(told.get("blob"), dict):
                return Retry(f"{self._host} did not say where it keeps {media.file}")
            ratio = {"width": file.width, "height": file.height}
            images.append({"image": told["blob"], "alt": media.alt, "aspectRatio": ratio})
        if images:
            return {"$type": "app.bsky.embed.images", "images": images}
        if post.link:
            # A card needs a title, and nobody's page is fetched for one: it says where the link leads.
            card = {"uri": post.link, "title": _where(post.link), "description": ""}
            return {"$type": "app.bsky.embed.external", "external": card}
        return {}

    def _receipt(self, answer: Answer, did: str) -> Receipt | Unknown:
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        uri, cid = told.get("uri"), told.get("cid")
        match = _AT.fullmatch(uri) if isinstance(uri, str) else None
        if match is None or not isinstance(cid, str):
            return Unknown(f"{self._host} accepted something, but did not say what")
        if match["did"] != did:
            return Unknown(f"{self._host} answered with a post of {match['did']}, not of this account")
        handle = self._login.handle()
        if handle == _NO_HANDLE:
            url = f"https://bsky.app/profile/{did}/post/{match['rkey']}"
            return Receipt(match[0], url, did, (("cid", cid),))
        url = f"https://bsky.app/profile/{handle}/post/{match['rkey']}"
        return Receipt(match[0], url, f"@{handle}", (("cid", cid),))


def _where(link: str) -> str:
    parts = urlsplit(link)
    return (parts.hostname or "").removeprefix("www.") + parts.path.rstrip("/")


def _error(answer: Answer) -> str:
    told = answer.object()
    return str(told.get("error") or "") if isinstance(told, dict) else ""
