"""approve and reject, as a person types them."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Place, day

PEOPLE = "people: {ani: {can: [approve]}, budi: {can: [approve]}, citra: {can: [safeguard]}}\n"


def contract(verbs: str) -> list[str]:
    """The JSON names that docs/running.md promises."""
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    (cell,) = re.findall(rf"^\| {re.escape(verbs)} \| (.*) \|$", text, re.MULTILINE)
    return [name.strip() for name in re.sub(r"\([^)]*\)", "", cell).split(",")]


@pytest.fixture
def asking(place: Place) -> Place:
    """The vigil needs one person, and three are named."""
    place.write("config.yaml", CONFIG + PEOPLE)
    text = (
        (place.folder / "schedules/c.yaml")
        .read_text()
        .replace("  - id: vigil\n", "  - id: vigil\n    approval: one\n")
    )
    place.write("schedules/c.yaml", text)
    return place


def test_reading_then_approving(asking: Place) -> None:
    seen = asking("approve", "c/vigil", "--by", "ani", "--yes")
    assert seen.code == 0, seen.err
    assert "Tonight we light a candle." in seen.out
    assert "needs approval: nobody has approved it yet (approval: one)" in seen.out
    assert f"{asking.vigil}\n  approved (ani)\n" in seen.out
    again = asking("approve", "c/vigil", "--by", "budi", "--yes")
    assert (again.code, again.out) == (0, "")
    assert "nothing here that you have to approve" in again.err
    posted = asking("post", "c/vigil", "--by", "ani")
    assert posted.code == 0, posted.err
    [row] = [row for row in asking("log", "--json", "--names").rows() if row["slot"] == "vigil"]
    assert (row["state"], row["approved_by"]) == ("sent", ["ani"])
    assert "approved by ani (cli " in asking("log", asking.vigil).out


def test_it_asks_once_and_only_who_is_there(asking: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = asking("approve", "c", "--by", "ani")
    assert refused.code == 1
    assert "nobody is here to be asked" in refused.err
    assert "--yes" in refused.err

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    said_no = asking("approve", "c", "--by", "ani")
    assert said_no.code != 0
    assert "Approve this post? [y/N]" in said_no.err
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert "approved (ani)" in asking("approve", "c", "--by", "ani").out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("approve", "c", "--by", "citra", "--yes"), 1, "who may: ani, budi"),
        (("reject", "c/vigil", "--by", "citra", "--reason", "x"), 1, "who may: ani, budi"),
        (("approve", "--by", "ani"), 2, "say what to approve"),
        (("approve", "d", "--by", "ani", "--yes"), 1, "there is no"),
        (("approve", "c/vigli", "--by", "ani", "--yes"), 1, "did you mean vigil?"),
        (("approve", "c", "--from", "2027-07-02", "--to", "2027-07-01"), 2, "is before --from"),
        (("approve", "--export", "a", "--import", "b"), 2, "not both"),
        (("approve", "--import", "nowhere.jsonl"), 1, "nowhere.jsonl: No such file"),
        (("reject", "KEY", "--by", "ani", "--reason", " "), 1, "a rejection says why"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_hint(
    asking: Place, words: tuple[str, ...], code: int, says: str
) -> None:
    done = asking(*(asking.vigil if word == "KEY" else word for word in words))
    assert (done.code, says in done.err) == (code, True), done.err
    assert "Traceback" not in done.err


def test_what_lacks_approval_is_said_beforehand_and_old_beside_new(asking: Place) -> None:
    checked = asking("check", "--json").rows()
    asked = [(row["level"], row["key"]) for row in checked if row["rule"] == "approval"]
    assert asked in (
        [("advice", asking.vigil)],
        [("warn", asking.vigil)],
    )  # as the hour of the day will have it
    [planned] = [row for row in asking("plan", "--json").rows() if row["slot"] == "vigil"]
    assert "it would be held: needs approval" in planned["problems"][0]["message"]
    asking("approve", "c/vigil", "--by", "ani", "--yes")
    assert not [row for row in asking("check", "--json").rows() if row["rule"] == "approval"]
    [status] = asking("status", "--json").rows()
    assert status["unapproved"] == []
    text = (asking.folder / "schedules/c.yaml").read_text().replace("candle", "lamp")
    asking.write("schedules/c.yaml", text)
    [status] = asking("status", "--json").rows()
    [one] = status["unapproved"]
    assert (one["key"], one["state"], one["missing"]) == (asking.vigil, None, 1)
    assert one["changed"][0]["old"] == "Tonight we light a candle."
    said = asking("status").out
    assert "Tonight we light a candle.           ≠ Tonight we light a lamp." in said
    assert max(map(len, said.splitlines())) <= 80


def test_rejecting_and_json(asking: Place) -> None:
    [row] = asking("reject", asking.vigil, "--by", "ani", "--reason", "wrong hour", "--json").rows()
    assert (row["result"], row["rejected_by"], row["reason"]) == (
        "rejected",
        "ani",
        "rejected by ani: wrong hour",
    )
    done = asking("approve", asking.vigil, "--by", "budi", "--yes", "--json")
    [row] = done.rows()
    assert (row["result"], row["approved_by"], row["missing"]) == ("approved", ["budi"], 0)
    assert "Tonight we light a candle." in done.err, "nobody approves what they have not seen"
    assert list(row) == contract("`approve --json`, `reject --json`")
    [status] = asking("status", "--json").rows()
    assert status["unapproved"] == []


def test_approvals_in_a_file(asking: Place) -> None:
    file = asking.folder / "approvals.jsonl"
    asking("approve", "c", "--by", "ani", "--yes")
    assert "1 approval written" in asking("approve", "--export", str(file)).err
    [again] = asking("approve", "--import", str(file), "--json").rows()
    assert (list(again), again["result"]) == (contract("`approve --import --json`"), "already")
    [line] = file.read_text().splitlines()
    data = json.loads(line)
    assert (data["key"], data["by"]) == (asking.vigil, "ani")
    (asking.folder / "campaign.db").unlink()
    taken = asking("approve", "--import", str(file))
    assert (taken.code, taken.err) == (0, "1 of 1 approval counted\n")
    file.write_text(json.dumps({**data, "by": "\x1b[31mmallory"}) + "\n")
    refused = asking("approve", "--import", str(file))
    assert refused.code == 1
    assert "somebody who may not approve" in refused.out
    assert "\x1b" not in refused.out + refused.err
    file.write_text("{\n")
    broken = asking("approve", "--import", str(file))
    assert (broken.code, "approvals.jsonl:1: this is no approval" in broken.err) == (1, True)


def test_an_unknown_day_has_no_posts(asking: Place) -> None:
    done = asking("approve", "c", "--from", day(20), "--to", day(21), "--by", "ani", "--yes")
    assert (done.code, "nothing here" in done.err) == (0, True)
