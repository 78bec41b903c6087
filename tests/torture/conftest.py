"""What the torture shares: the process that forks, and mastodon-mock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.networks.mastodon_server import mastodon_server
from tests.torture.mortals import Mortals, mortals

__all__ = ["mastodon_server"]


@pytest.fixture(scope="session")
def forks() -> Iterator[Mortals]:
    with mortals() as made:
        yield made
