"""A network of somebody else's: the example package is built, installed, and posts through the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.networks.scripted import Reply, Reset, ScriptedServer

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).with_name("example_package")
TOKEN = "noticeboard-token-Zq3_x-9"

CONFIG = """\
timezone: Asia/Jakarta
languages: [en]
accounts:
  board: {{network: noticeboard, server: "{url}", token: {{env: BOARD_TOKEN}}, language: en}}
"""


def run(*words: str | Path, cwd: Path, path: Path, code: int = 0, **environ: str) -> str:
    """Run it with the folder ``path`` before all others that Python looks into; its stdout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CAMPAIGN_", "PYTHON", "PYTEST_"))}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**kept, "PYTHONPATH": str(path), "NO_PROXY": "127.0.0.1", **environ},
    )
    assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip has put the package, without asking any server."""
    source = tmp_path_factory.mktemp("source") / "noticeboard"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("installed")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "install", *offline, "--target", target, source, cwd=source, path=target)
    return target


@pytest.fixture
def workspace(tmp_path: Path, server: ScriptedServer) -> Path:
    (tmp_path / "posts").mkdir()
    (tmp_path / "schedules").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=server.url))
    (tmp_path / "words.txt").write_text("Tonight at 8 pm we light a candle.")
    return tmp_path


def campaign(workspace: Path, installed: Path, *words: str, code: int = 0) -> str:
    command = (sys.executable, "-m", "campaign", "-w", workspace)
    return run(*command, *words, cwd=workspace, path=installed, code=code, BOARD_TOKEN=TOKEN)


def test_it_posts_through_the_command(workspace: Path, installed: Path, server: ScriptedServer) -> None:
    server.on("GET", "/me", Reply(json={"name": "Harapan"}))
    server.on("POST", "/notices", Reply(201, json={"id": 7, "url": "https://board.example/7"}))
    assert "Harapan" in campaign(workspace, installed, "accounts", "check")
    campaign(workspace, installed, "post", "--text", "words.txt", "--accounts", "board")
    [row] = [json.loads(line) for line in campaign(workspace, installed, "log", "--json").splitlines()]
    assert (row["state"], row["network"], row["url"]) == ("sent", "noticeboard", "https://board.example/7")
    [request] = server.asked("POST", "/notices")
    assert request.json()["text"] == "Tonight at 8 pm we light a candle."
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_lost_answer_is_never_a_second_notice(
    workspace: Path, installed: Path, server: ScriptedServer
) -> None:
    server.on("POST", "/notices", Reply(201, json={"id": 7}))
    server.fault("POST", "/notices", Reset())
    campaign(workspace, installed, "post", "--text", "words.txt", "--accounts", "board", code=1)
    campaign(workspace, installed, "run", "--once")
    [row] = [json.loads(line) for line in campaign(workspace, installed, "log", "--json").splitlines()]
    assert row["state"] == "uncertain"
    assert len(server.asked("POST", "/notices")) == 1


def test_it_is_in_no_workspace_without_its_package(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    assert "no network" in campaign(workspace, empty, "check", "--json", code=1)


def test_it_keeps_the_contract(installed: Path) -> None:
    """As a package's author runs it: CAMPAIGN_CASES names the module that holds the case."""
    path = Path(f"{installed}{os.pathsep}{PACKAGE}")
    suite = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "tests/networks/test_contract.py",
    )
    told = run(sys.executable, *suite, cwd=ROOT, path=path, CAMPAIGN_CASES="case_noticeboard")
    passed = re.search(r"(\d+) passed", told)
    assert passed and int(passed.group(1)) > 30


def test_it_is_as_short_as_the_docs_say() -> None:
    lines = (PACKAGE / "campaign_noticeboard.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) < 60
