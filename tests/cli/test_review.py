"""Marking posts that are out, as people type it, and the files of marks that others send."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from campaign.core.marks import MAX_TEXT, space_of
from tests.cli.conftest import CONFIG, Place, day

PEOPLE = "people: {ani: {can: [review]}, sari: {can: [review]}, budi: {can: [approve]}}\n"
SPACE = space_of(uuid.UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10"))


@pytest.fixture
def out(place: Place) -> Place:
    """The vigil is out."""
    place.write("config.yaml", CONFIG + PEOPLE)
    assert place("post", "c/vigil", "--by", "ani").code == 0
    return place


def reviewers(place: Place) -> list[str]:
    [row] = place("log", "--json", "--names").rows()
    names: list[str] = row["reviewed_by"]
    return names


def test_what_is_out_is_to_look_at_until_somebody_says_that_it_is_right(out: Place) -> None:
    listed = out("review")
    assert (listed.code, listed.err) == (0, "1 to look at\n")
    assert out.vigil in listed.out and "we light a candle" in listed.out
    [row] = out("review", "--json").rows()
    assert (row["key"], row["text"], row["flags"]) == (out.vigil, "Tonight we light a candle.", [])
    assert [one["key"] for one in out("log", "--unreviewed", "--json").rows()] == [out.vigil]
    marked = out("review", out.vigil, "--ok", "--by", "ani")
    assert (marked.code, marked.out) == (0, f"{out.vigil}: all right\n")
    assert out("review").err == "nothing is left to look at\n"
    assert out("log", "--unreviewed", "--json").rows() == []
    assert reviewers(out) == ["ani"]
    assert "looked at: all right by ani" in out("log", out.vigil).out


def test_a_flag_stays_in_status_until_it_is_closed(out: Place) -> None:
    assert out("status").code == 0
    assert out("review", out.vigil, "--flag", "the wrong\x1b[31m picture", "--by", "ani").code == 0
    status = out("status")
    assert status.code == 1
    assert "Something is wrong with what is out" in status.out
    assert "the wrong[31m picture" in status.out and "\x1b" not in status.out
    [told] = out("status", "--json").rows()
    assert [flag["text"] for row in told["flagged"] for flag in row["flags"]] == ["the wrong[31m picture"]
    assert [row["key"] for row in out("review", "--flagged", "--json").rows()] == [out.vigil]
    assert [row["key"] for row in out("log", "--flagged", "--json").rows()] == [out.vigil]
    assert out("review", "--flagged", "--from", day(1)).err == "no flag is open\n"
    closed = out("review", out.vigil, "--close", "swapped", "--by", "sari")
    assert (closed.code, "ani had said: the wrong[31m picture" in closed.err) == (0, True)
    assert out("status").code == 0
    again = out("review", out.vigil, "--close", "--by", "sari")
    assert (again.code, "no flag is open" in again.err) == (1, True)
    assert reviewers(out) == ["ani"]


def test_two_who_look_at_once_both_count(out: Place) -> None:
    for handle in ("ani", "sari"):
        assert out("review", out.vigil, "--flag", f"{handle} saw it", "--by", handle).code == 0
    assert reviewers(out) == ["ani", "sari"]
    [row] = out("review", "--flagged", "--json").rows()
    assert [flag["text"] for flag in row["flags"]] == ["ani saw it", "sari saw it"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--ok", "--by", "budi"], "it takes the right review"),
        (["--ok", "--by", "nobody"], "nobody called 'nobody'"),
        (["--flag", " ", "--by", "ani"], "a flag says what is wrong"),
        (["--flag", "x" * (MAX_TEXT + 1), "--by", "ani"], "too many"),
    ],
)
def test_who_may_not_and_what_says_nothing_is_refused(out: Place, words: list[str], says: str) -> None:
    refused = out("review", out.vigil, *words)
    assert (refused.code, says in refused.err) == (1, True), refused.err
    assert reviewers(out) == []


def test_what_is_not_out_is_not_reviewed(place: Place) -> None:
    place.campaign(accounts="[wa]")
    place("post", "c/vigil")
    held = place("review", place.vigil.replace("/site", "/wa"), "--ok")
    assert (held.code, "can't be reviewed: it is waiting for a person" in held.err) == (1, True)
    ahead = place("review", f"c/daily/{day(5)}T09:00/wa", "--ok")
    assert (ahead.code, "no post" in ahead.err) == (1, True)


def test_withdrawn_and_redacted_posts_can_still_be_marked(out: Place) -> None:
    out.write("config.yaml", CONFIG + PEOPLE.replace("[review]", "[review, safeguard]"))
    assert out("withdraw", out.vigil, "--yes", "--by", "ani").code == 0
    assert out("review", out.vigil, "--flag", "it names Wulandari", "--by", "ani").code == 0
    assert out("redact", out.vigil, "--yes", "--by", "ani").code == 0
    [row] = out("review", "--flagged", "--json").rows()
    assert (row["text"], row["flags"][0]["text"]) == (None, "")
    assert "Wulandari" not in out("log", out.vigil).out + out("status").out
    assert out("review", out.vigil, "--ok", "--by", "sari").code == 0
    assert reviewers(out) == ["ani", "sari"]


def test_one_post_with_what_to_look_at(out: Place) -> None:
    told = out("review", out.vigil)
    assert told.code == 0
    assert "State       published" in told.out and "Does every link work" in told.out
    assert [line for line in told.out.splitlines() if len(line) > 80 and "file:" not in line] == []


def test_the_digest_of_a_week(out: Place) -> None:
    nothing = out("review", "--digest")  # of last week
    assert (nothing.code, "Nothing went out in this week." in nothing.out) == (0, True)
    out("review", out.vigil, "--flag", "wrong", "--by", "ani")
    told = out("review", "--digest", "--week", day(0)).out
    assert told.startswith("Review of the posts of Mon ")
    assert "flagged on" in told and ": wrong" in told
    assert "ani" not in told and "candle" not in told  # it may be mailed to many
    [one, total] = out("review", "--digest", "--week", day(0), "--json").rows()
    numbers = {key: one[key] for key in ("sent", "reviewed", "unreviewed", "flagged", "open")}
    assert numbers == {"sent": 1, "reviewed": 1, "unreviewed": 0, "flagged": 1, "open": 1}
    assert (one["campaign"], total["campaign"]) == ("c", None)


@pytest.mark.parametrize(
    "words",
    [
        ["--ok"],
        ["KEY", "--ok", "--flag", "x"],
        ["--flagged", "--digest"],
        ["KEY", "--digest"],
        ["--week", "2027-01-01"],
        ["KEY", "--ok", "--campaign", "c"],
    ],
)
def test_what_does_not_go_together(place: Place, words: list[str]) -> None:
    assert place("review", *words).code == 2


# -- files of marks --------------------------------------------------------------------------------------


def a_file(place: Place, *marks: dict[str, Any], **head: Any) -> Path:
    file = place.folder / "marks.json"
    values = {"format": "campaign marks 1", "workspace": SPACE, "by": "sari", "marks": list(marks)} | head
    file.write_text(json.dumps(values), encoding="utf-8")
    return file


def a_mark(place: Place, verdict: str = "ok", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "key": place.vigil, "verdict": verdict, "text": ""} | more


def test_a_file_counts_once_and_is_its_maker_s(out: Place) -> None:
    file = a_file(out, a_mark(out, "flag", text="the link is dead"))
    taken = out("review", "--import", str(file))
    assert (taken.code, taken.err) == (0, "1 taken, 0 there already, from sari\n")
    assert taken.out == f"{out.vigil}: something is wrong: the link is dead\n"
    assert out("review", "--import", str(file)).err == "0 taken, 1 there already, from sari\n"
    assert reviewers(out) == ["sari"]
    [row] = out("review", "--flagged", "--json").rows()
    assert len(row["flags"]) == 1


def test_who_takes_the_file_of_somebody_unknown_vouches_for_it(out: Place) -> None:
    file = a_file(out, a_mark(out), by="volunteer-7")
    refused = out("review", "--import", str(file))
    assert (refused.code, "nobody called 'volunteer-7'" in refused.err) == (1, True)
    refused = out("review", "--import", str(file), "--by", "budi")
    assert (refused.code, "it takes the right review" in refused.err) == (1, True)
    [row] = out("review", "--import", str(file), "--by", "ani", "--json").rows()
    assert row["by"] == "ani"
    assert row["door"].startswith("file from volunteer-7, cli ")
    assert reviewers(out) == ["ani"]


def test_a_file_of_another_workspace_is_refused(out: Place) -> None:
    refused = out("review", "--import", str(a_file(out, a_mark(out), workspace=str(uuid.UUID(int=1)))))
    assert (refused.code, "another workspace" in refused.err) == (1, True)
    assert reviewers(out) == []


def test_a_file_is_taken_whole_or_not_at_all(out: Place) -> None:
    ahead = a_mark(out, key=f"c/daily/{day(5)}T09:00/site")
    refused = out("review", "--import", str(a_file(out, a_mark(out), ahead)))
    assert refused.code == 1
    assert refused.err.startswith(f"campaign: mark 2: there is no post 'c/daily/{day(5)}T09:00/site'")
    assert reviewers(out) == []


def test_a_mark_that_was_changed_after_it_was_taken_is_refused(out: Place) -> None:
    mark = a_mark(out, "flag", text="wrong")
    out("review", "--import", str(a_file(out, mark)))
    refused = out("review", "--import", str(a_file(out, mark | {"verdict": "ok"})))
    assert (refused.code, "said something else" in refused.err) == (1, True)


def test_the_names_in_json_are_those_that_the_docs_promise(out: Place) -> None:
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")

    def promised(verb: str) -> list[str]:
        (cell,) = re.findall(rf"^\| `{verb} --json` \| ([^;\n]*?)(?:;.*)? \|$", text, re.MULTILINE)
        return [name.strip() for name in re.sub(r"\([^)]*\)", "", cell).split(",")]

    assert list(out("review", "--json").rows()[0]) == promised("review")
    assert list(out("review", out.vigil, "--ok", "--by", "ani", "--json").rows()[0]) == promised(
        "review KEY --ok"
    )
    assert list(out("review", "--digest", "--json").rows()[0]) == promised("review --digest")
