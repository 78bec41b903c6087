"""What has changed between a plan that was saved and the plan as it is now."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from campaign.core.lifecycle import State, say
from campaign.review.plan import PART
from campaign.review.plan_saved import SavedPost
from campaign.review.table import WIDTH, Cell, Line
from campaign.review.words import one_line, wrap
from campaign.store.history import Delivery


class Kind(StrEnum):
    """What happened to a post."""

    CREATED = "created"
    CHANGED = "changed"
    MOVED = "moved"
    DROPPED = "dropped"
    PUBLISHED = "published"

    @property
    def say(self) -> str:
        """In the words that people read."""
        return "already published" if self is Kind.PUBLISHED else self.value


@dataclass(frozen=True, slots=True)
class Change:
    """One post that is not as it was. ``was``: as it was saved (None: it was not there); ``now``: as it is (None: it is
    gone). ``fields``: what differs, before and now, without the time. ``reason``: why it is gone, if that is known."""

    kind: Kind
    was: SavedPost | None
    now: SavedPost | None
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    reason: str = ""

    @property
    def post(self) -> SavedPost:
        found = self.now or self.was
        assert found is not None  # noqa: S101 - a change is of some post
        return found

    @property
    def when(self) -> datetime:
        return self.post.due


def changes(
    before: Iterable[SavedPost],
    now: Iterable[SavedPost],
    rows: Mapping[str, Delivery],
    kept_back: Mapping[str, str],
) -> list[Change]:
    """What has changed, by kind and time. ``rows``: what the record knows, by key: what is published is no difference,
    whatever the files say by now, and what was cancelled or failed is gone. ``kept_back``: by key why a post is
    still in the files and not in ``now``."""
    old = {post.key: post for post in before}
    new = {post.key: post for post in now}
    found: list[Change] = []
    for key in [key for key in {**old, **new} if key in rows]:
        row = rows[key]
        if row.state in (State.SENT, State.UNCERTAIN, State.SENDING):
            found.append(Change(Kind.PUBLISHED, old.pop(key, None), new.pop(key, None), reason=_said(row)))
        elif row.state in (State.CANCELLED, State.FAILED, State.MISSED):
            new.pop(key, None)
            if key in old:
                found.append(Change(Kind.DROPPED, old.pop(key), None, reason=_said(row)))
    for key in old.keys() & new.keys():
        if (change := _compared(old[key], new[key])) is not None:
            found.append(change)
    gone = {key: post for key, post in old.items() if key not in new}
    come = {key: post for key, post in new.items() if key not in old}
    for was, is_now in _pairs(gone.values(), come.values()):
        del gone[was.key], come[is_now.key]
        found.append(Change(Kind.MOVED, was, is_now, _fields(was, is_now)))
    found += [Change(Kind.DROPPED, post, None, reason=kept_back.get(key, "")) for key, post in gone.items()]
    found += [Change(Kind.CREATED, None, post) for post in come.values()]
    order = list(Kind)
    return sorted(found, key=lambda change: (order.index(change.kind), change.when, change.post.key))


def differs(found: Iterable[Change]) -> bool:
    """Whether there is a difference: anything but what is published by now."""
    return any(change.kind is not Kind.PUBLISHED for change in found)


def change_row(change: Change) -> dict[str, Any]:
    """One change as ``plan --against --json`` prints it."""
    post, was = change.post, change.was
    return {
        "change": change.kind.value,
        "key": post.key,
        "was_key": was.key if was else None,
        "campaign": post.campaign,
        "slot": post.slot,
        "account": post.account,
        "network": post.network,
        "language": post.language,
        "due": change.now.due.isoformat(timespec="seconds") if change.now else None,
        "was_due": was.due.isoformat(timespec="seconds") if was else None,
        "text": PART.join(post.text),
        "fields": {name: {"was": one, "now": other} for name, (one, other) in change.fields.items()},
        "reason": change.reason,
    }


def change_lines(found: Sequence[Change], width: int = WIDTH) -> list[Line]:
    """The changes as plain lines: a title over each kind, then the posts; ``-`` before what was, ``+`` before what is
    now."""
    lines: list[Line] = []
    for kind in Kind:
        of_kind = [change for change in found if change.kind is kind]
        if of_kind:
            lines += [()] if lines else []
            lines.append((Cell(f"{kind.say.capitalize()} ({len(of_kind)})", "bold"),))
        alike: dict[tuple[object, ...], list[Change]] = {}
        for change in of_kind:
            alike.setdefault(_looks(change), []).append(change)
        for group in alike.values():
            lines += _lines(group, width)
    return lines


def summary(found: Iterable[Change]) -> str:
    """``1 post created, 2 changed``; "" when nothing is different."""
    numbers = Counter(change.kind for change in found)
    said = [f"{numbers[kind]} {kind.say}" for kind in Kind if numbers[kind]]
    return ", ".join(said)


_STYLE = {Kind.CREATED: "green", Kind.DROPPED: "red", Kind.CHANGED: "yellow", Kind.MOVED: "yellow"}
_MARGIN = 4


def _looks(change: Change) -> tuple[object, ...]:
    """What is shown of a change but for its account: the same change to several accounts is shown once."""
    was, now = change.was, change.now
    text = PART.join(change.post.text) if change.kind in (Kind.CREATED, Kind.DROPPED) else ""
    due = (was.due if was else None, now.due if now else None)
    return change.post.key.rpartition("/")[0], due, text, tuple(change.fields.items()), change.reason


def _lines(group: Sequence[Change], width: int) -> list[Line]:
    change = group[0]
    post, was, now = change.post, change.was, change.now
    lines: list[Line] = [
        (Cell("  "), Cell(one_line(post.key.rpartition("/")[0]), _STYLE.get(change.kind, "")))
    ]
    lines += _wrapped("", ", ".join(each.post.account for each in group), width)
    if change.reason:
        lines += _wrapped("", change.reason, width)
    if was is not None and now is not None and was.due != now.due:
        lines += _both(_moment(was.due), _moment(now.due), width)
    elif change.kind is not Kind.PUBLISHED:
        lines += _wrapped("", _moment(post.due), width)
    if change.kind in (Kind.CREATED, Kind.DROPPED):
        mark = "+ " if change.kind is Kind.CREATED else "- "
        lines += _wrapped(mark, _start(PART.join(post.text), ""), width)
    for name, (one, other) in change.fields.items():
        lines.append((Cell(f"{' ' * _MARGIN}{name}"),))
        lines += _both(_start(one, other), _start(other, one), width)
    return lines


def _both(one: str, other: str, width: int) -> list[Line]:
    return [*_wrapped("- ", one or "(nothing)", width), *_wrapped("+ ", other or "(nothing)", width)]


def _wrapped(mark: str, text: str, width: int) -> list[Line]:
    pieces = wrap(one_line(text), width - _MARGIN - len(mark)) or [""]
    return [
        (Cell(" " * _MARGIN + (mark if number == 0 else " " * len(mark)) + piece),)
        for number, piece in enumerate(pieces)
    ]


_SHOWN = 140
"""How much of a text is shown, from shortly before the first place that differs."""
_BEFORE = 24


def _start(text: str, other: str) -> str:
    """An excerpt of a text, from the words before the first difference to another one."""
    text, other = one_line(text), one_line(other)
    same = next(
        (i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other))
    )
    begin = text.rfind(" ", 0, max(same - _BEFORE, 0)) + 1 if same > _BEFORE else 0
    end = begin + _SHOWN
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")


def _moment(due: datetime) -> str:
    offset = due.strftime("%z")
    return f"{due:%a %d %b %Y %H:%M} {offset[:3]}:{offset[3:5]}"


def _said(row: Delivery) -> str:
    said = say(row.state, row.reason)
    if row.receipt is not None and row.receipt.url:
        return f"{said}: {row.receipt.url}"
    return f"{said}: {row.reason}" if row.reason and row.state is not State.SENT else said


def _compared(was: SavedPost, now: SavedPost) -> Change | None:
    fields = _fields(was, now)
    if was.due != now.due:
        return Change(Kind.MOVED, was, now, fields)
    return Change(Kind.CHANGED, was, now, fields) if fields else None


_FIELDS: Mapping[str, Callable[[SavedPost], str]] = {
    "text": lambda post: PART.join(post.text),
    "warning": lambda post: post.warning,
    "link": lambda post: post.link,
    "picture": lambda post: ", ".join(item.file for item in post.media),
    "alt": lambda post: " || ".join(item.alt for item in post.media),
    "language": lambda post: post.language,
    "network": lambda post: post.network,
}


def _fields(was: SavedPost, now: SavedPost) -> dict[str, tuple[str, str]]:
    found = {name: (said(was), said(now)) for name, said in _FIELDS.items() if said(was) != said(now)}
    files = [item.file for item in was.media], [item.file for item in now.media]
    if files[0] == files[1]:
        for one, other in zip(was.media, now.media, strict=True):
            if one.sha256 != other.sha256 and one.sha256 and other.sha256:
                found["picture"] = f"{one.file} ({one.sha256[:8]})", f"{other.file} ({other.sha256[:8]})"
    return found


def _pairs(gone: Iterable[SavedPost], come: Iterable[SavedPost]) -> Iterator[tuple[SavedPost, SavedPost]]:
    """Posts of one slot and account that are gone, with those that have come in their stead: the moment stands in a
    key, so an edit of a planned post's time looks like another post. Those that say the same belong together, in order
    of time; and where one is gone and one has come, these."""
    left: dict[_Series, list[SavedPost]] = defaultdict(list)
    there: dict[_Series, dict[tuple[object, ...], deque[SavedPost]]] = defaultdict(lambda: defaultdict(deque))
    for post in sorted(come, key=lambda post: (post.due, post.key)):
        there[_series(post)][_says(post)].append(post)
    for post in sorted(gone, key=lambda post: (post.due, post.key)):
        if same := there[_series(post)][_says(post)]:
            yield post, same.popleft()
        else:
            left[_series(post)].append(post)
    for series, posts in left.items():
        others = [post for same in there[series].values() for post in same]
        if len(posts) == len(others) == 1:
            yield posts[0], others[0]


_Series = tuple[str, str, str]


def _series(post: SavedPost) -> _Series:
    return post.campaign, post.slot, post.account


def _says(post: SavedPost) -> tuple[object, ...]:
    return (*(said(post) for said in _FIELDS.values()), *(item.sha256 for item in post.media))
