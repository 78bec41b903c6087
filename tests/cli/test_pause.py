"""`campaign pause` and `campaign resume`: in a crisis, and when it is over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from campaign.cli.main import cli
from campaign.cli.session import Session
from tests.cli.conftest import CONFIG, Place, day

PEOPLE = "people: {ani: {can: [pause]}, budi: {can: [pause]}, cici: {can: [review]}}\n"


@pytest.fixture
def crisis(place: Place) -> Place:
    """A paused workspace into which one post has fallen: what was said by hand."""
    place.write("config.yaml", CONFIG + PEOPLE)
    assert place("pause", "--reason", "quake", "--by", "ani").code == 0
    place.write("said.txt", "Join us tonight\n")
    said = place("post", "--text", str(place.folder / "said.txt"), "--accounts", "site", "--by", "budi")
    assert said.code == 1
    assert "is not sent: paused by ani: quake" in said.err and "campaign resume 1" in said.err
    return place


def fallen(place: Place) -> list[dict[str, Any]]:
    return place("resume", "--list", "--json").rows()


def status(place: Place) -> dict[str, Any]:
    (row,) = place("status", "--json").rows()
    return row


def test_the_first_line_of_status_says_who_since_when_and_why(crisis: Place) -> None:
    shown = crisis("status").out.splitlines()
    first = " ".join(shown[:3])
    assert first.startswith("PAUSED: everything, by ani, since ")
    assert "until somebody ends it: quake (pause 1; 1 post fell into it)" in first
    assert all(len(line) <= 80 for line in shown)
    (pause,) = status(crisis)["paused"]
    assert (pause["id"], pause["by"], pause["reason"], pause["in_force"]) == (1, "ani", "quake", True)
    assert pause["waiting"] == [fallen(crisis)[0]["key"]]


def test_plan_says_what_would_fall_into_it(crisis: Place) -> None:
    assert "will be held: paused by ani: quake" in crisis("plan").out
    assert {row["paused"] for row in crisis("plan", "--json").rows()} == {"paused by ani: quake"}
    assert crisis("resume", "1", "--skip-all", "--by", "ani").code == 0
    crisis("pause", "--reason", "short", "--until", "3 days", "--by", "ani")
    rows = {row["due"][:10]: row["paused"] for row in crisis("plan", "--json").rows()}
    assert rows[day(2)] == "paused by ani: short" and rows[day(4)] is None


def test_nobody_there_to_be_asked_ends_nothing(crisis: Place) -> None:
    done = crisis("resume", "1", "--by", "ani")
    assert done.code == 1
    assert "“tonight” was written for" in done.out
    assert "nothing was ended" in done.err and "--send-all" in done.err
    assert status(crisis)["paused"][0]["in_force"]


def test_the_options_decide(crisis: Place) -> None:
    (one,) = fallen(crisis)
    assert (one["state"], one["late_words"], one["problems"], one["decision"]) == (
        "held",
        ["tonight"],
        [],
        None,
    )
    ended = crisis("resume", "1", "--end", "--by", "budi")
    assert ended.code == 1 and "pause 1 has ended" in ended.err
    assert crisis("status").code == 1
    assert crisis("status").out.startswith("Pause 1 by ani ended just now, and 1 post waits for a decision")
    assert crisis("resume", "--move", f"{one['key']}=yesterday", "--by", "ani").code == 2
    moved = crisis("resume", "--move", f"{one['key']}={day(1)} 20:00", "--by", "ani", "--json")
    assert moved.code == 0 and moved.rows()[0]["decision"] == "move"
    (row,) = crisis("log", "--json").rows()
    assert row["state"] == "pending"
    again = crisis("resume", "--send", one["key"], "--by", "ani")
    assert (
        again.code == 1 and "does not wait for a decision (any more): it is waiting to be sent" in again.err
    )


def test_a_run_that_begins_says_that_it_is_paused(crisis: Place) -> None:
    assert "PAUSED by ani: quake (everything; pause 1)" in crisis("run", "--once").out
    crisis("resume", "--skip-all", "--by", "ani")
    nothing = crisis("resume", "--by", "ani")
    assert (nothing.code, nothing.err) == (0, "nothing is paused, and nothing waits for a decision\n")


def test_send_all_sends_and_the_text_is_published(crisis: Place) -> None:
    assert crisis("resume", "--send-all", "--by", "ani").code == 0
    crisis("run", "--once")
    (row,) = crisis("log", "--json").rows()
    assert (row["state"], row["text"]) == ("sent", "Join us tonight")


def test_what_today_s_safeguards_stop_is_not_sent(crisis: Place) -> None:
    crisis("resume", "--skip-all", "--by", "ani")
    crisis("pause", "--reason", "again", "--by", "ani")
    crisis("post", "c/vigil", "--by", "ani")
    crisis.campaign(vigil="Call +62 811 1234 5678")
    (one,) = fallen(crisis)
    assert one["changed"] and one["problems"][0]["level"] == "error"
    done = crisis("resume", "--send-all", "--by", "ani")
    assert done.code == 1 and "is not sent" in done.err
    assert fallen(crisis)[0]["state"] == "held"


WRONG = [
    (["pause", "--by", "ani"], "say why"),
    (["pause", "--reason", " ", "--by", "ani"], "needs a reason"),
    (["pause", "--reason", "x", "--by", "cici"], "takes the right pause"),
    (["pause", "--reason", "x", "--campaign", "d", "--by", "ani"], "there is no campaign 'd'"),
    (["pause", "--reason", "x", "--account", "sit", "--by", "ani"], "did you mean 'site'"),
    (["pause", "--reason", "x", "--until", "2020-01-01 08:00", "--by", "ani"], "has passed"),
    (["pause", "--reason", "x", "--until", "3 weeks", "--by", "ani"], "write it in days"),
    (["pause", "--reason", "x", "--until", "friday", "--by", "ani"], "is no time"),
    (["pause", "--keep", "9", "--by", "ani"], "there is no pause 9"),
    (["pause", "--keep", "1", "--reason", "x", "--by", "ani"], "stands alone"),
    (["resume", "9", "--list"], "there is no pause 9"),
    (["resume", "--tag", "x", "--list"], "there is no tag 'x'"),
    (["resume", "--account", "site", "--list"], "no pause has the scope account site"),
    (["resume", "1", "--account", "site"], "or its scope"),
    (["resume", "--list", "--end"], "only shows"),
    (["resume", "--send-all", "--skip-all"], "exclude each other"),
    (["resume", "--send", "x/y", "--by", "ani"], "there is no post 'x/y'"),
    (["resume", "--end", "--by", "cici"], "takes the right pause"),
]


def test_what_is_wrong_is_said_in_one_line_and_changes_nothing(place: Place) -> None:
    place.write("config.yaml", CONFIG + PEOPLE)
    place("pause", "--reason", "quake", "--by", "ani")
    for words, told in WRONG:
        done = place(*words)
        assert done.code in (1, 2) and told in done.err, (words, done.err)
        assert "Traceback" not in done.err
    assert [one["in_force"] for one in status(place)["paused"]] == [True]


def test_two_pauses_are_both_shown_and_each_has_to_be_ended(crisis: Place) -> None:
    crisis("pause", "--account", "site", "--language", "en", "--reason", "hacked\x1b[31m", "--by", "budi")
    shown = crisis("status").out
    assert "PAUSED: everything, by ani" in shown and "PAUSED: account site, language en, by budi" in shown
    assert "\x1b" not in shown
    which = crisis("resume", "--end", "--by", "ani")
    assert which.code == 1 and "there are 2 pauses: say which" in which.err
    assert crisis("resume", "1", "--send-all", "--by", "ani").code == 0  # what fell into it passes on
    assert fallen(crisis)[0]["reason"].startswith("paused by budi: hacked")
    assert crisis("resume", "--account", "site", "--language", "en", "--skip-all", "--by", "ani").code == 0
    assert status(crisis)["paused"] == []


def test_after_a_day_status_asks_whether_it_is_still_wanted(crisis: Place) -> None:
    def later(hours: int) -> tuple[int, str]:
        session = Session(now=datetime.now(UTC) + timedelta(hours=hours))
        words = ["-w", str(crisis.folder), "status"]
        done = CliRunner().invoke(cli, words, obj=session, standalone_mode=False)
        return int(done.return_value or 0), done.stdout

    assert "still wanted" not in later(23)[1]
    code, shown = later(25)
    assert code == 1 and "Is it still wanted? Yes: campaign pause --keep 1" in shown
    assert crisis("pause", "--keep", "1", "--by", "budi").code == 0
    events = json.dumps(crisis("log", "--json").rows())
    assert events  # the log still reads


def test_a_file_pauses_before_anything_is_sent_by_hand(place: Place) -> None:
    place.write("PAUSE", "Wahlen\n")
    assert "PAUSED: everything, by the file PAUSE on " in place("status").out
    place.write("said.txt", "Hello\n")
    said = place("post", "--text", str(place.folder / "said.txt"), "--accounts", "site")
    assert said.code == 1 and "paused by the file PAUSE on" in said.err and "Wahlen" in said.err
    there = place("resume", "--skip-all")
    assert there.code == 1 and "remove it there" in there.err
    (place.folder / "PAUSE").unlink()
    assert place("run", "--once").code == 0
    assert [row["state"] for row in fallen(place)] == ["held"]
    assert place("resume", "--skip-all").code == 0


def test_at_a_terminal_each_post_is_asked_about(crisis: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaign.cli import resume

    monkeypatch.setattr(resume, "at_a_terminal", lambda: True)
    done = CliRunner().invoke(
        cli,
        ["-w", str(crisis.folder), "resume", "--by", "ani"],
        input=f"y\nmove\nsoon\nmove\n{day(1)} 20:00\n",
        obj=Session(),
        standalone_mode=False,
    )
    assert done.exception is None, done.exception
    assert not done.return_value
    assert "│ Join us tonight" in done.stdout and "was written for" in done.stdout
    assert "is no time" in done.stderr
    assert crisis("log", "--json").rows()[0]["state"] == "pending"
    assert status(crisis)["paused"] == []


def test_a_folder_or_a_file_of_notepad_counts_as_the_file(tmp_path: Path) -> None:
    from campaign.workspace import pausefile

    assert pausefile.read(tmp_path) is None
    (tmp_path / "PAUSE.txt").write_bytes(b"\xef\xbb\xbfquake\xff")
    assert pausefile.read(tmp_path) == "quake?"
    (tmp_path / "PAUSE").mkdir()
    assert pausefile.read(tmp_path) == ""
    (tmp_path / "PAUSE").rmdir()
    (tmp_path / "PAUSE").symlink_to("nowhere")
    assert pausefile.read(tmp_path) == ""
