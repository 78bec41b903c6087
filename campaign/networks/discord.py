"""Discord: messages in a channel, as a bot or through a webhook of the channel.

What is said here of Discord stands in its documentation (docs.discord.com: resources/message, resources/webhook,
topics/rate-limits, topics/opcodes-and-status-codes).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import field_validator

from campaign.core.media import GIF, JPEG, MOV, MP4, PNG, WEBM, WEBP, FilmRules, MediaRules
from campaign.core.model import Account, Post
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.bot_or_webhook import BotOrWebhook
from campaign.networks.discord_text import INLINE, escaped
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said, unpublished
from campaign.networks.media import fitted
from campaign.networks.readback import Listed, alike, look_through

_WEBHOOK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/(\d+)/([\w-]+)/?")

_PAGE, _PAGES = 100, 10  # a page may hold 100

_POST = frozenset({20009, 40005, 50006, 50035, 50045, 50138})
"""Codes that are about the message, whatever their status: explicit content, too large, empty, invalid form, file too
large, can't be resized."""

_PLACE = frozenset({50008, 50024, 50083, 220001})
"""Codes of a 400 that are about the channel: not one for texts, an archived thread, a forum."""


class DiscordOptions(BotOrWebhook):
    """Either ``token`` and ``channel`` (a bot), or ``webhook``: the whole address that Discord shows."""

    server: SafeServer = "https://discord.com"

    @field_validator("channel")
    @classmethod
    def _number(cls, channel: str | int | None) -> str | None:
        if channel is not None and not re.fullmatch(r"\d{1,20}", str(channel)):
            raise ValueError(
                "must be the number of a channel (developer mode on: right click, Copy Channel ID)"
            )
        return None if channel is None else str(channel)


class Discord:
    """One channel."""

    name: ClassVar[str] = "discord"
    # content: 2,000 characters, with the backslashes; in which unit is not said, UTF-16 is the strictest. Each line may
    # need one backslash more than its signs, so that a line break counts twice, and the first line costs one.
    rules: ClassVar[TextRules] = TextRules(
        limit=1999, unit=Unit.UTF16, images=10, alt_limit=1024, escaped=INLINE + "\n"
    )
    media: ClassVar[MediaRules] = MediaRules(  # reference, Uploading Files: 10 MiB each
        kinds=frozenset({JPEG, PNG, GIF, WEBP}),
        max_bytes=10 * 1024 * 1024,
        animated=True,
        film=FilmRules(frozenset({MP4, MOV, WEBM}), max_bytes=10 * 1024 * 1024),
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="by its text, among the newest 1,000 posts",
        person="with a webhook after each lost answer; else when the list can't be had, or is not clear",
        reaches="Discord channels",
    )
    options: ClassVar[type[Options]] = DiscordOptions
    # A bot's nonce is known for "the past few minutes": too short to rely on, and how short is not said.
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: DiscordOptions, vault: Vault, files: Files) -> None:
        self._files = files
        self._vault = vault
        self._host = urlsplit(options.server).netloc
        secrets: tuple[str, ...]
        headers: dict[str, str] = {}
        if options.webhook is not None:
            match = _WEBHOOK.fullmatch(options.webhook.value)
            if match is None:
                raise CampaignError(
                    "`webhook` is not the address of a Discord webhook",
                    "copy it in the channel's settings: Integrations, Webhooks, Copy Webhook URL",
                )
            self._webhook, secrets = match[1], (match[2], options.webhook.value)
            self._place = f"/webhooks/{match[1]}/{match[2]}"
            self._posting, self._messages = f"{self._place}?wait=true", f"{self._place}/messages"
        else:
            assert options.token is not None  # noqa: S101 - the options see to it
            self._webhook, secrets = "", (options.token.value,)
            headers = {"Authorization": f"Bot {options.token.value}"}
            self._place = f"/channels/{options.channel}"
            self._posting = self._messages = f"{self._place}/messages"
        self._http = Client(
            f"{options.server}/api/v10",
            headers=headers,
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=secrets,
        )
        login = hashlib.sha256(f"{options.server}{self._place}{secrets}".encode()).hexdigest()
        self._about_name = f"channel of login {login[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"/channels/[^/]+/\d+/(\d+)/?$", url)
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        about = self._about()
        if not isinstance(about, dict):
            return about
        body: dict[str, Any] = {"content": escaped(post.text), "allowed_mentions": {"parse": []}}
        if not self._webhook:
            body |= {"nonce": _nonce(key), "enforce_nonce": True}
            if post.reply_to is not None:
                body["message_reference"] = {"message_id": post.reply_to.id}
        files: dict[str, tuple[str, bytes, str]] = {}
        for number, media in enumerate(post.media):
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            name = f"SPOILER_{file.name}" if post.warning else file.name  # shown when it is clicked on
            files[f"files[{number}]"] = (name, file.data, file.type)
            body.setdefault("attachments", []).append(
                {"id": str(number), "filename": name, "description": media.alt}
            )
        if files:
            form = {"payload_json": (None, json.dumps(body), "application/json"), **files}
            answer = self._http.post(self._posting, files=form, classify=_classify)
        else:
            answer = self._http.post(self._posting, json=body, classify=_classify)
        if not isinstance(answer, Answer):
            return answer
        message = answer.object()
        if isinstance(message, Unknown):
            return message
        return self._sent(message, about, self._http.wait(answer))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        if self._webhook:
            return CannotTell("Discord tells no webhook what it has posted: look into the channel")
        about = self._about()
        if not isinstance(about, dict):
            return CannotTell(about.reason)
        try:
            return look_through(self._own_messages(post, about), since)
        except CampaignError as error:
            return CannotTell(error.message)

    def whoami(self) -> str:
        hint = "look at `webhook`: Discord forgets one that is deleted"
        if not self._webhook:
            hint = "look at `token` and `channel`: the bot has to be in the server, and may View and Send Messages"
        about = self._learn()
        if not isinstance(about, dict):
            raise CampaignError(f"Discord does not know the login: {about.reason}", hint)
        return str(about["name"])

    def delete(self, receipt: Receipt) -> Outcome:
        gone = Refused("it was gone already")
        answer = self._http.call(
            "DELETE",
            f"{self._messages}/{receipt.id}",
            classify=lambda answer: gone if _code(answer) == 10008 else _classify(answer),  # Unknown Message
        )
        if answer is gone:
            about = self._about()
            if not isinstance(about, dict):
                return about
            # A message of another channel is as unknown here as one that is gone.
            if f"/{about['channel']}/" not in receipt.url:
                return Refused("it is in another channel than this login posts to")
        return Sent(receipt) if answer is gone or isinstance(answer, Answer) else answer

    def _sent(self, message: Mapping[str, Any], about: Mapping[str, str], wait: float | None) -> Outcome:
        try:
            number = str(int(message["id"]))
            author = str(message["webhook_id"] if self._webhook else message["author"]["id"])
        except (KeyError, TypeError, ValueError):
            return Unknown(f"{self._host} accepted something, but did not say what")
        if author != about["author"]:
            return Unknown(f"{self._host} answered with a message of {author}, not of this account")
        return Sent(self._receipt(number, about), wait)

    def _receipt(self, number: str, about: Mapping[str, str]) -> Receipt:
        url = f"https://discord.com/channels/{about['guild']}/{about['channel']}/{number}"
        return Receipt(number, url, about["name"])

    # -- what the login is: no request here publishes anything ------------------------------------------------

    def _about(self) -> dict[str, str] | Failure:
        """Whose messages they are, and where: asked once and remembered."""
        kept = self._vault.get(self._about_name)
        if kept is not None:
            about: dict[str, str] = json.loads(kept)
            return about
        return self._learn()

    def _learn(self) -> dict[str, str] | Failure:
        place = self._read(self._place)
        who = place if self._webhook else self._read("/users/@me")
        if not isinstance(place, dict):
            return place
        if not isinstance(who, dict):
            return who
        try:
            about = {
                "author": str(int(who["id"])),
                "name": str(who.get("name") or who["username"]),
                "guild": str(place.get("guild_id") or "@me"),
                "channel": str(place["channel_id"] if self._webhook else place["id"]),
            }
        except (KeyError, TypeError, ValueError):
            return Retry(f"{self._host} did not say what the login is")
        self._vault.put(self._about_name, json.dumps(about))
        return about

    def _read(self, path: str) -> dict[str, Any] | Failure:
        answer = self._http.get(path, classify=_classify)
        told = answer.object() if isinstance(answer, Answer) else answer
        return told if isinstance(told, dict) else unpublished(told)

    def _own_messages(self, post: Post, about: Mapping[str, str]) -> Iterator[list[Listed]]:
        """The channel's messages that are ours, newest first, page by page to the end."""
        params: dict[str, str | int] = {"limit": _PAGE}
        wanted = escaped(post.text)
        for number in range(_PAGES):
            answer = required(
                self._http.get(self._messages, params=params, classify=_classify),
                f"{self._host} did not list the channel's messages",
            )
            page = answer.array()
            if isinstance(page, Unknown):
                raise CampaignError(page.reason)
            if not page and number == 0:
                # Without Read Message History there are none, and no error (Get Channel Messages).
                raise CampaignError("Discord lists no message at all: may the bot Read Message History?")
            if not page:
                return
            try:
                yield [
                    Listed(
                        datetime.fromisoformat(message["timestamp"]),
                        self._receipt(str(message["id"]), about),
                        alike(message["content"], wanted)
                        and str(message["author"]["id"]) == about["author"]
                        and len(message.get("attachments") or ()) == len(post.media),
                    )
                    for message in page
                ]
                params["before"] = str(page[-1]["id"])
            except (KeyError, TypeError, ValueError) as error:
                raise CampaignError(f"{self._host} lists messages in a way nobody can read") from error
        raise CampaignError(f"the attempt is more than {_PAGE * _PAGES} messages ago")


def _nonce(key: str) -> str:
    """The key in at most 25 characters, as long as a nonce may be."""
    number, digits = UUID(key).int, ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def _code(answer: Answer) -> int:
    told = answer.object()
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, int) else 0


def _classify(answer: Answer) -> Failure | None:
    """403 and 404 are about the login (removed from the server, webhook or channel deleted, missing permissions) unless
    their code is one about the message; ``retry_after`` of a 429 is in seconds."""
    if answer.status == 429:
        told = answer.object()
        after = told.get("retry_after") if isinstance(told, dict) else None
        if isinstance(after, int | float) and answer.header("Retry-After") is None:
            return Retry(said(answer), float(after), float(after))
        return None
    if _code(answer) in _POST:
        return Refused(said(answer), Scope.POST)
    if answer.status in (403, 404) or _code(answer) in _PLACE:
        return Refused(said(answer), Scope.ACCOUNT)
    return None
