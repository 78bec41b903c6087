"""The verbs of a launch day: run, post, status, cancel, move."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Place, day

STATUS_KEYS = [
    "running",
    "next",
    "last_tick",
    "last_tick_by",
    "overdue",
    "uncertain",
    "failed",
    "held",
    "missed",
    "unapproved",
    "to_withdraw",
    "parked",
    "waiting",
    "flagged",
    "paused",
    "problems",
]


def test_once_wants_a_store_that_is_kept(place: Place) -> None:
    first = place("run", "--once")
    assert first.code == 1
    assert "--new-store" in first.err
    assert place("run", "--once").code == 0
    assert place("run", "--new-store").code == 2


def test_post_brings_the_next_one_forward_for_good(place: Place) -> None:
    sent = place("post", "c/vigil")
    assert sent.code == 0, sent.err
    assert "site  published" in sent.out
    assert "published  site  “Tonight we light a candle.”" in sent.err
    assert place.vigil not in [row["key"] for row in place("plan", "--json").rows()]
    again = place("post", "c/vigil")
    assert again.code == 1
    assert "--extra" in again.err
    assert place("post", "c/vigil", "--extra").code == 0
    assert [row["state"] for row in place("log", "--json").rows()] == ["sent", "sent"]


def test_post_a_text_of_its_own(place: Place, tmp_path: Path) -> None:
    place.write("said.txt", "\ufeffWe are safe. Thank you.\n")
    [row] = place("post", "--text", str(tmp_path / "said.txt"), "--accounts", "site,site", "--json").rows()
    assert (row["state"], row["text"]) == ("sent", "We are safe. Thank you.")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "give either CAMPAIGN/SLOT or --text FILE"),
        (["c"], 2, "'c' is not CAMPAIGN/SLOT"),
        (["--text", "x.txt"], 2, "--text needs --accounts"),
        (["--text", "nowhere.txt", "--accounts", "site"], 1, "nowhere.txt: No such file"),
        (["c/vigli"], 1, "did you mean vigil?"),
        (["d/vigil"], 1, "there is no campaign 'd'"),
        (["c/vigil", "--accounts", "trial"], 1, "does not go to trial"),
    ],
)
def test_likely_mistakes_of_post(place: Place, words: list[str], code: int, says: str) -> None:
    made = place("post", *words)
    assert made.code == code
    assert says in made.err
    assert made.out == ""


@pytest.mark.parametrize(("data", "says"), [(b"\xff\xfe", "not UTF-8"), (b"  \n", "is empty")])
def test_files_that_are_no_text(place: Place, data: bytes, says: str) -> None:
    (place.folder / "x.txt").write_bytes(data)
    made = place("post", "--text", str(place.folder / "x.txt"), "--accounts", "site")
    assert made.code == 1
    assert says in made.err


def test_cancel_takes_out_what_is_ahead(place: Place) -> None:
    done = place("cancel", place.vigil, "--reason", "rain")
    assert done.code == 0
    assert "cancelled" in done.out
    assert place.vigil not in [row["key"] for row in place("plan", "--json").rows()]
    assert "cancelled: rain" in place("plan", "--to", day(2)).out
    assert place("cancel", place.vigil).code == 1


def test_keys_may_be_shortened_while_they_mean_one_post(place: Place) -> None:
    place.campaign(accounts="[site, wa]")
    many = place("cancel", "c/vigil")
    assert many.code == 1
    assert "'c/vigil' is the beginning of 2 posts" in many.err
    wrong = place("cancel", place.vigil.replace("vigil", "vigli"))
    assert wrong.code == 1
    assert f"did you mean {place.vigil}?" in wrong.err
    [row] = place("cancel", place.vigil.removesuffix("ite"), "--json").rows()
    assert (row["key"], row["state"]) == (place.vigil, "cancelled")


def test_move_keeps_the_key(place: Place) -> None:
    done = place("move", place.vigil, "--to", f"{day(3)} 21:00")
    assert done.code == 0, done.err
    rows = {row["key"]: row for row in place("plan", "--json").rows()}
    assert rows[place.vigil]["due"] == f"{day(3)}T21:00:00+07:00"
    past = place("move", place.vigil, "--to", f"{day(-1)} 21:00")
    assert past.code == 1
    assert "has passed" in past.err
    assert place("move", place.vigil, "--to", "21:00").code == 2


def test_who_decides_is_one_of_the_people(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    people = "people: {ani: {can: [review]}, budi: {can: [review]}}\n"
    place.write("config.yaml", (place.folder / "config.yaml").read_text() + people)
    nobody = place("cancel", place.vigil)
    assert nobody.code == 1
    assert "--by HANDLE" in nobody.err
    wrong = place("cancel", place.vigil, "--by", "anni")
    assert wrong.code == 1
    assert "did you mean 'ani'?" in wrong.err
    monkeypatch.setenv("CAMPAIGN_BY", "budi")
    assert place("cancel", place.vigil, "--reason", "rain").code == 0
    assert "by budi (cli " in place("log", place.vigil).out


def test_status_ends_with_1_while_nothing_is_running(place: Place) -> None:
    found = place("status")
    assert found.code == 1
    assert found.out.startswith("NOTHING IS RUNNING")
    said = json.loads(place("status", "--json").out)
    assert list(said) == STATUS_KEYS
    assert said["running"] is None
    assert said["next"] == f"{day(2)}T09:00:00+07:00"


def test_status_is_well_when_nothing_is_planned(place: Place) -> None:
    (place.folder / "schedules" / "c.yaml").unlink()
    found = place("status")
    assert found.code == 0
    assert found.out.splitlines() == [
        "Nothing is running, and nothing is planned",
        "",
        "Nothing needs a person.",
    ]


def test_what_waits_for_a_person_shows_in_status(place: Place) -> None:
    place.campaign(accounts="[wa]")
    made = place("post", "c/vigil")
    assert made.code == 0
    assert "waiting for a person" in made.out
    said = json.loads(place("status", "--json").out)
    assert [row["account"] for row in said["held"]] == ["wa"]
    assert "campaign resolve KEY" in place("status").out
