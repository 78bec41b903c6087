"""Model servers, one an account: what they accept, forget, hide, lose and refuse; and the adapter that talks to one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from campaign.core.lifecycle import SETTLING
from campaign.core.model import Post
from campaign.core.outcome import (
    Absent,
    CannotTell,
    Found,
    Handed,
    Outcome,
    Receipt,
    Refused,
    Retry,
    Scope,
    Sent,
    Unknown,
)
from campaign.core.text import TextRules
from campaign.networks.base import Notes, Options

LIMIT = 400
"""Characters that the model servers take."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a network is like. ``remembers``: how long it knows a key again; ``lists``: how many of an account's posts
    it shows (None: it can't be asked); ``hands``: it is no server but a person who posts by hand."""

    name: str
    remembers: timedelta = timedelta()
    lists: int | None = None
    hands: bool = False

    @property
    def tells(self) -> bool:
        """Whether what became of a post can be found out without a person, sooner or later."""
        return self.lists is not None


KINDS = (
    Kind("hour-and-list", timedelta(hours=1), 40),
    Kind("day", timedelta(days=1)),
    Kind("list", lists=20),
    Kind("blind"),
    Kind("forever", timedelta(days=36500)),
    Kind("hand", hands=True),
)


class Fault(StrEnum):
    """What one request may meet."""

    SLOW = "accepted, answered late"
    LOST_BEFORE = "lost before it was accepted"
    LOST_AFTER = "accepted, and the answer lost"
    LATE = "the answer lost, and accepted later"
    BUSY = "429 with Retry-After"
    DOWN = "refused connection"
    REFUSED = "the post refused"
    FORBIDDEN = "the account refused once"
    BROKE_BEFORE = "the adapter broke before it sent"
    BROKE_AFTER = "the adapter broke after it sent"
    DUPLICATE = "a repeat refused as a duplicate"
    NOTED = "a note kept, then lost after it was accepted"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A post that stands on a server."""

    id: str
    key: str
    text: str
    at: datetime
    asked: datetime
    """When the request came; it may have been accepted a little later."""
    reply_to: str | None
    part: int


@dataclass
class Server:
    """The far end of one account. It outlives every process; ``clock`` is the world's."""

    kind: Kind
    clock: Callable[[], datetime]
    faults: deque[tuple[Fault, float]] = field(default_factory=deque)
    """What the next requests meet, each with a number of seconds to make of it what it wants."""
    revoked: bool = False
    mute: bool = False
    """It does not answer questions about its posts for a while."""
    posts: list[Accepted] = field(default_factory=list)
    coming: list[tuple[datetime, datetime, str, Post]] = field(default_factory=list)
    """Accepted a little later: when, asked when, under which key, what."""

    def by_key(self, key: str) -> list[Accepted]:
        return [post for post in self.posts if post.key == key]

    def accept(self, key: str, post: Post, at: datetime, asked: datetime) -> Accepted:
        """Take a post, or know it again: from the first time on for as long as the network remembers."""
        for known in reversed(self.posts):
            if known.key == key and self.kind.remembers and at < known.at + self.kind.remembers:
                return known
        reply = post.reply_to.id if post.reply_to else None
        new = Accepted(f"{len(self.posts) + 1}", key, post.text, at, asked, reply, post.part)
        self.posts.append(new)
        return new

    def settle(self) -> None:
        """Let come in what was accepted late."""
        now = self.clock()
        for at, asked, key, post in [item for item in self.coming if item[0] <= now]:
            self.accept(key, post, at, asked)
        self.coming = [item for item in self.coming if item[0] > now]

    def url(self, id: str) -> str:
        return f"https://net.example/{id}"


@dataclass
class Adapter:
    """What the engine talks to. ``point``: a place where the process may die; ``delay``: answer that many seconds
    later; ``tried`` counts what was met."""

    name: ClassVar[str] = "scripted"
    rules: ClassVar[TextRules] = TextRules(limit=LIMIT, images=4)
    options: ClassVar[type[Options]] = Options

    server: Server
    point: Callable[[str], None]
    delay: Callable[[float], None]
    tried: Callable[[str], None]

    @property
    def repeat_safe_for(self) -> timedelta:
        return self.server.kind.remembers

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def whoami(self) -> str:
        return "us"

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        server = self.server
        server.settle()
        self.point("before the request")
        fault, seconds = server.faults.popleft() if server.faults else (None, 0.0)
        outcome = self._answer(post, key, notes, fault, seconds)
        self.point("after the request")
        if fault is not None:
            self.tried(fault.value)
        return outcome

    def _answer(self, post: Post, key: str, notes: Notes, fault: Fault | None, seconds: float) -> Outcome:
        server, now = self.server, self.server.clock()
        if server.kind.hands:
            return Handed("waiting for ani")
        if server.revoked:
            return Refused("the token was revoked", Scope.ACCOUNT)
        match fault:
            case Fault.LOST_BEFORE:
                self.delay(seconds)
                return Unknown("read timeout")
            case Fault.LATE:
                # It may come later than the connection broke, but within the settling time.
                lag = min(seconds, SETTLING.total_seconds() - 2)
                server.coming.append((now + timedelta(seconds=lag), now, key, post))
                return Unknown("reset by peer")
            case Fault.BUSY:
                return Retry("slow down", seconds)
            case Fault.DOWN:
                return Retry("connection refused")
            case Fault.REFUSED:
                return Refused("the text is not welcome")
            case Fault.FORBIDDEN:
                return Refused("temporarily suspended", Scope.ACCOUNT)
            case Fault.BROKE_BEFORE:
                raise RuntimeError("a bug of the adapter")
            case Fault.DUPLICATE if server.by_key(key):
                return Refused("duplicate")
            case _:
                return self._accepted(post, key, notes, fault, seconds)

    def _accepted(self, post: Post, key: str, notes: Notes, fault: Fault | None, seconds: float) -> Outcome:
        now = self.server.clock()
        if fault is Fault.NOTED:
            notes.put("upload", "1")
        taken = self.server.accept(key, post, now, now)
        match fault:
            case Fault.BROKE_AFTER:
                raise RuntimeError("a bug of the adapter")
            case Fault.LOST_AFTER | Fault.NOTED:
                self.delay(seconds)
                return Unknown("read timeout")
            case Fault.SLOW:
                self.delay(seconds)
        return Sent(self._receipt(taken))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        server = self.server
        server.settle()
        self.point("before the question")
        if server.mute or server.revoked or server.kind.lists is None:
            return CannotTell("the network can't be asked")
        shown = server.posts[-server.kind.lists :]
        mine = next((known for known in shown if known.key == key), None)
        if mine is not None:
            return Sent(self._receipt(mine))
        reaches_back = len(shown) == len(server.posts) or shown[0].at < since
        return Absent("not on the list") if reaches_back else CannotTell("the list ends too early")

    def _receipt(self, post: Accepted) -> Receipt:
        return Receipt(post.id, self.server.url(post.id), "us")
