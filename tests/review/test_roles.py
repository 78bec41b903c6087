"""Roles instead of handles: the same person is called the same, and no handle is left where one may stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.model import Person
from campaign.review.roles import Roles

PEOPLE = {
    handle: Person(handle, frozenset(can))
    for handle, can in {
        "ani": ["approve", "review"],
        "budi": ["review"],
        "citra": ["review"],
        "dewi": ["safeguard", "review"],
        "eko": ["pause"],
        "fajar": [],
    }.items()
}


def test_the_weightiest_right_is_the_role_and_only_who_shares_it_is_numbered() -> None:
    roles = Roles(PEOPLE)
    assert [roles(handle) for handle in PEOPLE] == [
        "approver",
        "reviewer 1",
        "reviewer 2",
        "safeguarding",
        "coordinator",
        "member",
    ]
    assert Roles(PEOPLE, language="id")("citra") == "peninjau 2"
    assert roles("") == ""


def test_who_left_keeps_one_number() -> None:
    roles = Roles(PEOPLE)
    assert [roles(handle) for handle in ("zul", "yani", "zul")] == ["person 1", "person 2", "person 1"]


def test_handles_go_wherever_they_stand_in_a_row() -> None:
    row = {
        "key": "c/s/2027-07-30T08:00/fedi",
        "redacted_by": "ani",
        "reviewed_by": ["budi", "citra"],
        "approved_by": [{"by": "ani", "at": "2027-07-30", "door": "cli ani@laptop"}],
        "accepted": [{"rule": "SG12", "words": "by ani", "by": ["dewi"], "reason": "a quote"}],
        "review_by": "2027-08-01",
    }
    told = Roles(PEOPLE).told(row)
    assert told["approved_by"] == [{"by": "approver", "at": "2027-07-30", "door": "cli"}]
    assert told["accepted"][0] == {
        "rule": "SG12",
        "words": "by ani",
        "by": ["safeguarding"],
        "reason": "a quote",
    }
    assert (told["redacted_by"], told["reviewed_by"]) == ("approver", ["reviewer 1", "reviewer 2"])
    assert told["review_by"] == "2027-08-01"
    assert Roles(PEOPLE, names=True).told(row) == row


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("rejected by ani: the tone of ani", "rejected by approver: the tone of ani"),
        ("rejected by ani", "rejected by approver"),
        ("paused by zul: flood", "paused by person 1: flood"),
        ("paused by the file PAUSE on vm: flood", "paused by the file PAUSE: flood"),
        ("needs approval: nobody has approved it yet (approval: one)", None),
        (
            "needs approval: ani has approved it, one more person has to (approval: two)",
            "needs approval: approver has approved it, one more person has to (approval: two)",
        ),
        (
            "needs approval: it was changed after ani approved it (approval: one)",
            "needs approval: it was changed after approver approved it (approval: one)",
        ),
        ("waiting for ani to post it: /home/ani/handoff/post.html", "waiting for approver to post it"),
        ("the server said: waiting for approval by ani", None),
    ],
)
def test_reasons_of_the_program_say_roles(reason: str, said: str | None) -> None:
    assert Roles(PEOPLE).told({"reason": reason}) == {"reason": said or reason}
    assert Roles(PEOPLE, names=True).told({"reason": reason}) == {"reason": reason}


def test_no_folder_of_a_machine_leaves() -> None:
    row = {"url": "file:///home/ani/public/index.html#p1", "file": "a.jsonl, brought in by cli ani@laptop"}
    assert Roles(PEOPLE).told(row) == {"url": "index.html#p1", "file": "a.jsonl"}
    assert Roles(PEOPLE).told({"url": "https://x.example/1"}) == {"url": "https://x.example/1"}


def within(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["by", "x_by"]), inner)


@given(st.just("ani") | within(st.just("ani") | within(st.just("ani") | within(st.just("ani")))))
def test_no_handle_stays_below_by(value: object) -> None:
    assert "ani" not in json.dumps(Roles(PEOPLE).told({"by": value}))
