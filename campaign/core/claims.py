"""Claims that are made everywhere and that the directory does not repeat: what they are about, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaign.errors import Place


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry of ``retired:`` in posts/facts.yaml that says what it is about.

    ``about``: in words, without the figure, which would only be spread further; ``because``: what is wrong with it;
    ``instead``: the id of the fact that takes its place, or "".
    """

    id: str
    about: Mapping[str, str]
    because: Mapping[str, str]
    instead: str = ""
    place: Place = field(default_factory=lambda: Place("posts/facts.yaml"))
