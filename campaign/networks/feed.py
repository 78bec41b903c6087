"""The embedded network: a folder with a page that people read and an Atom feed that programs read.

The folder can be served by any web server as it is, or opened from the disk. What is in entries/ is the
truth; the pages are made from it anew at each post, so whatever breaks off in between is put right by the
next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from campaign.core.media import ANY_MEDIA, MediaRules
from campaign.core.model import Account, Post
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Refused, Retry, Sent, Unknown
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks import folder
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.feed_page.entry import Entry, Picture
from campaign.networks.feed_page.shelf import Settings, Shelf
from campaign.networks.http import Server
from campaign.networks.loading import loading
from campaign.networks.media import fitted

_NEWEST = 200
"""Posts on the front page and in the Atom feed; older ones stand on the page of their month."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone such as Asia/Jakarta") from error
    return name


class FeedOptions(Options):
    """``link``: the public address of the folder, if it has one. ``timezone``: in which dates are shown."""

    folder: str = Field("public", min_length=1)
    title: str = ""
    link: Server | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"


class Feed:
    """One folder. Several accounts and processes may share it."""

    name: ClassVar[str] = "feed"
    rules: ClassVar[TextRules] = TextRules(limit=None, images=10)  # our own page: nothing limits it
    media: ClassVar[MediaRules] = ANY_MEDIA
    traits: ClassVar[Traits] = Traits(
        reads_back="exactly, by its key",
        person="never",
        reaches="your own website, feed readers",
        repeat="always",
        warning=True,
        language=True,
    )
    options: ClassVar[type[Options]] = FeedOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta(days=36500)  # an entry is a file named after its key

    def __init__(
        self,
        options: FeedOptions,
        first_language: str,
        files: Files,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``clock``: the aware time of publication, asked once per post and kept with it."""
        self._options = options
        self._first_language = first_language
        self._files = files
        self._clock = clock
        self._root = files.root / options.folder
        self._shelf = Shelf(self._root)

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, account.languages[0], files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        try:
            with folder.locked(self._root):
                return self._send(post, key)
        except OSError as error:
            return Retry(f"the feed's folder can't be written: {folder.trouble(error)}")

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        """Exact. Pages that a crash left behind are made again."""
        if not self._root.is_dir():
            return Absent("the feed's folder is not there yet")
        try:
            with folder.locked(self._root):
                there = self._shelf.find(key)
                if there is None:
                    return Absent("the feed does not have it")
                outcome = self._publish(*there, key)
        except (OSError, CampaignError) as error:
            return CannotTell(f"the feed's folder can't be read: {_trouble(error)}")
        return outcome if isinstance(outcome, Sent) else CannotTell(outcome.reason)

    def whoami(self) -> str:
        folder.usable(self._root)
        return f"feed in {self._root}"

    def delete(self, receipt: Receipt) -> Outcome:
        """Take an entry and the pictures that no other one uses out of the folder, and out of every page."""
        if not self._root.is_dir():
            return Sent(receipt)
        try:
            with folder.locked(self._root):
                there = self._shelf.find(receipt.id)
                if there is not None:
                    month, entry = there
                    self._shelf.remove(month, entry.key)
                # Also when it was gone before: a crash may have left it on a page.
                self._make_pages(self._settings(self._first_language, receipt.id), everything=True)
                self._shelf.sweep()
        except (OSError, CampaignError) as error:
            return Unknown(f"the feed may still show it: {_trouble(error)}")
        return Sent(receipt)

    # -- inside the lock
    # ----------------------------------------------------------------------------------------

    def _send(self, post: Post, key: str) -> Outcome:
        try:
            there = self._shelf.find(key)
            if there is None:
                media = self._pictures(post)
                if isinstance(media, Refused):
                    return media
                there = self._add(post, key, media)
        except CampaignError as error:
            return Retry(error.message)
        return self._publish(*there, key)

    def _add(self, post: Post, key: str, media: tuple[Picture, ...]) -> tuple[str, Entry]:
        """Write the entry; with that it is published, whatever happens to the pages."""
        now = self._clock().astimezone(ZoneInfo(self._options.timezone))
        entry = Entry(
            key=key,
            published=now.astimezone(UTC).isoformat(timespec="seconds"),
            language=post.language,
            text=post.text,
            thread=post.root.id if post.root else key,
            part=post.part,
            parts=post.parts,
            warning=post.warning,
            link=post.link,
            media=media,
        )
        month = self._shelf.month_of(entry) or f"{now:%Y-%m}"
        self._shelf.add(month, entry)
        return month, entry

    def _publish(self, month: str, entry: Entry, key: str) -> Sent | Unknown:
        try:
            settings = self._settings(entry.language, key)
            self._make_pages(settings, month, entry.language)
        except (OSError, CampaignError) as error:
            return Unknown(f"the feed has it, but a page could not be made: {_trouble(error)}")
        return Sent(Receipt(key, self._url(settings, month, entry)))

    def _settings(self, language: str, key: str) -> Settings:
        kept = self._shelf.settings(self._first_language, key)
        return kept.with_language(language, self._options.title)

    def _make_pages(
        self, settings: Settings, month: str = "", language: str = "", *, everything: bool = False
    ) -> None:
        """The pages that a post of that month and language changes; a feed that gets a new language changes
        all."""
        with loading():
            from campaign.networks.feed_page import pages  # brings a template engine along

        everything = (
            everything
            or settings.languages != self._shelf.settings(self._first_language, settings.id).languages
        )
        folder.write(self._root, "style.css", pages.style())
        for code in settings.languages if everything else (language,):
            site = pages.Site(settings, code, ZoneInfo(self._options.timezone), self._options.link or "")
            any_month = site.file("????-??", "html")
            for name in {*self._shelf.months(), *self._shelf.pages(any_month)} if everything else {month}:
                threads = self._shelf.month(name, code)
                if threads:
                    folder.write(self._root, site.file(name, "html"), pages.month(site, name, threads))
                else:
                    folder.remove(self._root / site.file(name, "html"))
            newest = list(islice(self._shelf.newest(code), _NEWEST))
            months = sorted(self._shelf.pages(any_month), reverse=True)
            folder.write(self._root, site.file("index", "html"), pages.index(site, newest, months))
            folder.write(self._root, site.file("feed", "xml"), pages.atom(site, newest, _NEWEST))
        self._shelf.keep(settings)  # last: until then the new language counts as new

    def _pictures(self, post: Post) -> tuple[Picture, ...] | Refused:
        """Copy the pictures under the name of what is in them."""
        pictures: list[Picture] = []
        for media in post.media:
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            name = f"media/{hashlib.sha256(file.data).hexdigest()}{PurePosixPath(file.name).suffix}"
            folder.write(self._root, name, file.data)
            pictures.append(Picture(name, file.type, len(file.data), media.alt))
        return tuple(pictures)

    def _url(self, settings: Settings, month: str, entry: Entry) -> str:
        page = settings.file(month, "html", entry.language)
        base = self._options.link or Path(self._root).absolute().as_uri()
        return f"{base}/{page}#p-{entry.key}"


def _trouble(error: OSError | CampaignError) -> str:
    return error.message if isinstance(error, CampaignError) else folder.trouble(error)
