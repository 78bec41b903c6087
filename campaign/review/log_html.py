"""The log as one web page for volunteers on another machine: what went out, with pictures and links, and a place to say
whether it is right. It needs nothing but itself, asks nobody for anything, and is never large.

What is not out stays inside: of such posts only the state is told. No reason, no path of this machine and no key of a
network is in it, and no handle, unless ``names`` asks for them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Connection

from campaign.core.languages import direction
from campaign.core.lifecycle import State
from campaign.core.marks import FORMAT, MAX_MARKS, MAX_TEXT, Mark, open_flags, post_of, reviewers, space_of
from campaign.core.model import Media, Post, Workspace, fact_cited, hotline_cited, parse_key, text_for
from campaign.networks.feed_page.words import date_text, markup
from campaign.review import times
from campaign.review.checklist import QUESTIONS
from campaign.review.kit_page.words import day_text, network_name
from campaign.review.log_page import words as own
from campaign.review.log_pictures import Picture, Small
from campaign.review.roles import Roles
from campaign.review.words import one_line, safe
from campaign.store import history
from campaign.store.history import Delivery

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_POSTS = 300
"""Posts on one page (a thread is one); the latest are kept. A volunteer looks at some dozens."""

MOST_PICTURES = 10_000_000
"""Bytes of all pictures together: a page of 15 MB at most still goes through mail and messengers."""

MOST_LETTERS = 4_000
"""Of one part's text; a longer one (an article) is read where it is published."""


@dataclass
class _Shelf:
    """The pictures of one page, within its bound."""

    picture: Picture
    left: int = field(default_factory=lambda: MOST_PICTURES)
    known: dict[str, Small | None] = field(default_factory=dict)

    def shown(self, media: Media, word: Mapping[str, str]) -> dict[str, object]:
        """What the template shows: the picture itself, or why it is not there; its description in any case."""
        if media.sha256 not in self.known and self.left > 0:
            self.known[media.sha256] = self.picture(media)
        small = self.known.get(media.sha256)
        alt, name = safe(media.alt), one_line(media.file).rpartition("/")[2]
        if small is not None and len(small.data) <= self.left:
            self.left -= len(small.data)
            source = f"data:{small.type};base64,{base64.b64encode(small.data).decode()}"
            return {"source": source, "alt": alt, "width": small.width, "height": small.height}
        looked_at = media.sha256 in self.known and small is None
        return {
            "source": "",
            "alt": alt,
            "why": word["no_picture" if looked_at else "no_room"].format(file=name),
        }


def page(
    posts: Mapping[str, Sequence[Delivery]],
    marks: Mapping[str, Sequence[Mark]],
    left_out: int,
    workspace: Workspace,
    workspace_id: UUID,
    picture: Picture,
    now: datetime,
    *,
    language: str,
    names: bool = False,
) -> bytes:
    """The page. ``posts``: by key, in order, each with all its parts, and ``left_out``, how many older ones are not
    among them (``latest``); ``marks``: by key; ``language``: of the page's own words ("en" or "id"); ``names``: say
    handles instead of roles."""
    roles = Roles(workspace.people, names=names, language=language)
    writer = _Writer(workspace, language, own.words(language), roles, _Shelf(picture))
    # The latest first, so that it is not theirs if there is no room for all pictures.
    shown = [writer.post(key, posts[key], marks.get(key, ())) for key in reversed(list(posts))][::-1]
    style, script = _asset("page.css"), _asset("page.js")
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            ui=language,
            word=own.words(language),
            policy=f"default-src 'none'; img-src data:; style-src 'sha256-{_digest(style)}'; "
            f"script-src 'sha256-{_digest(script)}'; base-uri 'none'; form-action 'none'",
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704
            format=FORMAT,
            space=space_of(workspace_id),
            made=times.local(now, workspace.zone),
            when=lambda moment: date_text(moment, language),
            days=writer.days([row for parts in posts.values() for row in parts]),
            questions=QUESTIONS[language],
            posts=shown,
            left_out=left_out,
            most=MAX_MARKS,
            longest=MAX_TEXT,
        )
    )
    return html.encode(errors="replace")


def due_of(rows: Iterable[Delivery]) -> dict[str, datetime]:
    """When each post was due, by its key; of a thread that of the first of its rows."""
    due: dict[str, datetime] = {}
    for row in rows:
        due.setdefault(post_of(row.key), row.due)
    return due


def latest(connection: Connection, due: Mapping[str, datetime]) -> tuple[dict[str, list[Delivery]], int]:
    """The latest of these posts (``due_of``), by key and in the order in which they were due, each with all parts of
    its thread (for a thread is looked at as one); and how many older ones there are."""
    keys = sorted(due, key=lambda key: (due[key], key))
    kept = keys[-MOST_POSTS:]
    first = history.by_keys(connection, kept)
    parts = {
        key: [str(replace(parse_key(key), part=n)) for n in range(1, first[key].parts + 1)] for key in kept
    }
    found = history.by_keys(connection, {part for several in parts.values() for part in several})
    return {key: [found[part] for part in parts[key] if part in found] for key in kept}, len(keys) - len(kept)


@dataclass(frozen=True)
class _Writer:
    workspace: Workspace
    language: str
    word: Mapping[str, str]
    roles: Roles
    shelf: _Shelf

    def days(self, rows: Sequence[Delivery]) -> str:
        """``1 July 2027 – 7 July 2027``; "" where there is nothing."""
        days = sorted({self._local(row).date() for row in rows})
        ends = [day_text(day, self.language) for day in (days[:1] + days[1:][-1:])]
        return " – ".join(ends)

    def post(self, key: str, rows: Sequence[Delivery], marks: Sequence[Mark]) -> dict[str, object]:
        first = rows[0]
        out = first.state is State.SENT
        moment = self._local(first)
        sent = [row for row in rows if row.state is State.SENT]
        wanted, done = (
            any(row.withdraw_at is not None for row in sent),
            all(row.withdrawn_at is not None for row in sent),
        )
        told = [row.post for row in sent if row.post is not None]
        return {
            "key": key,
            "account": one_line(_account(first)),
            "network": network_name(first.network, self.language),
            "language": first.language,
            "direction": direction(first.language),
            "when": date_text(moment, self.language),
            "iso": moment.isoformat(timespec="seconds"),
            "out": out,
            "say": own.state(first.state, first.reason, self.language),
            "withdrawal": own.withdrawal(wanted, bool(sent) and done, self.language),
            "of": first.parts,
            "parts": [self._part(row) for row in sent],
            "facts": self._facts(told),
            "lines": self._lines(told),
            "looked": ", ".join(self.roles(by) for by in reviewers(marks)),
            "flags": [safe(flag.text) or "…" for flag in open_flags(marks)],
        }

    def _part(self, row: Delivery) -> dict[str, object]:
        url = row.receipt.url if row.receipt else ""
        told: dict[str, object] = {
            "number": row.part,
            "gone": row.withdrawn_at is not None,
            "url": url if url.startswith(("https://", "http://")) and row.withdrawn_at is None else "",
            "removed": row.redacted_at is not None or row.post is None,
        }
        if row.post is None or row.redacted_at is not None:
            return told
        text = safe(row.post.text)
        return told | {
            "warning": safe(row.post.warning),
            "text": markup(text[:MOST_LETTERS]),
            "cut": len(text) > MOST_LETTERS,
            "pictures": [self.shelf.shown(media, self.word) for media in row.post.media],
        }

    def _facts(self, posts: Sequence[Post]) -> list[dict[str, str]]:
        found = {}
        for post in posts:
            for name in post.facts:
                fact = self.workspace.facts.get(name)
                said = " ".join(post.cited.get(fact_cited(name), ()))
                found[name] = {
                    "text": said or (text_for(fact.text, post.language) if fact else "") or name,
                    "source": fact.source if fact else "",
                    "url": fact.url if fact and fact.url.startswith(("https://", "http://")) else "",
                }
        return list(found.values())

    def _lines(self, posts: Sequence[Post]) -> list[str]:
        found = {}
        for post in posts:
            for name in post.hotlines:
                line = self.workspace.hotlines.get(name)
                numbers = ", ".join(post.cited.get(hotline_cited(name), ()))
                called = (text_for(line.names, post.language) if line else "") or name
                found[name] = f"{called}: {numbers}" if numbers else called
        return list(found.values())

    def _local(self, row: Delivery) -> datetime:
        campaign = self.workspace.campaigns.get(row.campaign)
        return times.local(row.sent_at or row.due, campaign.zone if campaign else self.workspace.zone)


def _account(row: Delivery) -> str:
    """``fedi.en``, with the name that its network knows it by: ``fedi.en (@org)``."""
    known = row.receipt.author if row.receipt else ""
    return f"{row.target} ({known})" if known else row.target


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return files("campaign.review.log_page").joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("campaign.review", "log_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
