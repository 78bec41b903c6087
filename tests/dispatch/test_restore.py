"""A store put back from a backup: nothing that went out since goes out again, and nothing that did not is lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.core.compose import Composer
from campaign.core.model import Post, Target, Workspace
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Sent
from campaign.dispatch.freeze import Freezer
from campaign.dispatch.planner import Planner
from campaign.dispatch.restore import Restored, restored
from campaign.errors import CampaignError
from campaign.store import history
from campaign.store.database import Store
from campaign.store.log import Who
from tests.dispatch.world import ID, Scripted, World, account, at, daily, slot, workspace

FEDI = account()
ON_FEDI = [Target(FEDI, "en")]
ANI = Who("ani", "cli ani@laptop")


@dataclass
class Reading(Scripted):
    """A network that recognises no key, posts whatever it is sent, and can be read (or not)."""

    repeat_safe_for: timedelta = timedelta()
    readable: bool = True
    posted: list[tuple[str, str, str]] = field(default_factory=list)
    """Text, id of what it replies to, own id."""

    def send(self, post: Post, key: str, notes: Any) -> Outcome:
        self.posted.append((post.text, post.reply_to.id if post.reply_to else "", f"id{len(self.posted)}"))
        return Sent(Receipt(self.posted[-1][2], "", "us"))

    def find(self, post: Post, key: str, since: datetime, notes: Any) -> Found:
        if not self.readable:
            return CannotTell("nobody can read this network")
        for text, replied, own in self.posted:
            if (text, replied) == (post.text, post.reply_to.id if post.reply_to else ""):
                return Sent(Receipt(own, "", "us"))
        return Absent("its list reaches back and does not have it")


@dataclass
class Backup:
    """A copy of a world's store, to be put back."""

    world: World
    copy: Path

    def put_back(self) -> None:
        self.world.store.close()
        for name in ("campaign.db", "campaign.db-wal", "campaign.db-shm"):
            (self.world.root / name).unlink(missing_ok=True)
        (self.world.root / "campaign.db").write_bytes(self.copy.read_bytes())
        self.world.store = Store.open("sqlite:///campaign.db", self.world.root, create=False)
        self.world.boot()


def back_up(world: World) -> Backup:
    world.store.set("last_tick", world.now.isoformat())
    copy = world.root / "backup"
    with (
        closing(sqlite3.connect(world.root / "campaign.db")) as mine,
        closing(sqlite3.connect(copy)) as other,
    ):
        mine.backup(other)
    return Backup(world, copy)


def doctor(world: World, files: Workspace) -> Restored:
    composer = Composer(files, world.nets.rules)
    planner = Planner(world.store, files, composer, world.nets, Freezer(ID, world.files))  # type: ignore[arg-type]
    return restored(world.store, planner, world.now, ANI)


def reading(world: World, **more: Any) -> Reading:
    net = Reading(**more)
    world.nets.by_account["fedi"] = net
    return net


def hourly(**more: Any) -> Workspace:
    """Six posts, one an hour from 09:00 on; the world begins at 08:00."""
    moments = at(*(f"2027-07-01T{hour:02}:00" for hour in range(9, 15)))
    slots = [slot("s", moments, ON_FEDI, "Post at {{ occurrence.time }}", **more)]
    return workspace([FEDI], slots)


def test_where_the_network_knows_our_keys_they_are_repeated(world: World) -> None:
    files = hourly()
    world.adopt(files)
    world.go(hours=1, minutes=30)
    backup = back_up(world)
    world.go(minutes=40)  # the 10:00 post goes out
    net = world.nets.get(FEDI)
    assert len(net.accepted) == 2
    backup.put_back()
    done = doctor(world, files)
    assert (done.doubtful, done.held) == (["c/s/2027-07-01T10:00/fedi"], [])
    assert set(world.states().values()) == {"sent", "uncertain"}
    world.adopt(files)
    world.go(days=1)
    assert Counter(world.states().values()) == {"sent": 6}
    assert len(net.accepted) == 6
    assert [call for call in net.calls if call[0] == "find"] == []


@pytest.mark.parametrize("hours", [1, 3, 5, 50])
def test_where_it_can_be_read_they_are_looked_up(world: World, hours: int) -> None:
    files, net = hourly(if_late=None), reading(world)
    world.adopt(files)
    world.go(hours=1, minutes=30)
    backup = back_up(world)
    world.go(hours=hours)
    out = len(net.posted)
    assert out > 1
    backup.put_back()
    world.now += timedelta(minutes=45)  # meanwhile another one may have come due, which never went out
    doctor(world, files)
    world.adopt(files)
    world.go(days=3)
    assert Counter(text for text, _, _ in net.posted).most_common(1)[0][1] == 1
    assert len(net.posted) == 6
    assert Counter(world.states().values()) == {"sent": 6}


def test_where_nobody_can_tell_a_person_decides(world: World) -> None:
    files, net = hourly(), reading(world, readable=False)
    world.adopt(files)
    world.go(hours=1, minutes=30)
    backup = back_up(world)
    world.go(hours=2)
    backup.put_back()
    assert len(doctor(world, files).doubtful) == 2
    world.adopt(files)
    world.go(hours=1)
    assert [row.state.value for row in world.rows().values()] == ["sent", "uncertain", "uncertain", "sent"]
    assert len(net.posted) == 4
    with world.store.read() as connection:
        tried = history.attempts(connection, "c/s/2027-07-01T10:00/fedi")
        kinds = [event.kind for event in history.events(connection)]
    assert "restored from a backup of 2027-07-01 02:30 UTC" in tried[0].reason
    assert "restored" in kinds


def test_without_the_doctor_it_would_be_doubled(world: World) -> None:
    files, net = hourly(), reading(world)
    world.adopt(files)
    world.go(hours=1, minutes=30)
    backup = back_up(world)
    world.go(minutes=40)
    backup.put_back()
    world.adopt(files)
    world.go(minutes=1)
    assert Counter(text for text, _, _ in net.posted).most_common(1)[0][1] == 2


def test_what_was_waiting_in_the_backup_is_doubted_too(world: World) -> None:
    fedi = account(gap=timedelta(minutes=30))
    targets = [Target(fedi, "en")]
    files = workspace(
        [fedi], [slot(name, at("2027-07-01T09:00"), targets, name, if_late=None) for name in "abc"]
    )
    net = reading(world)
    world.adopt(files)
    world.go(hours=1)
    assert len(net.posted) == 1
    backup = back_up(world)
    world.go(minutes=35)
    assert len(net.posted) == 2
    backup.put_back()
    assert len(doctor(world, files).doubtful) == 2
    world.adopt(files)
    world.go(hours=3)
    assert sorted(text for text, _, _ in net.posted) == ["a", "b", "c"]
    assert set(world.states().values()) == {"sent"}


def test_a_thread_is_looked_up_part_by_part(world: World) -> None:
    files = workspace(
        [FEDI], [slot("t", at("2027-07-01T09:00"), ON_FEDI, "one\n---\ntwo\n---\nthree", if_late=None)]
    )
    net = reading(world)
    world.adopt(files)
    world.settle()
    backup = back_up(world)
    world.go(hours=2)
    parts = [text for text, _, _ in net.posted]
    backup.put_back()
    doctor(world, files)
    world.adopt(files)
    world.go(hours=5)
    assert [text for text, _, _ in net.posted] == parts
    assert set(world.states().values()) == {"sent"}


def test_doing_it_twice_does_no_harm(world: World) -> None:
    files, net = hourly(if_late=None), reading(world)
    world.adopt(files)
    world.go(hours=1, minutes=30)
    backup = back_up(world)
    world.go(hours=2)
    backup.put_back()
    first = doctor(world, files)
    second = doctor(world, files)
    assert first.doubtful and second.doubtful == []
    world.adopt(files)
    world.go(days=1)
    assert len(net.posted) == 6


def test_a_post_whose_text_was_never_made_is_held(world: World) -> None:
    files = hourly()
    world.adopt(files)
    world.go(minutes=30)
    backup = back_up(world)
    world.go(hours=1)
    backup.put_back()
    world.nets.broken.add("fedi")  # its secret is not on this machine yet
    done = doctor(world, files)
    assert (done.doubtful, done.held) == ([], ["c/s/2027-07-01T09:00/fedi"])
    row = world.rows()["c/s/2027-07-01T09:00/fedi"]
    assert row.state == "held" and "this may have gone out" in row.reason


def test_not_while_a_run_is_at_work_and_not_on_an_empty_store(world: World) -> None:
    with pytest.raises(CampaignError, match="never worked"):
        doctor(world, hourly())
    world.store.set("last_tick", world.now.isoformat())
    with world.store.hold(), pytest.raises(CampaignError, match="campaign run is at work"):
        doctor(world, hourly())


def test_an_edit_during_a_long_rest_hides_nothing(world: World) -> None:
    """Not only after a restore: the loop was down for two days, and the files were edited meanwhile."""
    files = workspace([FEDI], [slot("s", daily(9, date(2027, 7, 1)), ON_FEDI, "Daily {{ occurrence.date }}")])
    world.adopt(files)
    world.settle()
    world.now += timedelta(days=3, hours=2)
    world.boot()
    edited = replace(files, campaigns={"c": replace(files.campaigns["c"], digest="2")})
    world.adopt(edited)
    world.settle()
    assert Counter(world.states().values()) == {"missed": 3, "sent": 1}
