"""WordPress: each post becomes an article on the organisation's own site, through the REST API wp/v2 of WordPress 5.6
or newer with an application password.

What is said here of WordPress stands in its REST API handbook and in the controllers of its source
(wp-includes/rest-api/endpoints); tests/networks/test_wordpress.py asks a real one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field

from campaign.core.media import GIF, JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import (
    Absent,
    CannotTell,
    Found,
    Outcome,
    Receipt,
    Refused,
    Retry,
    Sent,
    Unknown,
)
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.http import Answer, Client, Failure, SafeServer, unpublished
from campaign.networks.media import Fitted, fitted, upload_note
from campaign.networks.wordpress_answers import (
    GONE,
    NO_TRASH,
    PERMALINKS,
    Article,
    about_the_login,
    classify,
    classify_upload,
    gone_or,
)
from campaign.networks.wordpress_page import Picture, content, heading

_API = "/wp-json/wp/v2"

_NOTE = "article"

_UNPUBLISHED = ("draft", "pending")
"""States of an article before it is published: ours makes a draft, a plugin may ask for a review."""

_STATES = "publish,future,draft,pending,private,trash"
"""All states of an article in WordPress itself (get_post_stati); ``any`` would leave the trash out."""

_NAME = re.compile(r"[^A-Za-z0-9.-]+")
"""What does not survive in the name of an uploaded file on every host."""


class WordPressOptions(Options):
    """``server``: the site's address with its path, if it has one. ``user``, ``password``: a login and an application
    password (not the one a person logs in with). ``featured``: the first picture is the article's featured image too,
    unless there is a content warning; themes show it above the text and in lists."""

    server: SafeServer
    user: str = Field(min_length=1)
    password: Secret
    featured: bool = True
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class WordPress:
    """One login on one site."""

    name: ClassVar[str] = "wordpress"
    # Texts and descriptions have no limit (MySQL's longtext), nor has the number of pictures: 20 are more than a
    # reader wants. An article is no part of another one.
    rules: ClassVar[TextRules] = TextRules(limit=None, images=20, threads=False)
    # 2 MiB: upload_max_filesize of PHP where a host says nothing else (php.ini). 2560 pixels: what WordPress itself
    # makes larger pictures into (big_image_size_threshold). WebP since 5.8.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, GIF, WEBP}), max_bytes=2 * 1024 * 1024, max_side=2560, animated=True
    )
    traits: ClassVar[Traits] = Traits(
        reaches="your own WordPress site",
        reads_back="exactly, by its key",
        person="when somebody changed or deleted the article on the site before its answer came",
        repeat="always",
        warning=True,
        language=True,
        takes_back="the article is in the trash of the site",
    )
    options: ClassVar[type[Options]] = WordPressOptions

    # Always: what publishes is POST /posts/{id} with status=publish, which does the same however often it is sent,
    # and the id is noted before. A repeat goes on with the noted draft; without a note (a crash while the draft was
    # being made) with the one that has our key for its slug. If the lost request makes its draft only later, that
    # stays a draft: two drafts are untidy, but no draft publishes itself.
    repeat_safe_for: ClassVar[timedelta] = timedelta(days=36500)

    def __init__(self, options: WordPressOptions, vault: Vault, files: Files) -> None:
        self._user = options.user
        self._featured = options.featured
        self._host = urlsplit(options.server).netloc
        self._vault = vault
        self._files = files
        password = options.password.value
        self._http = Client(
            options.server,
            auth=(options.user.encode(), password.encode()),
            timeout=(min(10.0, options.timeout), options.timeout),
            # A server that repeats it may leave out the spaces that WordPress prints it with.
            secrets=(password, password.replace(" ", ""), _basic(options.user, password)),
        )
        login = hashlib.sha256(f"{options.server}\0{options.user}".encode()).hexdigest()
        self._id_name = f"id of login {login[:16]}"

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        our_id = self._our_id()
        if not isinstance(our_id, int):
            return our_id
        article = self._article(key, notes)
        if isinstance(article, Failure):
            return article
        if article is not None and article.status == "publish":
            return self._sent(article, our_id)
        if changed := _changed(article, notes):
            return Refused(changed)
        pictures = self._pictures(post, notes)
        if not isinstance(pictures, list):
            return pictures
        body = self._body(post, pictures)
        number = self._draft(body, key, notes) if article is None else article.id
        if not isinstance(number, int):
            return number
        # The whole body again: the draft may be an earlier attempt's, whose text a person has changed since.
        answer = self._http.post(
            f"{_API}/posts/{number}", json={**body, "status": "publish"}, classify=classify
        )
        if not isinstance(answer, Answer):
            return answer
        data = answer.object()
        if isinstance(data, Unknown):
            return data
        published = Article.read(data)
        if published is None:
            return Unknown(f"{self._host} accepted something, but did not say what")
        return self._sent(published, our_id)

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        our_id = self._our_id()
        if not isinstance(our_id, int):
            return CannotTell(our_id.reason)
        article = self._article(key, notes)
        if isinstance(article, Failure):
            return CannotTell(article.reason)
        if article is not None and article.status == "publish":
            found = self._sent(article, our_id)
            return found if isinstance(found, Sent) else CannotTell(found.reason)
        if changed := _changed(article, notes):
            return CannotTell(changed)
        return Absent(
            "the site does not have it" if article is None else "it is a draft there, not published"
        )

    def whoami(self) -> str:
        me = self._me()
        if not isinstance(me, Mapping):
            raise CampaignError(
                f"{self._host} does not know the login: {me.reason}",
                "look at `server`, `user` and `password`; an application password is made in WordPress under Users, "
                f"Profile, Application Passwords; {PERMALINKS}",
            )
        can = me["capabilities"]
        missing = [right for right in ("publish_posts", "upload_files") if not can.get(right)]
        if missing:
            raise CampaignError(
                f"{self._host} does not let {self._user} publish: it has not {' and '.join(missing)}",
                "give the user the role Author or Editor",
            )
        return f"{me.get('name') or self._user} on {self._host}"

    def delete(self, receipt: Receipt) -> Outcome:
        """The article goes to the trash, from which the site's people can take it back; its pictures go for good, for
        everybody could still fetch them under their addresses."""
        failure = self._deleted(f"/posts/{receipt.id}")
        if failure is NO_TRASH:
            failure = self._deleted(f"/posts/{receipt.id}?force=true")
        for number in dict(receipt.extra).get("media", "").split():
            failure = failure or self._deleted(f"/media/{number}?force=true")
        return failure or Sent(receipt)

    def _deleted(self, path: str) -> Failure | None:
        """None: it is not there any more."""
        answer = self._http.call("DELETE", _API + path, classify=gone_or)
        return None if isinstance(answer, Answer) or answer is GONE else answer

    # -- the article: only the last request of ``send`` publishes ---------------------------------------------

    def _body(self, post: Post, pictures: Sequence[Picture]) -> dict[str, Any]:
        featured = self._featured and pictures and not post.warning
        return {
            "title": heading(post.text),
            "content": content(post, pictures),
            "featured_media": pictures[0].id if featured else 0,
        }

    def _draft(self, body: Mapping[str, Any], key: str, notes: Notes) -> int | Failure:
        """Make a draft, which publishes nothing, and note its number."""
        answer = self._http.post(
            f"{_API}/posts", json={**body, "status": "draft", "slug": key}, classify=classify
        )
        if not isinstance(answer, Answer):
            return unpublished(answer)
        made = Article.read(answer.object())
        if made is None:
            return Retry(f"{self._host} did not say under which number it keeps the draft")
        notes.put(_NOTE, str(made.id))
        return made.id

    def _article(self, key: str, notes: Notes) -> Article | Failure | None:
        """What the site has of an earlier attempt, in any state: by its noted number, else by its slug. As a
        reader sees it: with ``context=edit`` another user's article under our key would be left out."""
        number = notes.get(_NOTE)
        if number is not None:
            answer = self._http.get(f"{_API}/posts/{number}", classify=gone_or)
            if answer is not GONE:
                data = answer.object() if isinstance(answer, Answer) else answer
                return self._looked_up(data)
        # Behind the slug stand -2 where there was one already (wp_unique_post_slug), __trashed in the trash.
        slugs = ",".join(f"{key}{number}{trash}" for number in ("", "-2") for trash in ("", "__trashed"))
        answer = self._http.get(
            f"{_API}/posts",
            params={"slug": slugs, "status": _STATES},
            classify=about_the_login,
        )
        listed = answer.array() if isinstance(answer, Answer) else answer
        if not isinstance(listed, list):
            return unpublished(listed)
        articles: list[Article] = []
        for data in listed:
            article = self._looked_up(data)
            if not isinstance(article, Article):
                return article
            articles.append(article)
        ready = ("publish", *_UNPUBLISHED)
        return min(articles, key=lambda a: [*ready, a.status].index(a.status), default=None)

    def _looked_up(self, data: object) -> Article | Failure:
        if isinstance(data, Failure):
            return unpublished(data)  # a look-up
        return Article.read(data) or Retry(f"{self._host} describes the article in a way nobody can read")

    def _sent(self, article: Article, our_id: int) -> Sent | Unknown:
        if article.author != our_id:
            return Unknown(f"{self._host} has it as an article of another user, number {article.author}")
        if article.status != "publish":
            return Unknown(f"{self._host} took it, but calls it {article.status!r}, not published")
        extra = (("media", " ".join(article.pictures)),) if article.pictures else ()
        return Sent(Receipt(str(article.id), article.link, self._user, extra))

    # -- pictures: no request here publishes anything that a reader is led to ------------------------------------

    def _pictures(self, post: Post, notes: Notes) -> list[Picture] | Failure:
        """Upload what an earlier attempt has not."""
        pictures: list[Picture] = []
        for number, media in enumerate(post.media, 1):
            note = upload_note(number, media)
            answer = self._uploaded(notes.get(note))
            if answer is None:
                file = fitted(media, self._files, self.media)
                if isinstance(file, Refused):
                    return file
                answer = self._http.post(
                    f"{_API}/media",
                    files={"file": _part(file)},
                    data={"alt_text": media.alt},
                    classify=classify_upload,
                )
            told = answer.object() if isinstance(answer, Answer) else answer
            if isinstance(told, Failure):
                return unpublished(told)
            address = told.get("source_url")
            if not isinstance(told.get("id"), int) or not isinstance(address, str):
                return Retry(f"{self._host} did not say where it keeps {media.file}")
            notes.put(note, str(told["id"]))
            pictures.append(Picture(told["id"], address, media.alt))
        return pictures

    def _uploaded(self, number: str | None) -> Answer | Failure | None:
        """What the site says of a picture that an earlier attempt uploaded; None: there is none to use."""
        if number is None:
            return None
        answer = self._http.get(f"{_API}/media/{number}", classify=gone_or)
        return None if answer is GONE else answer

    # -- who we are ----------------------------------------------------------------------------------------------

    def _me(self) -> Mapping[str, Any] | Failure:
        """The user that the password belongs to; the number is remembered."""
        answer = self._http.get(f"{_API}/users/me?context=edit", classify=about_the_login)
        me = answer.object() if isinstance(answer, Answer) else answer
        if isinstance(me, Failure):
            return unpublished(me)
        if not isinstance(me.get("id"), int) or not isinstance(me.get("capabilities"), dict):
            return Retry(f"{self._host} did not say whose password this is")
        self._vault.put(self._id_name, str(me["id"]))
        return me

    def _our_id(self) -> int | Failure:
        known = self._vault.get(self._id_name)
        if known is not None:
            return int(known)
        me = self._me()
        return int(me["id"]) if isinstance(me, Mapping) else me


def _changed(article: Article | None, notes: Notes) -> str:
    """What somebody did on the site with an article that we have made and not seen published; "" if nothing."""
    number = notes.get(_NOTE)
    if article is None:
        return f"somebody has deleted the draft {number} on the site" if number is not None else ""
    if article.status in _UNPUBLISHED:
        return ""
    if article.status == "trash":
        return f"somebody has put the article {article.id} into the site's trash"
    return f"somebody has made the article {article.id} {article.status!r} on the site"


def _part(file: Fitted) -> tuple[str, bytes, str]:
    name, data, kind = file.part
    stem, dot, ending = _NAME.sub("-", name).strip("-").rpartition(".")
    return f"{stem.strip('-') or 'picture'}{dot}{ending}", data, kind


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()
