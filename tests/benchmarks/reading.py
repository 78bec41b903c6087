"""A campaign file of ten thousand posts: reading and checking it, against the YAML parser alone; and reading it again
when nothing has changed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import yaml

from campaign.core.outlook import check
from campaign.dispatch import station
from campaign.dispatch.station import Station
from tests.benchmarks import made
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures, quiet


def _timed(posts: int, work: Callable[[], int]) -> Figures:
    with quiet():
        began = time.process_time()
        read = work()
        spent = time.process_time() - began
    return {"read": read, "us/post": spent / posts * 1e6}


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        root = made.folder(Path(folder), {"site": "network: feed"}, long=made.hourly(posts))
        file = root / "schedules" / "long.yaml"
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        before = station.read(root)
        here = Station.open(root, before, {}, create=True)

        def parse() -> int:
            return sum(1 for _ in yaml.parse(file.read_bytes(), Loader=loader)) and posts

        def plain() -> int:
            return len(yaml.load(file.read_bytes(), Loader=loader)["posts"])

        def load() -> int:
            workspace = station.read(root)
            assert not workspace.problems
            return sum(1 for _ in workspace.slots())

        def load_again() -> int:
            workspace = station.read(root, before)
            return sum(1 for _ in workspace.slots())

        def load_and_check() -> int:
            workspace = station.read(root)
            composer = here.planner(workspace).composer
            assert not check(workspace, composer, datetime.now(UTC), days=posts)
            return sum(1 for _ in workspace.slots())

        works = {
            "PyYAML, C loader": plain,
            "its C parser's events alone": parse,
            "campaign: read": load,
            "campaign: read again": load_again,
            "campaign: read, compose, time all": load_and_check,
        }
        yield {name: partial(_timed, posts, work) for name, work in works.items()}
        here.store.close()


CONTEST = Contest(
    "planned posts in one campaign file, read with their places and checked",
    10_000,
    30,
    _prepare,
    bars=(
        Bar("campaign: read", "us/post", 1.0, than="PyYAML, C loader"),
        Bar("campaign: read again", "us/post", 0.02, than="PyYAML, C loader"),
    ),
)
