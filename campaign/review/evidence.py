"""What became of holding the log against its seals, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaign.review import times
from campaign.review.table import WIDTH, Cell, Line
from campaign.review.words import count, one_line, wrap
from campaign.store.evidence.chain import Difference
from campaign.store.evidence.raw import parsed
from campaign.store.evidence.seals import Head
from campaign.store.evidence.verify import Verified

PROOF = (
    "Only a head that you keep elsewhere proves that nothing was rewritten: whoever can write to the store could seal"
    " it all anew. Keep this one, and later: campaign log verify --head FILE"
)
"""What the seals prove and what they don't, in a sentence."""


def verified_lines(found: Verified, zone: str, width: int = WIDTH) -> Iterator[Line]:
    """What was found: the differences first, then what is sealed, what is not, and the head. Times in an IANA zone."""
    for difference in found.differences:
        yield from _difference(difference, width)
    if found.number > len(found.differences):
        yield (Cell(f"... and {found.number - len(found.differences):,} more"),)
    for lost in found.lost:
        yield from _wrapped(
            f"The head {lost} is not in this log: what was sealed then has been rewritten, or this is an older copy"
            " of the store, or another one.",
            width,
            "bold red",
        )
    for head in found.continued:
        said = f"Seal {head.n} of {_of(head, zone)} is in this log: nothing up to it was rewritten since"
        yield from _wrapped(
            f"{said} you kept its head." if not found.number else f"{_same(head, zone)}.", width
        )
    yield from _wrapped(_sum(found), width, "" if found.holds else "bold red")
    if found.unsealed:
        since = f", since {times.stamp(found.since, zone)}" if found.since else ""
        yield from _wrapped(f"Not sealed yet: {count(found.unsealed, 'event')}{since}.", width)
    if found.taken_over:
        yield from _wrapped(
            f"Taken over on {times.stamp(found.taken_over, zone)}: what is older was not sealed before, and is as"
            " it was found then.",
            width,
        )
    if found.head:
        yield (Cell(f"Head: seal {found.head.n} of {_of(found.head, zone)}"),)
        yield (Cell(f"  {found.head.sha256}", "bold"),)
        yield from _wrapped(PROOF, width, "dim")


def verified_json(found: Verified) -> dict[str, Any]:
    """The one object that ``log verify --json`` prints; times in UTC."""
    return {
        "holds": found.holds,
        "seals": found.seals,
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "unsealed_since": times.iso(found.since),
        "taken_over": times.iso(found.taken_over),
        "head": _head(found.head) if found.head else None,
        "continues": [_head(head) for head in found.continued],
        "not_continued": list(found.lost),
        "differences": found.number,
        "found": [
            {"seal": one.seal, "event": one.event, "key": one.key or None, "what": one.what}
            for one in found.differences
        ],
    }


def _head(head: Head) -> dict[str, Any]:
    return {"seal": head.n, "sha256": head.sha256, "at": times.iso(parsed(head.at))}


def _difference(difference: Difference, width: int) -> Iterator[Line]:
    named = [
        f"seal {difference.seal}" if difference.seal is not None else "",
        f"event {difference.event}" if difference.event is not None else "",
        one_line(difference.key),
    ]
    where = ", ".join(name for name in named if name)
    yield from _wrapped(f"{where}: {one_line(difference.what)}", width, "red")


def _sum(found: Verified) -> str:
    if not found.seals:
        return "Nothing is sealed yet: campaign run does so, a minute after something happened."
    sealed = f"{found.sealed:,} {'event' if found.sealed == 1 else 'events'} in {count(found.seals, 'seal')}"
    if found.number:
        return f"The log was changed: {count(found.number, 'difference')} ({sealed})."
    return f"The log is as it was sealed: {sealed}, and every post is as its events say."


def _same(head: Head, zone: str) -> str:
    return f"Seal {head.n} of {_of(head, zone)} is the one whose head you kept, but see above"


def _of(head: Head, zone: str) -> str:
    at = parsed(head.at)
    return times.stamp(at, zone) if at else one_line(head.at)


def _wrapped(text: str, width: int, style: str = "") -> Iterator[Line]:
    for number, line in enumerate(wrap(text, width - 2)):
        yield (Cell(f"  {line}" if number else line, style),)
