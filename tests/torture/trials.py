"""One trial: a campaign falls due, the command dies on the way, is started again until nothing changes; we count."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tests.networks.cases import PICTURE
from tests.networks.mastodon_server import MastodonServer
from tests.networks.scripted import Reply
from tests.torture.mortals import Mortals
from tests.torture.order import Order
from tests.torture.places import Clock, Place, places

ZONE = "Asia/Jakarta"
CONFIG = """\
workspace: {workspace}
timezone: Asia/Jakarta
store: sqlite:///campaign.db
languages: [en]
accounts:
"""
ONE = """\
  - {id: plain, at: AT, text: "A plain one of NONCE"}
"""
FULL = """\
  - {id: first, at: AT, text: "The first of NONCE"}
  - {id: picture, at: AT, text: "A picture of NONCE", image: {file: dot.png, alt: "A dot"}}
  - {id: thread, at: AT, template: thread}
"""
THREAD = (
    "Part one of {{ vars.nonce }}\n---\nPart two of {{ vars.nonce }}\n---\nPart three of {{ vars.nonce }}\n"
)

SEEN = "https://example.org/status/1/statuses/1"
"""Where a person says that a post is: an address as any of the networks may have it."""

STEP = 65.0
"""Seconds between two starts: a lease given up is looked at 30 s later, a backoff is 15 s and more."""

STARTS = 14
"""After so many starts nothing changes any more."""


@dataclass(frozen=True)
class Row:
    """A delivery as the store has it."""

    key: str
    state: str
    reason: str
    account: str
    text: str
    previous: str | None


def rows(folder: Path) -> list[Row]:
    """What the store says, read as a stranger would."""
    with closing(sqlite3.connect(folder / "campaign.db")) as store:
        found = store.execute(
            "SELECT key, state, reason, account, post, previous FROM deliveries ORDER BY key"
        )
        return [Row(*row[:4], json.loads(row[4])["text"].strip() if row[4] else "", row[5]) for row in found]


class Wrong(AssertionError):
    """Doubled, lost, or in a state that nobody could act on."""


@dataclass
class Tally:
    """What was tried, and what came of it."""

    kills: int = 0
    faults: int = 0
    power_losses: int = 0
    posts: int = 0
    accepted: int = 0
    uncertain: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills, {self.faults:,} faults, {self.power_losses:,} power losses, {self.posts:,} posts, "
            f"{self.accepted:,} accepted, doubles 0, lost 0, uncertain (visible, then resolved by a person) "
            f"{self.uncertain:,}"
        )


@dataclass
class World:
    """A campaign on some places, laid once and copied for each trial."""

    mortals: Mortals
    root: Path
    clock: Clock
    places: Sequence[Place]
    full: bool
    tally: Tally
    due: datetime = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Write the files an hour before the posts are due, and let the command see them."""
        whole = self.root / "whole"
        (whole / "schedules").mkdir(parents=True)
        (whole / "posts").mkdir()
        (whole / "posts" / "dot.png").write_bytes(PICTURE)
        (whole / "posts" / "thread.j2").write_text(THREAD)
        self.due = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=60)
        at = f'"{self.due.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M:%S}"'
        posts = (FULL if self.full else ONE).replace("AT", at)
        (whole / "schedules" / "c.yaml").write_text(f"title: T\nvars: {{nonce: NONCE}}\nposts:\n{posts}")
        self.configure(whole)
        environ = self._fresh()
        said = self.run(whole, -3600, environ, "run", "--once", "--new-store")
        assert said == 0, (whole / "said").read_text()

    @property
    def size(self) -> int:
        """How many deliveries a trial makes."""
        return len(self.places) * (5 if self.full else 1)

    def configure(self, folder: Path, **keys: object) -> None:
        """Write config.yaml, with further keys of each account. Each folder is an organisation of its own."""
        accounts = "".join(place.config(**keys) for place in self.places)  # type: ignore[arg-type]
        workspace = uuid5(NAMESPACE_URL, str(folder))
        (folder / "config.yaml").write_text(CONFIG.format(workspace=workspace) + accounts)

    def copy(self, **keys: object) -> tuple[Path, dict[str, str]]:
        """The same again with words of its own and as another organisation, and accounts that have no posts yet."""
        nonce = f"trial {next(self._numbers)}"
        folder = self.root / nonce.replace(" ", "-")
        shutil.copytree(self.root / "whole", folder)
        self.configure(folder, **keys)
        plan = folder / "schedules" / "c.yaml"
        plan.write_text(plan.read_text().replace("NONCE", nonce))
        return folder, self._fresh()

    def _fresh(self) -> dict[str, str]:
        environ: dict[str, str] = {}
        for place in self.places:
            environ |= place.fresh()
            if place.script is not None:
                place.script._faults.clear()
        return environ

    def order(self, folder: Path, after: float, environ: dict[str, str], *words: str, **how: object) -> Order:
        """A run that begins ``after`` seconds from when the posts are due, one minute later."""
        begins = self.due + timedelta(seconds=60 + after)
        self.clock.ahead = (begins - datetime.now(UTC)).total_seconds()
        return Order(str(folder), list(words), ahead=self.clock.ahead, environ=environ, **how)  # type: ignore[arg-type]

    def run(self, folder: Path, after: float, environ: dict[str, str], *words: str, **how: object) -> int:
        """The exit code of a run; all that it sent has been worked on when this returns."""
        code = self.mortals.run(self.order(folder, after, environ, *words, **how))
        for place in self.places:
            if place.script is not None:
                place.script.quiet()
        return code

    def settle(self, folder: Path, after: float, environ: dict[str, str]) -> float:
        """Start it again until nothing is open that could change; the seconds after which that was so."""
        told = {place.name for place in self.places if place.tells}
        for _ in range(STARTS):
            code = self.run(folder, after, environ, "run", "--once")
            if code not in (0, 1):
                raise Wrong(f"exit {code}: {(folder / 'said').read_text()}")
            after += STEP
            found = rows(folder)
            stuck = {row.key for row in found if row.state == "uncertain" and row.account not in told}
            for row in found:
                if row.previous in stuck and row.state == "pending":
                    stuck.add(row.key)
            if found and all(row.state == "sent" or row.key in stuck for row in found):
                break
        return after

    def judge(self, folder: Path) -> list[Row]:
        """Count. The rows that a person has to look at; Wrong when the promise is broken."""
        found = rows(folder)
        if len(found) != self.size:
            raise Wrong(f"{len(found)} rows instead of {self.size}")
        told = {place.name: place.tells for place in self.places}
        counts = {place.name: Counter(place.accepted(folder)) for place in self.places}
        uncertain = {row.key: row for row in found if row.state == "uncertain"}
        waiting = set(uncertain)
        for row in found:
            count = counts[row.account][row.text]
            what = f"{row.key}: {row.state} ({row.reason}), accepted {count} times"
            if count > 1:
                raise Wrong(f"doubled: {what}")
            match row.state:
                case "sent" if count == 1:
                    pass
                case "uncertain" if not told[row.account] and row.reason:
                    pass
                case "pending" if row.previous in waiting and not count:
                    waiting.add(row.key)
                case _:
                    raise Wrong(what)
        if extra := {text for c in counts.values() for text in c} - {row.text for row in found}:
            raise Wrong(f"nobody planned {extra}")
        return list(uncertain.values())

    def person(self, folder: Path, after: float, environ: dict[str, str]) -> None:
        """Somebody looks at what can't be told, and says what is there; then all is out exactly once."""
        for _ in range(self.size):
            open_ = self.judge(folder)
            if not open_:
                break
            for row in open_:
                self.tally.uncertain += 1
                place = next(place for place in self.places if place.name == row.account)
                there = row.text in place.accepted(folder)
                answer = ["--published", SEEN] if there else ["--not-published"]
                assert self.run(folder, after, environ, "resolve", row.key, *answer) == 0
            after = self.settle(folder, after + STEP, environ)
        self.judge(folder)
        if wrong := [row for row in rows(folder) if row.state != "sent"]:
            raise Wrong(f"not out in the end: {wrong}")
        self.tally.posts += self.size
        self.tally.accepted += sum(len(place.accepted(folder)) for place in self.places)

    def trail(self, *, retry: bool = False) -> list[str]:
        """The names of all fault points of a run in which nothing happens."""
        folder, environ = self.copy()
        if retry:
            self.refuse_once()
        self.run(folder, 0, environ, "run", "--once")
        return (folder / "trail").read_text().splitlines()

    def refuse_once(self) -> None:
        """Let each server ask once to come again later."""
        for place in self.places:
            if place.script is not None:
                place.script.fault(*place.publish, Reply(429))

    def kill(
        self,
        *points: int,
        retry: bool = False,
        inline: bool = True,
        damage: Callable[[Path, Path], None] | None = None,
    ) -> None:
        """Die at each of the points in turn; after the last, ``damage`` the store (given the folder, and one with the
        store as it was before it was closed, if it was); settle, judge, resolve, judge."""
        folder, environ = self.copy()
        kept = folder / "kept"
        kept.mkdir()
        if retry:
            self.refuse_once()
        after = 0.0
        for point in points:
            how = {"point": point, "inline": inline, "keep": str(kept)}
            code = self.run(folder, after, environ, "run", "--once", **how)
            if code == -signal.SIGKILL:
                self.tally.kills += 1
            after += STEP
        if damage is not None:
            damage(folder, kept)
            self.tally.power_losses += 1
        after = self.settle(folder, after, environ)
        self.person(folder, after, environ)
        shutil.rmtree(folder)


@contextmanager
def world(
    mortals: Mortals,
    root: Path,
    server: MastodonServer | None,
    *names: str,
    full: bool,
    tally: Tally | None = None,
) -> Iterator[World]:
    """A world with those places, until the block ends."""
    clock = Clock()
    with places(server, clock, names) as made:
        yield World(
            mortals,
            root / "-".join((*names, str(time.monotonic_ns()))),
            clock,
            list(made.values()),
            full,
            tally or Tally(),
        )
