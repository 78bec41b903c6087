"""Where no program may post (WhatsApp channels, for one), a person does: here they get text, pictures and
share links.

The post then waits, ``held``, until ``campaign resolve`` brings its address back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field

from campaign.core.media import ANY_MEDIA, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import Absent, CannotTell, Found, Handed, Outcome, Refused, Retry
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks import folder, messenger, redact
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.loading import loading
from campaign.networks.media import fitted

if TYPE_CHECKING:
    from campaign.networks.handoff_page.render import Copy

_NOTIFIED = "notified"


class HandoffOptions(Options):
    """``to``: the handle of who posts. ``folder``: where the pages go. ``notify``: an Apprise address of
    theirs."""

    to: str = Field(min_length=1)
    folder: str = Field("handoff", min_length=1)
    notify: Secret | None = None


class Handoff:
    """One person and one place where they post by hand."""

    name: ClassVar[str] = "handoff"
    rules: ClassVar[TextRules] = TextRules(limit=None, images=10)  # the person sees what the place takes
    media: ClassVar[MediaRules] = ANY_MEDIA
    traits: ClassVar[Traits] = Traits(
        reads_back="no",
        person="always: a person posts it",
        reaches="WhatsApp channels, TikTok, closed groups, notice boards: through a person",
        repeat="always: handing it over again shows the same page",
        warning=True,
        language=True,
    )
    options: ClassVar[type[Options]] = HandoffOptions
    # Handing over the same post twice writes the same page again; publishing is a person's, who looks.
    repeat_safe_for: ClassVar[timedelta] = timedelta(days=36500)

    def __init__(self, options: HandoffOptions, files: Files) -> None:
        self._to = options.to
        self._files = files
        self._root = files.root / options.folder
        self._notify = options.notify.value if options.notify else ""
        redact.remember([self._notify])

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        pictures = self._pictures(post)
        if isinstance(pictures, Refused):
            return pictures
        try:
            page = self._write(post, key, pictures)
        except OSError as error:
            return Retry(f"the page for {self._to} can't be written: {folder.trouble(error)}")
        waiting = f"waiting for {self._to} to post it: {page}"
        if self._notify and notes.get(_NOTIFIED) is None:
            if not self._tell(post, key, page, pictures):
                return Handed(f"{waiting} (the message to {self._to} could not be sent: tell them)")
            notes.put(_NOTIFIED, self._to)
        return Handed(waiting)

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        if not self._page(key).exists():
            return Absent(f"it was never handed to {self._to}")
        return CannotTell(f"only {self._to} knows whether it was posted: {self._page(key)}")

    def whoami(self) -> str:
        folder.usable(self._root)
        if self._notify and not messenger.knows(self._notify):
            raise CampaignError(
                f"the address in `notify` for {self._to} is none that Apprise knows",
                "see the list of services in Apprise's documentation; the secret itself is not shown here",
            )
        return f"{self._to}, by hand"

    def _page(self, key: str) -> Path:
        return self._root / str(UUID(key)) / "post.html"

    def _write(self, post: Post, key: str, pictures: list[Copy]) -> Path:
        """Write the page and what belongs to it; the page itself last, so that it is whole where it is there."""
        with loading():
            from campaign.networks.handoff_page import render  # brings a template engine along

        page = self._page(key)
        with folder.locked(self._root):
            for picture in pictures:
                folder.write(self._root, f"{page.parent.name}/{picture.file}", picture.data)
            folder.write(self._root, f"{page.parent.name}/text.txt", post.text.encode() + b"\n")
            data = render.page(post, self._to, key, pictures)
            folder.write(self._root, f"{page.parent.name}/{page.name}", data)
        return page

    def _pictures(self, post: Post) -> list[Copy] | Refused:
        with loading():
            from campaign.networks.handoff_page.render import Copy

        copies: list[Copy] = []
        for number, media in enumerate(post.media, 1):
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            name = f"{number}{PurePosixPath(file.name).suffix}"
            copies.append(Copy(name, file.type, media.alt, file.data))
        return copies

    def _tell(self, post: Post, key: str, page: Path, pictures: list[Copy]) -> bool:
        """Send the message; whatever goes wrong there must not lose the page that is already written."""
        with loading():
            from campaign.networks.handoff_page import render

        title, body = render.message(post, self._to, key)
        attached = [str(page.parent / picture.file) for picture in pictures]
        return not messenger.tell(self._notify, title, body, attached)
