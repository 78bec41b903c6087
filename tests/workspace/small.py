"""Small networks with options of their own, and the files of a small workspace without problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from campaign.core.media import ANY_MEDIA, MediaRules
from campaign.core.model import Secret, Spec
from campaign.core.prices import Prices
from campaign.core.text import TextRules
from campaign.errors import Problem, WorkspaceError
from campaign.workspace.load import load


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class FeedOptions(Options):
    folder: str
    server: str | None = None


class FediOptions(Options):
    server: str
    token: Secret
    visibility: Literal["public", "unlisted", "private"] = "public"


class XOptions(Options):
    consumer_key: Secret
    consumer_secret: Secret
    access_token: Secret
    access_token_secret: Secret
    server: str | None = None


class HookOptions(Options):
    server: str
    secret: Secret | None = None


class HandoffOptions(Options):
    to: str
    server: str | None = None


class Feed:
    name: ClassVar[str] = "feed"
    rules: ClassVar[TextRules] = TextRules()
    media: ClassVar[MediaRules] = ANY_MEDIA
    options: ClassVar[type[BaseModel]] = FeedOptions


class Fedi:
    name: ClassVar[str] = "mastodon"
    rules: ClassVar[TextRules] = TextRules(limit=500)
    media: ClassVar[MediaRules] = ANY_MEDIA
    options: ClassVar[type[BaseModel]] = FediOptions


class X:
    name: ClassVar[str] = "x"
    rules: ClassVar[TextRules] = TextRules(limit=280)
    prices: ClassVar[Prices] = Prices(date(2026, 8, 22), "a price list", Decimal("0.015"), Decimal("0.2"))
    media: ClassVar[MediaRules] = ANY_MEDIA
    options: ClassVar[type[BaseModel]] = XOptions


class Hook:
    name: ClassVar[str] = "webhook"
    rules: ClassVar[TextRules] = TextRules()
    media: ClassVar[MediaRules] = ANY_MEDIA
    options: ClassVar[type[BaseModel]] = HookOptions


class Handoff:
    name: ClassVar[str] = "handoff"
    rules: ClassVar[TextRules] = TextRules()
    media: ClassVar[MediaRules] = ANY_MEDIA
    options: ClassVar[type[BaseModel]] = HandoffOptions


SPECS: Mapping[str, Spec] = {spec.name: spec() for spec in (Feed, Fedi, X, Hook, Handoff)}

CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [id, en]
quiet_hours: "22:00-06:00"
vars: {org: Yayasan Harapan}
accounts:
  site: {network: feed, folder: public, language: id}
  fedi: {network: mastodon, server: https://mastodon.example, token: {env: FEDI_TOKEN}, languages: [id, en]}
  x:
    network: x
    consumer_key: {env: K}
    consumer_secret: {env: S}
    access_token: {env: T}
    access_token_secret: {env: TS}
    language: id
  hook: {network: webhook, server: https://example.org/hook, secret: {env: HOOK}, language: en}
  trial: {network: mastodon, server: https://mastodon.example, token: {env: TRIAL}, language: id, test: true}
"""

CAMPAIGN = """\
title: {en: World Day, id: Hari Dunia}
starts: 2027-07-01
ends: 2027-07-31
posts:
  - id: signs
    template: signs
    rows: signs.csv
    every: {days: [mon, thu], at: ["09:00", "18:30"]}
    skip: [2027-07-22]
    move: {"2027-07-19T09:00": "2027-07-20T10:00"}
    image: {file: "signs/{{ row.id }}.jpg", alt: {id: "{{ row.alt_id }}", en: "{{ row.alt_en }}"}}
  - id: vigil
    text: {id: "Malam ini", en: "Tonight"}
    at: 2027-07-30 20:00
    accounts: [x, fedi]
"""

OBSERVANCES = """\
observances:
  - {id: un-wdatip, rule: {type: fixed, month: 7, day: 30}}
  - {id: sixteen-days, rule: {type: range, from: {month: 11, day: 25}, to: {month: 12, day: 10}}}
  - {id: us-month, rule: {type: month, month: 1}}
  - {id: moving, rule: {type: announced, dates: {2027: 2027-07-11}}}
  - {id: unknown-day, rule: {type: announced, dates: {}}}
"""

FACTS = """\
facts:
  - id: total
    text: {en: About 50 million., id: Sekitar 50 juta.}
    source: {title: Global Estimates, publisher: ILO, year: 2022, url: "https://example.org/report"}
    publishable: true
    review_by: 2027-03-31
"""

FILES = {
    "config.yaml": CONFIG,
    "schedules/world-day.yaml": CAMPAIGN,
    "schedules/observances.yaml": OBSERVANCES,
    "posts/facts.yaml": FACTS,
    "posts/signs.id.j2": "{{ row.text_id }}\n",
    "posts/signs.en.j2": "{{ row.text_en }}\n",
    "posts/signs.csv": "id,text_id,text_en,alt_id,alt_en\n01,satu,one,a,b\n02,dua,two,a,b\n"
    + "".join(f"{n:02},t,t,a,b\n" for n in range(3, 19)),
}


def every_problem(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with a workspace, whether or not it can be used."""
    try:
        return load(folder, SPECS).problems
    except WorkspaceError as error:
        return error.problems


def lines(problems: tuple[Problem, ...]) -> list[str]:
    return [str(problem) for problem in problems]


def write(folder: Path, name: str, content: str | bytes) -> None:
    """Write a file of the workspace."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def with_slot(slot: str, head: str = "") -> str:
    """The text of a campaign in July 2027 with one post, whose lines are given without indent."""
    body = "\n    ".join(slot.strip().splitlines())
    return f"{head or HEAD}posts:\n  - id: it\n    {body}\n"


HEAD = "starts: 2027-07-01\nends: 2027-07-31\n"


def one(folder: Path, rule: str = "") -> Problem:
    """The only problem of a workspace (of a rule)."""
    found = [problem for problem in every_problem(folder) if not rule or problem.rule == rule]
    assert len(found) == 1, found
    return found[0]
