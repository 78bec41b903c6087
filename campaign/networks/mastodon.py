"""Mastodon and servers that speak its client API: statuses with pictures, over ``requests``.

What is said here of Mastodon stands in its documentation (methods/statuses, methods/media, methods/instance).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field

from campaign.core.media import GIF, JPEG, MOV, MP4, PNG, WEBM, WEBP, FilmRules, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said, unpublished
from campaign.networks.instance import Instance
from campaign.networks.media import fitted, upload_note
from campaign.networks.readback import Listed, alike, look_through, plain

_KNOWS_KEYS = frozenset({"mastodon", "hometown"})
"""Software that keeps Idempotency-Key for an hour, in a store that outlives a restart (glitch-soc calls
itself mastodon). GoToSocial ignores the header, Pleroma and Akkoma keep it in memory; of others nothing is
known."""

_PAGE = 40  # the most that a page of an account's statuses may hold
_PAGES = 25

_MENTION = re.compile(r"(?<![\w@])(@\w[\w.-]*)@[\w.-]*\w")


_ADDRESS = re.compile(r"/(?:@[^/]+|statuses|notice)/([0-9A-Za-z]+)/?$")
"""Where Mastodon, GoToSocial and Pleroma show a post."""


class MastodonOptions(Options):
    """``token``: an access token with read:accounts, read:statuses, write:media and write:statuses."""

    server: SafeServer
    token: Secret
    visibility: Literal["public", "unlisted", "private"] = "public"
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class Mastodon:
    """One account on one server."""

    name: ClassVar[str] = "mastodon"
    rules: ClassVar[TextRules] = TextRules(
        limit=500, unit=Unit.MASTODON, url_length=23, images=4, alt_limit=1500, warning_counts=True
    )
    # Defaults of Mastodon 4 (app/models/media_attachment.rb): 16 MiB and 33,177,600 pixels, films 99 MiB.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, GIF, WEBP}),
        max_bytes=16 * 1024 * 1024,
        max_pixels=33_177_600,
        animated=True,
        film=FilmRules(frozenset({MP4, MOV, WEBM}), max_bytes=99 * 1024 * 1024),
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="by its text, among the newest 1,000 posts",
        person="when the list can't be had, or shows the same text twice or from before",
        reaches="Mastodon, GoToSocial, Pleroma, Akkoma and their like",
        repeat="1 hour on Mastodon itself",
        warning=True,
        language=True,
        takes_back="other servers are asked to delete it too",
    )
    options: ClassVar[type[Options]] = MastodonOptions

    @property
    def repeat_safe_for(self) -> timedelta:
        """An hour, as documented, where the server is known to keep its word; 0 until it is known."""
        return timedelta(hours=1) if self._instance.software() in _KNOWS_KEYS else timedelta()

    def __init__(self, options: MastodonOptions, vault: Vault, files: Files) -> None:
        token = options.token.value
        self._visibility = options.visibility
        self._host = urlsplit(options.server).netloc
        self._vault = vault
        self._files = files
        self._http = Client(
            options.server,
            headers={"Authorization": f"Bearer {token}"},
            timeout=(min(10.0, options.timeout), options.timeout),
        )
        self._instance = Instance(self._http, vault)
        # What is remembered of a login is asked anew when the account gets another.
        login = hashlib.sha256(f"{options.server}\0{token}".encode()).hexdigest()
        self._id_name = f"id of login {login[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = _ADDRESS.search(url)
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        # Both are asked once and before the first post, so that a crash in it finds them answered.
        unanswered = self._instance.learn()
        if unanswered is not None:
            return unanswered
        our_id = self._our_id()
        if not isinstance(our_id, str):
            return our_id
        media_ids = self._media_ids(post, notes)
        if not isinstance(media_ids, list):
            return media_ids
        answer = self._http.post(
            "/api/v1/statuses", json=self._status(post, media_ids), key=key, classify=_classify
        )
        if not isinstance(answer, Answer):
            return answer
        status = answer.object()
        if isinstance(status, Unknown):
            return status
        return self._sent(status, our_id, self._http.wait(answer))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        our_id = self._our_id()
        if not isinstance(our_id, str):
            return CannotTell(our_id.reason)
        try:
            return look_through(self._own_statuses(our_id, post), since)
        except CampaignError as error:
            return CannotTell(error.message)

    def whoami(self) -> str:
        account = self._account()
        if not isinstance(account, Mapping):
            raise CampaignError(
                f"{self._host} does not know the account: {account.reason}",
                "look at `server` and `token`; a new token is made in the server's settings, Development",
            )
        self._instance.ask()  # a login that was just changed may be on a server that was just changed
        return self._handle(account)

    def delete(self, receipt: Receipt) -> Outcome:
        """ "No such status" is also what somebody else's is called: gone is only what can't be read either."""
        path = f"/api/v1/statuses/{receipt.id}"
        missing = Refused("it is not there")

        def look(answer: Answer) -> Failure | None:
            return missing if answer.status == 404 else _classify(answer)

        answer = self._http.call("DELETE", path, classify=look)
        if answer is not missing:
            return Sent(receipt) if isinstance(answer, Answer) else answer
        there = self._http.get(path, classify=look)
        if there is missing:
            return Sent(receipt)
        if isinstance(there, Answer):
            return Refused("it is not a post of this login: delete it with the one that posted it")
        return there

    def server_limits(self) -> TextRules:
        return self._instance.limits(self.rules)

    def _status(self, post: Post, media_ids: list[str]) -> dict[str, Any]:
        """The body of POST /api/v1/statuses; what does not apply is left out."""
        optional = {
            "media_ids": media_ids,
            "spoiler_text": post.warning,
            "in_reply_to_id": post.reply_to.id if post.reply_to else "",
        }
        return {
            "status": post.text,
            "visibility": self._visibility,
            "language": post.language,
            **{name: value for name, value in optional.items() if value},
        }

    def _sent(self, status: dict[str, Any], our_id: str, wait: float | None) -> Outcome:
        try:
            receipt, author = self._receipt(status), str(status["account"]["id"])
        except (KeyError, TypeError):
            return Unknown(f"{self._host} accepted something, but did not say what")
        if author != our_id:
            return Unknown(f"{self._host} answered with a post of {receipt.author}, not of this account")
        return Sent(receipt, wait)

    def _receipt(self, status: Mapping[str, Any]) -> Receipt:
        url = status.get("url") or status.get("uri") or ""
        return Receipt(str(status["id"]), str(url), self._handle(status["account"]))

    def _handle(self, account: Mapping[str, Any]) -> str:
        acct = str(account["acct"])
        return f"@{acct}" if "@" in acct else f"@{acct}@{self._host}"

    # -- pictures: no request here publishes anything ------------------------------------------------------

    def _media_ids(self, post: Post, notes: Notes) -> list[str] | Failure:
        """Upload what an earlier attempt has not; Retry while the server is still working on a picture."""
        ids: list[str] = []
        unready = ""
        for number, media in enumerate(post.media, 1):
            note = upload_note(number, media)
            answer = self._uploaded(notes.get(note))
            if answer is None:
                file = fitted(media, self._files, self.media)
                if isinstance(file, Refused):
                    return file
                answer = self._http.post(
                    "/api/v2/media",
                    files={"file": file.part},
                    data={"description": media.alt} if media.alt else None,
                    classify=_classify,
                )
            if not isinstance(answer, Answer):
                return unpublished(answer)
            attachment = answer.object()
            if isinstance(attachment, Unknown) or "id" not in attachment:
                return Retry(f"{self._host} did not say under which id it keeps {media.file}")
            ids.append(str(attachment["id"]))
            notes.put(note, ids[-1])
            if answer.status in (202, 206):  # accepted, and looked for: not ready yet
                unready = media.file
        return Retry(f"{self._host} is still working on {unready}", 5.0) if unready else ids

    def _uploaded(self, media_id: str | None) -> Answer | Failure | None:
        """What the server says of a picture that an earlier attempt uploaded; None: there is none to use."""
        if media_id is None:
            return None
        gone = Refused("it is not there any more")
        answer = self._http.get(
            f"/api/v1/media/{media_id}", classify=lambda answer: gone if answer.status == 404 else None
        )
        return None if answer is gone else answer

    # -- what the account is and has ------------------------------------------------------------------------

    def _account(self) -> Mapping[str, Any] | Failure:
        """The account that the token belongs to; its id is remembered."""
        answer = self._http.get("/api/v1/accounts/verify_credentials", classify=_classify)
        if not isinstance(answer, Answer):
            return unpublished(answer)
        account = answer.object()
        if isinstance(account, Unknown) or not {"id", "acct"} <= account.keys():
            return Retry(f"{self._host} did not say whose token this is")
        self._vault.put(self._id_name, str(account["id"]))
        return account

    def _our_id(self) -> str | Failure:
        known = self._vault.get(self._id_name)
        if known is not None:
            return known
        account = self._account()
        return str(account["id"]) if isinstance(account, Mapping) else account

    def _own_statuses(self, our_id: str, post: Post) -> Iterator[list[Listed]]:
        """The account's statuses without boosts, newest first, page by page to the end."""
        params: dict[str, str | int] = {"exclude_reblogs": "true", "limit": _PAGE}
        for _ in range(_PAGES):
            answer = required(
                self._http.get(f"/api/v1/accounts/{our_id}/statuses", params=params),
                f"{self._host} did not list the account's posts",
            )
            page = answer.array()
            if isinstance(page, Unknown):
                raise CampaignError(page.reason)
            if not page:
                return
            try:
                yield [self._listed(status, post) for status in page]
                params["max_id"] = str(page[-1]["id"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise CampaignError(
                    f"{self._host} lists the account's posts in a way nobody can read"
                ) from error
        raise CampaignError(f"the attempt is more than {_PAGE * _PAGES} posts ago")

    def _listed(self, status: Mapping[str, Any], post: Post) -> Listed:
        made = datetime.fromisoformat(status["created_at"])
        replied = str(status.get("in_reply_to_id") or "")
        same = (
            alike(_local(plain(status["content"])), _local(post.text))
            and alike(_local(status.get("spoiler_text") or ""), _local(post.warning))
            and len(status.get("media_attachments") or ()) == len(post.media)
            and replied == (post.reply_to.id if post.reply_to else "")
        )
        return Listed(made if made.tzinfo else made.replace(tzinfo=UTC), self._receipt(status), same)


def _classify(answer: Answer) -> Failure | None:
    """403 is about the account: suspended, login disabled, a token without the scope, a firewall."""
    return Refused(said(answer), Scope.ACCOUNT) if answer.status == 403 else None


def _local(text: str) -> str:
    """Mentions as servers print them: without the host."""
    return _MENTION.sub(r"\1", text)
