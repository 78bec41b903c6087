"""Matrix: messages in one room that is not encrypted, over the client-server API.

A post is one event, so that it is there whole or not at all: a text, or a picture with the text as its caption. What is
said here of Matrix stands in its specification (spec.matrix.org, client-server API 1.10 and later).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field, field_validator

from campaign.core.media import ANY_MEDIA, GIF, JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Account, Media, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said, unpublished
from campaign.networks.media import fitted, upload_note
from campaign.networks.readback import Listed, alike, look_through

_V3 = "/_matrix/client/v3"

_PAGE, _PAGES = 100, 10

_LOGIN = "login"
"""Note: with which login a post was tried."""

_ACCOUNT = frozenset(
    {
        "M_FORBIDDEN",  # not in the room, or without the power to send
        "M_GUEST_ACCESS_FORBIDDEN",
        "M_MISSING_TOKEN",
        "M_NOT_FOUND",  # the room
        "M_RESOURCE_LIMIT_EXCEEDED",
        "M_UNKNOWN_TOKEN",
        "M_USER_DEACTIVATED",
        "M_USER_LOCKED",
        "M_USER_SUSPENDED",
    }
)
"""Errors that are about the login or its place in the room."""


class MatrixOptions(Options):
    """``token``: an access token. It belongs to one device, and only that device is known by what it has sent."""

    server: SafeServer
    room: str
    token: Secret
    notice: bool = Field(False, description="true: as a notice, which rings no bell")
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")

    @field_validator("room")
    @classmethod
    def _room(cls, room: str) -> str:
        if not re.fullmatch(r"[!#]\S+", room):
            raise ValueError('must be "#name:server", or the id of a room such as "!abc:server"')
        return room


class Matrix:
    """One account in one room."""

    name: ClassVar[str] = "matrix"
    # An event has 65,536 bytes at most. A line break or quotation mark takes two bytes in it, and what servers add (the
    # events before, hashes, signatures) up to some 5,000: 2 x 30,000 + 5,536.
    rules: ClassVar[TextRules] = TextRules(limit=30_000, unit=Unit.BYTES, images=1, alt_in_text=True)
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, GIF, WEBP}), animated=True, film=ANY_MEDIA.film
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="by its key, or its text, among the newest 1,000 posts",
        person="when the list can't be had, or is not clear",
        reaches="Matrix rooms that are not encrypted",
        takes_back="its content; a gap stays, and other servers are asked",
    )
    options: ClassVar[type[Options]] = MatrixOptions
    # How long a server knows a transaction is not in the specification. Synapse: a day (event_txn_id_device_id).
    # Half an hour is what its older versions and others keep in memory.
    repeat_safe_for: ClassVar[timedelta] = timedelta(minutes=30)

    def __init__(self, options: MatrixOptions, vault: Vault, files: Files) -> None:
        token = options.token.value
        self._room = options.room
        self._kind = "m.notice" if options.notice else "m.text"
        self._vault = vault
        self._files = files
        self._host = urlsplit(options.server).netloc
        self._http = Client(
            options.server,
            headers={"Authorization": f"Bearer {token}"},
            timeout=(min(10.0, options.timeout), options.timeout),
        )
        login = hashlib.sha256(f"{options.server}\0{options.room}\0{token}".encode()).hexdigest()
        self._about_name = f"room of login {login[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"/(\$[^/?]+)(?:\?.*)?$", unquote(url))
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        about = self._about()
        if not isinstance(about, dict):
            return about
        closed = self._encrypted(about["room"])
        if closed is not None:
            return closed
        content = self._content(post, about, notes)
        if not isinstance(content, dict):
            return content
        if post.reply_to is not None:
            content["m.relates_to"] = {
                "rel_type": "m.thread",
                "event_id": (post.root or post.reply_to).id,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": post.reply_to.id},
            }
        if notes.get(_LOGIN) not in (None, self._about_name):
            # A transaction is known to the device that began it alone: from another one this would be a second event.
            return Unknown("an earlier attempt was made with another token; it has to be looked up")
        notes.put(_LOGIN, self._about_name)
        path = f"{_V3}/rooms/{quote(about['room'], safe='')}/send/m.room.message/{key}"
        answer = self._http.call("PUT", path, json=content, classify=_classify)
        if not isinstance(answer, Answer):
            return answer
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        if not isinstance(told.get("event_id"), str):
            return Unknown(f"{self._host} accepted something, but did not say what")
        return Sent(self._receipt(told["event_id"], about))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        about = self._about()
        if not isinstance(about, dict):
            return CannotTell(about.reason)
        try:
            return look_through(self._own_events(post, key, about), since)
        except CampaignError as error:
            return CannotTell(error.message)

    def whoami(self) -> str:
        hint = (
            "look at `server`, `room` and `token`; the account has to be invited to the room and to join it"
        )
        about = self._learn()
        if not isinstance(about, dict):
            raise CampaignError(f"Matrix does not know the account in that room: {about.reason}", hint)
        path = (
            f"{_V3}/rooms/{quote(about['room'], safe='')}/state/m.room.member/{quote(about['user'], safe='')}"
        )
        member = required(
            self._http.get(path, classify=_classify), f"{about['user']} is not in {self._room}", hint
        )
        told = member.object()
        if not isinstance(told, dict) or told.get("membership") != "join":
            raise CampaignError(f"{about['user']} has not joined {self._room}", hint)
        return f"{about['user']} in {self._room}"

    def delete(self, receipt: Receipt) -> Outcome:
        about = self._about()
        if not isinstance(about, dict):
            return about
        if not receipt.url.startswith(f"https://matrix.to/#/{quote(self._room, safe='!:')}/"):
            return Refused("it is in another room than this login posts to")
        event = quote(receipt.id, safe="")
        transaction = hashlib.sha256(receipt.id.encode()).hexdigest()[:32]
        path = f"{_V3}/rooms/{quote(about['room'], safe='')}/redact/{event}/{transaction}"
        answer = self._http.call("PUT", path, json={}, classify=_classify)
        return Sent(receipt) if isinstance(answer, Answer) else answer

    def _receipt(self, event: str, about: Mapping[str, str]) -> Receipt:
        return Receipt(
            event, f"https://matrix.to/#/{quote(self._room, safe='!:')}/{quote(event)}", about["user"]
        )

    # -- the picture: an upload publishes nothing -------------------------------------------------------------

    def _content(self, post: Post, about: Mapping[str, str], notes: Notes) -> dict[str, Any] | Failure:
        if not post.media:
            return {"msgtype": self._kind, "body": post.text}
        return self._picture(post, post.media[0], about, notes)

    def _picture(
        self, post: Post, media: Media, about: Mapping[str, str], notes: Notes
    ) -> dict[str, Any] | Failure:
        """The picture (or film) as an event whose caption is the text."""
        most = int(about["upload"]) or None
        file = fitted(media, self._files, replace(self.media, max_bytes=most))
        if isinstance(file, Refused):
            return file
        film = file.type.startswith("video/")
        if film and most is not None and len(file.data) > most:
            return Refused(f"{self._host} takes files of {most:,} bytes at most, posts/{media.file} has more")
        note = upload_note(1, media)
        uploaded = notes.get(note)
        if uploaded is None:
            answer = self._http.post(
                f"/_matrix/media/v3/upload?filename={quote(file.name)}",
                data=file.data,
                headers={"Content-Type": file.type},
                classify=_classify,
            )
            told = answer.object() if isinstance(answer, Answer) else answer
            if not isinstance(told, dict):
                return unpublished(told)
            if not isinstance(told.get("content_uri"), str):
                return Retry(f"{self._host} did not say where it keeps {media.file}")
            uploaded = str(told["content_uri"])
            notes.put(note, uploaded)
        info: dict[str, Any] = {"mimetype": file.type, "size": len(file.data)}
        if not film:
            info |= {"w": file.width, "h": file.height}
        return {
            "msgtype": "m.video" if film else "m.image",
            "body": post.text,
            "filename": file.name,  # with this the body is a caption (1.10)
            "url": uploaded,
            "info": info,
        }

    # -- the room and the account: asked once and remembered ---------------------------------------------------

    def _about(self) -> dict[str, str] | Failure:
        kept = self._vault.get(self._about_name)
        if kept is not None:
            about: dict[str, str] = json.loads(kept)
            return about
        return self._learn()

    def _learn(self) -> dict[str, str] | Failure:
        """The room's id, our own name, how large an upload may be (0: not said); no for an encrypted room."""
        who = self._read(f"{_V3}/account/whoami")
        if not isinstance(who, dict):
            return who
        room = self._room
        if room.startswith("#"):
            found = self._read(f"{_V3}/directory/room/{quote(room, safe='')}")
            if not isinstance(found, dict):
                return found
            room = str(found.get("room_id") or "")
        if not room or not isinstance(who.get("user_id"), str):
            return Retry(f"{self._host} did not say who and where we are")
        closed = self._encrypted(room)
        if closed is not None:
            return closed
        limits = self._read("/_matrix/client/v1/media/config")
        if isinstance(limits, Refused):  # before Matrix 1.11
            limits = self._read("/_matrix/media/v3/config")
        if isinstance(limits, Retry | Unknown):
            return unpublished(limits)
        size = limits.get("m.upload.size") if isinstance(limits, dict) else None
        about = {
            "room": room,
            "user": str(who["user_id"]),
            "upload": str(size if isinstance(size, int) else 0),
        }
        self._vault.put(self._about_name, json.dumps(about))
        return about

    def _encrypted(self, room: str) -> Failure | None:
        """Why nothing can be sent: the room is encrypted (it may be so since yesterday), or can't be seen."""
        no = Refused("not encrypted")
        state = self._http.get(
            f"{_V3}/rooms/{quote(room, safe='')}/state/m.room.encryption",
            classify=lambda answer: no if _code(answer) == "M_NOT_FOUND" else _classify(answer),
        )
        if state is no:
            return None
        if isinstance(state, Answer):
            return Refused(
                f"{self._room} is encrypted: posts there would have to be, and are not", Scope.ACCOUNT
            )
        return unpublished(state)

    def _read(self, path: str) -> dict[str, Any] | Failure:
        answer = self._http.get(path, classify=_classify)
        told = answer.object() if isinstance(answer, Answer) else answer
        return told if isinstance(told, dict) else unpublished(told)

    def _own_events(self, post: Post, key: str, about: Mapping[str, str]) -> Iterator[list[Listed]]:
        """Our own messages in the room, newest first, page by page to the end."""
        wanted = {"types": ["m.room.message"], "senders": [about["user"]]}
        params: dict[str, str | int] = {"dir": "b", "limit": _PAGE, "filter": json.dumps(wanted)}
        path = f"{_V3}/rooms/{quote(about['room'], safe='')}/messages"
        for _ in range(_PAGES):
            answer = required(
                self._http.get(path, params=params, classify=_classify),
                f"{self._host} did not list the room's messages",
            )
            told = answer.object()
            try:
                if isinstance(told, Unknown):
                    raise CampaignError(told.reason)
                yield [self._listed(event, post, key, about) for event in told["chunk"]]
                if not told.get("end"):
                    return
                params["from"] = str(told["end"])
            except (KeyError, TypeError, ValueError) as error:
                raise CampaignError(f"{self._host} lists messages in a way nobody can read") from error
        raise CampaignError(f"the attempt is more than {_PAGE * _PAGES} messages ago")

    def _listed(self, event: Mapping[str, Any], post: Post, key: str, about: Mapping[str, str]) -> Listed:
        made = datetime.fromtimestamp(event["origin_server_ts"] / 1000, UTC)
        if not event["content"] and event.get("unsigned", {}).get("transaction_id") is None:
            # Taken back: its words are gone, so that it may have been this one.
            return Listed(
                made, self._receipt(str(event["event_id"]), about), event["sender"] == about["user"]
            )
        transaction = (event.get("unsigned") or {}).get("transaction_id")
        # The server tells the transaction to the device that sent the event, for as long as it knows it.
        same = transaction == key
        if transaction is None:
            same = event["sender"] == about["user"] and alike(str(event["content"].get("body")), post.text)
        return Listed(made, self._receipt(str(event["event_id"]), about), same)


def _code(answer: Answer) -> str:
    told = answer.object()
    return str(told.get("errcode") or "") if isinstance(told, dict) else ""


def _classify(answer: Answer) -> Failure | None:
    """An error by its code; older servers say how long to wait in the body only (deprecated since 1.10)."""
    told = answer.object()
    after = told.get("retry_after_ms") if isinstance(told, dict) else None
    if answer.status == 429:
        if isinstance(after, int | float) and answer.header("Retry-After") is None:
            return Retry(said(answer), after / 1000, after / 1000)
        return None
    if answer.status == 403 or (answer.status < 500 and _code(answer) in _ACCOUNT):
        return Refused(said(answer), Scope.ACCOUNT)
    return None
