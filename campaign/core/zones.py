"""Wall time and instants: what a DST gap, a fold and a zone's name mean is decided here and only here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_NOT_A_PLACE = {"Factory", "localtime", "posixrules"}
"""Files beside the zones: no zone of their own, or another one on each machine."""

_SECOND = timedelta(seconds=1)


def to_utc(wall: datetime, zone: str, *, last: bool = False) -> datetime:
    """The instant (aware, UTC) of a naive wall time in an IANA zone.

    In a gap it is the end of the gap (the first real minute after); in a fold the first of the two, or the
    second with ``last``. It never decreases while ``wall`` grows.
    """
    place = ZoneInfo(zone)
    early = _offset(wall.replace(tzinfo=place, fold=0))
    late = _offset(wall.replace(tzinfo=place, fold=1))
    if early < late:
        return _end_of_gap(wall.replace(microsecond=0), place, early, late)
    return (wall - (late if last else early)).replace(tzinfo=UTC, fold=0)


def to_wall(instant: datetime, zone: str) -> datetime:
    """The naive wall time of an aware instant in an IANA zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone: an instant is aware")
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def zone_problem(zone: str) -> str | None:
    """What is wrong with the name of a time zone (one line), or None."""
    try:
        ZoneInfo(zone)
    except (ValueError, LookupError, OSError):
        # Apart from "not found" the library answers a folder, a path and an over-long name with other errors.
        pass
    else:
        # right/ counts leap seconds, so its times are some 27 s off.
        if zone not in _NOT_A_PLACE and not zone.startswith(("right/", "posix/")):
            return None
    return f"there is no time zone {zone[:40]!r}; write its IANA name, as in Asia/Jakarta"


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    assert offset is not None  # noqa: S101 - every ZoneInfo has one
    return offset


def _end_of_gap(wall: datetime, place: ZoneInfo, before: timedelta, after: timedelta) -> datetime:
    """The transition itself: read with the offset after it, the wall time lies before it, and the other way
    round."""
    low = (wall - after).replace(tzinfo=UTC)
    high = (wall - before).replace(tzinfo=UTC)
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle.astimezone(place)) == before:
            low = middle
        else:
            high = middle
    return high
