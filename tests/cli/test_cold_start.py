"""What a verb that is asked often loads and asks of the store before it answers: counts, which no machine changes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from campaign.cli import log
from tests.cli.conftest import Place

LOADED = """\
import json, sys
from campaign.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]))
"""

CLIENTS = {"requests", "tweepy", "apprise", "websockets", "smtplib", "PIL", "typst"}
NEVER = CLIENTS | {
    "apscheduler",
    "babel",
    "holidays",
    "icalendar",
    "phonenumbers",
    "rich.console",
    "campaign.cli.crash",
    "campaign.store.migrations",
    "sqlalchemy.dialects.postgresql.base",
}
"""What neither of the verbs needs."""

FILES = {"pydantic", "jinja2", "regex", "re2", "campaign.core.compose", "campaign.core.model"}
"""What reading, checking and composing of the files needs."""


def loaded(*words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    _, names = json.loads(done.stdout.splitlines()[-1])
    return set(names)


@pytest.fixture
def used(place: Place) -> Place:
    """A workspace whose store has a post in it."""
    place.campaign()
    place.write("said.txt", "Know the signs.")
    assert place("post", "--text", str(place.folder / "said.txt"), "--accounts", "site").code == 0
    return place


def test_help_loads_the_command_line_alone() -> None:
    found = loaded("--help")
    assert found & (NEVER | FILES | {"sqlalchemy", "yaml"}) == set()
    assert len(found) <= 165


def test_the_log_needs_the_store_and_no_more_of_the_files_than_where_it_is(used: Place) -> None:
    found = loaded("log", "-w", str(used.folder))
    assert found & (NEVER | FILES) == set()
    assert not [name for name in found if name.startswith("campaign.networks")]
    assert "campaign.workspace.load" not in found
    assert len(found) <= 450


def test_status_loads_no_network_s_client_and_no_way_to_make_a_store(used: Place) -> None:
    found = loaded("status", "-w", str(used.folder))
    assert found & NEVER == set()
    assert len(found) <= 700


# -- what the store is asked ----------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All statements that SQLite is given from now on."""
    statements: list[str] = []

    def watched(connect: Callable[..., Any]) -> Callable[..., Any]:
        def connected(*args: Any, **options: Any) -> Any:
            connection = connect(*args, **options)
            connection.set_trace_callback(statements.append)
            return connection

        return connected

    monkeypatch.setattr(sqlite3, "connect", watched(sqlite3.connect))
    monkeypatch.setattr(sqlite3.dbapi2, "connect", watched(sqlite3.dbapi2.connect))
    yield statements


def test_few_statements_answer_log(used: Place, asked: list[str]) -> None:
    assert "Know the signs." in used("log").out
    looks = [one for one in asked if one.lstrip().startswith("SELECT")]
    assert len(looks) <= 4, looks
    assert len(asked) <= 12, asked


def test_few_statements_answer_status(used: Place, asked: list[str]) -> None:
    assert used("status").code == 0
    looks = [one for one in asked if one.lstrip().startswith("SELECT")]
    assert len(looks) <= 30, looks


# -- the latest posts, at a glance -----------------------------------------------------------------------------------


def test_log_shows_the_latest_posts_and_all_if_asked(used: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    used.write("later.txt", "Where to get help.")
    later = str(used.folder / "later.txt")
    while (again := used("post", "--text", later, "--accounts", "site")).code:
        assert "this very second" in again.err  # an account says one thing by hand in a second
    both = used("log")
    assert "Know the signs." in both.out
    assert "--all" not in both.err
    monkeypatch.setattr(log, "LATEST", 1)
    latest = used("log")
    assert "Where to get help." in latest.out
    assert "Know the signs." not in latest.out
    assert "campaign log --all" in latest.err
    whole = used("log", "--all")
    assert (whole.out, whole.err) == (both.out, both.err)
    assert used("log", "--state", "sent").out == both.out
    assert len(used("log", "--json").rows()) == 2


def test_the_log_of_what_went_out_is_there_while_a_schedule_or_an_account_is_broken(used: Place) -> None:
    before = used("log")
    used.write("schedules/c.yaml", "posts: [{{ oops }}]")
    used.write("config.yaml", (used.folder / "config.yaml").read_text() + "  other: {network: nowhere}\n")
    assert used("log") == before
    assert used("status").code == 1


def test_the_log_of_a_config_that_says_nothing_readable_is_refused_with_the_reason(used: Place) -> None:
    used.write("config.yaml", "timezone: Nowhere/Atall\n")
    refused = used("log")
    assert refused.code == 1
    assert "Nowhere/Atall" in refused.err
