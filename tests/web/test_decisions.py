"""What is decided in the pages: the same functions as the verbs', each post alone, and what is refused is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.core.lifecycle import State
from campaign.core.roles import Role
from campaign.dispatch.crisis import pausing
from campaign.store import approvals, history, pauses
from tests.web.town import NOW, ROLES, Town, Visitor, small

ASKED = "world-day/asked/2027-07-31T10:00/news"
SIGNS = "world-day/signs/2027-07-31T09:00/site"
SENT = "world-day/signs/2027-07-29T09:00/site"


@pytest.fixture
def lively(tmp_path: Path) -> Iterator[Town]:
    """A town for one test, which changes it."""
    town = Town(small(tmp_path / "town"))
    town.live(NOW - timedelta(days=2))
    for name, role in ROLES.items():
        town.token(name, role)
    yield town
    town.close()


def seen(visitor: Visitor) -> str:
    """The hash that the page gives with the first post."""
    page = visitor.get("/approvals").text
    return page.partition('name="seen-0" value="')[2].partition('"')[0]


def rows(town: Town) -> dict[str, State]:
    with town.station.store.read() as connection:
        return {row.key: row.state for row in history.deliveries(connection)}


# -- approvals -------------------------------------------------------------------------------------------


def test_an_approval_is_of_what_was_seen(lively: Town) -> None:
    ani = lively.visitor("ani")
    answer = {"key-0": ASKED, "seen-0": seen(ani), "what-0": "approve"}
    schedule = lively.folder / "schedules" / "world-day.yaml"
    schedule.write_text(
        schedule.read_text(encoding="utf-8").replace("A candle", "Two candles"), encoding="utf-8"
    )
    found = ani.post("/approvals", answer)
    assert found.status_code == 409
    assert "It was changed since you opened the page" in found.text
    assert "Two candles" in found.text
    assert ani.post("/approvals", {**answer, "seen-0": seen(ani)}).status_code == 303
    with lively.station.store.read() as connection:
        (vote,) = approvals.votes_on(connection, ASKED)
    assert (vote.by, vote.door, vote.verdict.value) == ("ani", "web token ani", "approved")
    lively.now = NOW + timedelta(days=1)
    lively.live(NOW, lively.now)
    assert rows(lively)[ASKED] is State.SENT
    assert (
        'class="badge good">approved</span> <bdi>ani</bdi>'
        in lively.visitor("ani").get(f"/post/{ASKED}").text
    )


def test_what_changed_since_is_shown_side_by_side(lively: Town) -> None:
    ani = lively.visitor("ani")
    ani.post("/approvals", {"key-0": ASKED, "seen-0": seen(ani), "what-0": "approve"})
    schedule = lively.folder / "schedules" / "world-day.yaml"
    schedule.write_text(
        schedule.read_text(encoding="utf-8").replace("A candle", "Two candles"), encoding="utf-8"
    )
    page = ani.get("/approvals").text
    assert "Changed since it was approved" in page
    assert '<del dir="auto">A candle for those' in page
    assert '<ins dir="auto">Two candles for those' in page
    assert "Waiting for approval" in ani.get("/").text


def test_two_approvers_at_once_both_get_an_answer(lively: Town) -> None:
    app = lively.app()
    ani, siti = lively.visitor("ani", app), lively.visitor("siti", app)
    digest = seen(ani)
    assert ani.post("/approvals", {"key-0": ASKED, "seen-0": digest, "what-0": "approve"}).status_code == 303
    again = ani.post("/approvals", {"key-0": ASKED, "seen-0": digest, "what-0": "approve"})
    assert "You have approved it already." in again.text
    no = siti.post("/approvals", {"key-0": ASKED, "what-0": "reject", "reason-0": "Not this week."})
    assert no.status_code == 303
    assert "Rejected by siti:" in ani.get("/approvals").text
    assert "Not this week." in ani.get("/approvals").text


def test_what_nobody_has_to_approve_and_what_is_not_there(lively: Town) -> None:
    ani = lively.visitor("ani")
    # Of the first, nothing was ever shown, so nothing was seen.
    for key, said in ((SIGNS, "It was changed since you opened the page."), (SENT, "It is out, on its way")):
        found = ani.post("/approvals", {"key-0": key, "seen-0": "1-x", "what-0": "approve"})
        assert (found.status_code, said in found.text) == (409, True), key
    assert ani.post("/approvals", {"key-0": "a/b/c", "what-0": "reject", "reason-0": "x"}).status_code == 409
    assert ani.post("/approvals", {"key-0": ASKED, "what-0": "reject"}).status_code == 409  # without a reason
    assert ani.post("/approvals", {"key-0": ASKED, "what-0": "burn"}).status_code == 400
    assert ani.post("/approvals", {"key-0": ASKED}).status_code == 303
    with lively.station.store.read() as connection:
        assert approvals.votes_on(connection, ASKED) == []
    assert not lively.reported


# -- pauses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"reason": ""},
        {"reason": " \x00 "},
        {"reason": "x", "campaign": "nope"},
        {"reason": "x", "account": "<script>"},
        {"reason": "x", "until": "2027-07-30T11:00"},
        {"reason": "x", "until": "tonight"},
        {"reason": "x", "until": "2027-07-30T21:00+07:00"},
    ],
)
def test_a_pause_that_can_t_be_is_refused_with_the_reason(lively: Town, given: dict[str, str]) -> None:
    found = lively.visitor("siti").post("/pause", given)
    assert found.status_code == 409
    assert "<h1>That was not done</h1>" in found.text
    with lively.station.store.read() as connection:
        assert pauses.standing(connection) == []


def test_every_page_says_what_is_paused_and_a_day_later_asks(lively: Town) -> None:
    siti, lia = lively.visitor("siti"), lively.visitor("lia")
    assert siti.post("/pause", {"reason": "Quake", "language": "id", "until": ""}).status_code == 303
    for address in ("/", "/log", "/help", "/calendar", f"/post/{SENT}"):
        page = lia.get(address).text
        assert "PAUSED:" in page, address
        assert "language id · <bdi>siti</bdi>: " in page, address
    lively.now = NOW + timedelta(hours=25)
    siti, lia = lively.visitor("siti"), lively.visitor("lia")
    assert "Is it still wanted?" in lia.get("/").text
    assert "Yes, go on pausing" not in lia.get("/pause").text
    assert siti.post("/pause/keep/1").status_code == 303
    assert "Is it still wanted?" not in lia.get("/").text
    assert siti.post("/pause/end/1").status_code == 303
    assert siti.post("/pause/end/1").status_code == 409
    assert siti.post(f"/pause/end/{10**30}").status_code == 404
    assert siti.post("/pause", {"reason": "x", "until": "0001-01-01T00:00"}).status_code == 409
    assert "PAUSED:" not in lia.get("/").text


def test_the_file_pause_is_seen_and_can_t_be_ended_here(lively: Town) -> None:
    siti = lively.visitor("siti")
    (lively.folder / "PAUSE").write_text("flood\n", encoding="utf-8")
    assert "PAUSED:" in siti.get("/").text
    assert siti.post("/pause/end/1").status_code == 409
    with lively.station.store.read() as connection:
        assert [one.reason for one in pauses.standing(connection)] == ["flood"]


def test_what_fell_in_is_decided_once(lively: Town) -> None:
    desk = lively.site().desk(lively.who("siti"))
    pausing.pause(desk, pausing.scope_of(desk.workspace, ["world-day"]), "Quake")
    lively.now = NOW + timedelta(hours=21, minutes=30)
    lively.live(NOW, lively.now)
    siti, app = lively.visitor("siti"), lively.app()
    lively.token("siti-two", Role.COORDINATOR, "siti")
    other = lively.visitor("siti-two", app)
    page = siti.get("/pause").text
    assert page.count('name="key-') == 2  # two languages
    # Still paused: nothing is sent; but it can be skipped.
    early = siti.post("/pause/decide", {"key-0": SIGNS, "what-0": "send"})
    assert early.status_code == 409
    assert "is still paused by siti" in early.text
    assert siti.post("/pause/end/1").status_code == 303
    assert siti.post("/pause/decide", {"key-0": SIGNS, "what-0": "move", "when-0": ""}).status_code == 409
    first = {"key-0": SIGNS, "what-0": "move", "when-0": "0001-01-01T00:00"}
    assert siti.post("/pause/decide", first).status_code == 409
    late = {"key-0": SIGNS, "what-0": "move", "when-0": "2027-07-30T11:00"}
    assert "has passed" in siti.post("/pause/decide", late).text
    assert siti.post("/pause/decide", {"key-0": SIGNS, "what-0": "skip"}).status_code == 303
    slow = other.post(
        "/pause/decide", {"key-0": SIGNS, "what-0": "send", "key-1": f"{SIGNS}.id", "what-1": "skip"}
    )
    assert slow.status_code == 409
    assert "does not wait for a decision (any more): it is cancelled" in slow.text
    assert rows(lively)[SIGNS] is State.CANCELLED
    assert rows(lively)[f"{SIGNS}.id"] is State.CANCELLED  # the other one was done all the same
    assert not lively.reported


# -- review ----------------------------------------------------------------------------------------------


def test_a_flag_stays_until_it_is_closed(lively: Town) -> None:
    rio = lively.visitor("rio")
    assert rio.post(f"/review/{SENT}", {"verdict": "flag", "text": ""}).status_code == 409
    assert rio.post(f"/review/{SENT}", {"verdict": "flag", "text": "<b>Wrong</b>"}).status_code == 303
    assert "&lt;b&gt;Wrong&lt;/b&gt;" in rio.get(f"/post/{SENT}").text
    assert "something is wrong" in rio.get("/log").text
    page = rio.get(f"/post/{SENT}").text
    flag = page.partition('name="flag" value="')[2].partition('"')[0]
    assert rio.post(f"/review/{SENT}", {"verdict": "close", "flag": "other", "text": ""}).status_code == 409
    assert (
        rio.post(f"/review/{SENT}", {"verdict": "close", "flag": flag, "text": "Mended"}).status_code == 303
    )
    assert "Reviewers found something wrong" not in rio.get("/").text
    assert rio.post("/review/world-day/hand/2027-07-30T11:00/wa", {"verdict": "ok"}).status_code == 409
    assert rio.post("/review/x", {"verdict": "ok"}).status_code == 409
    assert not lively.reported
