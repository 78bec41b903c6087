"""One campaign on every network there is, by the installed command: each gets it once, and the log has each receipt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_command import campaign, rows, wall
from tests.networks.cases import PICTURE, HttpCase, OwnCase, cases
from tests.networks.scripted import scripted

CAMPAIGN = """\
posts:
  - id: signs
    at: {at}
    text: "Kenali tandanya: paspor ditahan."
    image: {{file: door.png, alt: Sebuah pintu yang terbuka}}
"""
CASES = [case for case in cases() if isinstance(case, HttpCase | OwnCase)]

Servers = dict[str, Any]
"""By the name of the network: a ScriptedServer, or the server that an OwnCase brings."""


@pytest.fixture
def servers() -> Iterator[Servers]:
    """A server for every network that has one, by name; they end with the test."""
    with ExitStack() as after:
        running: Servers = {}
        for case in CASES:
            if isinstance(case, OwnCase):
                running[case.name] = after.enter_context(case.serve())
            else:
                script = after.enter_context(scripted())
                case.accept(script)
                running[case.name] = script
        yield running


def workspace(folder: Path, servers: Servers) -> dict[str, str]:
    """Write a workspace with an account on every network; the environment variables that its secrets name."""
    lines = ["timezone: Asia/Jakarta", "languages: [id]"]
    lines += ["media_url: {url: https://example.org/fetch/, folder: public/fetch}", "accounts:"]
    environment: dict[str, str] = {}
    for case in cases():
        keys = case.keys
        if isinstance(case, HttpCase | OwnCase):
            keys = keys.replace("{url}", servers[case.name].url)
            environment |= case.environment
        lines.append(f"  {case.name}: {{network: {case.name}, language: id, {keys}}}")
    for name in ("posts", "schedules"):
        (folder / name).mkdir()
    shutil.copyfile(servers["email"].ca, folder / "ca.pem")
    (folder / "config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "posts" / "door.png").write_bytes(PICTURE)
    (folder / "schedules" / "c.yaml").write_text(CAMPAIGN.format(at=wall(3600)), encoding="utf-8")
    return environment


def texts(case: HttpCase | OwnCase, servers: Servers) -> list[str]:
    """What a network's server was given."""
    server = servers[case.name]
    posts = case.published(server) if isinstance(case, HttpCase) else server.published()
    return [post.text for post in posts]


def test_one_run_posts_one_campaign_everywhere(tmp_path: Path, servers: Servers) -> None:
    environment = workspace(tmp_path, servers)
    checked = campaign(tmp_path, "check", "--json", **environment)
    levels = [json.loads(line)["level"] for line in checked.stdout.splitlines()]
    assert "error" not in levels, checked.stdout
    assert campaign(tmp_path, "run", "--once", "--new-store", **environment).returncode == 0
    brought = campaign(tmp_path, "post", "c/signs", **environment)
    assert brought.returncode == 0, brought.stderr
    done = campaign(tmp_path, "run", "--once", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    log = {row["network"]: row for row in rows(tmp_path, "log")}
    assert sorted(log) == sorted(case.name for case in cases())
    waiting = {name: row["reason"] for name, row in log.items() if row["state"] != "sent"}
    assert waiting == {"handoff": log["handoff"]["reason"]}  # a person posts it
    assert [name for name, row in log.items() if row["state"] == "sent" and not row["id"]] == []
    for case in CASES:
        [text] = texts(case, servers)
        assert text.startswith("Kenali tandanya"), case.name
    told = campaign(tmp_path, "log", "--json").stdout
    assert [name for name, value in environment.items() if value in told] == []
