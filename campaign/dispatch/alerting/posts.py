"""Alerts about posts: not published, too late, waiting for a person, published twice, still online.

No reason of a post that waits is ever told, for it may quote it; a network's words about one that it refused are, if
they repeat nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind, quotes
from campaign.core.lifecycle import State, is_quiet
from campaign.core.model import Post, Text, Workspace
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
            case State.MISSED if not is_quiet(concern.reason):
                yield _alert(concern, AlertKind.MISSED, MISSED)
            case State.UNCERTAIN if concern.at <= now - LOOKED:
                yield _alert(concern, AlertKind.UNCERTAIN, UNCERTAIN)
            case State.HELD if concern.reason.startswith(BARRED):
                yield _alert(concern, AlertKind.HELD, BARRED_NOW)
            case State.HELD if concern.network == "handoff":
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
    post = Post.from_json(concern.post)
    said = (post.text, post.warning, post.link, *(item.alt for item in post.media))
    if not concern.reason or quotes(concern.reason, said):
        return FAILED
    return {language: f"{words}: {concern.reason}" for language, words in FAILED.items()}


FAILED = {"en": "not published", "id": "tidak terbit"}
NOT_MADE = {
    "en": "not published: it could not be made (campaign check says why)",
    "id": "tidak terbit: tidak dapat dibuat (campaign check menjelaskan sebabnya)",
}
MISSED = {
    "en": "too late, not sent (campaign retry sends it after all)",
    "id": "terlambat, tidak dikirim (campaign retry tetap mengirimnya)",
}
UNCERTAIN = {
    "en": "may be published: please look (campaign resolve)",
    "id": "mungkin sudah terbit: mohon diperiksa (campaign resolve)",
}
BARRED_NOW = {
    "en": "not sent, for it could do harm as it is (campaign status says what to do)",
    "id": "tidak dikirim karena dapat merugikan orang (campaign status menjelaskan yang perlu dilakukan)",
}
BY_HAND = {"en": "waits for somebody to post it by hand", "id": "menunggu diunggah dengan tangan"}
HELD = {
    "en": "waits for a person (campaign status says why)",
    "id": "menunggu keputusan orang (campaign status menjelaskan sebabnya)",
}
DOUBLED = {"en": "was published twice: please delete one", "id": "terbit dua kali: mohon hapus satu"}
UNWANTED = {
    "en": "is still online and was to be taken back (campaign withdraw shows where)",
    "id": "masih daring padahal harus ditarik (campaign withdraw menunjukkan tempatnya)",
}
