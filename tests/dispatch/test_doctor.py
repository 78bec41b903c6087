"""What the doctor finds, in real workspaces with one thing wrong each."""

from __future__ import annotations

import sys
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign.dispatch.doctor import Doctor
from campaign.networks.ping import Shown
from campaign.store.database import Store

NOW = datetime(2027, 7, 1, 1, 0, tzinfo=UTC)
CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [en]
accounts:
  fedi: {network: mastodon, server: "https://mastodon.example", token: {env: FEDI}, language: en}
"""


def right(server: str) -> Shown | None:
    return Shown(NOW, "mastodon.example")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / ".env").write_text("FEDI=s3cr3t-token\n")
    (tmp_path / ".env").chmod(0o600)
    for name in ("posts", "schedules"):
        (tmp_path / name).mkdir()
    Store.open("sqlite:///campaign.db", tmp_path, create=True).close()
    return tmp_path


def visit(
    folder: Path,
    ask: Callable[[str], Shown | None] = right,
    mounts: str = "/dev/sda1 / ext4 rw 0 0",
) -> dict[str, list[tuple[str, str]]]:
    """The findings by check, as (level, message and hint)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for finding in Doctor(folder, {}, lambda: NOW, ask, lambda: mounts).visit():
        found.setdefault(finding.check, []).append((finding.level, f"{finding.message} | {finding.hint}"))
        assert "s3cr3t" not in finding.message + finding.hint
        assert finding.level == "ok" or finding.hint, finding
    return found


def bad(found: dict[str, list[tuple[str, str]]]) -> dict[str, tuple[str, str]]:
    return {check: one for check, several in found.items() for one in several if one[0] != "ok"}


def test_a_sound_workspace(folder: Path) -> None:
    found = visit(folder)
    assert bad({check: of for check, of in found.items() if check != "space"}) == {}
    expected = {
        "modes",
        "files",
        "zones",
        "disk",
        "space",
        "store",
        "workspace",
        "last-tick",
        "log",
        "clock",
        "secrets",
        "alerts",
    }
    assert set(found) == expected


def test_a_clock_that_differs_from_the_servers(folder: Path) -> None:
    level, said = bad(visit(folder, lambda server: Shown(NOW - timedelta(minutes=7), "mastodon.example")))[
        "clock"
    ]
    assert level == "error"
    assert "7 min ahead of that of mastodon.example" in said


def test_no_server_that_answers_is_a_warning(folder: Path) -> None:
    assert bad(visit(folder, lambda server: None))["clock"][0] == "warn"


def test_a_clock_before_the_last_work(folder: Path) -> None:
    store = Store.open("sqlite:///campaign.db", folder, create=False)
    store.set("last_tick", (NOW + timedelta(days=300)).isoformat())
    store.close()
    level, said = bad(visit(folder))["last-tick"]
    assert level == "error" and "2028" in said


def test_a_network_file_system(folder: Path) -> None:
    level, said = bad(visit(folder, mounts="nas:/x / nfs4 rw 0 0"))["disk"]
    assert level == "error" and "nfs4" in said and "PostgreSQL" in said


def test_files_that_others_may_read(folder: Path) -> None:
    (folder / ".env").chmod(0o644)
    (folder / "campaign.db").chmod(0o660)
    levels = [level for level, _ in visit(folder)["modes"]]
    assert levels == ["error", "warn"]


def test_a_workspace_without_an_id_is_told_its_own(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG.partition("\n")[2])
    assert bad(visit(folder))["workspace"][0] == "warn"
    store = Store.open("sqlite:///campaign.db", folder, create=False)
    store.set("workspace", "11111111-2222-4333-8444-555555555555")
    store.close()
    assert "workspace: 11111111-2222-4333-8444-555555555555" in bad(visit(folder))["workspace"][1]


def test_a_missing_secret(folder: Path) -> None:
    (folder / ".env").write_text("OTHER=1\n")
    level, said = bad(visit(folder))["secrets"]
    assert level == "error" and "fedi: the variable FEDI is not set" in said


def test_a_missing_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ", ".join(
        f"{k}: {{env: FEDI}}"
        for k in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    )
    (folder / "config.yaml").write_text(f"{CONFIG}  x: {{network: x, {keys}, language: en}}\n")
    assert "packages" not in bad(visit(folder))
    monkeypatch.setitem(__import__("sys").modules, "requests_oauthlib", None)  # as if it were not installed
    level, said = bad(visit(folder))["packages"]
    assert level == "error" and "x: a package is missing (requests_oauthlib)" in said


def test_missing_zone_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python finds a package that it has read before without asking for the one around it.
    for name in ["tzdata", *(name for name in sys.modules if name.startswith("tzdata."))]:
        monkeypatch.setitem(sys.modules, name, None)
    before = zoneinfo.TZPATH
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(())
    try:
        found = bad(visit(folder))
    finally:
        zoneinfo.reset_tzpath(before)
        zoneinfo.ZoneInfo.clear_cache()
    assert found["zones"][0] == "error" and "tzdata" in found["zones"][1]
    assert found["files"][0] == "error"


def test_files_that_can_not_be_used(folder: Path) -> None:
    (folder / "config.yaml").write_text("timezone: Mars/Olympus\n")
    found = visit(folder)
    assert bad(found)["files"][0] == "error"
    assert "store" not in found


def test_no_store_yet_is_a_warning_and_none_is_made(folder: Path) -> None:
    (folder / "campaign.db").unlink()
    assert bad(visit(folder))["store"][0] == "warn"
    assert not (folder / "campaign.db").exists()


@pytest.mark.parametrize("what", ["a letter", "newer", "damaged"])
def test_a_store_that_is_none_is_left_alone(folder: Path, what: str) -> None:
    path = folder / "campaign.db"
    if what == "newer":
        store = Store.open("sqlite:///campaign.db", folder, create=False)
        store.set("schema", "99")
        store.close()
    elif what == "damaged":
        data = bytearray(path.read_bytes())
        data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
        path.write_bytes(data)
    else:
        path.write_text("Dear reader,\n" * 999)
    before = path.read_bytes()
    assert bad(visit(folder))["store"][0] == "error"
    assert path.read_bytes() == before
    assert not [file for file in folder.iterdir() if file.name.startswith("campaign.db-")]
