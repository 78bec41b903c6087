"""The embedded feed: publishing posts one by one, against only flushing a file for each."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid5

from campaign.core.model import Post
from campaign.core.outcome import Sent
from campaign.networks.feed import Feed, FeedOptions
from campaign.workspace.files import MediaFiles
from tests.benchmarks import made
from tests.benchmarks.measure import Contest, Contestant, Figures, cpu_seconds

Publish = Callable[[Post, str], bool]


class NoNotes:
    """A feed remembers nothing about an attempt."""

    def put(self, name: str, value: str) -> None:
        raise NotImplementedError

    def get(self, name: str) -> str | None:
        return None


def _run(posts: int, make: Callable[[Path], Publish]) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        publish = make(Path(folder))
        tenth = max(posts // 10, 1)
        marks = [time.perf_counter()]
        used = cpu_seconds()
        published = 0
        for number in range(posts):
            key = str(uuid5(made.ID, str(number)))
            published += publish(Post(f"Post {number}: know the signs.", "en"), key)
            if (number + 1) % tenth == 0:
                marks.append(time.perf_counter())
    return {
        "published": published,
        "ms/post": (marks[-1] - marks[0]) / posts * 1000,
        "ms/post, last": (marks[-1] - marks[-2]) / tenth * 1000,
        "CPU ms/post": (cpu_seconds() - used) / posts * 1000,
    }


def _feed(root: Path) -> Publish:
    feed = Feed(FeedOptions(), "en", MediaFiles(root))
    return lambda post, key: isinstance(feed.send(post, key, NoNotes()), Sent)


def _file(root: Path) -> Publish:
    def publish(post: Post, key: str) -> bool:
        with (root / f"{key}.json").open("w") as file:
            json.dump(post.as_json(), file)
            file.flush()
            os.fsync(file.fileno())
        return True

    return publish


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    yield {"campaign: feed": partial(_run, posts, _feed), "a file each, flushed": partial(_run, posts, _file)}


CONTEST = Contest("posts published on a feed", 1000, 12, _prepare)
