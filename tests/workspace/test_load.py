"""The door as a whole: what is broken is left out, and everything else loads."""

from __future__ import annotations

import gc
import re
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft7Validator

from campaign.core.model import Spec
from campaign.errors import Level, WorkspaceError
from campaign.networks.registry import specs
from campaign.workspace.load import load
from campaign.workspace.new import init, starter_path
from campaign.workspace.schema import campaign_schema, config_schema
from campaign.workspace.yamlfile import read
from tests.workspace.small import FILES, SPECS, every_problem, lines, with_slot, write

SHARED = Path(__file__).resolve().parents[3] / "shared"
shared = pytest.mark.skipif(
    not (SHARED / "design.md").is_file(), reason="the design is not beside this checkout"
)


def test_the_small_workspace(folder: Path) -> None:
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert workspace.broken == frozenset()
    assert set(workspace.campaigns) == {"world-day"}
    assert set(workspace.templates) == {"signs.id.j2", "signs.en.j2"}
    assert len(workspace.tables["signs.csv"]) == 18
    assert workspace.root == folder


def test_a_broken_campaign_is_left_out(folder: Path) -> None:
    write(folder, "schedules/broken.yaml", "posts: [")
    workspace = load(folder, SPECS)
    assert workspace.broken == {"broken"}
    assert set(workspace.campaigns) == {"world-day"}
    assert [problem.place.file for problem in workspace.problems] == ["schedules/broken.yaml"]


def test_a_warning_breaks_nothing(folder: Path) -> None:
    write(
        folder,
        "schedules/it.yaml",
        with_slot("text: a\nat: 2027-07-30 20:00\napproval: none", "approval: one\n"),
    )
    workspace = load(folder, SPECS)
    assert [problem.level for problem in workspace.problems] == [Level.WARN]
    assert "it" in workspace.campaigns


def test_a_workspace_may_be_almost_empty(tmp_path: Path) -> None:
    write(tmp_path, "config.yaml", "timezone: UTC\n")
    workspace = load(tmp_path, SPECS)
    assert workspace.problems == ()
    assert (workspace.id, workspace.store, workspace.languages) == (None, "sqlite:///campaign.db", ("en",))


def test_without_a_config(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"config\.yaml"):
        load(tmp_path, SPECS)
    (tmp_path / "config.yaml").mkdir()
    with pytest.raises(WorkspaceError, match="not a file"):
        load(tmp_path, SPECS)


def test_problems_come_by_place(folder: Path) -> None:
    write(folder, "schedules/b.yaml", "posts: [{id: a}, {id: b}]\n")
    write(folder, "schedules/a.yaml", "posts: 5\nx: 6\n")
    places = [problem.place for problem in load(folder, SPECS).problems]
    assert places == sorted(places)
    assert len(places) == 6


@pytest.mark.parametrize("name", FILES)
def test_the_digest_changes_with_any_file(folder: Path, name: str) -> None:
    before = load(folder, SPECS).digest
    assert load(folder, SPECS).digest == before
    write(folder, name, (folder / name).read_text() + "\n")
    assert load(folder, SPECS).digest != before


def test_the_digest_changes_with_a_picture(folder: Path) -> None:
    before = load(folder, SPECS).digest
    write(folder, "posts/a.jpg", "x")
    assert load(folder, SPECS).digest != before


def test_garbage_collection_is_as_it_was(folder: Path) -> None:
    assert gc.isenabled()
    load(folder, SPECS)
    assert gc.isenabled()
    gc.disable()
    try:
        load(folder, SPECS)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_ten_thousand_posts(folder: Path) -> None:
    posts = "".join(
        f'  - {{id: p{n}, text: {{id: "Malam ini {n}", en: "Tonight {n}"}}, at: 2027-07-{n % 28 + 1:02} 20:00}}\n'
        for n in range(10_000)
    )
    write(folder, "schedules/many.yaml", f"starts: 2027-07-01\nposts:\n{posts}")
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert len(workspace.campaigns["many"].slots) == 10_000


def test_ten_thousand_problems_are_all_told(folder: Path) -> None:
    write(folder, "schedules/many.yaml", "posts:\n" + "  - {id: p, text: a}\n" * 10_000)
    assert len(every_problem(folder)) == 19_999


def blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (SHARED / "design.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def design(folder: Path) -> Path:
    """The workspace of the design, with what its campaign refers to."""
    config, campaign = blocks()
    write(folder, "config.yaml", config)
    write(folder, "schedules/world-day.yaml", campaign)
    write(folder, "posts/day-of.j2", "hello")
    write(folder, "posts/tips.j2", "hello")
    line = "name: a, country: ID, status: green, source: https://example.org, channels: [{type: phone, show: '129'}]"
    entries = [f"{{id: {name}, {line}}}" for name in ("id-kp2mi", "id-sapa129")]
    write(folder, "posts/hotlines.yaml", f"hotlines: [{', '.join(entries)}]\n")
    return folder


@shared
def test_networks_of_later_versions_have_their_own_words(design: Path) -> None:
    with pytest.raises(WorkspaceError) as caught:
        load(design, SPECS)
    errors = [str(problem) for problem in caught.value.problems if problem.level is Level.ERROR]
    assert len(errors) == 2
    assert errors[0].startswith("config.yaml:15:22: no network called bluesky")
    assert errors[1].startswith("config.yaml:17:22: no network called telegram")


@shared
@pytest.mark.parametrize("networks", [SPECS, specs()], ids=["small", "real"])
def test_the_design_loads(design: Path, networks: Mapping[str, Spec]) -> None:
    text = (design / "config.yaml").read_text(encoding="utf-8")
    later = {"bluesky": networks["feed"], "telegram": networks["feed"]}
    for network in later:
        text = re.sub(
            rf"network: {network},.*language:", f"network: {network}, folder: public, language:", text
        )
    write(design, "config.yaml", text)
    workspace = load(design, {**networks, **later})
    assert lines(workspace.problems) == []
    campaign = workspace.campaigns["world-day"]
    assert [slot.id for slot in campaign.slots] == ["signs", "day-of", "vigil", "monthly", "first-monday"]
    assert [target.name for target in campaign.slots[0].targets] == [
        "site",
        "fedi",
        "fedi.en",
        "bsky",
        "x",
        "channel",
    ]


@shared
def test_the_schemas_take_the_design(design: Path) -> None:
    config, campaign = (read("f.yaml", block.encode()).root for block in blocks())
    for name in ("bsky", "channel"):
        del config["accounts"][name]
    assert list(Draft7Validator(config_schema(SPECS)).iter_errors(config)) == []
    assert list(Draft7Validator(campaign_schema()).iter_errors(campaign)) == []


def test_the_starter_pack_with_the_real_networks(tmp_path: Path) -> None:
    made = init(tmp_path / "new", starter_path(), specs(), UUID(int=1))
    assert made.kept == []
    workspace = load(tmp_path / "new", specs())
    assert lines(workspace.problems) == []
    assert workspace.broken == frozenset()
    assert workspace.campaigns


def test_the_real_networks_have_schemas() -> None:
    schema = config_schema(specs())
    Draft7Validator.check_schema(schema)
    assert {"account-feed", "account-mastodon", "account-x"} <= set(schema["definitions"])


def test_no_campaign_is_called_as_what_is_said_by_hand_is_logged(tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "now.yaml").write_text(
        "title: N\nposts: [{id: a, at: 2027-01-01 10:00, text: x}]\n"
    )
    (tmp_path / "config.yaml").write_text("timezone: Asia/Jakarta\nlanguages: [en]\naccounts: {}\n")
    workspace = load(tmp_path, {})
    assert "now" not in workspace.campaigns
    assert any(str(problem).startswith("schedules/now.yaml: ") for problem in workspace.problems)
