"""Servers that the tests of networks share."""

from __future__ import annotations

from tests.networks.mastodon_server import mastodon_server

__all__ = ["mastodon_server"]
