"""Cold starts: what a person or a script waits for, each time the command is called, however much the store holds."""

from __future__ import annotations

import compileall
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from campaign.store.tables import Instant, deliveries
from tests.benchmarks import made, rivals
from tests.benchmarks.measure import ROOT, Bar, Contest, Contestant, timed

HELLO = """\
import click

@click.command()
@click.option("--name", default="you", help="Whom to greet.")
def hello(name):
    click.echo(f"Hello {name}!")

if __name__ == "__main__":
    hello()
"""

SQLALCHEMY = """\
import sys
from sqlalchemy import create_engine, text

with create_engine("sqlite:///" + sys.argv[1]).connect() as connection:
    connection.execute(text("SELECT 1")).all()
"""
"""The library that keeps our store, doing as little as it can: the floor of every verb that looks into the store."""

POSTS = 10
"""Planned posts in the workspace."""


def _rival(name: str) -> Contestant:
    return rivals.needing(name, partial(timed, "--help", program=str(rivals.command(name))))


def _fill(store: Path, posts: int) -> None:
    """So many posts that went out, a minute apart: copies of the one that did."""
    values = []
    for column in deliveries.columns:
        if column.name == "key":
            values.append(
                "campaign || '/' || slot || '/' || strftime('%Y-%m-%dT%H:%M', due, back) || '/' || target"
            )
        elif column.name == "wall":
            values.append("strftime('%Y-%m-%dT%H:%M', due, back)")
        elif column.name == "network_key":
            values.append("lower(hex(randomblob(16)))")
        elif isinstance(column.type, Instant):
            values.append(f"strftime('%Y-%m-%d %H:%M:%f000', {column.name}, back)")
        else:
            values.append(column.name)
    names = ", ".join(column.name for column in deliveries.columns)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE earlier(n, back) AS "
            "(SELECT 1, '-1 minutes' UNION ALL SELECT n + 1, format('-%d minutes', n + 1) FROM earlier WHERE n < ?) "
            f"INSERT INTO deliveries ({names}) SELECT {', '.join(values)} FROM deliveries, earlier",
            [posts - 1],
        )
        found = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()[0]
    if found != posts:
        raise RuntimeError(f"{found} posts in the store instead of {posts}")


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        root = made.folder(Path(folder), {"site": "network: feed"}, one=made.hourly(POSTS))
        (root / "hello.py").write_text(HELLO)
        (root / "first.txt").write_text("Know the signs.")
        environ = {**os.environ, "CAMPAIGN_WORKSPACE": str(root), "PYTHONPATH": f"{ROOT}:{root}"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # code is compiled once, as where it is installed
        python = partial(timed, environ=environ)
        campaign = partial(python, "-m", "campaign")
        compileall.compile_dir(ROOT / "campaign", quiet=1)
        campaign("post", "--text", str(root / "first.txt"), "--accounts", "site")
        _fill(root / "campaign.db", posts)
        yield {
            "toot --help": _rival("toot"),
            "crosspost --help": _rival("crosspost"),
            "python -c pass": partial(python, "-c", "pass"),
            "click's hello world": partial(python, "-m", "hello", "--help"),
            "SQLAlchemy: SELECT 1": partial(python, "-c", SQLALCHEMY, str(root / "campaign.db")),
            "campaign --help": partial(campaign, "--help"),
            "campaign status": partial(campaign, "status"),
            "campaign log": partial(campaign, "log"),
        }


SLOW = (
    "it imports SQLAlchemy, which alone takes most of what the bar allows, and pydantic with a model of each kind of "
    "file; it reads and checks all files and composes what they post within 30 days, for it says what is wrong with "
    "them; and Python 3.11 compiles six functions for each of the frozen dataclasses that all this is made of"
)

CONTEST = Contest(
    "posts in the store, cold starts",
    100_000,
    50,
    _prepare,
    about=(
        "Each command as a process of its own, its code compiled; CPU time, user and system. The store holds copies of "
        "a post that went out; the workspace ten posts ahead."
    ),
    bars=(
        Bar("campaign --help", "CPU ms", 0.5, than="toot --help"),
        Bar("campaign status", "CPU ms", 1.2, than="toot --help", why=SLOW),
        Bar("campaign log", "CPU ms", 1.2, than="toot --help"),
    ),
)
