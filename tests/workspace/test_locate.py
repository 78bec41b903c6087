"""The workspace is where -w, the environment or the nearest config.yaml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign.errors import CampaignError
from campaign.workspace.locate import find


def test_the_order_of_the_three(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "config.yaml").write_text("timezone: UTC\n")
    third = tmp_path_factory.mktemp("third")
    (third / "config.yaml").write_text("timezone: UTC\n")
    environ = {"CAMPAIGN_WORKSPACE": str(other)}
    assert find(str(third), environ, folder) == third
    assert find(None, environ, folder) == other
    assert find(None, {}, folder / "posts") == folder
    assert find(None, {"CAMPAIGN_WORKSPACE": ""}, folder / "schedules") == folder


def test_a_relative_name_starts_where_one_is(folder: Path) -> None:
    assert find(folder.name, {}, folder.parent) == folder
    assert find(str(folder / "config.yaml"), {}, folder.parent) == folder


def test_nothing_found_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match=r"there is no config.yaml in") as caught:
        find(None, {}, tmp_path)
    assert "campaign init" in caught.value.hint


@pytest.mark.parametrize("name", ["nowhere", "\0", "x" * 5000, "~nobody-of-that-name/x"])
def test_a_bad_name_is_an_expected_failure(tmp_path: Path, name: str) -> None:
    with pytest.raises(CampaignError):
        find(name, {}, tmp_path)
    with pytest.raises(CampaignError):
        find(None, {"CAMPAIGN_WORKSPACE": name}, tmp_path)


def test_a_folder_without_config(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match=r"from -w"):
        find(str(tmp_path), {}, tmp_path)
    (tmp_path / "config.yml").write_text("")
    for explicit in (str(tmp_path), None):
        with pytest.raises(CampaignError) as caught:
            find(explicit, {}, tmp_path)
        assert "rename" in caught.value.hint
