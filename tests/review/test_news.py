"""What run says, line by line."""

from datetime import UTC, datetime

from campaign.core.lifecycle import State
from campaign.core.standing import BARRED
from campaign.review.news import news_line
from campaign.review.table import plain

AT = datetime(2027, 7, 30, 11, 30, 2, tzinfo=UTC)
KEY = "w/vigil/2027-07-30T18:30/fedi"


def said(kind: str, **more: str) -> str:
    fields = {
        "key": KEY,
        "account": "fedi",
        "text": "Tonight at 8 pm we light a candle for all",
        "reason": "",
        "url": "",
    }
    return plain([news_line(AT, "Asia/Jakarta", kind, **{**fields, **more})])[0]


def test_published_names_the_address() -> None:
    assert said("sent", url="https://m.example/@o/1") == (
        "18:30:02  published  fedi  “Tonight at 8 pm we light a…”  https://m.example/@o/1"
    )


def test_each_ending_says_what_to_do() -> None:
    assert f"campaign retry {KEY}" in said("failed", reason="422 too long")
    assert f"campaign resolve {KEY}" in said("uncertain", reason="timeout")
    assert "may be published: please look" in said("uncertain")
    assert said("pending", reason="503 busy").endswith("(503 busy; it will be tried again)")


def test_what_could_do_harm_says_what_to_do_and_asks_for_no_resolving() -> None:
    line = said(
        "held", reason=f"{BARRED}id-kp2mi was checked by nobody (to do: campaign hotlines verify id-kp2mi)"
    )
    assert "waiting for a person  fedi" in line
    assert "campaign hotlines verify id-kp2mi" in line
    assert f"campaign cancel {KEY}" in line
    assert "resolve" not in line
    assert f"campaign resolve {KEY}" in said("held", reason="ani has it")


def test_what_waits_for_approval_says_who_can_let_it_go() -> None:
    line = said("held", reason="needs approval: nobody has approved it yet (approval: one)")
    assert line.endswith(f"(approval: one); to let it go: campaign approve {KEY})")
    assert "tried again" not in said("pending")


def test_every_state_can_be_said_without_inner_words() -> None:
    for state in State:
        line = said(state.value)
        assert state.say in line
        assert not any(word in line for word in ("claim", "settle", "cursor", "reconcile"))


def test_a_note_is_just_said() -> None:
    assert said("note", text="the files were read again", account="") == "18:30:02  the files were read again"
