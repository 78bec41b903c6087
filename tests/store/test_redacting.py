"""A text that was removed is nowhere in the store any more: not in its tables, not in the bytes of its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from campaign.core.lifecycle import State
from campaign.core.model import Media
from campaign.core.outcome import Receipt, Refused, Retry, Sent
from campaign.core.safeguard.rules import Accepted
from campaign.store import engines, history, outbox, tables
from campaign.store.database import Store
from campaign.store.log import REMOVED
from tests.store.conftest import Place
from tests.store.made import ANI, NOW, a_post, a_row, after, bring_to, kinds, put, row, settle, take

SECRET = "Wulandari"
"""A name that must not stay: in everything that the store keeps of one post."""


def a_story(slot: str = "s", account: str = "fedi") -> Any:
    media = (Media(f"stories/{SECRET}.jpg", f"{SECRET} at her desk", "image/jpeg", "0" * 64),)
    post = a_post(
        f"{SECRET} tells her story. " + "All of it. " * 400,  # longer than a page of SQLite
        warning=f"{SECRET}'s story",
        link=f"https://example.org/{SECRET}",
        facts=("total",),
        consents=("story-07",),
        prepared={"slug": SECRET},
        accepted=(Accepted("SG12", SECRET, ("ani", "budi"), f"{SECRET} asked for it"),),
    )
    return a_row(slot, account, post=post.__class__(**{**_fields(post), "media": media}))


def _fields(post: Any) -> dict[str, Any]:
    return {name: getattr(post, name) for name in post.__dataclass_fields__}


def published(store: Store) -> str:
    """A story that was tried, noted, and published; what networks said repeats its words."""
    put(store, a_story())
    (claim,) = take(store)
    with store.write() as connection:
        outbox.put_note(connection, claim.key, 1, "draft", SECRET)
    settle(store, claim, Retry(f"busy with {SECRET}"))
    (claim,) = take(store, now=after(minutes=1))
    settle(store, claim, Sent(Receipt("1", f"https://site.example/{SECRET}", "org")), after(minutes=1))
    return claim.key


def redact(store: Store, key: str) -> bool:
    with store.write() as connection:
        return outbox.redact(connection, key, after(hours=1), ANI)


def withdrawn(store: Store, key: str) -> None:
    with store.write() as connection:
        outbox.unwanted(connection, key, f"not {SECRET}", NOW, ANI)
        outbox.withdrawn(connection, key, "", NOW, ANI)


def everything(store: Store) -> str:
    """All that the tables hold."""
    with store.read() as connection:
        return json.dumps(
            [[dict(found) for found in connection.execute(select(table)).mappings()] for table in ALL],
            default=str,
        )


ALL = (tables.deliveries, tables.attempts, tables.events, tables.meta, tables.accounts)


def test_nothing_of_the_text_stays_in_the_tables(store: Store) -> None:
    key = published(store)
    withdrawn(store, key)
    assert SECRET in everything(store)
    assert redact(store, key)
    assert SECRET not in everything(store)
    found = row(store, key)
    assert (found.state, found.redacted_at, found.redacted_by) == (State.SENT, after(hours=1), "ani")
    assert (found.digest, found.reason) == (None, "")
    assert found.post is not None and found.receipt is not None
    assert (found.post.text, found.post.media, found.post.warning, found.post.link) == ("", (), "", "")
    assert (found.post.language, found.post.facts, found.post.consents) == ("id", ("total",), ("story-07",))
    assert (found.receipt.id, found.receipt.url, found.sent_at) == ("1", "", after(minutes=1))


def test_when_what_and_who_stay(store: Store) -> None:
    key = published(store)
    with store.read() as connection:
        before = history.events(connection, key)
    redact(store, key)
    with store.read() as connection:
        *told, last = history.events(connection, key)
        tried = history.attempts(connection, key)
    assert [(e.id, e.at, e.kind, e.before, e.after, e.by) for e in told] == [
        (e.id, e.at, e.kind, e.before, e.after, e.by) for e in before
    ]
    assert {e.kind: e.detail for e in told if e.detail == REMOVED}.keys() == {"claim", "retry", "sent"}
    assert (last.kind, last.by, last.door) == ("redacted", "ani", ANI.door)
    assert [(a.attempt, a.outcome, a.reason, dict(a.notes)) for a in tried] == [
        (1, "retry", "", {}),
        (2, "sent", "", {}),
    ]


def test_the_address_stays_until_it_is_withdrawn(store: Store) -> None:
    key = published(store)
    redact(store, key)
    found = row(store, key)
    assert found.receipt is not None and SECRET in found.receipt.url  # it is needed to find it
    withdrawn(store, key)
    found = row(store, key)
    assert found.receipt is not None and found.receipt.url == ""


def test_again_changes_nothing(store: Store) -> None:
    key = published(store)
    assert redact(store, key)
    once, said = row(store, key), kinds(store, key)
    with store.write() as connection:
        assert outbox.redact(connection, key, after(hours=5), outbox.Who("budi"))
    again = row(store, key)
    assert (again.redacted_at, again.redacted_by) == (once.redacted_at, "ani")
    assert kinds(store, key) == said


@pytest.mark.parametrize("state", State)
def test_only_what_will_not_be_sent_any_more(store: Store, state: State) -> None:
    key = bring_to(store, state, "s", "fedi")
    before = row(store, key)
    assert redact(store, key) is (state in (State.SENT, State.CANCELLED))
    if state not in (State.SENT, State.CANCELLED):
        assert row(store, key) == before
    with store.write() as connection:
        assert not outbox.redact(connection, "no/such/2027-07-30T08:00/row", NOW, ANI)


def test_a_cancelled_row_without_a_text(store: Store) -> None:
    (key,) = put(store, a_row(post=None, state=State.CANCELLED, reason=f"not {SECRET}"))
    assert redact(store, key)
    assert row(store, key).post is None
    assert SECRET not in everything(store)


def test_a_refusal_s_words_go_too(store: Store) -> None:
    put(store, a_story())
    (claim,) = take(store)
    settle(store, claim, Refused(f"{SECRET} is a duplicate"))
    with store.write() as connection:
        assert outbox.cancel(connection, claim.key, "", NOW, ANI)
        assert outbox.redact(connection, claim.key, NOW, ANI)
    assert SECRET not in everything(store)


def test_the_log_lets_nothing_else_be_changed(store: Store) -> None:
    key = published(store)
    events = tables.events
    mine = update(events).where(events.c.key == key)
    for change in (
        mine.values(detail={"removed": True, "reason": "it was fine"}),
        mine.values(detail={}),
        mine.values(detail=REMOVED, by="budi"),
        mine.values(detail=REMOVED, at=after(days=1)),
        mine.values(detail=REMOVED, kind="cancel"),
        mine.values(detail=REMOVED, key="other"),
    ):
        with pytest.raises(DBAPIError, match="only ever added to"), store.write() as connection:
            connection.execute(change)


def test_what_remains_on_a_server_is_said(store: Store) -> None:
    key = published(store)
    redact(store, key)
    left = store.scrub()
    assert ("VACUUM FULL" in left) is store.shared
    assert row(store, key).redacted_by == "ani"


# -- the bytes -------------------------------------------------------------------------------------------


@pytest.fixture
def files(place: Place) -> Path:
    if not place.url.startswith("sqlite"):
        pytest.skip("the files of a PostgreSQL server are not ours")
    return place.root


def within(folder: Path) -> list[str]:
    """The files in which the name stands."""
    return sorted(path.name for path in folder.iterdir() if SECRET.encode() in path.read_bytes())


def test_no_byte_of_it_is_left_in_the_files(place: Place, files: Path) -> None:
    store = place.open()
    put(store, *(a_row("other", f"account{n}") for n in range(50)))
    key = published(store)
    withdrawn(store, key)
    with store.engine.connect() as connection:  # as after days: some pages are in the file, some in the -wal
        connection.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))
    settle_more(store)
    assert within(files)
    redact(store, key)
    assert within(files)  # the old pages are still there: blanking alone would not do
    assert store.scrub() == ""
    assert within(files) == []
    assert row(store, key).redacted_by == "ani"
    store.close()
    assert within(files) == []


def settle_more(store: Store) -> None:
    for claim in take(store, *(f"account{n}" for n in range(50)), free=50):
        settle(store, claim, Sent(Receipt(claim.account, "", "")))


def test_while_another_program_reads_it_says_that_some_is_left(place: Place, files: Path) -> None:
    store, reader = place.open(), place.open()
    key = published(store)
    with reader.read() as connection:
        assert history.delivery(connection, key) is not None  # from here on it sees the store as it was
        withdrawn(store, key)
        redact(store, key)
        assert "still holds the old pages" in engines.scrub(store.engine, wait=0.05)
        assert within(files)
    assert store.scrub() == ""
    assert within(files) == []
    reader.close()
    store.close()
