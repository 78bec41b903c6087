"""Which version of the files counts when several hosts have a checkout each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaign.store import versions
from campaign.store.database import Store
from campaign.store.versions import Behind

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


class Story:
    """Hosts that show their files one after the other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW

    def shows(self, host: str, broken: tuple[str, ...] = (), **files: str) -> dict[str, str]:
        """What counts after a host has shown its files."""
        self.now += timedelta(seconds=1)
        with self.store.write() as connection:
            versions.compare(connection, host, files, broken, self.now)
            return versions.adopted(connection)

    def behind(self) -> list[Behind]:
        with self.store.read() as connection:
            return versions.behind(connection, NOW)


def test_what_was_never_seen_counts_and_what_is_old_does_not(store: Store) -> None:
    story = Story(store)
    assert story.shows("north", c="1") == {"c": "1"}
    assert story.shows("south", c="1") == {"c": "1"}
    assert story.behind() == []
    assert story.shows("north", c="2") == {"c": "2"}
    assert story.behind() == [Behind("south", ("c",))]
    assert story.shows("south", c="1") == {"c": "2"}  # it was only restarted
    assert story.shows("east", c="1") == {"c": "2"}  # or is new, with an old checkout
    assert story.shows("south", c="2") == {"c": "2"}
    assert story.behind() == [Behind("east", ("c",))]


def test_a_host_that_goes_back_to_an_older_text_means_it(store: Store) -> None:
    story = Story(store)
    for version in ("1", "2"):
        story.shows("north", c=version)
        story.shows("south", c=version)
    assert story.shows("north", c="1") == {"c": "1"}
    assert story.shows("south", c="2") == {"c": "1"}
    assert story.behind() == [Behind("south", ("c",))]
    assert story.shows("south", c="1") == {"c": "1"}
    assert story.shows("south", c="2") == {"c": "2"}  # and forward again


def test_one_that_is_behind_and_goes_further_back_does_not_count(store: Store) -> None:
    story = Story(store)
    for version in ("1", "2", "3"):
        story.shows("north", c=version)
        if version != "3":
            story.shows("south", c=version)
    assert story.shows("south", c="1") == {"c": "3"}


def test_a_campaign_taken_out_of_the_files(store: Store) -> None:
    story = Story(store)
    story.shows("north", c="1", d="1")
    story.shows("south", c="1", d="1")
    assert story.shows("east", d="1") == {"c": "1", "d": "1"}  # it never had it: an old checkout
    assert story.behind() == [Behind("east", ("c",))]
    assert story.shows("north", d="1") == {"c": versions.GONE, "d": "1"}
    assert story.behind() == [Behind("south", ("c",))]
    assert story.shows("north", c="1", d="1") == {"c": "1", "d": "1"}  # and put back


def test_a_broken_campaign_is_not_gone(store: Store) -> None:
    story = Story(store)
    story.shows("north", c="1")
    assert story.shows("north", broken=("c",)) == {"c": "1"}
    assert story.shows("north", c="2") == {"c": "2"}


def test_a_host_that_is_away_is_not_named(store: Store) -> None:
    story = Story(store)
    story.shows("south", c="1")
    story.now += timedelta(days=1)
    story.shows("north", c="2")
    with store.write() as connection:
        assert versions.behind(connection, story.now - timedelta(hours=1)) == []
        versions.alive(connection, "south", story.now)
        assert versions.behind(connection, story.now - timedelta(hours=1)) == [Behind("south", ("c",))]


def test_checkouts_nobody_works_in_are_forgotten(store: Store) -> None:
    story = Story(store)
    story.shows("south", c="1")
    story.now += versions.FORGET + timedelta(days=1)
    story.shows("north", c="2")
    assert story.behind() == []
