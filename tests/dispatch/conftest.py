"""A world for each test of the work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.store.database import Store
from tests.dispatch.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    try:
        yield World(store, tmp_path)
    finally:
        store.close()
