"""One campaign on every network there is, by the installed command: each gets it once, and the log has each receipt."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.test_command import campaign, rows, wall
from tests.networks.cases import PICTURE, Case, HttpCase, cases
from tests.networks.scripted import ScriptedServer, scripted

CAMPAIGN = """\
posts:
  - id: signs
    at: {at}
    text: "Kenali tandanya: paspor ditahan."
    image: {{file: door.png, alt: Sebuah pintu yang terbuka}}
"""


def workspace(folder: Path, servers: dict[str, ScriptedServer]) -> dict[str, str]:
    """Write a workspace with an account on every network; the environment variables that its secrets name."""
    lines = ["timezone: Asia/Jakarta", "languages: [id]"]
    lines += ["media_url: {url: https://example.org/fetch/, folder: public/fetch}", "accounts:"]
    environment: dict[str, str] = {}
    for case in cases():
        keys = case.keys
        if isinstance(case, HttpCase):
            keys = keys.replace("{url}", servers[case.name].url)
            environment |= case.environment
        lines.append(f"  {case.name}: {{network: {case.name}, language: id, {keys}}}")
    for name in ("posts", "schedules"):
        (folder / name).mkdir()
    (folder / "config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "posts" / "door.png").write_bytes(PICTURE)
    (folder / "schedules" / "c.yaml").write_text(CAMPAIGN.format(at=wall(3600)), encoding="utf-8")
    return environment


def told(case: Case, servers: dict[str, ScriptedServer]) -> list[str]:
    """The texts that a network's server was given."""
    return [post.text for post in case.published(servers[case.name])] if isinstance(case, HttpCase) else []


def test_one_run_posts_one_campaign_everywhere(tmp_path: Path) -> None:
    with ExitStack() as after:
        servers = {c.name: after.enter_context(scripted()) for c in cases() if isinstance(c, HttpCase)}
        for case in cases():
            if isinstance(case, HttpCase):
                case.accept(servers[case.name])
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
        assert sorted(log) == [case.name for case in cases()]
        assert {name: row["reason"] for name, row in log.items() if row["state"] != "sent"} == {
            "handoff": log["handoff"]["reason"]  # a person posts it
        }
        assert [name for name, row in log.items() if row["state"] == "sent" and not row["id"]] == []
        for case in cases():
            if isinstance(case, HttpCase):
                [text] = told(case, servers)
                assert text.startswith("Kenali tandanya")
        for name, value in environment.items():
            assert value not in campaign(tmp_path, "log", "--json").stdout, name
