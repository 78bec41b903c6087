"""`campaign log verify` and the exports of the log, as people and scripts call them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing

import pytest

from campaign.review.log import COLUMNS
from tests.cli.conftest import CONFIG, Place, day

PEOPLE = """\
people:
  ani: {can: [approve, review]}
  budi: {can: [review]}
  citra: {can: [review, safeguard]}
"""

KEYS = [
    "holds",
    "seals",
    "sealed",
    "unsealed",
    "unsealed_since",
    "taken_over",
    "head",
    "continues",
    "not_continued",
    "differences",
    "found",
]


@pytest.fixture
def sent(place: Place) -> Place:
    """A post that is out."""
    assert place("post", "c/vigil").code == 0
    return place


def tamper(place: Place, *statements: str) -> None:
    """What somebody does who has the file."""
    with closing(sqlite3.connect(place.folder / "campaign.db")) as store:
        for (trigger,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            store.execute(statement)
        store.commit()


def test_before_anything_was_sealed(place: Place) -> None:
    found = place("log", "verify")
    assert found.code == 0
    assert found.out.startswith("Nothing is sealed yet")
    assert place("log", "verify", "--json").rows()[0]["head"] is None


def test_a_pass_seals_what_it_did_and_a_later_one_continues_it(sent: Place) -> None:
    first = sent("log", "verify")
    assert first.code == 0, first.out
    assert "The log is as it was sealed: 3 events in 1 seal" in first.out
    assert "Only a head that you keep elsewhere proves" in first.out
    assert max(map(len, first.out.splitlines())) <= 80
    sent.write("heads.txt", first.out)
    [told] = sent("log", "verify", "--json").rows()
    assert list(told) == KEYS
    assert (told["holds"], told["sealed"], told["unsealed"], told["found"]) == (True, 3, 0, [])
    assert sent("cancel", f"c/daily/{day(4)}T09:00/site").code == 0
    waits = sent("log", "verify")
    assert "Not sealed yet: " in waits.out and waits.code == 0
    sent("run", "--once")
    sent.write("heads.txt", first.out + sent("log", "verify", "--json").out)  # as who adds to one file
    later = sent("log", "verify", "--head", str(sent.folder / "heads.txt"))
    assert later.code == 0
    assert " ".join(later.out.split()).count("is in this log: nothing up to it was rewritten since") == 2
    [told] = sent("log", "verify", "--json", "--head", told["head"]["sha256"].upper()).rows()
    assert [head["seal"] for head in told["continues"]] == [1]


def test_a_change_ends_it_with_1_and_says_which(sent: Place) -> None:
    kept = sent("log", "verify", "--json").rows()[0]["head"]["sha256"]
    tamper(
        sent,
        """UPDATE events SET door = 'cli x@y' WHERE id = 2""",
        "UPDATE deliveries SET post = replace(post, 'candle', 'fire')",
    )
    found = sent("log", "verify", "--head", kept)
    assert found.code == 1
    assert "seal 1, event 2, c/vigil/" in found.out
    assert "what was sent, or what the network answered, was changed" in found.out.replace("\n  ", " ")
    assert "The log was changed: 2 differences" in found.out
    [told] = sent("log", "verify", "--json").rows()
    assert (told["holds"], told["differences"]) == (False, 2)
    assert [set(one) for one in told["found"]] == [{"seal", "event", "key", "what"}] * 2
    ill = sent("doctor")
    assert ill.code == 1 and "the log was changed after it was written" in ill.out


def test_a_head_of_another_log_is_not_continued(sent: Place) -> None:
    other = "a" * 64
    found = sent("log", "verify", "--head", other)
    assert found.code == 1
    assert other in found.out and "has been rewritten" in found.out
    assert "The log is as it was sealed" in found.out
    assert sent("log", "verify", "--head", other, "--json").rows()[0]["not_continued"] == [other]


def test_what_is_no_head(sent: Place) -> None:
    sent.write("empty.txt", "nothing here")
    for head, said in (
        ("nope", "neither a file nor a hash"),
        (str(sent.folder), "name a file"),
        (str(sent.folder / "empty.txt"), "there is no head in"),
        ("a" * 63, "neither a file nor a hash"),
    ):
        found = sent("log", "verify", "--head", head)
        assert (found.code, found.out) == (1, "")
        assert said in found.err
    for words in (("verify", "--csv"), ("verify", "--state", "sent"), ("--head", "a" * 64)):
        assert sent("log", *words).code == 2


def test_what_somebody_wrote_into_the_log_steers_no_terminal(sent: Place) -> None:
    tamper(
        sent, "UPDATE events SET key = char(27) || '[2J' || char(10) || 'The log is as it was' WHERE id = 2"
    )
    found = sent("log", "verify")
    assert found.code == 1
    assert "\x1b" not in found.out
    assert not any(line.startswith("The log is as it was") for line in found.out.splitlines())


def test_exports_say_roles_and_with_names_handles(place: Place) -> None:
    place.write("config.yaml", CONFIG + PEOPLE)
    place("post", "c/vigil", "--by", "ani")
    key = place("log", "--json").rows()[0]["key"]
    place("redact", key, "--by", "citra", "--yes")
    [row] = place("log", "--json").rows()
    assert row["redacted_by"] == "safeguarding"
    assert "citra" not in place("log", "--csv").out
    assert place("log", "--json", "--names").rows()[0]["redacted_by"] == "citra"
    assert "citra" in place("log", "--csv", "--names").out
    assert " by citra " in place("log", key).out  # who is at this terminal knows them anyway
    assert place("log", "verify").code == 0


HOSTILE = '=HYPERLINK("http://evil") we light a candle'


def test_hostile_words_are_harmless_in_each_export(place: Place) -> None:
    place.campaign(vigil=HOSTILE)
    place("post", "c/vigil")
    key = place("log", "--json").rows()[0]["key"]
    reason = '@SUM(A1)\u202e\x1b[31m\n{"key": "forged"}\r\n"forged","row"'
    place("withdraw", key, "--reason", reason, "--yes")
    tamper(place, f"UPDATE deliveries SET reason = '{reason}'")  # a network's words may be anything
    lines = place("log", "--json").out.splitlines()
    assert [json.loads(line)["key"] for line in lines] == [key]
    [record] = csv.DictReader(io.StringIO(place("log", "--csv").out, newline=""))
    assert tuple(record) == COLUMNS
    assert record["text"].startswith("'=") and record["reason"].startswith("'@")
    for told in (place("log"), place("log", key)):
        assert "\x1b" not in told.out and "\u202e" not in told.out
        assert '"forged","row"' not in told.out.splitlines()


def test_a_long_log_is_exported_piece_by_piece(sent: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaign.cli import log

    monkeypatch.setattr(log, "BATCH", 2)
    assert sent("cancel", *(f"c/daily/{day(n)}T09:00/site" for n in range(4, 8))).code == 0
    rows = sent("log", "--json").rows()
    assert len(rows) == 5
    assert [row["due"] for row in rows] == sorted(row["due"] for row in rows)
    assert len(sent("log", "--csv").out.splitlines()) >= 6
    assert sent("log", "--fact", "nothing", "--csv").code == 1
    assert sent("log", "--fact", "nothing", "--csv").out == ""


def test_events_one_by_one(place: Place) -> None:
    from campaign.review.events import COLUMNS as EVENT_COLUMNS

    place.write("config.yaml", CONFIG + PEOPLE)
    place("post", "c/vigil", "--by", "ani")
    other = f"c/daily/{day(4)}T09:00/site"
    place("cancel", other, "--by", "budi", "--reason", "=1+1\nno")
    rows = place("log", "--events", "--json").rows()
    assert [tuple(row) for row in rows] == [EVENT_COLUMNS] * len(rows)
    assert [row["event"] for row in rows] == sorted(row["event"] for row in rows)
    [cancelled] = [row for row in rows if row["after"] == "cancelled"]
    assert (cancelled["by"], cancelled["door"], cancelled["key"]) == ("reviewer", "cli", other)
    assert not any(name in row["detail"] for row in rows for name in ("owner", "content"))
    assert place("log", "--events", "--json", "--names", other).rows()[-1]["by"] == "budi"
    out = place("log", "--events", "--csv").out
    assert "budi" not in out
    records = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [record["kind"] for record in records] == [row["kind"] for row in rows]
    assert json.loads(records[-1]["detail"]) == cancelled["detail"]
    plain = place("log", "--events")
    assert f"{other}: cancelled by budi: =1+1 no" in plain.out and len(plain.out.splitlines()) == len(rows)
    assert place("log", "--events", "--campaign", "d", "--json").out == ""
    assert place("log", "--events", "--from", day(1), "--json").out == ""
    assert len(place("log", "--events", "--from", day(0), "--to", day(0), "--json").rows()) == len(rows)
    assert place("log", "--events", "--state", "sent").code == 2
    assert place("log", "--events", "--csv", "--json").code == 2
