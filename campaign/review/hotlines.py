"""Help lines as people and programs read them: what each is, what was checked and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from campaign.core.hotlines import Channel, Check, Hotline, Kind, latest, stale
from campaign.core.model import text_for
from campaign.review.table import Cell, Entry, Row


def hotline_row(hotline: Hotline, checks: Sequence[Check], day: date) -> dict[str, Any]:
    """One help line as ``hotlines --json`` prints it, judged on a day."""
    return {
        "id": hotline.id,
        "name": dict(hotline.names),
        "country": hotline.country,
        "for": dict(hotline.audience),
        "serves": sorted(hotline.serves),
        "channels": [_channel(hotline, channel, checks, day) for channel in hotline.channels],
        "hours": dict(hotline.hours),
        "hours_confirmed": hotline.hours_confirmed,
        "languages": list(hotline.languages),
        "status": hotline.status.value,
        "source": hotline.source,
        "page": hotline.page or None,
        "stale": stale(hotline, checks, day),
        "pack": hotline.pack or None,
    }


def hotline_entries(
    hotlines: Iterable[Hotline], checks: Sequence[Check], day: date, language: str
) -> list[Entry]:
    """Help lines for people. A number that nobody has checked is not shown, so that nobody copies it: it stands in the
    file, and who checks it shall not have it before their eyes."""
    entries: list[Entry] = []
    for hotline in hotlines:
        notes = [Cell(_said(hotline, channel, checks, day)) for channel in hotline.channels]
        if told := _text(hotline.audience, language):
            notes.insert(0, Cell(f"for: {told}"))
        notes.append(Cell(f"page: {hotline.page}" if hotline.page else f"source: {hotline.source}", "dim"))
        if hotline.pack:
            notes.append(Cell(f"from the pack {hotline.pack}", "dim"))
        bad = stale(hotline, checks, day)
        state = Cell("not to be printed", "yellow") if bad else Cell("may be printed", "green")
        cells = (Cell(hotline.id, "bold"), Cell(hotline.country), state, Cell(_text(hotline.names, language)))
        entries.append(Row(cells, tuple(notes)))
    return entries


def matches(hotline: Hotline, word: str) -> bool:
    """Whether a word stands in an entry's id, country, names or in whom it is for, in any language."""
    texts = [
        hotline.id,
        hotline.country,
        *hotline.names.values(),
        *hotline.audience.values(),
        *hotline.serves,
    ]
    return any(word.casefold() in text.casefold() for text in texts)


def _channel(hotline: Hotline, channel: Channel, checks: Sequence[Check], day: date) -> dict[str, Any]:
    check = latest(hotline, channel, checks)
    return {
        "type": channel.kind.value,
        "show": channel.show,
        "e164": channel.e164 or None,
        "reach": channel.reach.value,
        "status": channel.status.value,
        "checked_by": check.by if check else None,
        "checked_on": check.on.isoformat() if check else None,
        "how": check.how.value if check else None,
        "valid_until": check.until.isoformat() if check else None,
        "confirmed": check is not None and check.counts(day),
    }


def _said(hotline: Hotline, channel: Channel, checks: Sequence[Check], day: date) -> str:
    check = latest(hotline, channel, checks)
    kind = "page" if channel.kind is Kind.WEB else channel.kind.value
    reach = f"{kind} ({channel.reach})"
    if check is None:
        return f"{reach}: not checked yet"
    how = "called" if check.how == "called" else "read on the official page"
    end = "valid until" if check.counts(day) else "no longer valid since"
    return f"{reach}: {channel.show}, {how} by {check.by} on {check.on}, {end} {check.until}"


def _text(texts: Any, language: str) -> str:
    """In this language, else in any."""
    return text_for(texts, language) or next(iter(texts.values()), "")
