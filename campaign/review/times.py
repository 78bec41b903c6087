"""How times are written: for people in the campaign's zone, abbreviated, for programs in ISO 8601."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def local(instant: datetime, zone: str) -> datetime:
    """An aware instant as an aware datetime in an IANA zone."""
    return instant.astimezone(ZoneInfo(zone))


def iso(instant: datetime | None, zone: str = "UTC") -> str | None:
    """ISO 8601 with offset, to the second; None stays None."""
    return local(instant, zone).isoformat(timespec="seconds") if instant is not None else None


def abbreviation(instant: datetime, zone: str) -> str:
    """``WIB``; a zone without one (``+07`` in the database) reads ``UTC+07``."""
    name = local(instant, zone).strftime("%Z")
    return f"UTC{name}" if name[:1] in "+-" else name


def clock(instant: datetime, zone: str, *, seconds: bool = False) -> str:
    """``18:30``, or ``18:30:05``."""
    return local(instant, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(instant: datetime, zone: str) -> str:
    """``Fri 30 Jul 2027``."""
    return local(instant, zone).strftime("%a %d %b %Y")


def stamp(instant: datetime, zone: str) -> str:
    """``Fri 30 Jul 2027 08:00 WIB``."""
    return f"{day(instant, zone)} {clock(instant, zone)} {abbreviation(instant, zone)}"


def utc_clock(instant: datetime, zone: str) -> str:
    """``01:00 UTC``; with the day where it is another than in the zone: ``29 Jul 23:00 UTC``."""
    there, here = local(instant, "UTC"), local(instant, zone)
    return there.strftime("%H:%M UTC" if there.date() == here.date() else "%d %b %H:%M UTC")


def soon(instant: datetime, now: datetime, zone: str) -> str:
    """A moment as one says it: ``18:30`` (today), ``tomorrow 08:00``, ``Mon 19 Jul 09:00``."""
    then, today = local(instant, zone), local(now, zone).date()
    days = (then.date() - today).days
    if days == 0:
        return f"{then:%H:%M}"
    if days == 1:
        return f"tomorrow {then:%H:%M}"
    return f"{then:%a %d %b %H:%M}" if then.year == today.year else f"{then:%a %d %b %Y %H:%M}"


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, roughly: ``just now``, ``5 min ago``, ``3 h ago``, ``2 days ago``."""
    seconds = (now - instant).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 48 * 3600:
        return f"{seconds // 3600:.0f} h ago"
    return f"{seconds // 86400:.0f} days ago"
