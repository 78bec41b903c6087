"""A store that has grown: what campaign itself did in its last month, and before that the same month again and again.

The last month is real: planned, sent to a network that does as told, decided about, sealed, all of it by the program
(``campaign log verify`` finds nothing in it). The months before are copies of what ended in it, made by the database:
rows, attempts, events, seals, approvals, marks and pauses with other keys and earlier times. Only their hashes say
nothing, for nobody could make those of a million posts in a minute; nothing that is measured reads them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

from sqlalchemy import Column, Table

from campaign.core.approval import Verdict as Vote_
from campaign.core.approval import Vote
from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict
from campaign.core.model import Post, Workspace
from campaign.core.outcome import Outcome, Refused, Retry, Unknown
from campaign.core.pause import Scope
from campaign.dispatch import station
from campaign.dispatch.rehearse import Inline
from campaign.dispatch.station import Station
from campaign.dispatch.tick import Engine
from campaign.store import approvals, history, marks, outbox, pauses
from campaign.store.database import Store
from campaign.store.evidence import seals
from campaign.store.log import Who
from campaign.store.scratch import hurry
from campaign.store.tables import Instant, metadata
from tests.benchmarks import made
from tests.dispatch.world import Nets, Scripted

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
ANI = Who("ani", "cli ani@laptop")
SECRETS = {"S": "a-secret"}
ACCOUNTS = 50
SHARE = 10
"""Posts of a campaign in the month: five slots on two accounts each."""

WAITING = 6
"""Posts that wait for something at the end of the month, each on an account with a mood of its own."""

STEP = timedelta(minutes=10)
"""Between two of the posts that fall due after the month, one at a time."""

HALF_A_DAY = timedelta(hours=12)

FIRST = timedelta(days=45)
APART = timedelta(days=3)
"""How far before the month its copies lie: far enough for the calendar of the month to have none of them."""


@dataclass
class _Moody(Scripted):
    """Takes most of what it is sent, unless it is in a mood."""

    repeat_safe_for: timedelta = timedelta()
    mood: Outcome | None = None

    def send(self, post: Post, key: str, notes: object) -> Outcome:
        self.calls.append(("send", key))
        if self.mood is not None:
            return self.mood
        if len(self.calls) % 30 == 7:
            return Refused("the text was refused")
        return self.accept(post, key)


def workspace(place: Path, posts: int) -> Path:
    """The files of a month with so many posts behind it (about), and some ahead."""
    campaigns = max(posts // SHARE, 1)
    hook = "network: webhook, server: 'https://example.org/hook', secret: {env: S}, daily: 50"
    names = [f"a{number}" for number in range(ACCOUNTS)]

    def text(campaign: int) -> str:
        behind = [NOW - timedelta(days=1 + 6 * n, hours=12 * (campaign % 2)) for n in range(5)]
        ahead = [NOW + timedelta(days=1 + 7 * n, hours=campaign % 7) for n in range(5)]
        plain = [(at, [names[(2 * campaign + n) % 40], names[(2 * campaign + n + 1) % 40]]) for n, at in
                 enumerate((*behind, *ahead))]  # fmt: skip
        if campaign == 0:
            plain += [(NOW - STEP + n * timedelta(minutes=1), [names[44 + n]]) for n in range(WAITING)]
            plain += [(NOW + n * STEP, [names[43]]) for n in range(1, 100)]
        return made.campaign(len(plain), lambda n: plain[n][0], lambda n: plain[n][1])

    return made.folder(place, dict.fromkeys(names, hook), **{f"c{n}": text(n) for n in range(campaigns)})


@dataclass
class Networks(Nets):
    """Stands where the adapters are made: 38 accounts that work, one without its secret, and some with a mood."""

    def __init__(self) -> None:
        super().__init__()
        moods: dict[str, Outcome] = {
            "a44": Unknown("the answer did not come"),
            "a45": Unknown("the answer did not come"),
            "a46": Retry("the network is down"),
            "a47": Refused("the text was refused"),
        }
        self.by_account = {f"a{n}": _Moody(mood=moods.get(f"a{n}")) for n in range(ACCOUNTS)}
        self.broken = {"a39", "a48", "a49"}


def engine(here: Station, files: Workspace, now: datetime) -> Engine:
    """The work on a store, as far as it has come; its networks do as told, at once."""
    work = Engine(here.store, here.adapters, here.files, "host:1", Inline(), now.timestamp)
    work.adopt(here.planner(files), now)
    return work


def settle(work: Engine, now: datetime) -> datetime | None:
    """Tick until nothing comes back; when there is something to do next."""
    while True:
        wake = work.tick(now, now.timestamp())
        if not work.in_flight:
            return wake


def model(place: Path, posts: int) -> Path:
    """A month of about so many posts; the folder."""
    root = workspace(place, posts)
    files = station.read(root)
    opened = Station.open(root, files, SECRETS, create=True)
    here = replace(opened, given=Networks())
    hurry(here.store)
    at = NOW - timedelta(days=31)
    work = engine(here, files, at)
    while at < NOW:
        wake = settle(work, at)
        seals.keep(here.store, at, all_of_it=True)
        at = NOW if wake is None else min(max(wake, at + HALF_A_DAY), NOW)
    settle(work, NOW)
    _decide(here.store)
    settle(work, NOW)
    while seals.keep(here.store, NOW, all_of_it=True):
        pass
    here.store.close()
    return root


def _decide(store: Store) -> None:
    """What people did in the month: looked at some posts, approved some, paused once, hold one back."""
    with store.write() as connection:
        rows = history.deliveries(connection)
        sent = [row for row in rows if row.state is State.SENT]
        for row in sent[::5]:
            marks.add(connection, [_mark(row.key, Verdict.OK, NOW)])
        for row in sent[3::300]:
            flag = _mark(row.key, Verdict.FLAG, NOW)
            marks.add(connection, [flag, replace(_mark(row.key, Verdict.CLOSE, NOW), flag=flag.id)])
        for row in sent[::10]:
            vote = Vote(row.key, "0" * 64, Vote_.APPROVED, ANI.by, ANI.door, NOW)
            approvals.add(connection, vote, NOW)
            approvals.clear(connection, row.key, "0" * 64, [ANI.by], "", NOW)
        for row in sent[7::100]:
            outbox.unwanted(connection, row.key, "it named somebody", NOW, ANI)
            outbox.withdrawn(connection, row.key, "", NOW, ANI)
        pause = pauses.add(connection, Scope(), "a crisis", NOW, ANI)
        fallen = [row.key for row in rows if row.state is State.MISSED][::2]
        pauses.fell(connection, pause.id, fallen, NOW)
        for key in fallen:
            pauses.decide(connection, key, "skip", NOW)
        pauses.end(connection, pause.id, NOW, ANI)
        waiting = next(row for row in rows if row.state is State.PENDING and row.account == "a49")
        outbox.hold(connection, waiting.key, "somebody wants to look at it", NOW, ANI)


def _mark(key: str, verdict: Verdict, at: datetime) -> Mark:
    said = "" if verdict is Verdict.OK else "a word"
    return Mark(str(uuid5(made.ID, f"{key} {verdict}")), key, verdict, said, ANI.by, ANI.door, at)


# -- copies ----------------------------------------------------------------------------------------------

_KEY = "substr(key, 1, instr(key, '/')) || block || '-' || substr(key, instr(key, '/') + 1)"
_OTHERWISE = {
    "deliveries": {
        "key": _KEY,
        "network_key": "substr(network_key, 1, 24) || printf('%012x', block)",
        "slot": "block || '-' || slot",
    },
    "attempts": {"key": _KEY},
    "events": {"id": "id + back * :events", "key": f"CASE WHEN key = '' THEN '' ELSE {_KEY} END"},
    "seals": {"n": "n + back * :seals", "first": "first + back * :events", "last": "last + back * :events"},
    "approvals": {"id": "NULL", "key": _KEY},
    "cleared": {"key": _KEY},
    "marks": {"id": "id || '-' || block", "key": _KEY, "flag": "flag || '-' || block"},
    "pauses": {"id": "id + back * :pauses"},
    "pause_posts": {"pause": "pause + back * :pauses", "key": _KEY},
}
"""Tables that grow, and what their copies have of their own; instants lie earlier, everything else is as it was."""

_COUNTED = {"events": "id", "seals": "n", "pauses": "id"}
_ENDED = "state IN ('sent', 'failed', 'missed', 'cancelled')"


def grow(month: Path, place: Path, posts: int) -> int:
    """Make a store of at least so many deliveries at ``place``, with the month of the folder ``month`` at its end; how
    many there are."""
    Store.open(f"sqlite:///{place}", place.parent, create=True).close()
    connection = sqlite3.connect(place, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -500000")
        connection.execute("ATTACH ? AS month", (str(month / "campaign.db"),))
        connection.execute("BEGIN")
        _copy(connection, posts)
        connection.execute("COMMIT")
        count: int = connection.execute("SELECT count(*) FROM main.deliveries").fetchone()[0]
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    return count


def _copy(connection: sqlite3.Connection, posts: int) -> None:
    indexes = connection.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX main.{name}")
    connection.execute(
        f"CREATE TEMP TABLE ended AS SELECT key FROM month.deliveries WHERE {_ENDED} UNION ALL SELECT ''"
    )
    (ended,) = connection.execute("SELECT count(*) - 1 FROM ended").fetchone()
    (there,) = connection.execute("SELECT count(*) FROM month.deliveries").fetchone()
    blocks = max(-(-(posts - there) // ended), 0)
    connection.execute("CREATE TEMP TABLE blocks (back INTEGER PRIMARY KEY, block INTEGER, shift TEXT)")
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?)",
        [(n, blocks - n, f"-{(FIRST + APART * (blocks - n)).days} days") for n in range(blocks)],
    )
    counted = {
        name: connection.execute(f"SELECT coalesce(max({column}), 0) FROM month.{name}").fetchone()[0]
        for name, column in _COUNTED.items()
    }
    for table in metadata.sorted_tables:
        connection.execute(f"DELETE FROM main.{table.name}")
        if table.name in _OTHERWISE and blocks:
            connection.execute(_copies(table), counted)
        connection.execute(_verbatim(table), counted | {"back": blocks})
    for _, sql in indexes:
        connection.execute(sql)


def _copies(table: Table) -> str:
    own = _OTHERWISE[table.name]
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    chosen = ", ".join(own.get(column.name) or _earlier(column) for column in table.columns)
    only = "WHERE key IN (SELECT key FROM ended)" if "key" in table.columns else ""
    return (
        f"INSERT INTO main.{table.name} ({columns}) SELECT {chosen} FROM blocks CROSS JOIN "
        f"(SELECT * FROM month.{table.name} {only} ORDER BY rowid) ORDER BY back"
    )


def _earlier(column: Column[Any]) -> str:
    if isinstance(column.type, Instant):
        return f'date(substr("{column.name}", 1, 10), shift) || substr("{column.name}", 11)'
    return f'"{column.name}"'


def _verbatim(table: Table) -> str:
    """As it is, but with numbers that go on where those of the copies end."""
    own = _OTHERWISE.get(table.name, {})
    names = [column.name for column in table.columns]
    numbers = {name: own[name].replace("back", ":back") for name in names if ":" in own.get(name, "")}
    if own.get("id") == "NULL":
        numbers["id"] = "NULL"
    columns = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(numbers.get(name, f'"{name}"') for name in names)
    return f"INSERT INTO main.{table.name} ({columns}) SELECT {chosen} FROM month.{table.name}"
