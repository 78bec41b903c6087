"""The feed's entries as HTML pages and Atom documents. Everything that came from a person is escaped by the
templates."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from campaign.core.languages import direction, primary
from campaign.networks.feed_page.entry import Entry
from campaign.networks.feed_page.shelf import Settings, Thread
from campaign.networks.feed_page.words import (
    date_text,
    language_name,
    markup,
    month_name,
    words,
    words_language,
)

_TITLE_LENGTH = 90
_NEVER = "1970-01-01T00:00:00+00:00"
"""When an empty feed was updated: Atom demands a moment."""

# What XML 1.0 can't hold, even escaped (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages of one language share. ``link``: the public address of the folder, without a slash, or
    ""."""

    settings: Settings
    language: str
    zone: tzinfo
    link: str

    @property
    def title(self) -> str:
        return self.settings.titles.get(self.language) or words(self.language)["title"]

    @property
    def feed_id(self) -> uuid.UUID:
        """Of the Atom feed in this language, the same for ever."""
        feed = uuid.UUID(self.settings.id)
        return feed if self.language == self.settings.languages[0] else uuid.uuid5(feed, self.language)

    def file(self, stem: str, extension: str, language: str | None = None) -> str:
        """The name of a page, in this language unless another is named."""
        return self.settings.file(stem, extension, language or self.language)


def index(site: Site, threads: Sequence[Thread], months: Sequence[str]) -> bytes:
    """The page that people open: the newest threads, and the way to the months."""
    return _page(site, "index", site.title, threads, months, by_month=True)


def month(site: Site, name: str, threads: Sequence[Thread]) -> bytes:
    """The page of one month, at an address that stays."""
    return _page(site, name, _month(name, site.language), threads, (), by_month=False)


def style() -> bytes:
    """The style sheet of all pages."""
    return files("campaign.networks.feed_page").joinpath("style.css").read_bytes()


def atom(site: Site, threads: Sequence[Thread], limit: int) -> bytes:
    """An Atom document (RFC 4287) of the newest ``limit`` posts; each part of a thread is an entry of its
    own."""
    entries = [(thread.month, entry) for thread in threads for entry in thread.parts]
    entries.sort(key=lambda item: (item[1].published, item[1].part, item[1].key), reverse=True)
    text = (
        _environment()
        .get_template("feed.xml.j2")
        .render(
            site=site,
            word=words(site.language),
            updated=entries[0][1].published if entries else _NEVER,
            entries=[
                (site.file(month, "html"), entry, _atom_title(entry)) for month, entry in entries[:limit]
            ],
        )
    )
    return _NOT_XML.sub("\ufffd", text).encode()


def _page(
    site: Site,
    stem: str,
    heading: str,
    threads: Sequence[Thread],
    months: Sequence[str],
    *,
    by_month: bool,
) -> bytes:
    grouped: dict[str, list[Thread]] = {}
    for thread in threads:
        grouped.setdefault(_month(thread.month, site.language) if by_month else "", []).append(thread)
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            site=site,
            stem=stem,
            heading=heading,
            word=words(site.language),
            ours=_ours(site.language),
            groups=grouped,
            months=[(site.file(name, "html"), _month(name, site.language)) for name in months],
            others=[
                (site.file("index", "html", other), other, language_name(other))
                for other in site.settings.languages
                if other != site.language
            ],
        )
    )
    return text.encode(errors="replace")


def _ours(language: str) -> Markup:
    """The attributes of what the page says in its own words, where these are not in the page's language."""
    spoken = words_language(language)
    return Markup("") if spoken == primary(language) else Markup(f' lang="{spoken}" dir="ltr"')  # noqa: S704


def _month(name: str, language: str) -> str:
    year, _, number = name.partition("-")
    return month_name(int(year), int(number), language)


def _atom_title(entry: Entry) -> str:
    """The first line, or of a post with a warning the warning: a list of titles must not show what it warns
    of."""
    if entry.warning:
        return f"{words(entry.language)['warning']}: {entry.warning}"
    line = next((line.strip() for line in entry.text.splitlines() if line.strip()), "…")
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("campaign.networks", "feed_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(direction=direction, markup=markup, local=_local, iso=_iso, as_text=_as_text)
    return environment


def _local(entry: Entry, site: Site) -> str:
    return date_text(entry.at.astimezone(site.zone), site.language)


def _iso(entry: Entry, site: Site) -> str:
    return entry.at.astimezone(site.zone).isoformat(timespec="seconds")


def _as_text(fragment: Markup) -> str:
    """HTML as plain text, so that autoescape writes it escaped (Atom's content type html)."""
    return str(fragment)
