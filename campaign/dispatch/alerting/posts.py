"""Alerts about posts: not published, too late, waiting for a person, published twice, still online.

No reason of a post that waits is ever told, for it may quote it; a network's words about one that it refused are, if
they repeat nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind, quotes
from campaign.core.approval import waits_for_people
from campaign.core.lifecycle import State, is_quiet
from campaign.core.model import Text, Workspace
from campaign.core.pause import fell
from campaign.core.standing import BARRED
from campaign.store import concerns
from campaign.store.concerns import Concern

RECENT = timedelta(days=7)
"""How long what failed or was missed is worth a message to somebody who could not be reached before."""

LOOKED = timedelta(minutes=10)
"""How long an uncertain post is left to the program: most of them are looked up or repeated within minutes."""

DELETED = timedelta(hours=1)
"""How long whoever takes a post back has for deleting by hand before everybody is reminded."""


def posts(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """What became of posts that somebody has to know of."""
    for concern in concerns.concerns(connection, now - RECENT):
        match concern.state:
            case State.FAILED:
                yield _alert(concern, AlertKind.FAILED, _failed(concern))
            case State.HELD | State.MISSED if fell(concern.reason):
                pass  # the pause itself is told, not each post that falls into it
            case State.MISSED if not is_quiet(concern.reason):
                yield _alert(concern, AlertKind.MISSED, MISSED)
            case State.UNCERTAIN if concern.at <= now - LOOKED:
                yield _alert(concern, AlertKind.UNCERTAIN, UNCERTAIN)
            case State.HELD if concern.reason.startswith(BARRED):
                yield _alert(concern, AlertKind.HELD, BARRED_NOW)
            case State.HELD if (
                concern.network == "handoff" and concern.attempt and not waits_for_people(concern.reason)
            ):
                yield _alert(concern, AlertKind.HELD, BY_HAND, urgent=False)
            case State.HELD:
                yield _alert(concern, AlertKind.HELD, HELD)
    for twice in concerns.doubled(connection, now - RECENT):
        name = f"doubled:{twice.key}:{twice.event}"
        yield Alert(name, AlertKind.DOUBLED, True, twice.at, DOUBLED, twice.key, twice.url)
    for one in concerns.unwanted(connection, now - DELETED):
        # Without its address: each copy of that is one more that nobody can take back.
        name = f"withdraw:{one.key}:{one.at.isoformat()}"
        yield Alert(name, AlertKind.WITHDRAW, False, one.at, UNWANTED, one.key)


def _alert(concern: Concern, kind: AlertKind, line: Text, *, urgent: bool = True) -> Alert:
    return Alert(f"{kind}:{concern.key}:{concern.event}", kind, urgent, concern.at, line, concern.key)


def _failed(concern: Concern) -> Text:
    """With the network's own words, if they are the network's and not the post's."""
    if not concern.attempt or concern.post is None:
        return NOT_MADE
    if not concern.reason or quotes(concern.reason, concerns.words_of(concern.post)):
        return FAILED
    return {"en": concern.reason, "id": concern.reason}


# What happened stands above a group of them (``core.digest.TITLES``): here is the rest of the sentence.
FAILED = {
    "en": "the network did not take it (campaign log says why)",
    "id": "tidak diterima oleh jaringannya (campaign log menjelaskan sebabnya)",
}
NOT_MADE = {
    "en": "it could not be made (campaign check says why)",
    "id": "tidak dapat dibuat (campaign check menjelaskan sebabnya)",
}
MISSED = {
    "en": "campaign retry sends it after all",
    "id": "campaign retry tetap mengirimnya",
}
UNCERTAIN = {
    "en": "please look, then: campaign resolve",
    "id": "mohon diperiksa, lalu: campaign resolve",
}
BARRED_NOW = {
    "en": "not sent, for it could do harm as it is (campaign status says what to do)",
    "id": "tidak dikirim karena dapat merugikan orang (campaign status menjelaskan yang perlu dilakukan)",
}
BY_HAND = {"en": "somebody posts it by hand", "id": "diunggah seseorang dengan tangan"}
HELD = {
    "en": "campaign status says why",
    "id": "campaign status menjelaskan sebabnya",
}
DOUBLED = {"en": "please delete one", "id": "mohon hapus salah satu"}
UNWANTED = {
    "en": "campaign withdraw shows where it is",
    "id": "campaign withdraw menunjukkan tempatnya",
}
