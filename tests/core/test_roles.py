"""What a token lets its holder do: the role, and never more than the person may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaign.core.model import Person
from campaign.core.roles import Role, rights

CAN = st.frozensets(st.sampled_from(["review", "approve", "safeguard", "pause"]))


@given(st.sampled_from(Role), CAN)
def test_never_more_than_the_role_and_never_more_than_the_person(role: Role, can: frozenset[str]) -> None:
    people = {"ani": Person("ani", can)}
    found = rights(role, "ani", people)
    assert found <= can
    assert found <= rights(role, "ani", {})
    assert rights(role, "stranger", people) == frozenset()


@given(st.integers(0, 2), CAN)
def test_a_higher_role_may_do_all_that_a_lower_one_may(number: int, can: frozenset[str]) -> None:
    lower, higher = list(Role)[number : number + 2]
    people = {"ani": Person("ani", can)}
    assert rights(lower, "ani", people) <= rights(higher, "ani", people)
    assert rights(higher, "ani", {}) - rights(lower, "ani", {}) == {higher.own}
