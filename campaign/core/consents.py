"""Consents: a person's yes to a story, a quotation or a picture, on which networks, in which languages, until when.

A record here says nothing of the person: no name, no scan, no reason. Who keeps the signed form (``held_by``) keeps
those. Rules SG19 and SG20 of our safeguarding research: no post without a record that covers it, and none after the
record has ended or was taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from campaign.errors import Place

NO_RECORD = "SG19"
"""The rule: there is no consent that covers this."""

ENDED = "SG20"
"""The rule: the consent has expired or was withdrawn."""

OWN_PAGES = frozenset({"email", "feed", "wordpress"})
"""Networks that are no social media: the organisation's own page, site and mailing list. Every other one counts as
social, also one that a package brings."""


class Kind(StrEnum):
    """What somebody agreed to. ``child``: anything of a person under 18, whatever it is; never for social media (SG19:
    "children: none on social media", UNICEF's guidelines on reporting about children)."""

    PHOTO = "photo"
    FILM = "film"
    VOICE = "voice"
    QUOTATION = "quotation"
    STORY = "story"
    CHILD = "child"


class Status(StrEnum):
    """Whether the yes stands. That it has expired follows from its last day."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """One record of posts/consents.yaml. ``until``: its last day; ``held_by``: the handle of who keeps the form;
    ``place``, ``status_at``: where it and its status stand in the file."""

    id: str
    kind: Kind
    networks: frozenset[str]
    languages: frozenset[str]
    until: date
    status: Status
    held_by: str
    place: Place = field(default=Place("posts/consents.yaml"), compare=False)
    status_at: Place = field(default=Place("posts/consents.yaml"), compare=False)

    def against(self, network: str, language: str, day: date) -> tuple[str, str, str] | None:
        """What keeps a post on a network, in a language, on a day from using it: rule, message and hint; None: nothing.

        What has ended comes first: it can't be mended by another network.
        """
        if self.status is Status.WITHDRAWN:
            return ENDED, f"consent {self.id!r} was withdrawn", _TAKE_OUT
        if day > self.until:
            hint = f"ask {self.held_by} to ask again, then set its `until`; or {_TAKE_OUT}"
            return ENDED, f"consent {self.id!r} ended on {self.until}, and this is for {day}", hint
        if self.kind is Kind.CHILD and network not in OWN_PAGES:
            return (
                NO_RECORD,
                f"consent {self.id!r} is of a child: none on social media ({network})",
                _LEAVE_OUT,
            )
        for word, allowed, what in (
            (network, self.networks, "network"),
            (language, self.languages, "language"),
        ):
            if word not in allowed:
                covered = ", ".join(sorted(allowed))
                hint = f"{_LEAVE_OUT}; or ask for it ({self.held_by} holds the form), then write it down"
                return NO_RECORD, f"consent {self.id!r} covers no {what} {word!r}, only {covered}", hint
        return None


_TAKE_OUT = "take what it is about out of the post"
_LEAVE_OUT = "leave this account out of the post's `accounts`"
