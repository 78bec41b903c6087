"""Every store test runs on both databases: ``store`` is a new empty one, ``opener`` opens more of them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaign.store.database import Store
from tests.servers import Postgres, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL server for this test process."""
    with postgres() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is (or will be)."""

    url: str
    root: Path

    def open(self, *, create: bool = False) -> Store:
        return Store.open(self.url, self.root, create=create)


NewPlace = Callable[[bool], AbstractContextManager[Place]]

_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Makes places for stores; with True there is an empty store in it already (copied, which is quick)."""
    folder = tmp_path_factory.mktemp("stores")
    if request.param == "sqlite":
        Store.open("sqlite:///model.db", folder, create=True).close()

        @contextmanager
        def place(ready: bool) -> Iterator[Place]:
            root = folder / f"store{next(_numbers)}"
            root.mkdir()
            if ready:
                shutil.copy(folder / "model.db", root / "campaign.db")
            yield Place("sqlite:///campaign.db", root)

        return place

    running: Postgres = request.getfixturevalue("server")
    running.run("CREATE DATABASE model")
    Store.open(running.url("model"), folder, create=True).close()

    @contextmanager
    def database(ready: bool) -> Iterator[Place]:
        name = f"store{next(_numbers)}"
        running.run(f"CREATE DATABASE {name}" + (" TEMPLATE model" if ready else ""))
        yield Place(running.url(name), folder)
        running.run(f"DROP DATABASE {name} WITH (FORCE)")  # each is 7 MB

    return database


@pytest.fixture
def place(new_place: NewPlace) -> Iterator[Place]:
    """A place with an empty store in it."""
    with new_place(True) as made:
        yield made


@pytest.fixture
def empty_place(new_place: NewPlace) -> Iterator[Place]:
    """A place without a store."""
    with new_place(False) as made:
        yield made


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An open, empty store."""
    opened = place.open()
    yield opened
    opened.close()
