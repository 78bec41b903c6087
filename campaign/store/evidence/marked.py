"""Holding each review mark against its event: was it changed, removed, or put in past the log?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from campaign.core.marks import Verdict, post_of
from campaign.store.evidence.chain import Difference
from campaign.store.log import REDACTED
from campaign.store.marks import KINDS, vouched
from campaign.store.tables import events, marks


def differences(connection: Connection) -> Iterator[Difference]:
    """The marks that are not as their events say, and those of which only one of the two is there."""
    redacted = {
        post_of(key)
        for key in connection.execute(select(events.c.key).where(events.c.kind == REDACTED)).scalars()
    }
    told = _told(connection)
    statement = select(marks).order_by(marks.c.at, marks.c.id)
    for mark in connection.execute(statement, execution_options={"yield_per": 500}).mappings():
        event = told.pop(mark["id"], None)
        if event is None:
            yield Difference(f"no event says how the review mark {mark['id']} came here", key=mark["key"])
        elif (
            event["kind"] != KINDS[Verdict(mark["verdict"])]
            or event["by"] != mark["by"]
            or event["key"] != mark["key"]
            or event["detail"].get("flag") != mark["flag"]
        ):
            yield _of(event, "the review mark was changed")
        elif event["detail"].get("said", "") != vouched(mark["text"], mark["salt"]) and (
            mark["text"] or mark["key"] not in redacted
        ):
            yield _of(event, "what the review mark says was changed")
    for event in told.values():
        yield _of(event, "the review mark is gone")


def _told(connection: Connection) -> dict[str, dict[str, Any]]:
    """The events of marks by the mark's id."""
    c = events.c
    statement = (
        select(c.id, c.key, c.kind, c.by, c.detail).where(c.kind.in_(sorted(KINDS.values()))).order_by(c.id)
    )
    return {
        str(row["detail"].get("mark", row["id"])): dict(row)
        for row in connection.execute(statement).mappings()
    }


def _of(event: dict[str, Any], what: str) -> Difference:
    return Difference(what, event=event["id"], key=event["key"])
