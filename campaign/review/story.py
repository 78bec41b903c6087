"""All that is known about one post: its text, what was tried, what the network said, what people decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from campaign.core.lifecycle import State
from campaign.review import times
from campaign.review.cards import named
from campaign.review.removed import removed, said
from campaign.review.styles import STYLE
from campaign.review.table import Cell, Line
from campaign.review.words import one_line, wrap
from campaign.store.history import Attempt, Delivery, EventRow

_OUTCOME = {
    "sent": "published",
    "retry": "not accepted, to be tried again",
    "refused": "refused",
    "parked": "the account does not work",
    "handed": "handed to a person",
    "unknown": "no certain answer",
    "orphaned": "the program ended before an answer came",
    None: "no answer yet",
}
"""What came of an attempt, in the words that people read."""

_EVENT = {
    "planned": "planned",
    "approved": "approved",
    "rejected": "rejected",
    "composed": "its text was made",
    "cancel": "cancelled",
    "moved": "moved",
    "again": "to be sent after all",
    "hold": "stopped",
    "release": "let go",
    "resolve-published": "said to be published",
    "resolve-not-published": "said not to be published",
    "resolve-give-up": "given up",
    "found": "found on the network",
    "absent": "looked for, and certainly not on the network",
    "doubled": "PUBLISHED TWICE",
    "withdraw": "to be withdrawn",
    "withdrawing": "the network was asked to delete it",
    "withdrawn": "gone from the network",
    "not-withdrawn": "still there, or nobody knows",
    "redacted": "its text was removed",
    "reviewed": "looked at: all right",
    "flagged": "looked at: something is wrong",
    "flag-closed": "what was wrong is dealt with",
    "web-token-added": "a token for the browser was made",
    "web-token-revoked": "a token for the browser was revoked",
}
"""Events that are worth a line of their own; attempts are told as attempts."""


def story_lines(
    delivery: Delivery,
    attempts: Sequence[Attempt],
    events: Sequence[EventRow],
    zone: str,
    width: int,
    marked: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Line]:
    """The story of one post, for somebody who has to decide about it. ``marked``: what review marks say, by id."""
    yield (Cell(delivery.key, "bold"),)
    yield _field("State", said(delivery), STYLE.get(delivery.state, ""))
    yield _field("Account", f"{delivery.target} ({delivery.network}, {delivery.language})")
    yield _field("Due", f"{times.stamp(delivery.due, zone)} = {times.utc_clock(delivery.due, zone)}")
    if delivery.state in (State.PENDING, State.HELD):
        yield _field("Not before", times.stamp(delivery.not_before, zone))
        until = times.stamp(delivery.deadline, zone) if delivery.deadline else "any time"
        yield _field("Until", until)
    if delivery.sent_at:
        yield _field("Published", times.stamp(delivery.sent_at, zone))
    if delivery.withdrawn_at:
        yield _field("Withdrawn", times.stamp(delivery.withdrawn_at, zone))
    if delivery.receipt and delivery.receipt.url:
        yield _field("Address", delivery.receipt.url, "blue")
    if delivery.reason:
        yield from _long("Reason", delivery.reason, width)
    if delivery.parts > 1:
        yield _field("Part", f"{delivery.part} of {delivery.parts}")
    yield _field("Network key", delivery.network_key)
    yield ()
    yield from _text(delivery, zone, width)
    if attempts:
        yield ()
        yield (Cell("What was tried", "bold"),)
        for attempt in attempts:
            yield from _attempt(attempt, zone, width)
    if happened := told(events):
        yield ()
        yield (Cell("What happened", "bold"),)
        for event in happened:
            yield from _event(event, zone, width, marked)


def told(events: Sequence[EventRow]) -> list[EventRow]:
    """The events that are worth a line of their own."""
    return [event for event in events if event.kind in _EVENT]


def _field(name: str, value: str, style: str = "") -> Line:
    return (Cell(f"  {name:<12}", "dim"), Cell(one_line(value), style))


def _long(name: str, value: str, width: int) -> Iterator[Line]:
    for number, line in enumerate(wrap(one_line(value), width - 14)):
        yield (Cell(f"  {'' if number else name:<12}", "dim"), Cell(line))


def _text(delivery: Delivery, zone: str, width: int) -> Iterator[Line]:
    post = delivery.post
    if delivery.redacted_at is not None:
        yield (Cell(f"  {removed(delivery, zone)}"),)
        return
    if post is None:
        yield (Cell("  its text is made when it is due"),)
        return
    if post.warning:
        yield (Cell("  │ ", "dim"), Cell(f"[content warning: {one_line(post.warning)}]", "yellow"))
    for line in wrap(post.text, width - 4):
        yield (Cell("  │ ", "dim"), Cell(line))
    for media in post.media:
        for line in wrap(one_line(f"[{named(media)}: {media.alt}]"), width - 4):
            yield (Cell("  │ ", "dim"), Cell(line, "blue"))
    for one in post.accepted:
        words = f'"{one.words}" ' if one.words else ""
        who = " and ".join(one.by)
        yield from _long("Let pass", f"{one.rule} {words}by {who}: {one.reason}", width)


def _attempt(attempt: Attempt, zone: str, width: int) -> Iterator[Line]:
    again = ", the same once more" if attempt.repeat else ""
    head = f"{attempt.attempt}. {times.stamp(attempt.began, zone)}{again}: {_OUTCOME[attempt.outcome]}"
    yield (Cell(f"  {head}"),)
    for line in wrap(one_line(attempt.reason), width - 5):
        yield (Cell(f"     {line}", "dim"),)


def _event(event: EventRow, zone: str, width: int, marked: Mapping[str, str]) -> Iterator[Line]:
    by = f" by {event.by}" if event.by else ""
    door = f" ({event.door})" if event.door else ""
    yield (Cell(f"  {times.stamp(event.at, zone)}  {_EVENT[event.kind]}{by}{door}"),)
    said = [event.detail.get("reason") or marked.get(event.detail.get("mark", ""), "")]
    said.append(event.detail.get("proof", ""))
    for line in wrap(one_line("; ".join(str(one) for one in said if one)), width - 5):
        yield (Cell(f"     {line}", "dim"),)


def what_happened(kind: str) -> str:
    """A kind of event in words; the kind itself where there are none."""
    return _EVENT.get(kind, kind)
