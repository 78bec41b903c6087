"""Where a network's answer says that a file is to be put: only an address of the network's own is believed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from campaign.networks.http import Client


def own(address: str, domain: str, server: str) -> bool:
    """Whether an address is of the network (https, ``domain`` or below it), or of the ``server`` that was named instead
    of it. Another one would be given what is ours."""
    try:
        parts = urlsplit(address)
        if parts.port == 0 or parts.username is not None or parts.fragment:
            return False
    except ValueError:  # no address at all, or no such port
        return False
    host = parts.hostname or ""
    theirs = parts.scheme == "https" and (host == domain or host.endswith(f".{domain}"))
    return theirs or address.startswith(f"{server}/")


def reach(
    address: str, timeout: tuple[float, float], headers: Mapping[str, str] | None = None
) -> tuple[Client, str]:
    """A client for that address alone, and the path to call on it. ``timeout``: (connect, read) in seconds."""
    parts = urlsplit(address)
    client = Client(f"{parts.scheme}://{parts.netloc}", headers=headers, timeout=timeout)
    return client, parts.path + (f"?{parts.query}" if parts.query else "")
