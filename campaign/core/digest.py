"""When people are told, and in how many words: few messages however much happens. Pure: time comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from campaign.core.alert import Alert, AlertKind
from campaign.core.model import Text, text_for
from campaign.core.timetable import to_wall

HOUR = timedelta(hours=1)

HOURLY = 6
"""The most messages in an hour to one address. After each one the next waits twice as long, from a minute on."""

LINES = 12
"""The most alerts that a message spells out; the rest is counted."""

LENGTH = 160
"""The most characters of an alert's sentence in a message."""

MOST = 1800
"""The most characters of a message: Discord takes 2,000, the others that people use more."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Message:
    """What an address is told at once, in plain text."""

    title: str
    body: str


def may_speak(spoken: Sequence[datetime], now: datetime) -> bool:
    """Whether an address that was told at those instants (aware) may be told something again: one minute after the
    first message of an hour, two after the second, four, eight, sixteen, and never a seventh. Instants ahead of now,
    written under a clock that was wrong, do not count."""
    lately = [moment for moment in spoken if now - HOUR < moment <= now]
    if not lately:
        return True
    return len(lately) < HOURLY and now >= max(lately) + FIRST_WAIT * 2 ** (len(lately) - 1)


def due(
    waiting: Sequence[Alert],
    spoken: Sequence[datetime],
    now: datetime,
    zone: str,
    daily: time,
    digest_on: date | None,
) -> bool:
    """Whether an address is to be told of what waits for it now: something is urgent, or the hour of the daily digest
    (``daily``, wall time of the zone) has come and there was none on that day (``digest_on``: when the last was)."""
    if not waiting or not may_speak(spoken, now):
        return False
    return any(alert.urgent for alert in waiting) or digest_due(now, zone, daily, digest_on)


def digest_due(now: datetime, zone: str, daily: time, digest_on: date | None) -> bool:
    """Whether the day's digest is due and was not given yet."""
    here = to_wall(now, zone)
    return here.time() >= daily and here.date() != digest_on


def wait(fails: int) -> timedelta:
    """How long an address is left alone that could not be reached so many times in a row: 1 min, doubling up to 1 h."""
    return min(FIRST_WAIT * (1 << min(max(fails - 1, 0), 10)), LONGEST_WAIT)


def message(waiting: Sequence[Alert], language: str) -> Message:
    """One message of all that waits, in the language of messages (English where there are no words): how many of each
    kind, of each kind some, at most ``LINES`` in all, and how many more there are."""
    order = list(AlertKind)
    ordered = sorted(waiting, key=lambda alert: (order.index(alert.kind), alert.at, alert.name))
    groups = [list(alerts) for _, alerts in groupby(ordered, key=lambda alert: alert.kind)]
    shown = _shares([len(alerts) for alerts in groups])
    body = _body(groups, shown, language)
    while len(body) > MOST and any(shown):
        last = max(index for index, number in enumerate(shown) if number)
        shown[last] -= 1
        body = _body(groups, shown, language)
    return Message(_say(TITLE, language, len(ordered)), body)


def _body(groups: Sequence[Sequence[Alert]], shown: Sequence[int], language: str) -> str:
    lines: list[str] = []
    for alerts, number in zip(groups, shown, strict=True):
        lines.append(f"{_say(TITLES[alerts[0].kind], language, 0)}: {len(alerts)}")
        lines += [f"- {_line(alert, language)}" for alert in alerts[:number]]
    if more := sum(map(len, groups)) - sum(shown):
        lines.append(_say(MORE, language, more))
    return "\n".join(lines)


def _say(words: Text, language: str, number: int) -> str:
    return (text_for(words, language) or words["en"]).format(n=number)


def _shares(numbers: Sequence[int]) -> list[int]:
    """How many of each group are spelled out: one of each at least, then as many as there is room for, in order."""
    shares = [1] * len(numbers)
    room = LINES - len(numbers)
    for index, number in enumerate(numbers):
        more = min(number - 1, max(room, 0))
        shares[index] += more
        room -= more
    return shares


def _line(alert: Alert, language: str) -> str:
    said = " ".join(alert.said(language).split())
    if len(said) > LENGTH:
        said = said[: LENGTH - 1].rstrip() + "…"
    key = f"{alert.key}: " if alert.key else ""
    return f"{key}{said}" + (f" {alert.url}" if alert.url else "")


TITLE = {"en": "campaign: {n} to know", "id": "campaign: {n} hal perlu diketahui"}
MORE = {"en": "and {n} more: campaign status", "id": "dan {n} lagi: campaign status"}
TITLES: dict[AlertKind, Text] = {
    AlertKind.DOUBLED: {"en": "Published twice", "id": "Terbit dua kali"},
    AlertKind.CLOCK: {"en": "The clock", "id": "Jam"},
    AlertKind.STORE: {"en": "The record", "id": "Catatan"},
    AlertKind.FLAG: {"en": "Flagged", "id": "Ditandai"},
    AlertKind.UNCERTAIN: {"en": "May be published", "id": "Mungkin sudah terbit"},
    AlertKind.FAILED: {"en": "Not published", "id": "Tidak terbit"},
    AlertKind.MISSED: {"en": "Too late, not sent", "id": "Terlambat, tidak dikirim"},
    AlertKind.HELD: {"en": "Waiting for a person", "id": "Menunggu orang"},
    AlertKind.PARKED: {"en": "Accounts that do not work", "id": "Akun yang tidak berfungsi"},
    AlertKind.PAUSE: {"en": "Paused", "id": "Dijeda"},
    AlertKind.APPROVAL: {"en": "Not approved yet", "id": "Belum disetujui"},
    AlertKind.WITHDRAW: {"en": "Still online, to be withdrawn", "id": "Masih daring, harus ditarik"},
    AlertKind.TOKEN: {"en": "Logins that end soon", "id": "Login yang segera berakhir"},
    AlertKind.HOTLINE: {"en": "Help lines to check", "id": "Saluran bantuan yang perlu diperiksa"},
    AlertKind.FACT: {"en": "Facts to review", "id": "Fakta yang perlu ditinjau"},
}
