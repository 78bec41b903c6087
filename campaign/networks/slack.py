"""Slack: messages in one channel, as a bot or through an incoming webhook.

What is said here of Slack stands in its documentation (docs.slack.dev: chat.postMessage, conversations.history, working
with files, block kit, incoming webhooks).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import field_validator

from campaign.core.links import spans
from campaign.core.media import GIF, JPEG, PNG, MediaRules
from campaign.core.model import Account, Media, Post
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
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.bot_or_webhook import BotOrWebhook
from campaign.networks.elsewhere import own, reach
from campaign.networks.http import Answer, Client, Failure, SafeServer, said, unpublished
from campaign.networks.media import fitted, upload_note
from campaign.networks.readback import SKEW

_HOME, _HOOKS = "https://slack.com", "https://hooks.slack.com"
# Not /workflows or /triggers, which start a workflow: they take its own variables, and say nothing of a message.
_WEBHOOK = re.compile(r"https://hooks\.slack\.com(/services/[^\s?#]+)")

_EVENT = "campaign_post"
"""The type of the metadata that holds our key."""

_PAGES = 50

_UNREADY = "unready"
"""Note: Slack said once that it can't use the files that it was given."""

_ACCOUNT = frozenset(
    {
        "access_denied", "accesslimited", "account_inactive", "as_user_not_supported", "channel_not_found",
        "ekm_access_denied", "enterprise_is_restricted", "invalid_auth", "is_archived", "missing_scope",
        "no_permission", "not_allowed_token_type", "not_authed", "not_in_channel", "org_login_required",
        "restricted_action", "restricted_action_read_only_channel",
        "team_access_not_granted", "team_added_to_org", "token_expired", "token_revoked", "two_factor_setup_required",
    }
)  # fmt: skip
"""Errors of chat.postMessage that are about the login or its place in the channel."""

_OPEN = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_not_found"}
)
"""Errors after which "it's possible some aspect of the operation succeeded" (fatal_error), or a server broke."""

_SHUT = frozenset(
    {
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "no_service",
        "no_team",
        "team_disabled",
        "user_not_found",
    }
)
"""What a webhook answers, in plain text, when it is switched off or its channel is gone."""


class SlackOptions(BotOrWebhook):
    """Either ``token`` and ``channel`` (a bot), or ``webhook``: the whole address that Slack shows."""

    server: SafeServer = _HOME

    @field_validator("channel")
    @classmethod
    def _channel(cls, channel: str | int | None) -> str | None:
        if channel is not None and not re.fullmatch(r"[CG][A-Z0-9]{6,}", str(channel)):
            raise ValueError(
                "must be the id of a channel such as C0123456789 (channel details, at the bottom)"
            )
        return None if channel is None else str(channel)


class Slack:
    """One channel."""

    name: ClassVar[str] = "slack"
    # chat.postMessage: `text` within 4,000 characters (it is truncated after 40,000). Image blocks: alt_text 2,000.
    rules: ClassVar[TextRules] = TextRules(limit=4000, images=10, alt_limit=2000)
    # Image blocks with a slack_file take PNG, JPEG and GIF; how large is not said: what any client shows at once.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({PNG, JPEG, GIF}), max_bytes=10_000_000, animated=True
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="exactly, by its key, since the attempt",
        person="with a webhook after each lost answer; else when the channel's history can't be read",
        reaches="Slack channels",
    )
    options: ClassVar[type[Options]] = SlackOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: SlackOptions, vault: Vault, files: Files) -> None:
        self._vault = vault
        self._files = files
        self._server = options.server
        self._channel = str(options.channel or "")
        self._hook = ""
        timeout = (min(10.0, options.timeout), options.timeout)
        self._timeout = timeout
        if options.webhook is not None:
            match = _WEBHOOK.fullmatch(options.webhook.value)
            if match is None:
                raise CampaignError(
                    "`webhook` is not the address of a Slack webhook",
                    "copy it from the app's page, Incoming Webhooks: https://hooks.slack.com/services/…",
                )
            self._hook = match[1]
            home = _HOOKS if options.server == _HOME else options.server
            self._http = Client(home, timeout=timeout, secrets=(options.webhook.value, match[1]))
            login = match[1]
        else:
            assert options.token is not None  # noqa: S101 - the options see to it
            login = options.token.value
            headers = {"Authorization": f"Bearer {login}"}
            self._http = Client(f"{options.server}/api", headers=headers, timeout=timeout)
        self._host = urlsplit(self._http.base_url).netloc
        mark = hashlib.sha256(f"{options.server}\0{login}".encode()).hexdigest()
        self._about_name = f"bot of login {mark[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"/archives/[A-Z0-9]+/p(\d{10})(\d{6})(?:\?.*)?$", url)
        return f"{found[1]}.{found[2]}" if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        if self._hook:
            return self._send_to_hook(post, key)
        about = self._about()
        if not isinstance(about, dict):
            return about
        pictures = self._pictures(post, notes)
        if not isinstance(pictures, list):
            return pictures
        body: dict[str, Any] = {
            "channel": self._channel,
            "text": _escaped(post.text),
            "mrkdwn": False,
            "link_names": False,
            "metadata": {"event_type": _EVENT, "event_payload": {"key": key}},
        }
        if pictures:  # beside blocks the text is only what a notification shows
            body["blocks"] = [*_paragraphs(post.text), *pictures]
        if post.reply_to is not None:
            body["thread_ts"] = (post.root or post.reply_to).id
        told = self._call("chat.postMessage", body)
        if not isinstance(told, dict):
            if pictures and isinstance(told, Refused) and "slack_file" in told.reason:
                return self._unready(told, post, notes)
            return told
        message = told.get("message")
        author = message.get("bot_id") if isinstance(message, dict) else None
        if not isinstance(told.get("ts"), str):
            return Unknown(f"{self._host} accepted something, but did not say what")
        if author not in (None, about["bot"]):
            return Unknown(f"{self._host} answered with a message of {author}, not of this bot")
        return Sent(self._receipt(told["ts"], about))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        if self._hook:
            return CannotTell("Slack tells no webhook what it has posted: look into the channel")
        about = self._about()
        if not isinstance(about, dict):
            return CannotTell(about.reason)
        params = {
            "channel": self._channel,
            "oldest": f"{(since - SKEW).timestamp():.6f}",
            "include_all_metadata": "true",
            "limit": "200",
        }
        method = "conversations.history"
        if post.reply_to is not None:  # what stands in a thread is not in the channel's history
            method, params["ts"] = "conversations.replies", (post.root or post.reply_to).id
        for _ in range(_PAGES):
            told = self._read(method, params)
            if not isinstance(told, dict):
                needs = " (it needs the scope channels:history)" if "missing_scope" in told.reason else ""
                return CannotTell(told.reason + needs)
            try:
                ours = [message["ts"] for message in told["messages"] if _key_of(message) == key]
                cursor = (told.get("response_metadata") or {}).get("next_cursor")
            except (AttributeError, KeyError, TypeError):
                return CannotTell(f"{self._host} lists messages in a way nobody can read")
            if ours:
                return Sent(self._receipt(str(ours[0]), about))
            if not told.get("has_more"):
                return Absent("no message since the attempt has its key")
            if not cursor:
                break
            params["cursor"] = str(cursor)
        return CannotTell("the channel's history since the attempt could not be read to its end")

    def whoami(self) -> str:
        if self._hook:  # it can't be asked anything, only be posted to
            return f"a webhook of {self._hook.split('/')[2]} (whether it works shows when it posts)"
        hint = "look at `token` (it begins with xoxb-) and `channel`; in the channel: /invite @the-bot"
        about = self._learn()
        if not isinstance(about, dict):
            raise CampaignError(f"Slack does not know the bot: {about.reason}", hint)
        told = self._read("conversations.info", {"channel": self._channel})
        if not isinstance(told, dict):
            raise CampaignError(f"the bot can't see {self._channel}: {told.reason}", hint)
        channel = told.get("channel")
        if not isinstance(channel, dict) or channel.get("is_member") is False:
            raise CampaignError(f"{about['name']} is not in {self._channel}", hint)
        return f"{about['name']} in #{channel.get('name') or self._channel}"

    def delete(self, receipt: Receipt) -> Outcome:
        if self._hook:
            return Refused("Slack lets no webhook take a message back: delete it by hand")
        if f"/archives/{self._channel}/" not in receipt.url:
            return Refused("it is in another channel than this bot posts to")
        told = self._call("chat.delete", {"channel": self._channel, "ts": receipt.id})
        if isinstance(told, Refused) and "message_not_found" in told.reason:
            return Sent(receipt)
        return Sent(receipt) if isinstance(told, dict) else told

    def _unready(self, refused: Refused, post: Post, notes: Notes) -> Retry:
        """Slack is still working on a file, or can't use it: after the second time it is uploaded anew.

        Completing an upload is asynchronous, and blocks with the file are refused until it is done
        (slackapi/slack-github-action, issue 413; slackapi/python-slack-sdk, issue 1521).
        """
        if notes.get(_UNREADY):
            for number, media in enumerate(post.media, 1):
                notes.put(upload_note(number, media), "")
        notes.put(_UNREADY, "" if notes.get(_UNREADY) else "yes")
        return Retry(refused.reason, 10.0)

    # -- calls ---------------------------------------------------------------------------------------------

    def _call(self, method: str, body: Mapping[str, Any]) -> dict[str, Any] | Failure:
        """The answer's object when it is ok. Slack says no with 200, too."""
        return _judged(self._http.post(f"/{method}", json=body, classify=_classify))

    def _read(self, method: str, params: Mapping[str, str]) -> dict[str, Any] | Failure:
        return _judged(self._http.get(f"/{method}", params=params, classify=_classify))

    def _send_to_hook(self, post: Post, key: str) -> Outcome:
        """A webhook takes text alone, and says "ok" without a number."""
        if post.media:
            return Refused("a Slack webhook carries no pictures: use a bot (`token` and `channel`)")
        body = {"text": _escaped(post.text), "mrkdwn": False, "link_names": False}
        answer = self._http.post(self._hook, json=body, classify=_hook_says)
        if not isinstance(answer, Answer):
            return answer
        if answer.body.strip() != b"ok":
            return Unknown(f"{self._host} answered {answer.status}, but not with ok")
        return Sent(Receipt(key))

    def _receipt(self, ts: str, about: Mapping[str, str]) -> Receipt:
        return Receipt(ts, f"{about['url']}archives/{self._channel}/p{ts.replace('.', '')}", about["name"])

    # -- no request below publishes anything ------------------------------------------------------------------

    def _about(self) -> dict[str, str] | Failure:
        """Who the bot is: asked once and remembered."""
        kept = self._vault.get(self._about_name)
        if kept is not None:
            about: dict[str, str] = json.loads(kept)
            return about
        return self._learn()

    def _learn(self) -> dict[str, str] | Failure:
        told = self._read("auth.test", {})
        if not isinstance(told, dict):
            return unpublished(told)
        if not isinstance(told.get("bot_id"), str) or not str(told.get("url", "")).startswith("https://"):
            return Refused("this token is not a bot's: it begins with xoxb-", Scope.ACCOUNT)
        about = {"bot": told["bot_id"], "name": f"@{told.get('user')}", "url": str(told["url"])}
        self._vault.put(self._about_name, json.dumps(about))
        return about

    def _pictures(self, post: Post, notes: Notes) -> list[dict[str, Any]] | Failure:
        """An image block for each picture, whose file is uploaded but not shared yet."""
        blocks: list[dict[str, Any]] = []
        for number, media in enumerate(post.media, 1):
            note = upload_note(number, media)
            file = notes.get(note) or self._upload(media)
            if not isinstance(file, str):
                return file
            notes.put(note, file)
            blocks.append({"type": "image", "slack_file": {"id": file}, "alt_text": media.alt})
        return blocks

    def _upload(self, media: Media) -> str | Failure:
        """The id of the file in Slack (docs: Working with files, uploading in three steps)."""
        file = fitted(media, self._files, self.media)
        if isinstance(file, Refused):
            return file
        asked = {"filename": file.name, "length": str(len(file.data)), "alt_txt": media.alt[:1000]}
        told = self._read("files.getUploadURLExternal", asked)
        if not isinstance(told, dict):
            return unpublished(told)
        place, number = told.get("upload_url"), told.get("file_id")
        if (
            not isinstance(place, str)
            or not isinstance(number, str)
            or not own(place, "slack.com", self._server)
        ):
            return Retry(f"{self._host} did not say where {media.file} is to be put")
        # Without our token: the address itself is the permission.
        client, path = reach(place, self._timeout)
        put = client.post(path, data=file.data, headers={"Content-Type": file.type})
        if not isinstance(put, Answer):
            return unpublished(put)
        done = self._call("files.completeUploadExternal", {"files": [{"id": number, "title": file.name}]})
        return number if isinstance(done, dict) else unpublished(done)


def _escaped(text: str) -> str:
    """What Slack wants escaped in any text (docs: Formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraphs(text: str) -> Iterator[dict[str, Any]]:
    """The text as a block that is shown to the letter, with its links."""
    elements: list[dict[str, str]] = []
    end = 0
    for start, stop in spans(text):
        elements += [{"type": "text", "text": text[end:start]}] if text[end:start] else []
        elements.append({"type": "link", "url": text[start:stop]})
        end = stop
    elements += [{"type": "text", "text": text[end:]}] if text[end:] else []
    if elements:
        yield {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == _EVENT else None


def _judged(answer: Answer | Failure) -> dict[str, Any] | Failure:
    if not isinstance(answer, Answer):
        return answer
    told = answer.object()
    if isinstance(told, Unknown) or told.get("ok") is True:
        return told
    return _no(answer, told)


def _classify(answer: Answer) -> Failure | None:
    """Other statuses than 200 have the same bodies; 403 is about the account."""
    told = answer.object()
    if isinstance(told, dict) and str(told.get("error")) in _ACCOUNT | _OPEN:
        return _no(answer, told)
    return Refused(said(answer), Scope.ACCOUNT) if answer.status == 403 else None


def _no(answer: Answer, told: Mapping[str, Any]) -> Failure:
    """What ``ok: false`` means, by the error's name."""
    error, about = str(told.get("error") or ""), told.get("response_metadata")
    more = about.get("messages") if isinstance(about, dict) else None
    needed = f", needs {told['needed']}" if told.get("needed") else ""
    reason = f"{answer.host}: {error or 'not ok'}{needed}" + (
        f" ({'; '.join(map(str, more))[:150]})" if isinstance(more, list) and more else ""
    )
    if error in _ACCOUNT:
        return Refused(reason, Scope.ACCOUNT)
    if error in ("ratelimited", "rate_limited"):
        return Retry(reason, 60.0, 60.0)
    if error in _OPEN or not error:
        return Unknown(reason)
    return Refused(reason, Scope.POST)


def _hook_says(answer: Answer) -> Failure | None:
    """A webhook's errors are words in plain text."""
    word = answer.body[:100].decode(errors="replace").strip()
    if word in _SHUT or answer.status in (403, 404, 410):
        return Refused(said(answer), Scope.ACCOUNT)
    return None
