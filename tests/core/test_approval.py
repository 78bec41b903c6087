"""Whose approval counts, for what, and what proves that two people gave it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaign.core.approval import (
    Verdict,
    Vote,
    approvers,
    may,
    missing,
    needed,
    outdated,
    proven,
    rejection,
    understaffed,
    unproven,
    waits_for_people,
    why_not,
)
from campaign.core.model import Approval, Person, Target
from tests.dispatch.world import account, at, slot, workspace

T = datetime(2027, 7, 1, tzinfo=UTC)
ONE, TWO, NONE = Approval.ONE, Approval.TWO, Approval.NONE


def yes(by: str, content: str = "a", minute: int = 0, door: str = "") -> Vote:
    return Vote("k", content, Verdict.APPROVED, by, door or f"cli {by}@h", T + timedelta(minutes=minute))


def no(by: str, minute: int = 0) -> Vote:
    return Vote("k", "a", Verdict.REJECTED, by, f"cli {by}@h", T + timedelta(minutes=minute), "wrong number")


def test_one_person_counts_once_and_only_for_what_they_saw() -> None:
    votes = [yes("ani"), yes("ani", minute=1), yes("budi", "b", 2)]
    assert [vote.by for vote in approvers(votes, "a")] == ["ani"]
    assert [missing(level, votes, "a") for level in (NONE, ONE, TWO)] == [0, 0, 1]
    assert why_not(TWO, votes, "a") == (
        "needs approval: ani has approved it, one more person has to (approval: two)"
    )
    assert why_not(TWO, [*votes, yes("budi", "a", 3)], "a") == ""
    assert why_not(ONE, [], "a") == "needs approval: nobody has approved it yet (approval: one)"
    assert approvers([yes("ani", "")], "") == [], "what was removed from the record approves nothing"


def test_a_change_voids_it_and_a_change_back_does_not() -> None:
    votes = [yes("ani")]
    old = outdated(votes, "b")
    assert old is not None and old.by == "ani"
    assert why_not(ONE, votes, "b") == "needs approval: it was changed after ani approved it (approval: one)"
    assert why_not(ONE, votes, "a") == ""


def test_a_rejection_stands_until_somebody_approves_after_it() -> None:
    votes = [yes("ani"), yes("citra"), no("budi", 1)]
    assert why_not(NONE, votes, "a") == "rejected by budi: wrong number"
    assert (missing(NONE, votes, "a"), missing(TWO, votes, "a")) == (1, 2)
    assert why_not(ONE, [*votes, yes("ani", minute=2)], "a") == ""
    assert missing(TWO, [*votes, yes("ani", minute=2)], "a") == 1, "what was said before it counts no more"
    changed = [*votes, yes("ani", "b", 2)]
    assert rejection(changed) is None
    assert why_not(ONE, changed, "b") == ""
    late = [*votes, yes("dewi", minute=0)]
    assert rejection(late) is not None, "a file brings what was said before the rejection"


def test_reasons_are_known_again() -> None:
    reasons = [why_not(ONE, votes, "a") for votes in ([], [no("ani")], [yes("ani", "b")])]
    assert all(waits_for_people(reason) for reason in reasons)
    assert not waits_for_people("paused by ani")


@pytest.mark.parametrize(
    ("doors", "shown"),
    [
        (["cli ani@laptop", "cli budi@server"], True),
        (["web token ani", "web token budi"], True),
        (["cli root@a", "cli root@b"], False),
        (["cli ani@laptop", "web token budi"], False),
        (["file a.jsonl", "file b.jsonl"], False),
        (["cli ani@laptop"], False),
        (["cli ani@laptop", "cli ani@laptop", "cli b@x"], True),
        (["cli a@b@laptop", "cli a@laptop"], True),
    ],
)
def test_two_people_are_two_users_or_two_tokens(doors: list[str], shown: bool) -> None:
    assert proven(doors) is shown
    votes = [yes(f"p{n}", minute=n, door=door) for n, door in enumerate(doors)]
    if len(votes) > 1:
        assert unproven(TWO, votes, "a") == ("" if shown else "not proven")
    assert unproven(ONE, votes, "a") == ""


def test_the_account_may_ask_for_more_and_a_trial_asks_for_nothing() -> None:
    plain, strict = account("fedi"), account("strict", approval=TWO)
    trial = account("trial", test=True, approval=ONE)
    asks = slot("s", at("2027-07-01T09:00"), [Target(plain, "en")], approval=ONE)
    assert needed(asks, Target(plain, "en")) is ONE
    assert needed(asks, Target(strict, "en")) is TWO
    assert needed(None, Target(strict, "en")) is TWO
    assert needed(None, Target(plain, "en")) is NONE
    assert needed(asks, Target(trial, "en")) is NONE
    meant = replace(asks, targets=(Target(trial, "en"),))
    assert needed(meant, Target(trial, "en")) is ONE


def test_who_may_approve() -> None:
    fedi = account()
    space = workspace([fedi], [slot("s", at("2027-07-01T09:00"), [Target(fedi, "en")], approval=TWO)])
    assert may(space, "anybody")
    assert list(understaffed(space)) == []
    people = {
        "ani": Person("ani", frozenset({"approve"})),
        "citra": Person("citra", frozenset({"safeguard"})),
    }
    named = replace(space, people=people)
    assert [may(named, who) for who in ("ani", "citra", "anybody")] == [True, False, False]
    [problem] = understaffed(named)
    assert problem.message == "it needs the approval of two people, and only ani may give it"
