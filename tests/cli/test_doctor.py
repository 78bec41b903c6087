"""`campaign doctor` as people call it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from campaign.store import breaker, pacing
from campaign.store.database import Store
from tests.cli.conftest import Place


def test_it_says_what_it_looked_at(place: Place) -> None:
    place("plan")
    found = place("doctor")
    assert found.code == 0, found.out
    assert "no store yet" in found.out and "hint: campaign run makes it" in found.out
    rows = place("doctor", "--json").rows()
    assert all(list(row) == ["check", "level", "message", "hint"] for row in rows)
    assert {row["level"] for row in rows} <= {"ok", "warn"}


def test_an_error_ends_it_with_1(place: Place) -> None:
    place.write("campaign.db", "Dear reader,\n" * 99)
    found = place("doctor")
    assert found.code == 1
    assert "is not a database" in found.out
    restored = place("doctor", "--restored")
    assert restored.code == 1 and "nothing was done about the restore" in restored.err
    assert (place.folder / "campaign.db").read_text().startswith("Dear")


def test_restored_looks_before_it_sends(place: Place) -> None:
    assert place("doctor", "--restored").code == 1  # there is no store
    assert place("run", "--once", "--new-store").code == 0
    found = place("doctor", "--restored", "--json")
    assert found.code == 0
    last = found.rows()[-1]
    assert (last["check"], last["level"]) == ("restored", "ok")
    assert "nothing fell due since the backup of" in last["message"]


def test_by_whom_is_on_the_record_where_people_are_named(place: Place) -> None:
    text = (place.folder / "config.yaml").read_text()
    place.write("config.yaml", text + "people: {ani: {can: [review]}}\n")
    place("run", "--once", "--new-store")
    assert place("doctor").code == 0
    assert place("doctor", "--restored").code == 1
    assert place("doctor", "--restored", "--by", "ani").code == 0


def test_an_account_that_is_proved_to_work_is_tried_at_once(place: Place) -> None:
    place("run", "--once", "--new-store")
    store = Store.open("sqlite:///campaign.db", place.folder, create=False)
    with store.write() as connection:
        pacing.know(connection, ["site"])
        breaker.park(connection, "site", "disk full", datetime.now(UTC))
    assert "disk full; tried again" in place("status").out
    assert json.loads(place("status", "--json").out)["parked"][0]["reason"] == "disk full"
    checked = place("accounts", "check", "--accounts", "site")
    assert checked.code == 0 and "site works again" in checked.err
    assert json.loads(place("status", "--json").out)["parked"] == []
    store.close()
