"""A small workspace on disk, read by the real loader."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from campaign.core.compose import Composer
from campaign.core.model import Account, Workspace
from campaign.core.text import TextRules
from campaign.networks import registry
from campaign.workspace.load import load

NOW = datetime(2027, 7, 28, 5, 0, tzinfo=UTC)
"""Wednesday noon in Jakarta."""

CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [id, en]
accounts:
  site: {network: feed, folder: public, languages: [id, en]}
  fedi: {network: mastodon, server: "https://mastodon.example", token: {env: FEDI}, language: en, daily: 6}
  trial: {network: feed, folder: trial, language: en, test: true}
"""

VIGIL = """\
title: {en: World Day, id: Hari Dunia}
accounts: [site, site.en, fedi]
posts:
  - id: vigil
    text: {id: "Malam ini kami menyalakan lilin.", en: "Tonight we light a candle.\\nCome."}
    at: 2027-07-30 20:00
  - id: signs
    every: {days: [thu], at: "09:00"}
    text: {id: "Kenali tandanya.", en: "Know the signs. {{ vars.long }}"}
    vars: {long: short}
    accounts: [fedi]
"""


def write(folder: Path, **files: str) -> Path:
    """Write a workspace: config.yaml, and each further keyword as schedules/NAME.yaml (``_`` stands for ``-``)."""
    texts = {"world_day": VIGIL} | files
    (folder / "schedules").mkdir(parents=True, exist_ok=True)
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(texts.pop("config", CONFIG), encoding="utf-8")
    for name, text in texts.items():
        (folder / "schedules" / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> Workspace:
    """The workspace that stands there."""
    return load(folder, registry.specs())


def rules(account: Account) -> TextRules:
    """The limits of an account's network."""
    return registry.network(account.network).rules


def composer(workspace: Workspace) -> Composer:
    """The real composer, with each network's own limits."""
    return Composer(workspace, rules)
