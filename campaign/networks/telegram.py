"""Telegram: a bot that may post in a channel or group, over the Bot API.

Texts are sent without ``parse_mode``: they arrive as they are written, ``<`` and ``&`` included, and Telegram makes
links and hashtags itself. What is said here of Telegram stands in its documentation (core.telegram.org/bots/api).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from campaign.core.media import JPEG, MP4, PNG, WEBP, FilmRules, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said
from campaign.networks.media import Fitted, fitted

_ACCOUNT = re.compile(
    r"chat not found|not enough rights|need administrator rights|have no rights|chat_write_forbidden|"
    r"chat_admin_required|upgraded to a supergroup|not a member|bot was (kicked|blocked)|is deactivated|"
    r"channel_private|peer_id_invalid",
    re.IGNORECASE,
)
"""Descriptions of a 400 that are about the bot's place in the chat, not about the post. The Bot API has no codes for
them; these are the words of its server (github.com/tdlib/telegram-bot-api, Client.cpp)."""

_PRIVATE = re.compile(r"-100(\d+)")
"""The id of a supergroup or channel; behind -100 stands the number that its links have."""

_MAY_POST = frozenset({"creator", "administrator", "member"})


class TelegramOptions(Options):
    """``chat``: ``@channel``, or the number of a chat. ``token``: the bot's, from @BotFather."""

    server: SafeServer = Field(
        "https://api.telegram.org", description="a Bot API server of your own, if there is one"
    )
    chat: str | int
    token: Secret
    silent: bool = Field(False, description="true: nobody's phone makes a sound")
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")

    @field_validator("chat")
    @classmethod
    def _chat(cls, chat: str | int) -> str:
        text = str(chat)
        if not re.fullmatch(r"@[A-Za-z]\w{3,31}|-?\d{1,20}", text):
            raise ValueError('must be "@channel", or the number of a chat such as -1001234567890')
        return text


class Telegram:
    """One bot in one chat."""

    name: ClassVar[str] = "telegram"
    # sendMessage: 1-4096 characters, sendPhoto and its like: caption 0-1024. Offsets in the Bot API
    # are UTF-16 units; that the limits are too is not said, and holds in any case. There is no field for descriptions.
    rules: ClassVar[TextRules] = TextRules(
        limit=4096, unit=Unit.UTF16, images=10, media_limit=1024, alt_in_text=True
    )
    # sendPhoto: 10 MB, width and height 10,000 together, ratio 20. sendVideo: MP4, 50 MB.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, WEBP}),
        max_bytes=10_000_000,
        max_side=5000,
        ratio=(1 / 20, 20.0),
        film=FilmRules(frozenset({MP4}), max_bytes=50_000_000),
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="no", person="after each lost answer", reaches="Telegram channels and groups"
    )
    options: ClassVar[type[Options]] = TelegramOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: TelegramOptions, files: Files) -> None:
        token = options.token.value
        self._chat = str(options.chat)
        self._silent = options.silent
        self._files = files
        self._host = urlsplit(options.server).netloc
        self._http = Client(
            f"{options.server}/bot{token}",
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=(token, token.partition(":")[2]),
        )

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"t\.me/(?:c/\d+|\w+)/(\d+)/?(?:\?.*)?$", url)
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        ready: list[Fitted] = []
        for media in post.media:
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            ready.append(file)
        common: dict[str, Any] = {"chat_id": self._chat, "disable_notification": self._silent}
        if post.reply_to is not None:
            common["reply_parameters"] = {"message_id": int(post.reply_to.id)}
        if not ready:
            return self._sent(self._call("sendMessage", {**common, "text": post.text}))
        if len(ready) > 1:
            return self._sent(self._album(post, common, ready))
        (file,) = ready
        kind = "video" if file.type == MP4 else "photo"
        body = {**common, "caption": post.text, "has_spoiler": bool(post.warning)}
        return self._sent(self._call(f"send{kind.capitalize()}", body, {kind: file.part}))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        # A bot can list no history and does not get its own posts as updates.
        return CannotTell(f"Telegram tells no bot what it has posted: look at {self._where()}")

    def whoami(self) -> str:
        """The bot, and that it may post in the chat."""
        bot = self._ask("getMe", {})
        name = f"@{bot['username']}"
        chat = self._ask("getChat", {"chat_id": self._chat})
        member = self._ask("getChatMember", {"chat_id": self._chat, "user_id": bot["id"]})
        may = member.get("status") in _MAY_POST
        if chat.get("type") == "channel":
            may = member.get("status") == "creator" or member.get("can_post_messages") is True
        if not may:
            raise CampaignError(
                f"{name} may not post in {self._chat}",
                "make the bot an administrator of the channel, with the right to post messages",
            )
        return f"{name} in {chat.get('title') or self._chat}"

    def delete(self, receipt: Receipt) -> Outcome:
        about = dict(receipt.extra)
        ids = [int(number) for number in about.get("ids", receipt.id).split()]
        # Messages that are gone already are passed over (deleteMessages).
        answer = self._call("deleteMessages", {"chat_id": about.get("chat", self._chat), "message_ids": ids})
        return Sent(receipt) if isinstance(answer, Answer) else answer

    # -- calls ---------------------------------------------------------------------------------------------

    def _call(
        self, method: str, body: Mapping[str, Any], files: Mapping[str, Any] | None = None
    ) -> Answer | Failure:
        if not files:
            return self._http.post(f"/{method}", json=body, classify=_classify)
        # Beside files everything else is a form field; what is no string goes as JSON.
        fields = {name: v if isinstance(v, str) else json.dumps(v) for name, v in body.items()}
        return self._http.post(f"/{method}", data=fields, files=files, classify=_classify)

    def _album(self, post: Post, common: Mapping[str, Any], files: list[Fitted]) -> Answer | Failure:
        """Several pictures in one message; the caption of the first is shown below all."""
        items = [
            {"type": "photo", "media": f"attach://p{number}", "has_spoiler": bool(post.warning)}
            for number in range(len(files))
        ]
        items[0]["caption"] = post.text
        parts = {f"p{number}": file.part for number, file in enumerate(files)}
        return self._call("sendMediaGroup", {**common, "media": items}, parts)

    def _ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a call that only reads. CampaignError when there is none."""
        hint = "look at `token` and `chat`; @BotFather makes a new token with /token"
        answer = required(
            self._http.get(f"/{method}", params=params, classify=_classify),
            f"Telegram does not know the bot or its chat ({method})",
            hint,
        )
        result = _result(answer)
        if not isinstance(result, dict):
            raise CampaignError(f"{self._host} answered {method} in a way nobody can read", hint)
        return result

    # -- what was published --------------------------------------------------------------------------------

    def _sent(self, answer: Answer | Failure) -> Outcome:
        if not isinstance(answer, Answer):
            return answer
        result = _result(answer)
        messages = result if isinstance(result, list) else [result]
        try:
            ids = [int(message["message_id"]) for message in messages]
            chat = messages[0]["chat"]
            number, username = str(chat["id"]), str(chat.get("username") or "")
        except (KeyError, TypeError, ValueError, IndexError):
            return Unknown(f"{self._host} accepted something, but did not say what")
        # A channel may have several names, of which the answer tells one.
        if not self._chat.startswith("@") and self._chat != number:
            return Unknown(f"{self._host} answered with a message in {number}, not in {self._chat}")
        extra = (("chat", number), ("ids", " ".join(map(str, ids))))
        author = f"@{username}" if username else str(chat.get("title") or number)
        return Sent(Receipt(str(ids[0]), _url(username, number, ids[0]), author, extra))

    def _where(self) -> str:
        if self._chat.startswith("@"):
            return f"https://t.me/{self._chat[1:]}"
        private = _PRIVATE.fullmatch(self._chat)
        return f"https://t.me/c/{private[1]}" if private else f"chat {self._chat}"


def _url(username: str, number: str, message: int) -> str:
    """The address of a message: for everybody in a public chat, for members in a private one."""
    if username:
        return f"https://t.me/{username}/{message}"
    private = _PRIVATE.fullmatch(number)
    return f"https://t.me/c/{private[1]}/{message}" if private else ""


def _result(answer: Answer) -> Any:
    """What stands under ``result`` in a success; None if it is none."""
    told = answer.object()
    return told.get("result") if isinstance(told, dict) and told.get("ok") is True else None


def _classify(answer: Answer) -> Failure | None:
    """Errors by their description, and by ``parameters`` (ResponseParameters)."""
    told = answer.object()
    about = told if isinstance(told, dict) else {}
    parameters = about.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    moved = parameters.get("migrate_to_chat_id")
    if moved is not None:
        return Refused(f"{said(answer)} (write chat: {moved})", Scope.ACCOUNT)
    after = parameters.get("retry_after")
    if answer.status == 429 and isinstance(after, int | float):
        return Retry(said(answer), float(after), float(after))
    # 404 is what a token gets that is none: there is no such path.
    if answer.status in (403, 404) or (
        answer.status == 400 and _ACCOUNT.search(str(about.get("description")))
    ):
        return Refused(said(answer), Scope.ACCOUNT)
    return None
