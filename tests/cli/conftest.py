"""A workspace on disk, and the command run in it within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign.cli.main import main

ZONE = ZoneInfo("Asia/Jakarta")

CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [en]
accounts:
  site: {network: feed, folder: public, language: en}
  wa: {network: handoff, to: ani, language: en}
  trial: {network: feed, folder: trial, language: en, test: true}
"""


def day(days: int) -> str:
    """A day from today on, in the workspace's zone: ``2027-07-30``."""
    return f"{datetime.now(ZONE).date() + timedelta(days=days)}"


@dataclass(frozen=True)
class Result:
    """What a command said."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Place:
    """A workspace. Campaign ``c``: ``vigil`` in two days at 20:00, ``daily`` from then on at 09:00."""

    folder: Path
    read: Callable[[], Any]

    def __call__(self, *words: str) -> Result:
        code = main([words[0], "-w", str(self.folder), *words[1:]])
        said = self.read()
        return Result(code, said.out, said.err)

    @property
    def vigil(self) -> str:
        return f"c/vigil/{day(2)}T20:00/site"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def campaign(self, accounts: str = "[site]", vigil: str = "Tonight we light a candle.") -> None:
        self.write(
            "schedules/c.yaml",
            f"""\
title: {{en: World Day}}
accounts: {accounts}
posts:
  - id: vigil
    at: {day(2)} 20:00
    text: {{en: {json.dumps(vigil)}}}
  - id: daily
    every: {{days: [day], at: "09:00"}}
    text: {{en: "Day {{{{ occurrence.date }}}}"}}
starts: {day(2)}
ends: {day(40)}
""",
        )


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("CAMPAIGN_BY", "CAMPAIGN_WORKSPACE", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    made = Place(tmp_path, capsys.readouterr)
    made.write("config.yaml", CONFIG)
    (tmp_path / "posts").mkdir()
    made.campaign()
    return made
