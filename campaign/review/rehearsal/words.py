"""What the pages of a rehearsal say by themselves, in Indonesian and English."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from campaign.core.languages import locale
from campaign.networks.feed_page.words import month_name

if TYPE_CHECKING:
    from babel import Locale

_ENGLISH = {
    "title": "Rehearsal",
    "skip": "Skip to the posts",
    "languages": "Language",
    "nothing": (
        "Nothing on this page has been published. It shows what would go out from {first} to {last}, as of {made}."
    ),
    "out": "would go out",
    "late": "of them at another time",
    "cancelled": "cancelled",
    "fails": "would not go out",
    "all_well": "Everything that is planned would go out.",
    "failing": "What would not go out",
    "more": "and {number} more: campaign rehearse --json lists all",
    "files": "What is wrong in the files",
    "calendar": "Calendar",
    "cell": "{day}: {number} posts",
    "cell_bad": "{day}: {number} posts, {bad} would not go out",
    "posts": "The posts, in order",
    "months": "The posts, by month",
    "empty": "Nothing would go out.",
    "show": "Show",
    "everything": "every account",
    "warning": "Content warning",
    "part": "Part {part} of {parts}",
    "instead": "planned for {when}",
    "by_hand": "a person posts it by hand",
    "unseen": "not shown here: {name}",
    "up": "Overview",
    "failed": "not published",
    "uncertain": "may be published: please look",
    "held": "waiting for a person",
    "missed": "too late, not sent",
    "quiet": "not sent, because of the day",
    "pending": "still waiting to be sent at the end",
    "sending": "being sent",
}
_INDONESIAN = {
    "title": "Gladi bersih",
    "skip": "Langsung ke unggahan",
    "languages": "Bahasa",
    "nothing": (
        "Belum ada apa pun di halaman ini yang terbit. Ini yang akan terbit dari {first} sampai {last}, "
        "menurut keadaan {made}."
    ),
    "out": "akan terbit",
    "late": "di antaranya pada waktu lain",
    "cancelled": "dibatalkan",
    "fails": "tidak akan terbit",
    "all_well": "Semua yang direncanakan akan terbit.",
    "failing": "Yang tidak akan terbit",
    "more": "dan {number} lagi: campaign rehearse --json memuat semuanya",
    "files": "Yang salah di berkas",
    "calendar": "Kalender",
    "cell": "{day}: {number} unggahan",
    "cell_bad": "{day}: {number} unggahan, {bad} tidak akan terbit",
    "posts": "Unggahan, menurut waktu",
    "months": "Unggahan, per bulan",
    "empty": "Tidak ada yang akan terbit.",
    "show": "Tampilkan",
    "everything": "semua akun",
    "warning": "Peringatan isi",
    "part": "Bagian {part} dari {parts}",
    "instead": "direncanakan {when}",
    "by_hand": "diunggah oleh seseorang dengan tangan",
    "unseen": "tidak ditampilkan di sini: {name}",
    "up": "Ringkasan",
    "failed": "tidak terbit",
    "uncertain": "mungkin sudah terbit: tolong periksa",
    "held": "menunggu seseorang",
    "missed": "terlambat, tidak dikirim",
    "quiet": "tidak dikirim karena harinya",
    "pending": "masih menunggu dikirim pada akhirnya",
    "sending": "sedang dikirim",
}
LANGUAGES = ("id", "en")
"""Those in which the pages speak."""


def words(language: str) -> dict[str, str]:
    """The pages' own words in one of ``LANGUAGES``."""
    return _INDONESIAN if language == "id" else _ENGLISH


def day_text(day: date, language: str) -> str:
    """``Friday, 30 July 2027``, ``Jumat, 30 Juli 2027``."""
    from babel.dates import format_date

    weekday = format_date(day, "EEEE", locale=_locale(language))
    return f"{weekday}, {day.day} {month_name(day.year, day.month, language)}"


def weekdays(language: str) -> list[tuple[str, str]]:
    """Monday to Sunday: short and in full."""
    from babel.dates import get_day_names

    short, wide = (get_day_names(width, locale=_locale(language)) for width in ("abbreviated", "wide"))
    return [(short[number], wide[number]) for number in range(7)]


def clock(moment: datetime, language: str) -> str:
    """``08:00 WIB``, ``08.00 WIB``: in the zone of the moment."""
    name = moment.tzname() or ""
    zone = f"UTC{name}" if name[:1] in "+-" else name
    return f"{moment:%H.%M} {zone}" if language == "id" else f"{moment:%H:%M} {zone}"


def _locale(language: str) -> Locale:
    known = locale(language)
    if known is None:
        raise LookupError(f"Babel comes without {language}")
    return known
