"""Roles instead of handles: the same person is called the same, and no handle is left where one may stand."""

import json

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


@given(
    st.recursive(st.just("ani"), lambda v: st.lists(v) | st.dictionaries(st.sampled_from(["by", "x_by"]), v))
)
def test_no_handle_stays_below_by(value: object) -> None:
    assert "ani" not in json.dumps(Roles(PEOPLE).told({"by": value}))
