"""What a token of ``campaign web`` lets its holder do: a role, and never more than ``people`` says of the person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from campaign.core.model import Person


class Role(StrEnum):
    """Each may do what the ones before it may. ``own``: the right that it is there for ("": only looking)."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    COORDINATOR = "coordinator"

    @property
    def own(self) -> str:
        return _OWN[self]


_OWN = {Role.VIEWER: "", Role.REVIEWER: "review", Role.APPROVER: "approve", Role.COORDINATOR: "pause"}


def rights(role: Role, handle: str, people: Mapping[str, Person]) -> frozenset[str]:
    """What somebody may do: of "review", "approve" and "pause" what the role grants and, where ``people`` are
    configured, that person may. Who is not among them may only look."""
    order = list(Role)
    granted = frozenset(_OWN[each] for each in order[: order.index(role) + 1] if _OWN[each])
    if not people:
        return granted
    person = people.get(handle)
    return granted & person.can if person is not None else frozenset()
