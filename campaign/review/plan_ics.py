"""The plan as a calendar that phones and calendar programs subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from campaign import __version__
from campaign.core.lifecycle import State, say
from campaign.core.model import Workspace, text_for
from campaign.review.outgoing import silent, words
from campaign.review.plan import Ahead, Rules
from campaign.review.words import cut, first_line, safe

if TYPE_CHECKING:
    from icalendar import Event

_LENGTH = timedelta(minutes=15)
"""How long an entry is shown to last; posting takes less."""

_REFRESH = timedelta(hours=6)
"""How often a program that subscribes should look again (RFC 7986, section 5.7)."""

_SUMMARY = 60
"""Letters of a text in the title of its entry."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """Posts of one planned post at one moment. ``name``: how their keys begin, or the key of one that was moved."""

    name: str
    posts: tuple[Ahead, ...]


def plan_ics(
    workspace: Workspace,
    ahead: Iterable[Ahead],
    rules: Rules,
    title: str,
    identity: uuid.UUID,
    stamp: datetime,
) -> bytes:
    """The calendar. ``identity``: names the workspace, so that entries of two organisations differ; ``stamp`` (aware):
    when it was made; the same posts and stamp give the same bytes.

    An entry keeps its UID while its post is edited, moved or cancelled. Times are in UTC, which every program shows in
    its own zone, and in which no change of the clocks can be misread.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//campaign {__version__}//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _plain(title))
    calendar.add("x-wr-timezone", workspace.zone)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")  # the same, as Outlook reads it
    for entry in _entries(ahead):
        calendar.add_component(_event(workspace, entry, rules, identity, stamp))
    return bytes(calendar.to_ical())


def _entries(ahead: Iterable[Ahead]) -> Iterator[_Entry]:
    """One for each planned post and moment; one by itself for each account whose post a person moved."""
    together: dict[str, list[Ahead]] = {}
    for post in ahead:
        together.setdefault(post.key.rpartition("/")[0], []).append(post)
    for name, posts in together.items():
        planned = [post for post in posts if not post.moved]
        # Where all were moved at once the entry itself moves, and keeps its name.
        if not planned and len({post.due for post in posts}) == 1:
            planned = posts
        if planned:
            yield _Entry(name, tuple(planned))
        yield from (_Entry(post.key, (post,)) for post in posts if post not in planned)


def _event(workspace: Workspace, entry: _Entry, rules: Rules, identity: uuid.UUID, stamp: datetime) -> Event:
    from icalendar import Event

    first = entry.posts[0]
    event = Event()
    event.add("uid", str(uuid.uuid5(identity, entry.name)))
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", first.due.astimezone(UTC))
    event.add("duration", _LENGTH)
    off = all(post.state is State.CANCELLED for post in entry.posts)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", _plain(_summary(workspace, first)))
    event.add("description", _described(workspace, entry.posts, rules, stamp))
    event.add("categories", [first.campaign])
    return event


def _summary(workspace: Workspace, post: Ahead) -> str:
    campaign = workspace.campaigns.get(post.campaign)
    title = text_for(campaign.title, workspace.languages[0]) if campaign else None
    text = next((line for part in post.posts if (line := first_line(part.text))), post.slot)
    return f"{title or post.campaign}: {cut(text, _SUMMARY)}"


def _described(workspace: Workspace, posts: Sequence[Ahead], rules: Rules, now: datetime) -> str:
    """Where each goes and what becomes of it, then each text once, with its accounts."""
    told = [f"{post.account}: {_becomes(post, now)}" for post in posts]
    said: dict[str, list[str]] = {}
    for post in posts:
        text = words(post.posts, rules(workspace.accounts[post.login]))
        said.setdefault(text, []).append(post.account)
    texts = [f"[{', '.join(accounts)}]\n{text}" for text, accounts in said.items()]
    key = posts[0].key.rpartition("/")[0]
    return safe("\n".join(told) + "\n\n" + "\n\n".join(texts) + f"\n\n{key}")


def _becomes(post: Ahead, now: datetime) -> str:
    if post.state is None:
        if silent(post):
            return "not sent, a quiet day"
        return "planned" if post.due > now else "not sent so far: nothing was running"
    return say(post.state, post.reason)  # not why: a reason may name people, and anybody may subscribe


def _plain(text: str) -> str:
    return " ".join(safe(text).split())
