"""Other words for the same post: where they may stand, which of them a network gets, and which count as different."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.model import Account, Workspace
from campaign.core.text import TextRules
from campaign.core.timetable import Moment, moments
from campaign.core.wordings import MOST, Wording, Wordings, different
from campaign.networks import registry
from campaign.workspace.load import load

BEGIN = datetime(2027, 7, 1, tzinfo=UTC)
END = datetime(2027, 8, 1, tzinfo=UTC)
MOMENT = Moment(BEGIN, datetime(2027, 7, 1))  # noqa: DTZ001 - a wall time
CONFIG = """\
timezone: UTC
languages: [id, en]
accounts:
  site: {network: feed, folder: public, languages: [id, en]}
  x: {network: x, consumer_key: {env: A}, consumer_secret: {env: B}, access_token: {env: C},
    access_token_secret: {env: D}, language: id}
"""


def rules(account: Account) -> TextRules:
    return registry.network(account.network).rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("posts", "schedules"):
        (tmp_path / name).mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / "posts" / name.replace("__", ".")).write_text(text, encoding="utf-8")


def read(folder: Path, slot: str) -> Workspace:
    text = f"starts: 2027-07-01\nposts:\n  - {{id: a, {slot}}}\n"
    (folder / "schedules" / "c.yaml").write_text(text, encoding="utf-8")
    workspace = load(folder, registry.specs())
    assert workspace.problems == ()
    return workspace


def found(workspace: Workspace, target: str, nth: int = 0) -> list[Wording]:
    campaign = workspace.campaigns["c"]
    (slot,) = campaign.slots
    moment = list(moments(slot.timetable, BEGIN, END))[nth]
    (wanted,) = (one for one in slot.targets if one.name == target)
    return Wordings(workspace, rules).of(campaign, slot, moment, wanted)


def said(workspace: Workspace, target: str = "site", nth: int = 0) -> dict[int, str]:
    """Number -> text."""
    return {wording.number: "\n".join(wording.texts) for wording in found(workspace, target, nth)}


def test_templates_with_a_number_are_other_words(folder: Path) -> None:
    put(folder, a__id__j2="Satu", a__en__j2="One", a__2__id__j2="Dua", a__3__j2="Three", a__5__en__j2="Five")
    workspace = read(folder, "template: a, at: 2027-07-05 10:00")
    assert said(workspace) == {1: "Satu", 2: "Dua", 3: "Three"}
    assert said(workspace, "site.en") == {1: "One", 3: "Three", 5: "Five"}


def test_a_network_may_have_other_words_of_its_own(folder: Path) -> None:
    put(folder, a__j2="Satu", a__2__j2="Dua", a__2__x__id__j2="Dua untuk X")
    workspace = read(folder, "template: a, at: 2027-07-05 10:00")
    assert said(workspace) == {1: "Satu", 2: "Dua"}
    assert said(workspace, "x") == {1: "Satu", 2: "Dua untuk X"}


def test_columns_with_a_number_are_other_words_of_a_row(folder: Path) -> None:
    put(
        folder,
        a__j2="{{ row.text }} {{ row.who }}",
        rows__csv="id,text.id,text.en,text.2.id,text.3.id,who\none,Satu,One,Dua,,Ani\ntwo,Lain,Other,,Tiga,Budi\n",
    )
    workspace = read(folder, "template: a, rows: rows.csv, every: {days: day, at: '10:00'}")
    assert said(workspace) == {1: "Satu Ani", 2: "Dua Ani"}
    assert said(workspace, nth=1) == {1: "Lain Budi", 3: "Tiga Budi"}
    assert said(workspace, "site.en") == {1: "One Ani"}


def test_a_text_in_the_campaign_has_a_list_of_other_words(folder: Path) -> None:
    slot = "text: {id: Satu, en: One}, wordings: [{id: Dua}, {id: Tiga, en: Three}], at: 2027-07-05 10:00"
    workspace = read(folder, slot)
    assert said(workspace) == {1: "Satu", 2: "Dua", 3: "Tiga"}
    assert said(workspace, "site.en") == {1: "One", 3: "Three"}


def test_what_is_wrong_with_other_words_is_said_with_their_own_file(folder: Path) -> None:
    put(folder, a__j2="Satu", a__2__j2="Dua {{ row.text }}")
    first, second = found(read(folder, "template: a, at: 2027-07-05 10:00"), "site")
    assert first.composition.problems == ()
    (problem,) = second.composition.problems
    assert problem.place.file == "posts/a.2.j2"
    assert second.texts == ()


def test_numbers_end_with_nine(folder: Path) -> None:
    put(folder, a__j2="Satu", a__9__j2="Sembilan", a__10__j2="Sepuluh", a__1__j2="Lagi", a__0__j2="Nol")
    assert MOST == 9
    assert said(read(folder, "template: a, at: 2027-07-05 10:00")) == {1: "Satu", 9: "Sembilan"}


def test_the_workspace_itself_always_posts_the_first(folder: Path) -> None:
    put(folder, a__j2="Satu", a__2__j2="Dua")
    workspace = read(folder, "template: a, at: 2027-07-05 10:00")
    (slot,) = workspace.campaigns["c"].slots
    assert slot.template == "a"
    assert [target.name for target in slot.targets] == ["site", "site.en", "x"]


def test_nearly_the_same_words_do_not_count() -> None:
    texts = [
        ("Malam ini kami menyalakan lilin di jendela. #A https://example.org/1",),
        ("malam ini, kami menyalakan lilin di jendela! #B https://example.org/2",),
        ("Ajak tetangga, taruh terang di ambang pintu.",),
    ]
    assert different(texts, "x", MOMENT) == (2, {1: 0})
    assert different([], "x", MOMENT) == (0, {})


@given(st.lists(st.lists(st.text(max_size=40), min_size=1, max_size=3).map(tuple), max_size=6))
def test_it_counts_between_one_and_all_whatever_the_texts(texts: list[tuple[str, ...]]) -> None:
    number, same = different(texts, "x", MOMENT)
    assert number == len(texts) - len(same)
    assert (number >= 1) == bool(texts)
    assert all(other < index for index, other in same.items())
