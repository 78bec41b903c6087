"""The calendar of a kit (RFC 5545): when the campaign says what, and the day on which the kit is too old."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta

from campaign.core.model import text_for
from campaign.review.kit import Kit
from campaign.review.kit_html import title_of
from campaign.review.kit_page import words as say

_LENGTH = timedelta(minutes=15)
"""How long an entry is shown to last; posting takes less."""


def calendar(kit: Kit, language: str, identity: uuid.UUID) -> bytes:
    """The calendar of one language. ``identity``: names the workspace, so that entries of two organisations differ; a
    newer kit's entries replace those of an older one."""
    from icalendar import Calendar, Event  # costs start-up time

    word = say.words(language)
    made = datetime.combine(kit.made, time(), UTC)
    found = Calendar()
    found.add("prodid", "-//campaign//partner kit//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{word['title']}: {text_for(kit.campaign.title, language) or kit.campaign.id}")

    def event(name: str, start: object, summary: str, text: str) -> Event:
        made_event = Event()
        made_event.add("uid", str(uuid.uuid5(identity, f"{kit.campaign.id}/{name}/{language}")))
        made_event.add("dtstamp", made)
        made_event.add("dtstart", start)
        made_event.add("summary", summary)
        made_event.add("description", text)
        return made_event

    for item in kit.items:
        if item.language == language:
            for when in item.dates:
                due = when.astimezone(UTC)
                one = event(
                    f"{item.slot}/{due.isoformat()}",
                    due,
                    f"{word['event']}: {title_of(item)}",
                    word["event_text"],
                )
                one.add("duration", _LENGTH)
                found.add_component(one)
    end = word["until"].format(day=say.day_text(kit.review_by, language))
    found.add_component(event("renew", kit.review_by, word["event_old"], end))
    return bytes(found.to_ical())
