"""No tracking on the way to help: which addresses lead to help, and what is wrong with how a post writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from campaign.core.hotlines import Kind, address
from campaign.core.links import links
from campaign.core.model import Campaign, Link, Slot, Workspace
from campaign.core.redirectors import REDIRECTORS, SHORTENERS, TRACKING_KEYS, TRACKING_PREFIXES

RULE = "help-link"

CHATS = ("wa.me", "api.whatsapp.com")
"""Hosts whose addresses open a chat with a number: in a post it can only be that of a known help line."""


def tracker(url: str) -> str:
    """What in an address tells on whoever follows it (``utm_source``, ``bit.ly``), or "" if nothing does."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    if host in SHORTENERS:
        return host
    for known, path in REDIRECTORS.items():
        if _is_below(host, known) and parts.path.startswith(path):
            return known
    for piece in re.split(r"[&;?]", f"{parts.query}&{parts.fragment}"):
        key = unquote(piece.partition("=")[0])
        name = key.casefold().removeprefix("amp;")
        if name in TRACKING_KEYS or name.startswith(TRACKING_PREFIXES):
            return key
    return ""


def ways_to_help(workspace: Workspace, campaign: Campaign | None, slot: Slot | None) -> frozenset[str]:
    """The addresses that lead to help, without scheme: pages of all help lines, and links marked ``help: true``."""
    found = {address(hotline.page) for hotline in workspace.hotlines.values() if hotline.page}
    for hotline in workspace.hotlines.values():
        found |= {address(channel.show) for channel in hotline.channels if channel.kind is Kind.WEB}
    packs = (pack.links for pack in workspace.packs)
    for layer in (*packs, workspace.links, campaign.links if campaign else {}, slot.links if slot else {}):
        found |= {address(link.url) for link in layer.values() if link.help}
    # One that is wrong itself (it is a shortener, say) is told where it is written down.
    return frozenset(known.partition("?")[0].rstrip("/") for known in found)


def is_help(link: Link, ways: Iterable[str]) -> bool:
    """Whether a named link leads to help: it says so, or its address is that of a known help line."""
    return link.help or any(_leads_to(link.url, way) for way in ways)


def tracked_help(texts: Iterable[str], ways: Callable[[], frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Message and hint for each address in texts that leads to help and tells on whoever follows it. ``ways``: what
    leads to help, asked for only where an address tells on somebody."""
    for text in texts:
        for url, told in _telling(text):
            if _is_way(url, told, ways()):
                yield (
                    f"{_short(url)!r} leads to help, and {told!r} in it records who follows it",
                    "write the plain official address; for a link of yours: help: true in `links:`",
                )


@lru_cache(maxsize=4096)  # the same text goes to many accounts
def _telling(text: str) -> tuple[tuple[str, str], ...]:
    """The addresses in a text that tell on whoever follows them, and what in each."""
    if "." not in text or not _PERHAPS_ADDRESS.search(text):
        return ()
    found = ((url, tracker(url)) for url in dict.fromkeys((*links(text), *_bare(text))))
    return tuple((url, told) for url, told in found if told)


_PERHAPS_ADDRESS = re.compile(r"://|\.\S")


def _is_way(url: str, told: str, ways: Iterable[str]) -> bool:
    host = _host(url)
    if any(_is_below(host, chat) for chat in CHATS):
        return True
    if told in SHORTENERS or told in REDIRECTORS:
        inside = unquote(unquote(url)).casefold()
        return any(way in inside for way in ways)
    return any(_leads_to(url, way) for way in ways)


def _leads_to(url: str, way: str) -> bool:
    """Whether an address is that page, or one below it."""
    bare = re.split(r"[?#]", address(url), maxsplit=1)[0].rstrip("/")
    host, _, path = bare.partition("/")
    known, _, below = way.partition("/")
    return _is_below(host.partition(":")[0], known) and (
        not below or path == below or path.startswith(f"{below}/")
    )


def _bare(text: str) -> list[str]:
    """Words of a text that are addresses without ``https://``: networks make links of them."""
    words = (word.strip("()[]{}<>\"'“”‘’.,;:!*_") for word in text.split())
    return [word for word in words if "." in word and "://" not in word and ("?" in word or "/" in word)]


def _host(url: str) -> str:
    return re.split(r"[/?#:]", address(url), maxsplit=1)[0]


def _is_below(host: str, known: str) -> bool:
    return host == known or host.endswith(f".{known}")


def _short(url: str) -> str:
    return url if len(url) <= 80 else f"{url[:79]}…"
