"""X, API version 2: posts through tweepy; pictures, which tweepy can't send to it, through ``x_media``.

What is said here of X stands in its OpenAPI description 2.167 and its documentation (posts, media, rate limits).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from pydantic import Field

from campaign.core.media import MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Refused, Sent, Unknown
from campaign.core.prices import Prices
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks import prices, x_media
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said
from campaign.networks.loading import loading
from campaign.networks.readback import Listed, alike, look_through
from campaign.networks.x_http import classify, data, tweepy_on

_OPEN = "post-may-be-out"
"""Note: a request that publishes has left, and nothing certain came back."""

_DUPLICATE = "refused-as-duplicate"
"""Note: X said that it has the text already, after an attempt that got no answer."""

_PAGE, _PAGES = 10, 20  # small: X charges for each post that is read

_PICTURE = re.compile(r"/status/\d+/(photo|video)/\d+$")


class XOptions(Options):
    """The four values of OAuth 1.0a: two of the app ("API key") and two of the account ("access token")."""

    server: SafeServer = "https://api.x.com"
    consumer_key: Secret
    consumer_secret: Secret
    access_token: Secret
    access_token_secret: Secret
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class X:
    """One account."""

    name: ClassVar[str] = "x"
    rules: ClassVar[TextRules] = TextRules(
        limit=280,
        unit=Unit.WEIGHTED,
        url_length=23,
        images=4,
        alt_limit=1000,
        duplicates=True,
        twins=True,  # developer guidelines: identical or near-identical posts from several accounts are spam
    )
    media: ClassVar[MediaRules] = x_media.RULES
    traits: ClassVar[Traits] = Traits(
        reads_back="by its text, among the newest 200 posts",
        person="when the list can't be had, or shows the same text twice or from before",
        cost="per post",
    )
    prices: ClassVar[Prices] = prices.X
    options: ClassVar[type[Options]] = XOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: XOptions, vault: Vault, files: Files) -> None:
        with loading():
            import requests  # noqa: F401 - whole, before a package that takes parts of it
            from requests_oauthlib import OAuth1

        keys = (
            options.consumer_key,
            options.consumer_secret,
            options.access_token,
            options.access_token_secret,
        )
        values = [key.value for key in keys]
        self._vault = vault
        self._files = files
        self._http = Client(
            options.server,
            auth=OAuth1(*values),
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=values,
        )
        # What is remembered of a login is asked anew when the account gets another.
        login = hashlib.sha256(f"{options.server}\0{options.access_token.value}".encode()).hexdigest()
        self._user_name = f"user of login {login[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = re.search(r"/status/(\d+)(?:[/?].*)?$", url)
        return found[1] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        pictures = x_media.media_ids(self._http, self._files, post, notes)
        if not isinstance(pictures, list):
            return pictures
        again = bool(notes.get(_OPEN))
        notes.put(_OPEN, "yes")
        answer: Answer | Failure = tweepy_on(
            self._http, lambda answer: _classify_post(answer, notes if again else None)
        ).create_tweet(
            text=post.text or None,
            media_ids=pictures or None,
            in_reply_to_tweet_id=post.reply_to.id if post.reply_to else None,
        )
        if not isinstance(answer, Answer):
            if not isinstance(answer, Unknown):
                notes.put(_OPEN, "")
            return answer
        post_id = str(data(answer).get("id"))
        if not post_id.isdigit():
            return Unknown("X accepted something, but did not say what")
        return Sent(_receipt(post_id, self._remembered()[1]), self._http.wait(answer))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        try:
            found = look_through(self._own_posts(post), since)
        except CampaignError as error:
            return CannotTell(error.message)
        if isinstance(found, Absent) and notes.get(_DUPLICATE):
            return CannotTell("X refuses the text as one it already has, but the newest posts do not show it")
        return found

    def whoami(self) -> str:
        return f"@{self._ask_user()[1]}"

    def delete(self, receipt: Receipt) -> Outcome:
        gone = Refused("it was gone already")
        answer: Answer | Failure = tweepy_on(
            self._http, lambda answer: gone if answer.status == 404 else classify(answer)
        ).delete_tweet(receipt.id)
        return Sent(receipt) if answer is gone or isinstance(answer, Answer) else answer

    def _remembered(self) -> tuple[str, str]:
        """Id and name of the user, ("", "") while they are not known."""
        user_id, _, username = (self._vault.get(self._user_name) or "").partition(" ")
        return user_id, username

    def _ask_user(self) -> tuple[str, str]:
        """Id and name of the user whose token this is; remembered. CampaignError when X does not say."""
        hint = (
            "look at the four keys in the developer console; the app needs the permission to read and write"
        )
        user = data(required(tweepy_on(self._http, classify).get_me(), "X does not know the account", hint))
        if not user.get("id") or not user.get("username"):
            raise CampaignError("X did not say whose token this is", hint)
        self._vault.put(self._user_name, f"{user['id']} {user['username']}")
        return str(user["id"]), str(user["username"])

    def _own_posts(self, post: Post) -> Iterator[list[Listed]]:
        """The account's posts, newest first, page by page to the end. CampaignError when they can't be had."""
        user_id, username = self._remembered()
        if not user_id:
            user_id, username = self._ask_user()
        client, token = tweepy_on(self._http, classify), None
        for _ in range(_PAGES):
            answer = required(
                client.get_users_tweets(
                    user_id,
                    max_results=_PAGE,
                    tweet_fields=["created_at", "entities", "attachments"],
                    pagination_token=token,
                ),
                "X did not list the account's posts",
            )
            try:
                listing, token = _listing(answer)
                yield [
                    Listed(
                        datetime.fromisoformat(one["created_at"]),
                        _receipt(str(one["id"]), username),
                        _reads_as(one, post),
                    )
                    for one in listing
                ]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise CampaignError("X lists the account's posts in a way nobody can read") from error
            if token is None:
                return
        raise CampaignError(f"the attempt is more than {_PAGE * _PAGES} posts ago")


def _receipt(post_id: str, username: str) -> Receipt:
    author = f"@{username}" if username else ""
    return Receipt(post_id, f"https://x.com/{username or 'i'}/status/{post_id}", author)


def _classify_post(answer: Answer, notes: Notes | None) -> Failure | None:
    """``notes``: those of a delivery of which an attempt got no answer, else None.

    Then a refusal as duplicate (403, "You are not allowed to create a Tweet with duplicate content.") is no
    refusal but a sign that the attempt did publish: to be looked up.
    """
    if answer.status == 403 and notes is not None and "duplicate content" in answer.words():
        notes.put(_DUPLICATE, "yes")
        return Unknown(f"{said(answer)} (an earlier attempt may have published it)")
    return classify(answer)


def _listing(answer: Answer) -> tuple[list[Any], str | None]:
    """The posts of a page and the token of the next. ValueError if it is none: an answer without a count must not
    pass for "nothing there"."""
    page = answer.object()
    if isinstance(page, Unknown) or len(page.get("data", [])) != page["meta"]["result_count"]:
        raise ValueError("no listing")
    return page.get("data", []), page["meta"].get("next_token")


def _reads_as(one: Mapping[str, Any], post: Post) -> bool:
    """Whether a listed post is ours: the same words once t.co links are put back, and as many pictures."""
    text = one["text"]
    for link in (one.get("entities") or {}).get("urls") or ():
        full = link.get("expanded_url") or ""
        text = text.replace(link["url"], "" if _PICTURE.search(full) else full)
    pictures = (one.get("attachments") or {}).get("media_keys") or ()
    return alike(html.unescape(text), post.text) and len(pictures) == len(post.media)
