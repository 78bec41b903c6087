"""What the pages say by themselves, in Indonesian and English, and how dates are written there."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from campaign.core.languages import locale, primary
from campaign.networks.loading import loading

if TYPE_CHECKING:
    from babel import Locale

_ENGLISH = {
    "title": "Campaign news",
    "skip": "Skip to the posts",
    "subscribe": "Subscribe (Atom feed)",
    "all": "All recent posts",
    "empty": "Nothing has been published yet.",
    "warning": "Content warning",
    "part": "Part {part} of {parts}",
    "archive": "All posts by month",
    "link": "Permanent link",
    "languages": "Language",
}
_INDONESIAN = {
    "title": "Kabar kampanye",
    "skip": "Langsung ke isi",
    "subscribe": "Berlangganan (umpan Atom)",
    "all": "Semua kabar terbaru",
    "empty": "Belum ada yang diterbitkan.",
    "warning": "Peringatan isi",
    "part": "Bagian {part} dari {parts}",
    "archive": "Semua kabar per bulan",
    "link": "Tautan tetap",
    "languages": "Bahasa",
}
_NAMES = {"id": "Bahasa Indonesia"}
"""Where CLDR's name ("Indonesia") is not what people say."""


def words(language: str) -> dict[str, str]:
    """The pages' own words; English where the language is neither."""
    return _INDONESIAN if primary(language) == "id" else _ENGLISH


def words_language(language: str) -> str:
    """The language of ``words``."""
    return "id" if primary(language) == "id" else "en"


def language_name(language: str) -> str:
    """A language as its speakers call it; its code where nobody has told Babel."""
    known = locale(language)
    if language in _NAMES or known is None:
        return _NAMES.get(language, language)
    name = known.get_display_name() if "-" in language else known.get_language_name()
    return name or language


def month_name(year: int, month: int, language: str) -> str:
    """``Juli 2027``, ``July 2027``; in English where the language's dates are not known."""
    with loading():
        from babel.dates import format_skeleton

    return format_skeleton("yMMMM", datetime(year, month, 1), locale=_dates(language))  # noqa: DTZ001 - a month


def date_text(moment: datetime, language: str) -> str:
    """``30 Juli 2027 pukul 08.00 WIB`` or ``30 July 2027, 08:00 WIB``, in the zone of ``moment``."""
    with loading():
        from babel.dates import format_date, format_time

    known = _dates(language)
    day, zone = format_date(moment, "long", locale=known), moment.tzname()
    if known.language == "id":
        return f"{day} pukul {format_time(moment, 'HH.mm', locale=known)} {zone}"
    return f"{day}, {format_time(moment, 'HH:mm', locale=known)} {zone}"


def _dates(language: str) -> Locale:
    known = locale(language) or locale("en")
    if known is None:
        raise LookupError("Babel comes without English")
    return known


_URL = re.compile(r"https?://[^\s<>\"'`]+")
_CLOSING = ".,;:!?…»”’*_"


def markup(text: str) -> Markup:
    """A post's text as HTML: everything escaped, web addresses made links, empty lines made paragraphs. What it stands
    in says its language and which way that is written."""
    paragraphs = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").strip("\n"))
    return Markup("".join(f"<p>{linked(paragraph)}</p>" for paragraph in paragraphs))  # noqa: S704


def linked(paragraph: str) -> str:
    """A paragraph as HTML: everything escaped, web addresses made links, line ends kept."""
    pieces: list[str] = []
    end = 0
    for match in _URL.finditer(paragraph):
        url = _trimmed(match.group())
        if url.endswith("//"):
            continue
        pieces.append(html.escape(paragraph[end : match.start()]))
        pieces.append(
            f'<a href="{html.escape(url)}" rel="noopener">{html.escape(url.split("://", 1)[1])}</a>'
        )
        end = match.start() + len(url)
    pieces.append(html.escape(paragraph[end:]))
    return "".join(pieces).replace("\n", "<br>")


def _trimmed(url: str) -> str:
    """A web address without the punctuation of the sentence around it; a bracket stays if it was opened
    inside."""
    while True:
        last = url[-1]
        if last in _CLOSING or (last in ")]}" and url.count(last) > url.count("([{"[")]}".index(last)])):
            url = url[:-1]
        else:
            return url
