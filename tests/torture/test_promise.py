"""The table in docs/reliability.md is what the adapters say, and has every network."""

from __future__ import annotations

from campaign.networks import registry
from tests.torture import promise


def test_the_table_is_as_the_adapters_are() -> None:
    page = promise.PAGE.read_text(encoding="utf-8")
    assert promise.written(page) == promise.table(), "run: python -m tests.torture.promise"


def test_every_network_has_its_promise() -> None:
    assert all(f"| `{name}`" in promise.table() for name in registry.specs())
