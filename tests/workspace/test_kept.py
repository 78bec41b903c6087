"""What has not changed is not parsed again, and whatever a campaign refers to makes it be read anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaign.core.model import Workspace
from campaign.workspace import load as loader
from campaign.workspace.load import load
from tests.workspace.small import CAMPAIGN, CONFIG, OBSERVANCES, SPECS, write

MANY = 20


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are parsed from now on."""
    names: list[str] = []
    whole = loader.read

    def noted(name: str, data: bytes) -> object:
        names.append(name)
        return whole(name, data)

    monkeypatch.setattr(loader, "read", noted)
    return names


def many(folder: Path) -> Workspace:
    for number in range(MANY):
        write(folder, f"schedules/c{number}.yaml", CAMPAIGN)
    return load(folder, SPECS)


def test_nothing_is_parsed_twice_where_nothing_has_changed(folder: Path, parsed: list[str]) -> None:
    first = many(folder)
    assert len(parsed) == len(set(parsed)) == MANY + 4
    parsed.clear()
    (folder / "schedules/c1.yaml").touch()
    second = load(folder, SPECS, earlier=first)
    assert parsed == []
    assert second.campaigns == first.campaigns
    assert load(folder, SPECS, earlier=second).campaigns == first.campaigns
    assert parsed == []


def test_after_an_edit_only_that_campaign_is_parsed(folder: Path, parsed: list[str]) -> None:
    first = many(folder)
    parsed.clear()
    write(folder, "schedules/c3.yaml", CAMPAIGN.replace("20:00", "21:00"))
    second = load(folder, SPECS, earlier=first)
    assert parsed == ["schedules/c3.yaml"]
    assert second.campaigns["c3"] != first.campaigns["c3"]
    assert second.campaigns["c4"] is first.campaigns["c4"]


def test_a_text_that_is_edited_needs_no_campaign_anew(folder: Path, parsed: list[str]) -> None:
    first = many(folder)
    parsed.clear()
    write(folder, "posts/signs.id.j2", "{{ row.text_id }}, ya\n")
    second = load(folder, SPECS, earlier=first)
    assert parsed == []
    assert second.templates["signs.id.j2"] == "{{ row.text_id }}, ya\n"


def test_what_is_gone_is_not_kept_for_ever(folder: Path) -> None:
    first = many(folder)
    (folder / "schedules/c3.yaml").unlink()
    second = load(folder, SPECS, earlier=first)
    assert "c3" not in second.campaigns
    assert len(second.kept.campaigns) == len(first.kept.campaigns) - 1  # type: ignore[attr-defined]


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def put(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, name, text)


@pytest.mark.parametrize(
    "change",
    [
        put("config.yaml", CONFIG.replace("22:00", "21:00")),
        put("config.yaml", CONFIG.replace("timezone: Asia/Jakarta", "timezone: Europe/Berlin")),
        put("config.yaml", CONFIG + "hotlines: [nobody]\n"),
        put("config.yaml", CONFIG.replace("  x:\n", "  twitter:\n")),
        put("schedules/observances.yaml", OBSERVANCES.replace("day: 30", "day: 29")),
        gone("schedules/observances.yaml"),
        gone("posts/signs.id.j2"),
        put("posts/signs.x.id.j2", "x"),
        gone("posts/signs.csv"),
        put("posts/signs.csv", "id,text_id,text_en,alt_id,alt_en\n01,satu,one,a,b\n"),
        put("posts/signs.csv", "id;text\n"),
        put("schedules/world-day.yaml", CAMPAIGN.replace("every:", "evry:")),
        put("schedules/world-day.yaml", "posts: [\n"),
        put("schedules/world-day.yaml", ""),
        gone("schedules/world-day.yaml"),
        put("posts/packs/p/pack.yaml", "id: p\n"),
    ],
)
def test_it_is_read_as_if_for_the_first_time(folder: Path, change: Callable[[Path], None]) -> None:
    write(
        folder,
        "schedules/day.yaml",
        'posts:\n  - {id: day, on: un-wdatip, at: "08:00", text: {id: a, en: b}}\n',
    )
    earlier = load(folder, SPECS)
    change(folder)
    again, anew = load(folder, SPECS, earlier=earlier), load(folder, SPECS)
    assert again.campaigns == anew.campaigns
    assert (again.problems, again.broken, again.digest) == (anew.problems, anew.broken, anew.digest)
