"""Servers that acceptance tests publish to."""

from __future__ import annotations

from tests.networks.mastodon_server import mastodon_server

__all__ = ["mastodon_server"]
