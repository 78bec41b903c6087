"""What people see of a pause: in status, and of each post that fell into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaign.core.latewords import LateWords
from campaign.core.model import Target, Workspace
from campaign.core.observances import Observance, Tone
from campaign.core.pause import Pause, Scope
from campaign.core.when import Dates
from campaign.dispatch.crisis import pausing
from campaign.dispatch.decide import Desk
from campaign.errors import Level
from campaign.review.paused import Fallen, fallen, fallen_entries, fallen_lines, fallen_row, paused_lines
from campaign.review.status import Status, read, status_lines
from campaign.review.table import plain
from campaign.store import pauses
from campaign.store.holding import Runner
from campaign.workspace.latewords import built_in
from tests.dispatch.test_pausing import ANI, FIRST, desk, resume
from tests.dispatch.world import ZONE, World, account, at, slot, workspace

TWO = [Target(account("fedi", ("id", "en")), "id")]


def space(text: str, **more: object) -> Workspace:
    return workspace([TWO[0].account], [slot("s", at("2027-07-01T09:00"), TWO, text, **more)])


def paused(world: World, text: str = "Nyalakan lilin malam ini") -> Desk:
    """A world in which one post fell into a pause."""
    world.adopt(space(text))
    pausing.pause(desk(world), Scope(), "quake\x1b[2J <b>")
    world.go(hours=1)
    return desk(world)


def status(world: World) -> Status:
    assert world.engine.planner is not None
    files = world.engine.planner.workspace
    with world.store.read() as connection:
        return read(connection, files, [], Runner("lab", 1, world.now), {}.get, world.now)


def found(world: World) -> list[Fallen]:
    there = desk(world)
    with world.store.read() as connection:
        return fallen(connection, there.workspace, there.composer, world.now)


def shown(world: World) -> str:
    now = status(world)
    first = plain(paused_lines(now.pauses, now.fallen, world.now, ZONE, 80))
    lines = [*first, *plain(status_lines(now, lambda campaign: ZONE, ZONE, 80))]
    assert all(len(line) <= 80 for line in lines) and "\x1b" not in "".join(lines)
    return "\n".join(lines)


@pytest.mark.parametrize("hours", [0, 5])
def test_a_pause_needs_a_person_only_when_something_is_to_be_decided(world: World, hours: int) -> None:
    paused(world)
    world.go(hours=hours)
    assert not status(world).needs_a_person
    assert "Fell into a pause  (campaign resume --list)" in shown(world)
    assert "Waiting for a person" not in shown(world) and "Too late, not sent" not in shown(world)
    world.go(hours=24)
    assert status(world).needs_a_person and "Is it still wanted?" in shown(world)
    resume(world)
    assert status(world).needs_a_person
    assert shown(world).startswith("Pause 1 by ani ended just now, and 1 post waits for a decision")
    assert "Fell into a pause that has ended  (campaign resume)" in shown(world)


def test_words_of_another_moment_and_changed_texts_are_pointed_out(world: World) -> None:
    paused(world)
    (one,) = found(world)
    assert (one.words, one.changed, one.barred) == (("malam ini",), False, False)
    world.adopt(space("Nyalakan lilin"))
    (one,) = found(world)
    assert (one.words, one.changed) == ((), True)
    assert fallen_row(one, ZONE)["text"] == "Nyalakan lilin"
    text = "\n".join(plain(fallen_lines(one, ZONE, 80)))
    assert FIRST in text and "│ Nyalakan lilin" in text and "the files say something else now" in text


def test_what_is_wrong_by_today_s_files_bars_it(world: World) -> None:
    paused(world)
    world.adopt(space("Telepon +62 811 1234 5678"))
    (one,) = found(world)
    assert one.barred
    assert any(
        "error:" in note.text for entry in fallen_entries([one], lambda c: ZONE)[1:] for note in entry.notes
    )  # type: ignore[union-attr]


def test_a_day_on_which_it_was_to_say_nothing_is_a_warning(world: World) -> None:
    paused(world)
    files = space("Nyalakan lilin", tone=Tone.CHEERFUL)
    today = Observance("day", Dates((date(2027, 7, 1),)), {"en": "A day"}, tone=Tone.REMEMBRANCE)
    world.adopt(replace(files, observances={"day": today}))
    (one,) = found(world)
    assert not one.barred
    assert [(problem.rule, problem.level) for problem in one.problems] == [("quiet-day", Level.WARN)]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("See you TONIGHT, and tomorrow\nmorning.", "en", ("TONIGHT", "tomorrow")),
        ("Tonightly todayish", "en", ()),
        ("Starts in 2 hours", "en-GB", ("in 2 hours",)),
        ("Sampai besok, nanti  malam", "id", ("besok", "nanti malam")),
        ("Besok", "en", ()),
        ("Kebesokan hari", "id", ()),
        ("พบกันคืนนี้ที่ตลาด", "th", ("คืนนี้",)),
        ("Mais, aujourd’hui", "fr", ("aujourd’hui",)),
        ("Ngayong gabi", "fil", ("Ngayong gabi",)),
        ("tonight", "xx", ()),
    ],
)
def test_words_of_relative_time(text: str, language: str, words: tuple[str, ...]) -> None:
    assert built_in().found(text, language) == words


def test_the_longest_word_is_found_and_each_once() -> None:
    words = LateWords.of({"de": ["heute", "heute Abend", "in {n} Stunden"]})
    assert words.found("Heute  Abend! HEUTE ABEND, in 3 Stunden", "de") == ("HEUTE ABEND", "in 3 Stunden")


def test_a_pause_of_a_file_that_only_this_machine_knows(world: World) -> None:
    one = Pause(0, Scope(), "", "", "", world.now, host="lab:/srv")
    (line, *more) = plain(paused_lines([one], (), world.now, ZONE, 80))
    assert line.startswith(
        "PAUSED: everything, by the file PAUSE on lab"
    ) and "not known to other hosts" in " ".join(more)


def test_it_is_known_who_paused(world: World) -> None:
    paused(world)
    with world.store.read() as connection:
        (one,) = pauses.standing(connection)
    assert (one.by, one.door) == (ANI.by, ANI.door)
    assert one.reason == "quake [2J <b>" and one.since == world.now - timedelta(hours=1)
