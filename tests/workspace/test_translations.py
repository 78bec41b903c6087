"""Which translations are missing: found in the files, as warnings with their place, and as gaps of a matrix."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.core.compose import Composer
from campaign.core.outlook import check
from campaign.core.text import TextRules
from campaign.errors import Gap, Level, Problem
from campaign.workspace.load import load
from tests.workspace.small import SPECS, every_problem, write

NOW = datetime(2027, 7, 1, tzinfo=UTC)
CONFIG = """\
timezone: Asia/Jakarta
languages: [id, en]
accounts:
  site: {network: feed, folder: public, languages: [id, en, pt-BR]}
  trial: {network: feed, folder: trial, language: ar, test: true}
"""


def gaps(folder: Path, campaign: str, **posts: str) -> list[Problem]:
    """The problems that are missing translations, of a campaign called c."""
    write(folder, "config.yaml", CONFIG)
    write(folder, "schedules/c.yaml", campaign)
    for name, text in posts.items():
        write(folder, f"posts/{name.replace('_', '.')}", text)
    workspace = load(folder, SPECS)
    found = check(workspace, Composer(workspace, lambda account: TextRules(images=4)), NOW)
    return [problem for problem in found if problem.gap is not None]


def named(found: list[Problem]) -> set[tuple[str, str, str]]:
    assert all(problem.gap is not None and problem.gap.campaign == "c" for problem in found)
    return {(gap.slot, gap.language, gap.what) for problem in found if (gap := problem.gap) is not None}


VIGIL = "  - {id: vigil, at: 2027-07-30 20:00, text: {id: Malam ini., en: Tonight., pt: Hoje.}}\n"


def test_a_text_in_every_language_lacks_nothing(tmp_path: Path) -> None:
    assert gaps(tmp_path, f"title: {{id: A, en: B, pt: C}}\nhashtags: [D]\nposts:\n{VIGIL}") == []


def test_accounts_that_stay_silent_are_named_with_place_and_way_out(tmp_path: Path) -> None:
    [found] = gaps(tmp_path, "posts:\n  - {id: a, at: 2027-07-30 20:00, text: {id: Malam., pt: Hoje.}}\n")
    assert str(found.place) == "schedules/c.yaml:2:10"
    assert found.message == "`a` has no text in `en`: site.en stays silent"
    assert found.hint == "write one, or say for whom it is meant: language: [id, pt-BR]"
    assert (found.level, found.rule, found.gap) == (Level.WARN, "translation", Gap("c", "a", "en", "text"))


def test_a_post_that_says_for_whom_it_is_meant_lacks_nothing(tmp_path: Path) -> None:
    campaign = (
        "posts:\n  - {id: a, at: 2027-07-30 20:00, language: [id, pt], text: {id: Malam., pt: Hoje.}}\n"
    )
    assert gaps(tmp_path, campaign) == []


def test_templates_titles_hashtags_warnings_and_descriptions(tmp_path: Path) -> None:
    campaign = (
        "title: {id: A, en: B}\nhashtags: {en: [C]}\nposts:\n"
        "  - id: a\n    at: 2027-07-30 20:00\n    template: a\n    tags: {id: [D], pt: [D]}\n"
        "    warning: {id: duka}\n    image: {file: a.jpg, alt: {en: A candle.}}\n"
    )
    found = gaps(tmp_path, campaign, a_id_j2="Malam.", a_en_j2="Tonight.", a_jpg="x")
    assert named(found) == {
        ("", "id", "hashtags"),
        ("a", "pt-BR", "template"),
        ("a", "en", "hashtags"),
        ("a", "en", "warning"),
        ("a", "id", "alt"),
    }
    assert {problem.level for problem in found if problem.rule in ("alt", "language")} == {Level.ERROR}


def test_columns_and_cells_of_tables(tmp_path: Path) -> None:
    campaign = "posts:\n  - {id: a, template: a, rows: a.csv, every: {days: [mon], at: '09:00'}}\nstarts: 2027-07-01\n"
    table = "id,text.id,text.en,more.id,more.site\n1,Satu,One,x,y\n2,Dua,,,\n3,,,,\n4,Empat,,x,y\n"
    found = gaps(tmp_path, campaign, a_j2="{{ row.text }}{{ row.more|default('') }}", a_csv=table)
    assert named(found) == {
        ("a", "en", "text"),
        ("a", "pt-BR", "text"),
        ("a", "en", "more"),
        ("a", "pt-BR", "more"),
    }
    messages = {problem.message for problem in found}
    assert "posts/a.csv has no 'text' in 'en' in row 2, 4" in messages
    assert "posts/a.csv has no column for 'text' in 'pt-BR'" in messages


def test_an_account_that_is_named_without_a_text_is_an_error_and_a_gap(tmp_path: Path) -> None:
    write(tmp_path, "config.yaml", CONFIG)
    campaign = "accounts: [site, site.en]\nposts:\n  - {id: a, at: 2027-07-30 20:00, text: {id: Malam.}}\n"
    write(tmp_path, "schedules/c.yaml", campaign)
    [found] = every_problem(tmp_path)
    assert (found.level, found.rule, found.gap) == (Level.ERROR, "no-text", Gap("c", "a", "en", "text"))


AUDIENCE = "audience: {country: ID, languages: [%s]}\nposts:\n  - {id: a, at: 2027-07-30 20:00, text: %s}\n"


def test_a_campaign_speaks_to_its_audience_in_the_languages_that_it_reads(tmp_path: Path) -> None:
    assert gaps(tmp_path, AUDIENCE % ("id", "{id: Malam., en: Tonight.}")) == []
    [slot] = load(tmp_path, SPECS).campaigns["c"].slots
    assert [target.name for target in slot.targets] == ["site"]
    assert named(gaps(tmp_path, AUDIENCE % ("pt", "{id: Malam., pt: Hoje.}"))) == set()
    [slot] = load(tmp_path, SPECS).campaigns["c"].slots
    assert [target.name for target in slot.targets] == ["site.pt-BR"]


def test_a_language_that_no_account_posts_in(tmp_path: Path) -> None:
    [found] = gaps(tmp_path, AUDIENCE % ("id, ar", "Malam."))
    assert found.message == "the audience reads `ar`, and no account posts in it"
    assert str(found.place) == "schedules/c.yaml:1:41"
    assert found.gap == Gap("c", "", "ar", "account")


@pytest.mark.parametrize(
    ("keys", "languages"),
    [
        ("", ("id",)),
        (", audience: {country: ID}", ("id",)),
        (", audience: {country: ID, languages: [en, ar]}", ("en", "ar")),
        (", audience: {country: ID, languages: ar}", ("ar",)),
        (", audience: {country: ID, languages: [ar]}, language: en", ("en",)),
    ],
)
def test_an_account_posts_in_what_its_audience_reads(
    tmp_path: Path, keys: str, languages: tuple[str, ...]
) -> None:
    write(tmp_path, "config.yaml", CONFIG + f"  more: {{network: feed, folder: more{keys}}}\n")
    assert load(tmp_path, SPECS).accounts["more"].languages == languages
    everybody = "audience: {country: ID, languages: [en, jv]}\n"
    write(tmp_path, "config.yaml", f"{everybody}{CONFIG}  more: {{network: feed, folder: more{keys}}}\n")
    there = load(tmp_path, SPECS).accounts["more"].languages
    assert there == (("en", "jv") if languages == ("id",) else languages)
