"""What can be known of a workspace without reading and checking all of it: where its store is, and its zones.

For verbs that show what lies in the store (``log``): a schedule of ten thousand posts need not be checked, nor be
right, to see what went out yesterday. Where config.yaml says anything unusual there is no glance: it has to be read as
a whole, which says what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from campaign.core.zones import zone_problem
from campaign.workspace.tree import read_bytes
from campaign.workspace.yamlfile import MAX_BYTES, Map, read
from campaign.workspace.yamltext import Unreadable

CONFIG = "config.yaml"

STORE = "sqlite:///campaign.db"
"""Where the store is if config.yaml does not say."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A workspace at a glance. ``store``: the address of its SQLite store; ``zone``: its IANA zone."""

    root: Path
    store: str
    zone: str
    _zones: dict[str, str] = field(default_factory=dict, repr=False)

    def zone_of(self, campaign: str) -> str:
        """The zone of a campaign, by its id; the workspace's where its file names none, can't be read or is gone."""
        if campaign not in self._zones:
            self._zones[campaign] = _zone_in(self.root / "schedules" / f"{campaign}.yaml") or self.zone
        return self._zones[campaign]


def glance(root: Path) -> Glance | None:
    """A look at config.yaml; None where that is not enough to know what it says."""
    try:
        document = read(CONFIG, read_bytes(root / CONFIG, MAX_BYTES))
    except Unreadable:
        return None
    keys = document.root
    if document.problems or not isinstance(keys, Map):
        return None
    store, zone = keys.get("store", STORE), keys.get("timezone")
    if not isinstance(store, str) or not store.startswith("sqlite:///") or "password=" in store:
        return None
    if not isinstance(zone, str) or zone_problem(zone):
        return None
    return Glance(root, store, zone)


def _zone_in(schedule: Path) -> str | None:
    """The zone that a campaign's file names, which is one of its outermost keys."""
    try:
        text = read_bytes(schedule, MAX_BYTES).decode()
        found = _outermost(text, "timezone")
    except (Unreadable, UnicodeDecodeError, yaml.YAMLError):
        return None
    return found if found and not zone_problem(found) else None


def _outermost(text: str, wanted: str) -> str | None:
    """The text of an outermost key, taken from the parser's events: no value is made of the rest."""
    depth, nodes, before = 0, 0, None
    anchored: dict[str, str] = {}
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            anchored[event.anchor] = event.value
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth != 1:
            continue
        # A key or a value of the outermost mapping has just ended: they take turns.
        said = event.value if isinstance(event, yaml.ScalarEvent) else None
        if isinstance(event, yaml.AliasEvent):
            said = anchored.get(event.anchor or "")
        if nodes % 2 and before == wanted:
            return said
        nodes, before = nodes + 1, said
    return None
