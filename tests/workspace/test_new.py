"""init, new and re-dated copies: what they write passes, and nothing of a person's is ever overwritten."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from campaign.errors import CampaignError
from campaign.workspace.load import load
from campaign.workspace.new import init, new_campaign, starter_path, write_schemas
from campaign.workspace.redate import new_from
from campaign.workspace.yamlfile import read
from tests.workspace.small import SPECS, every_problem, lines, write

UUID_ = UUID("11111111-2222-4333-8444-555555555555")

STARTER = {
    "config.example.yaml": "# A comment.\ntimezone: Asia/Jakarta   # here\n"
    "accounts: {site: {network: feed, folder: public}}\n",
    "schedules/day.yaml": "# My campaign.\nposts: [{id: a, template: a, at: 2027-07-30 20:00}]\n",
    "schedules/observances.yaml": "observances: []\n",
    "posts/a.j2": "hello\n",
    "posts/images/a.jpg": "\xff\xd8",
}


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    for name, text in STARTER.items():
        write(tmp_path / "starter", name, text)
    return tmp_path / "starter"


def test_a_new_workspace_has_no_problems(starter: Path, tmp_path: Path) -> None:
    made = init(tmp_path / "new", starter, SPECS, UUID_)
    names = sorted(str(path.relative_to(tmp_path / "new")) for path in made.written)
    assert made.kept == []
    assert names == [
        ".campaign/campaign.schema.json",
        ".campaign/config.schema.json",
        ".campaign/pack.schema.json",
        ".gitignore",
        "config.yaml",
        "posts/a.j2",
        "posts/images/a.jpg",
        "schedules/day.yaml",
        "schedules/observances.yaml",
    ]
    workspace = load(tmp_path / "new", SPECS)
    assert workspace.problems == ()
    assert workspace.id == UUID_
    config = (tmp_path / "new/config.yaml").read_text()
    assert config.startswith(
        "# yaml-language-server: $schema=.campaign/config.schema.json\n# A comment.\nworkspace: 1111"
    )
    assert "timezone: Asia/Jakarta   # here\n" in config
    campaign = (tmp_path / "new/schedules/day.yaml").read_text()
    assert campaign.startswith(
        "# yaml-language-server: $schema=../.campaign/campaign.schema.json\n# My campaign.\n"
    )
    assert "yaml-language-server" not in (tmp_path / "new/schedules/observances.yaml").read_text()
    ignored = (tmp_path / "new/.gitignore").read_text().splitlines()
    assert {".env", "campaign.db*", "public/", "handoff/"} <= set(ignored)
    assert json.loads((tmp_path / "new/.campaign/config.schema.json").read_text())["properties"]["accounts"]


def test_nothing_is_overwritten(starter: Path, tmp_path: Path) -> None:
    write(tmp_path / "new", "config.yaml", "mine")
    write(tmp_path / "new", "posts/a.j2", "mine")
    write(tmp_path / "new", ".gitignore", "mine")
    made = init(tmp_path / "new", starter, SPECS, UUID_)
    assert {path.name for path in made.kept} == {"config.yaml", "a.j2", ".gitignore"}
    assert all(path.read_text() == "mine" for path in made.kept)
    again = init(tmp_path / "new", starter, SPECS, UUID_)
    assert again.written == []
    assert len(again.kept) == 9


def test_the_id_of_the_example_is_replaced(starter: Path, tmp_path: Path) -> None:
    write(
        starter, "config.example.yaml", f"timezone: UTC\nworkspace: {UUID(int=0)}  # old\nlanguages: [id]\n"
    )
    init(tmp_path / "new", starter, SPECS, UUID_)
    text = (tmp_path / "new/config.yaml").read_text()
    assert str(UUID(int=0)) not in text
    assert read("c", text.encode()).root == {"workspace": str(UUID_), "timezone": "UTC", "languages": ["id"]}


def test_where_nothing_can_be_written(starter: Path, tmp_path: Path) -> None:
    write(tmp_path, "file", "x")
    with pytest.raises(CampaignError, match="can't be written"):
        init(tmp_path / "file", starter, SPECS, UUID_)
    with pytest.raises(CampaignError, match="can't be read"):
        init(tmp_path / "new", tmp_path / "nowhere", SPECS, UUID_)


def test_schemas_are_renewed(tmp_path: Path) -> None:
    write(tmp_path, ".campaign/config.schema.json", "old")
    assert len(write_schemas(tmp_path, SPECS)) == 3
    assert json.loads((tmp_path / ".campaign/config.schema.json").read_text())["required"] == ["timezone"]


def test_the_starter_pack_is_found() -> None:
    assert (starter_path() / "config.example.yaml").is_file()


def test_a_new_campaign_passes(folder: Path) -> None:
    written = new_campaign(load(folder, SPECS), "my-day", date(2028, 2, 1), 'Our "day": # 1')
    assert [path.name for path in written] == ["my-day.yaml", "my-day.j2"]
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    campaign = workspace.campaigns["my-day"]
    assert campaign.title == {"": 'Our "day": # 1'}
    assert (campaign.starts, campaign.ends) == (date(2028, 2, 1), date(2028, 3, 2))
    assert [target.name for target in campaign.slots[0].targets] == ["site", "fedi", "fedi.en", "x", "hook"]
    assert (
        written[0]
        .read_text()
        .startswith("# yaml-language-server: $schema=../.campaign/campaign.schema.json\n")
    )


@pytest.mark.parametrize("name", ["world-day", "observances", "My day", "../x", ""])
def test_a_name_that_can_not_be_used(folder: Path, name: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(CampaignError):
        new_campaign(load(folder, SPECS), name, date(2028, 2, 1))
    assert sorted(folder.rglob("*")) == before


IMPOSSIBLE = [(date.max, ""), (date.min, ""), (date(2028, 2, 1), "\u2028"), (date(2028, 2, 1), "\ud800")]


@pytest.mark.parametrize(("starts", "title"), IMPOSSIBLE, ids=["late", "early", "line", "surrogate"])
def test_what_a_new_campaign_can_not_say(folder: Path, starts: date, title: str) -> None:
    with pytest.raises(CampaignError):
        new_campaign(load(folder, SPECS), "my-day", starts, title)
    assert not (folder / "schedules/my-day.yaml").exists()


def test_a_template_that_is_there_is_kept(folder: Path) -> None:
    write(folder, "posts/my-day.j2", "mine")
    assert len(new_campaign(load(folder, SPECS), "my-day", date(2028, 2, 1))) == 1
    assert (folder / "posts/my-day.j2").read_text() == "mine"


SOURCE = """\
# 2027-07-01 stays in comments.
starts: 2027-07-01   # the first day
ends:   "2027-07-31"
title: Since 2027-07-01
posts:
  - id: one          # 2027-07-02
    text: On 2027-07-02 …
    at: [2027-07-02 08:00, "2027-07-02T09:00", '2027-07-03 10:00:30']
  - {id: two, text: b, at: 2027-07-30 20:00, skip: []}
  - id: three
    text: c
    every: {days: day, at: "09:00"}
    skip: [2027-07-22, 2027-07-23 09:00, 2027-07-24]
    move: {"2027-07-19T09:00": "2027-07-20T10:00", 2027-07-25 09:00: 2027-07-25 11:00}
  - {id: four, text: d, rrule: "FREQ=DAILY;UNTIL=20270710", at: "10:00"}
  - {id: five, text: e, on: starts, at: "10:00"}
"""

COPY = """\
# 2027-07-01 stays in comments.
starts: 2028-02-01   # the first day
ends:   "2028-03-02"
title: Since 2027-07-01
posts:
  - id: one          # 2027-07-02
    text: On 2027-07-02 …
    at: [2028-02-02 08:00, "2028-02-02T09:00", '2028-02-03 10:00:30']
  - {id: two, text: b, at: 2028-03-01 20:00, skip: []}
  - id: three
    text: c
    every: {days: day, at: "09:00"}
    skip: [2028-02-22, 2028-02-23 09:00, 2028-02-24]
    move: {"2028-02-19T09:00": "2028-02-20T10:00", 2028-02-25 09:00: 2028-02-25 11:00}
  - {id: four, text: d, rrule: "FREQ=DAILY;UNTIL=20280210", at: "10:00"}
  - {id: five, text: e, on: starts, at: "10:00"}
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_copy_at_other_dates(folder: Path, newline: str) -> None:
    write(folder, "schedules/old.yaml", SOURCE.replace("\n", newline))
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    (path,) = new_from(workspace, "old", "new", date(2028, 2, 1))
    assert path.read_bytes().decode() == COPY.replace("\n", newline)
    workspace = load(folder, SPECS)
    assert lines(workspace.problems) == []
    assert [slot.id for slot in workspace.campaigns["new"].slots] == ["one", "two", "three", "four", "five"]


def test_copies_that_can_not_be_made(folder: Path) -> None:
    write(folder, "schedules/free.yaml", "posts: [{id: a, text: b, at: 2027-07-30 20:00}]\n")
    write(folder, "schedules/broken.yaml", "posts: 5\n")
    write(
        folder,
        "schedules/shared.yaml",
        "starts: &day 2027-07-01\nends: *day\nposts: [{id: a, text: b, on: ends, at: 09:00}]\n",
    )
    workspace = load(folder, SPECS)
    for source, message in (
        ("free", "has no `starts`"),
        ("broken", "has problems"),
        ("wrld-day", "did you mean"),
        ("shared", "can't be found in its line"),
    ):
        with pytest.raises(CampaignError, match=message) as caught:
            new_from(workspace, source, "new", date(2028, 2, 1))
        assert caught.value.hint
    with pytest.raises(CampaignError, match="already"):
        new_from(workspace, "world-day", "free", date(2028, 2, 1))
    with pytest.raises(CampaignError, match="can't be moved"):
        new_from(workspace, "world-day", "new", date.max)
    assert not (folder / "schedules/new.yaml").exists()
    assert len(every_problem(folder)) == 1
