"""posts/consents.yaml: seven keys and no other, each mistake at its place, and the one word that is changed in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.core.consents import Kind, Status
from campaign.errors import CampaignError, Level
from campaign.workspace.consents import PRIVATE, mark_withdrawn
from campaign.workspace.load import load
from tests.workspace.small import SPECS, every_problem, lines, one, with_slot, write

NAME = "posts/consents.yaml"
CONSENTS = """\
# who keeps the forms: the case team
consents:
  - {id: story-07, kind: story, networks: [feed, mastodon], languages: [id, en],
     until: 2027-12-31, status: given, held_by: ani}
  - id: photo-03   # the workshop
    kind: photo
    networks: mastodon
    languages: [id]
    until: 2027-07-01
    status: "given"
    held_by: case-team
"""


@pytest.fixture
def agreed(folder: Path) -> Path:
    write(folder, NAME, CONSENTS)
    return folder


def test_a_record_is_read_whole(agreed: Path) -> None:
    workspace = load(agreed, SPECS)
    assert lines(workspace.problems) == []
    story, photo = workspace.consents.values()
    assert (story.id, story.kind, story.status, story.held_by) == (
        "story-07",
        Kind.STORY,
        Status.GIVEN,
        "ani",
    )
    assert (story.networks, story.languages) == (frozenset({"feed", "mastodon"}), frozenset({"id", "en"}))
    assert (photo.networks, photo.until) == (frozenset({"mastodon"}), date(2027, 7, 1))
    assert str(photo.status_at) == f"{NAME}:10:13"


@pytest.mark.parametrize("key", ["name", "scan", "reason", "age", "phone", "note"])
def test_any_other_key_is_refused_and_the_hint_says_why(agreed: Path, key: str) -> None:
    write(agreed, NAME, CONSENTS.replace("    kind: photo", f"    kind: photo\n    {key}: x"))
    problem = one(agreed)
    assert problem.message.startswith(f"unknown key `{key}`")
    assert (str(problem.place), problem.level, problem.hint) == (f"{NAME}:7:5", Level.ERROR, PRIVATE)
    write(agreed, NAME, f"{CONSENTS}{key}: x\n")
    problem = one(agreed)
    assert (str(problem.place), problem.hint) == (f"{NAME}:12:1", PRIVATE)


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("kind: photo", "kind: foto", "6:11", "can't be `foto` (did you mean 'photo'?)"),
        (
            "networks: mastodon",
            "networks: [mastodn]",
            "7:16",
            "no network `mastodn` (did you mean 'mastodon'?)",
        ),
        ("networks: mastodon", "networks: []", "7:15", "`networks` is empty"),
        ("languages: [id]", "languages: [Indonesian]", "8:17", "Indonesian"),
        ("until: 2027-07-01", "until: soon", "9:12", "soon"),
        ('status: "given"', "status: maybe", "10:13", "can't be `maybe`"),
        ("held_by: case-team", "held_by: Siti Rahayu", "11:14", "`Siti Rahayu` is no handle"),
        ("    until: 2027-07-01\n", "", "5:5", "`until` is missing"),
        ("id: photo-03", "id: story-07", "5:9", "`story-07` is there twice"),
        ("kind: photo", "kind: child", "7:15", "of a child: none on social media"),
    ],
)
def test_mistakes_in_a_record(agreed: Path, old: str, new: str, where: str, message: str) -> None:
    write(agreed, NAME, CONSENTS.replace(old, new, 1))
    problem = one(agreed)
    assert message in problem.message, problem.message
    assert str(problem.place) == f"{NAME}:{where}"
    assert "photo-03" not in load(agreed, SPECS).consents


def test_a_file_that_is_no_list(folder: Path) -> None:
    write(folder, NAME, "anything: 1\n")
    assert "there is no list `consents:`" in one(folder).message
    write(folder, "posts/consents.yml", CONSENTS)
    assert any("this file is not read" in problem.message for problem in every_problem(folder))


@pytest.mark.parametrize(
    ("written", "ids"), [("story-07", ("story-07",)), ("[story-07, photo-03]", ("story-07", "photo-03"))]
)
def test_a_planned_post_names_its_consents(agreed: Path, written: str, ids: tuple[str, ...]) -> None:
    write(agreed, "schedules/world-day.yaml", with_slot(f"text: a\nat: 2027-07-30 20:00\nconsent: {written}"))
    workspace = load(agreed, SPECS)
    assert lines(workspace.problems) == []
    [slot] = workspace.campaigns["world-day"].slots
    assert slot.consents == ids
    assert str(slot.consent_at) == "schedules/world-day.yaml:7:14"


# -- withdrawing one -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["story-07", "photo-03"])
def test_only_the_status_changes(agreed: Path, name: str) -> None:
    (agreed / NAME).chmod(0o640)
    assert mark_withdrawn(agreed, load(agreed, SPECS).consents[name])
    after = load(agreed, SPECS)
    assert lines(after.problems) == []
    assert {one.id for one in after.consents.values() if one.status is Status.WITHDRAWN} == {name}
    assert (agreed / NAME).read_text().replace("withdrawn", "given") == CONSENTS
    assert (agreed / NAME).stat().st_mode & 0o777 == 0o640
    assert not mark_withdrawn(agreed, after.consents[name])
    assert [path.name for path in (agreed / "posts").glob(".consents*")] == []


def test_lines_that_moved_since_are_no_trouble(agreed: Path) -> None:
    consent = load(agreed, SPECS).consents["photo-03"]
    write(agreed, NAME, f"# one line more\n{CONSENTS}")
    assert mark_withdrawn(agreed, consent)
    assert load(agreed, SPECS).consents["photo-03"].status is Status.WITHDRAWN


@pytest.mark.parametrize(
    "text",
    [
        CONSENTS.replace("id: photo-03", "id: photo-04"),
        CONSENTS.replace('status: "given"', "status: >-\n      given"),
        "not: a list\n",
        "[",
    ],
)
def test_what_can_not_be_marked_is_left_as_it_is(agreed: Path, text: str) -> None:
    consent = load(agreed, SPECS).consents["photo-03"]
    write(agreed, NAME, text)
    with pytest.raises(CampaignError) as refused:
        mark_withdrawn(agreed, consent)
    assert refused.value.hint
    assert (agreed / NAME).read_text() == text
