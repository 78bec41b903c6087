"""A look at a workspace that does not read all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign.workspace.glance import STORE, glance


def look(folder: Path, config: str) -> tuple[str, str] | None:
    (folder / "config.yaml").write_text(config)
    seen = glance(folder)
    return (seen.store, seen.zone) if seen else None


def test_a_glance_tells_store_and_zone(tmp_path: Path) -> None:
    assert look(tmp_path, "timezone: Asia/Jakarta\n") == (STORE, "Asia/Jakarta")
    assert look(tmp_path, "store: sqlite:///kept/log.db\ntimezone: UTC\n") == ("sqlite:///kept/log.db", "UTC")


@pytest.mark.parametrize(
    "config",
    [
        "",
        "- timezone: UTC",
        "timezone: Asia/Nowhere",
        "timezone: 7",
        "timezone: [UTC]",
        "timezone: UTC\ntimezone: Asia/Jakarta",
        "timezone: UTC\nstore: postgresql+psycopg://me@host/db",
        "timezone: UTC\nstore: sqlite:///x?password=secret",
        "timezone: UTC\nstore: 7",
        "timezone: {",
    ],
)
def test_where_it_is_not_enough_there_is_none(tmp_path: Path, config: str) -> None:
    assert look(tmp_path, config) is None


def test_without_config_yaml_there_is_none(tmp_path: Path) -> None:
    assert glance(tmp_path) is None


@pytest.mark.parametrize(
    ("schedule", "zone"),
    [
        ("title: {timezone: Europe/Paris}\nposts: []\ntimezone: Asia/Tokyo\n", "Asia/Tokyo"),
        ("{posts: [{at: x}, [1, {timezone: Europe/Paris}]], timezone: Asia/Tokyo}", "Asia/Tokyo"),
        ("? [a, b]\n: timezone\ntimezone: Asia/Tokyo\n", "Asia/Tokyo"),
        ("title: timezone\nposts: [Europe/Paris]\n", "UTC"),
        ("title: &zone Asia/Tokyo\nposts: []\ntimezone: *zone\n", "Asia/Tokyo"),
        ("timezone: Asia/Nowhere\n", "UTC"),
        ("timezone: {zone: Asia/Tokyo}\n", "UTC"),
        ("posts: [\n", "UTC"),
        (b"\xff\xfe", "UTC"),
    ],
)
def test_the_zone_of_a_campaign_is_an_outermost_key_of_its_file(
    tmp_path: Path, schedule: str | bytes, zone: str
) -> None:
    (tmp_path / "config.yaml").write_text("timezone: UTC\n")
    (tmp_path / "schedules").mkdir()
    text = schedule.encode() if isinstance(schedule, str) else schedule
    (tmp_path / "schedules" / "c.yaml").write_bytes(text)
    seen = glance(tmp_path)
    assert seen is not None
    assert seen.zone_of("c") == zone
    assert seen.zone_of("gone") == "UTC"
