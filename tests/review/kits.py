"""Workspaces for the tests of kits, on disk, and the kits that are made of them."""

from __future__ import annotations

import json
import uuid
from datetime import date
from pathlib import Path

from PIL import Image

from campaign.core.hotlines import Check, How
from campaign.core.model import Account, Workspace
from campaign.core.text import TextRules
from campaign.errors import Problem
from campaign.networks import registry
from campaign.review.kit import Kit
from campaign.review.kit_files import files_of
from campaign.review.kit_gather import Wanted, gather
from campaign.workspace.checks import record
from campaign.workspace.files import MediaFiles
from campaign.workspace.load import load

TODAY = date(2027, 7, 1)
IDENTITY = uuid.UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")

THREE = ("Satu lilin menyala.", "Nyalakan terang di jendela.", "Bersama tetangga malam ini.")
"""Three wordings that differ."""

CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [id, en]
audience: {country: ID}
hotlines: [id-all]
vars: {org: Yayasan Harapan, contact: mitra@harapan.example}
accounts:
  our-own-site: {network: feed, folder: public, languages: [id, en]}
  our-own-x: {network: x, consumer_key: {env: A}, consumer_secret: {env: B}, access_token: {env: C},
    access_token_secret: {env: D}, language: id}
  our-trial: {network: feed, folder: trial, language: en, test: true}
"""

VIGIL = """\
title: {id: Malam lilin, en: Candle night}
starts: 2027-07-01
ends: 2027-07-31
hashtags: {id: [MalamLilin], en: [CandleNight]}
posts:
  - id: vigil
    at: 2027-07-30 20:00
    text: {id: "Malam ini kami menyalakan lilin. {{ hashtags() }}", en: "Tonight we light a candle. {{ hashtags() }}"}
    wordings:
      - id: "Satu lilin di jendela, malam ini juga. {{ hashtags() }}"
        en: "One candle in each window this evening. {{ hashtags() }}"
      - id: "Mari menyalakan lilin bersama tetangga. {{ hashtags() }}"
        en: "Join your neighbours with a light. {{ hashtags() }}"
"""

HOTLINES = """\
hotlines:
  - id: id-all
    name: {id: Layanan 129, en: Line 129}
    country: ID
    channels:
      - {type: phone, show: "129"}
      - {type: whatsapp, show: "0811-8080-141", e164: "+628118080141"}
    status: green
    source: https://example.org/source
    page: https://example.org/official
"""

FACTS = """\
facts:
  - id: many
    text: {id: Sekitar 50 juta orang., en: About 50 million people.}
    source: {title: Estimates, publisher: ILO, year: 2022, url: https://example.org/fact}
    publishable: true
    review_by: 2027-08-15
"""


class Place:
    """A workspace on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "posts").mkdir(parents=True)
        self.write("config.yaml", CONFIG)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def checked(self, on: str, by: str = "ani") -> None:
        """Somebody of the organisation has called the help line."""
        check = Check("id-all", "129", by, date.fromisoformat(on), How.CALLED)
        record(self.folder, IDENTITY, self.workspace.hotlines, check)

    def picture(self, name: str, colour: str = "teal") -> None:
        path = self.folder / "posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        exif[0x010F] = "CameraOfAni"
        Image.new("RGB", (64, 48), colour).save(path, exif=exif)

    @property
    def workspace(self) -> Workspace:
        return load(self.folder, registry.specs())

    def gather(
        self, name: str = "vigil", wanted: Wanted | None = None, today: date = TODAY
    ) -> tuple[Kit | None, list[Problem]]:
        return gather(self.workspace, name, today, wanted or Wanted(), rules)

    def kit(self, name: str = "vigil", wanted: Wanted | None = None, today: date = TODAY) -> Kit:
        found, problems = self.gather(name, wanted, today)
        assert found is not None, [f"{problem}" for problem in problems]
        return found

    def files(self, kit: Kit) -> dict[str, bytes]:
        return files_of(kit, MediaFiles(self.folder), IDENTITY)


def rules(account: Account) -> TextRules:
    return registry.network(account.network).rules


def slots(text: str) -> str:
    """A campaign with these posts."""
    return VIGIL.partition("posts:\n")[0] + "posts:\n" + text


def worded(slot_id: str, when: str, first: str, second: str, third: str, more: str = "") -> str:
    """A post in Indonesian with three wordings."""
    said = [json.dumps({"id": text}, ensure_ascii=False) for text in (first, second, third)]
    return f"  - id: {slot_id}\n    {when}\n    text: {said[0]}\n    wordings: [{said[1]}, {said[2]}]\n{more}"
