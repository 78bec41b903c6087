"""Which networks there are: the built-in ones, listed here once, and those of other packages.

A package adds one with an entry point ``NAME = "package.module:Class"`` in the group ``campaign.networks``. A
class is loaded when its name is asked for, not before: a broken package harms only the accounts that use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from campaign.core.media import MediaRules
from campaign.core.model import Spec
from campaign.core.prices import Prices
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks.base import Network, Options, Traits
from campaign.networks.loading import loading

GROUP = "campaign.networks"

_BUILT_IN = {
    "bluesky": "Bluesky",
    "discord": "Discord",
    "email": "Email",
    "facebook": "Facebook",
    "feed": "Feed",
    "handoff": "Handoff",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "matrix": "Matrix",
    "nostr": "Nostr",
    "slack": "Slack",
    "telegram": "Telegram",
    "threads": "Threads",
    "webhook": "Webhook",
    "wordpress": "WordPress",
    "x": "X",
}
"""Name -> class, in the module of the same name."""

_MEMBERS = ("repeat_safe_for", "from_account", "prepare", "send", "find", "whoami")


class _Specs(Mapping[str, Spec]):
    """The networks by name, each loaded at the first look-up; CampaignError if that one can't be."""

    def __getitem__(self, name: str) -> Spec:
        if name not in self:
            raise KeyError(name)
        return cast(Spec, network(name))

    def __contains__(self, name: object) -> bool:
        return name in _BUILT_IN or name in set(self)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))}))

    def __len__(self) -> int:
        return len(list(iter(self)))


def built_in() -> list[str]:
    """The networks that come with the program, by name."""
    return sorted(_BUILT_IN)


def specs() -> Mapping[str, Spec]:
    """What the workspace loader needs of every network, by name. No HTTP or picture library is loaded."""
    return _Specs()


def network(name: str) -> type[Network]:
    """The class of a network. CampaignError when there is none of that name or its package is broken.

    A built-in name always means the built-in network.
    """
    if name in _BUILT_IN:
        return cast("type[Network]", getattr(import_module(f"campaign.networks.{name}"), _BUILT_IN[name]))
    entries = list(entry_points(group=GROUP, name=name))
    if not entries:
        raise CampaignError(f"no network called {name}", f"there are: {', '.join(specs())}")
    if len(entries) > 1:
        packages = ", ".join(sorted(_package(entry) for entry in entries))
        raise CampaignError(
            f"several packages bring a network {name}: {packages}", "keep one of them installed"
        )
    return _loaded(entries[0])


def _loaded(entry: EntryPoint) -> type[Network]:
    hint = f"update or remove the package {_package(entry)}"
    try:
        with loading():
            found = entry.load()
    except Exception as error:  # somebody else's module may raise anything while it is imported
        raise CampaignError(
            f"network {entry.name} can't be loaded: {type(error).__name__}: {error}", hint
        ) from error
    wrong = _wrong(entry.name, found)
    if wrong:
        raise CampaignError(f"network {entry.name} does not keep the contract: {wrong}", hint)
    return cast("type[Network]", found)


def _wrong(name: str, found: object) -> str:
    """What is missing at a class that should be a network; "" if nothing is."""
    if not isinstance(found, type):
        return f"{found!r:.40} is not a class"
    if getattr(found, "name", None) != name:
        return f"its name is {getattr(found, 'name', None)!r}"
    if not isinstance(getattr(found, "rules", None), TextRules):
        return "rules is not a TextRules"
    if not isinstance(getattr(found, "media", None), MediaRules):
        return "media is not a MediaRules"
    if not isinstance(getattr(found, "traits", None), Traits):
        return "traits is not a Traits"
    if not isinstance(getattr(found, "prices", None), Prices | None):
        return "prices is not a Prices"
    options = getattr(found, "options", None)
    if not (isinstance(options, type) and issubclass(options, Options)):
        return "options is not a subclass of Options"
    return ", ".join(f"{member} is missing" for member in _MEMBERS if not hasattr(found, member))


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
