"""One PostgreSQL for the tests of several machines; what it has committed survives its being killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Postgres, postgres


@pytest.fixture(scope="session")
def durable() -> Iterator[Postgres]:
    with postgres(durable=True) as running:
        yield running
