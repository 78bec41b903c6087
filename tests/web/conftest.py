"""A town that has lived since 27 July; the same for all tests of a file, which leave its posts as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.web.town import ROLES, Town, small

SINCE = datetime(2027, 7, 27, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(small(tmp_path_factory.mktemp("town")))
    made.live(SINCE)
    for name, role in ROLES.items():
        made.token(name, role)
    yield made
    made.close()
