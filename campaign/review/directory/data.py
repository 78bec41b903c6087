"""The directory for programs: one JSON object with what the pages show, and nothing that they do not."""

from __future__ import annotations

import json
from typing import Any

from campaign.core.claims import Claim
from campaign.core.hotlines import VALID
from campaign.core.model import Fact
from campaign.review.directory.calendar import Day
from campaign.review.directory.contents import Contents, Line
from campaign.review.organisations import organisation_row

SCHEMA = 1
"""Grows when a name is taken away or changes its meaning; new names may be added without."""


def as_bytes(shown: Contents) -> bytes:
    """directory.json: UTF-8, in the order of the pages."""
    data = {
        "schema": SCHEMA,
        "as_of": shown.day.isoformat(),
        "by": shown.name or None,
        "languages": list(shown.languages),
        "hotlines": [_line(line) for line in shown.lines],
        "facts": [_fact(fact) for fact in shown.facts],
        "claims": [_claim(claim) for claim in shown.claims],
        "organisations": [organisation_row(one) for one in shown.organisations],
        "days": [_day(day) for day in shown.days],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _line(line: Line) -> dict[str, Any]:
    """Only confirmed channels, so that no program takes an unchecked number from here either."""
    hotline = line.hotline
    return {
        "id": hotline.id,
        "name": dict(hotline.names),
        "country": hotline.country,
        "for": dict(hotline.audience),
        "serves": sorted(hotline.serves),
        "channels": [
            {
                "type": way.channel.kind.value,
                "show": way.channel.show,
                "e164": way.channel.e164 or None,
                "reach": way.channel.reach.value,
                "link": way.href or None,
                "checked_on": way.check.on.isoformat(),
                "how": way.check.how.value,
                "valid_until": (way.check.on + VALID).isoformat(),
            }
            for way in line.ways
        ],
        "hours": dict(hotline.hours) if line.ways and hotline.hours_confirmed else {},
        "languages": list(hotline.languages),
        "page": hotline.page or None,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "topic": fact.topic or None,
        "text": dict(fact.text),
        "source": fact.source,
        "year": fact.year,
        "url": fact.url or None,
        "review_by": fact.review_by.isoformat() if fact.review_by else None,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "about": dict(claim.about),
        "because": dict(claim.because),
        "instead": claim.instead or None,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "id": day.id,
        "name": dict(day.names),
        "first": day.first.isoformat(),
        "last": day.last.isoformat(),
        "where": list(day.where),
    }
