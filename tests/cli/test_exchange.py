"""In and out: a table becomes a campaign, the plan a table, a calendar, and a file to hold the next one against."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from PIL import Image

from tests.cli.conftest import CONFIG, Place, day

MORE = """\
  fedi: {network: mastodon, server: https://m.example, token: {env: T}, languages: [en, id]}
  tele: {network: telegram, chat: "@channel", token: {env: T}, language: en}
"""
HEAD = "date,time,account,text\n"


@pytest.fixture
def many(place: Place) -> Place:
    """A workspace with several networks, two pictures and a campaign that has everything a post can have."""
    place.write("config.yaml", CONFIG + MORE)
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (320, 240), "teal").save(place.folder / "posts" / name)
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    sentences = " ".join(f"This is sentence number {number}." for number in numbers * 5)
    posts = [
        {"id": "pictures", "at": f"{day(3)} 08:00", "accounts": ["site", "fedi", "tele"],
         "text": "Look at {{ '{{' }} x }}",
         "image": [{"file": "a.jpg", "alt": "One, \"quoted\" || barred"}, {"file": "b.jpg", "alt": "Two"}],
         "warning": "candles; and fire"},
        {"id": "alone", "at": f"{day(3)} 09:00", "accounts": ["site", "tele"], "text": "{{ '' }}",
         "image": {"file": "a.jpg", "alt": "A picture alone"}},
        {"id": "formula", "at": [f"{day(4)} 08:00:30", f"{day(5)} 08:00"], "accounts": ["fedi", "fedi.id"],
         "text": {"": "=HYPERLINK(\"https://example.org/a\")\n\n'+ and\n@more",
                  "id": "'=Halo, \"semua\"; {{ '{%' }} ya %}"},
         "repeat_after": "1 h"},
        {"id": "thread", "at": f"{day(6)} 08:00", "accounts": ["fedi", "tele"], "text": sentences,
         "thread": "numbered"},
        {"id": "card", "at": f"{day(7)} 08:00", "accounts": ["site"], "text": "A card",
         "card": {"text": "Candles\n\nTonight at eight", "shape": "4:5"}},
        {"id": "berlin", "at": f"{day(8)} 08:00", "accounts": ["tele"], "text": "  Indented\n\n\nand far"},
    ]  # fmt: skip
    place.write("schedules/c.yaml", json.dumps({"timezone": "Europe/Berlin", "posts": posts}))
    assert place("check").code == 0
    return place


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def published(place: Place, campaign: str) -> list[tuple[Any, ...]]:
    """What a reader would see of each post, by instant and account."""
    rows = [row for row in place("plan", "--json").rows() if row["campaign"] == campaign]
    saved = json.loads(place("plan", "--save", "-").out)["posts"]
    media = {post["key"]: (post["media"], post["warning"], post["link"], post["text"]) for post in saved}
    return sorted(
        (
            row["due_utc"],
            row["account"],
            row["language"],
            row["text"],
            row["parts"],
            row["length"],
            *media[row["key"]],
        )
        for row in rows
    )


def test_what_is_exported_is_imported_as_the_same_posts(many: Place) -> None:
    assert many("export", "--csv", str(many.folder / "plan.csv")).code == 0
    rows = table((many.folder / "plan.csv").read_text(encoding="utf-8"))
    assert len(rows) == 13
    assert not [
        cell for row in rows for cell in row.values() if cell.lstrip().startswith(("=", "+", "@", "-"))
    ]
    before = published(many, "c")
    (many.folder / "schedules/c.yaml").unlink()
    done = many("import", str(many.folder / "plan.csv"), "--name", "again")
    assert done.code == 0
    assert done.err.startswith("schedules/again.yaml has 10 posts: ")
    assert published(many, "again") == before
    once_more = table(many("export", "--csv", "-").out)
    other = {"timezone", "campaign", "slot", "key", "date", "time"}
    assert [{k: v for k, v in row.items() if k not in other} for row in once_more] == [
        {k: v for k, v in row.items() if k not in other} for row in rows
    ]


def test_a_table_becomes_a_file_for_review(place: Place) -> None:
    place.write(
        "Launch Week.csv", f"{HEAD}{day(3)},08:00,site,Hello {{{{ x }}}}\n{day(3)},09:00,site,{'long ' * 9}\n"
    )
    looked = place("import", str(place.folder / "Launch Week.csv"), "--dry-run")
    assert looked.code == 0
    assert not (place.folder / "schedules/launch-week.yaml").exists()
    done = place("import", str(place.folder / "Launch Week.csv"))
    assert done.code == 0
    assert done.out == looked.out
    assert done.out.startswith("2 posts in schedules/launch-week.yaml, times of Asia/Jakarta\n")
    assert max(map(len, done.out.splitlines())) <= 80
    text = (place.folder / "schedules/launch-week.yaml").read_text(encoding="utf-8")
    assert f"  - id: post-{day(3)}-0800\n    at: {day(3)} 08:00\n    accounts: [site]\n" in text
    assert place("check").code == 0
    again = place("import", str(place.folder / "Launch Week.csv"))
    assert again.code == 1
    assert again.err.startswith("campaign: there is a campaign launch-week already\n  hint: ")


def test_nothing_is_written_while_a_row_can_not_be_taken(place: Place) -> None:
    place.write("p.csv", f"{HEAD}{day(3)},08:00,site,Hello\n{day(3)},8,sit,\n")
    done = place("import", str(place.folder / "p.csv"))
    assert done.code == 1
    assert done.out.count("p.csv:3: ") == 3
    assert done.err == "3 errors: nothing was written\n"
    assert [path.name for path in (place.folder / "schedules").iterdir()] == ["c.yaml"]


def test_one_mistake_in_every_row_fills_no_screen(place: Place) -> None:
    place.write("p.csv", HEAD + f"{day(3)},08:00,nobody,Hello\n" * 150)
    done = place("import", str(place.folder / "p.csv"))
    assert (done.code, done.out.count("no account called `nobody`")) == (1, 100)
    assert done.err == "and 50 problems more; --json lists all of them\n150 errors: nothing was written\n"
    (row,) = place("import", str(place.folder / "p.csv"), "--json").rows()
    assert len(row["problems"]) == 150


def test_what_check_finds_stands_at_the_row(place: Place) -> None:
    words = "Text with many words. " * 40
    place.write("config.yaml", CONFIG + MORE)
    place.write(
        "p.csv",
        f'{HEAD}{day(3)},08:00,site,"One\ntwo"\n{day(3)},09:00,fedi,{words}\n{day(-3)},09:00,site,Late\n',
    )
    done = place("import", str(place.folder / "p.csv"), "--json")
    (row,) = done.rows()
    assert done.code == 1
    assert row["written"] is True and (place.folder / "schedules/p.yaml").exists()
    assert (row["kind"], row["campaign"], row["out"], row["layout"]) == (
        "posts",
        "p",
        "schedules/p.yaml",
        "table",
    )
    assert [post["lines"] for post in row["posts"]] == [[5], [2], [4]]
    found = [(problem["line"], problem["level"], problem["rule"]) for problem in row["problems"]]
    assert found == [(4, "error", "length"), (5, "advice", "over")]


@pytest.mark.parametrize(
    ("file", "words", "code", "said"),
    [
        (
            "posts.xlsx",
            [],
            1,
            "posts.xlsx is a spreadsheet's own file\n  hint: save the sheet as CSV (UTF-8)",
        ),
        ("no.csv", [], 1, "no.csv: this is not a file"),
        ("p.csv", ["--yes"], 2, "--yes, --overwrite and --downgrade are for packs"),
        ("p.csv", ["--timezone", "Asia/Jakrata"], 2, "there is no time zone"),
        ("p.csv", ["--name", "World Day"], 1, "can't be a campaign's name"),
        ("act.zip", ["--dates", "dmy"], 2, "are for tables"),
        ("観.csv", [], 1, "can't be a campaign's name\n  hint: give one: --name world-day"),
        ("observances.csv", [], 1, "can't be a campaign's name"),
    ],
)
def test_what_is_asked_wrongly(place: Place, file: str, words: list[str], code: int, said: str) -> None:
    if not file.startswith("no."):
        place.write(file, HEAD)
    done = place("import", str(place.folder / file), *words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_hostile_table_steers_no_terminal(place: Place) -> None:
    place.write(
        "p.csv", f'{HEAD}{day(3)},08:00,"si\x1b[31mte","a\x1b]0;x\x07b"\n{day(3)},"\x1b[2J",\u202esite,x\n'
    )
    done = place("import", str(place.folder / "p.csv"))
    assert done.code == 1
    assert not any(char in done.out + done.err for char in "\x1b\x07\u202e")


# -- the calendar ------------------------------------------------------------------------------------


def events(text: str) -> dict[str, Any]:
    """Of a calendar, the entries by the last line of their description: the beginning of their keys."""
    return {
        str(event["description"]).splitlines()[-1]: event for event in Calendar.from_ical(text).walk("VEVENT")
    }


def test_the_calendar_keeps_the_identity_of_what_is_moved_and_cancelled(many: Place) -> None:
    first = events(many("export", "--ics", "-").out)
    assert len(first) == 7
    name = f"c/pictures/{day(3)}T08:00"
    entry = first[name]
    assert entry.decoded("dtstart").isoformat() == min(
        row["due_utc"] for row in many("plan", "--json").rows() if row["slot"] == "pictures"
    )
    assert entry["description"].startswith(
        "fedi: planned\nsite: planned\ntele: planned\n\n[fedi, site, tele]\nLook at"
    )
    alone = f"c/alone/{day(3)}T09:00"
    assert many("cancel", f"{alone}/site", f"{alone}/tele", "--reason", "Wulandari asked").code == 0
    assert many("move", f"{name}/site", "--to", f"{day(3)} 10:15").code == 0
    again = many("export", "--ics", "-").out
    assert "Wulandari" not in again.replace("\r\n ", "")  # anybody may subscribe
    assert "\r\nX-WR-CALNAME:campaign\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in again
    found = list(Calendar.from_ical(again).walk("VEVENT"))
    by_uid = {str(event["uid"]): event for event in found}
    assert len(by_uid) == len(found) == 8
    assert by_uid[first[alone]["uid"]]["status"] == "CANCELLED"
    assert by_uid[entry["uid"]].decoded("dtstart") == entry.decoded("dtstart")
    assert "site: " not in by_uid[entry["uid"]]["description"]
    (moved,) = set(by_uid) - {str(event["uid"]) for event in first.values()}
    assert (by_uid[moved].decoded("dtstart") - entry.decoded("dtstart")).total_seconds() == 135 * 60


def test_a_text_can_not_leave_its_entry(place: Place) -> None:
    place.campaign(vigil="A\r\nEND:VEVENT\r\nBEGIN:VEVENT\nSUMMARY:owned; a, b \\n c " + "\u202e" + "x" * 200)
    data = place("export", "--ics", "-", "--to", day(2)).out
    lines = data.split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 2 == lines.count("END:VEVENT")
    assert not [line for line in lines if line.startswith("SUMMARY:owned")]
    assert max(len(line.encode()) for line in lines) <= 75
    assert "\u202e" not in data
    (vigil,) = [event for name, event in events(data).items() if "/vigil/" in name]
    assert "A\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:owned; a, b \\n c xxx" in vigil["description"]


def test_no_file_of_another_kind_is_written_over(place: Place) -> None:
    for option in ("--ics", "--csv"):
        refused = place("export", option, str(place.folder / "config.yaml"))
        assert refused.code == 1
        assert "config.yaml is there already, and is no " in refused.err
        assert "\n  hint: name another file" in refused.err
        target = str(place.folder / "out" / f"plan{option[1:]}")
        assert [place("export", option, target).code for _ in range(2)] == [0, 0]
    assert (place.folder / "config.yaml").read_text(encoding="utf-8") == CONFIG
    assert place("plan", "--save", str(place.folder / "out/plan-ics")).code == 1
    for words in ([], ["--ics", "-", "--csv", "-"], ["--ics", "-", "--from", day(3), "--to", day(2)]):
        assert place("export", *words).code == 2
    assert "did you mean c?" in place("export", "--ics", "-", "--campaign", "cc").err


def test_days_and_campaign_choose(many: Place) -> None:
    many.write(
        "schedules/d.yaml", f"posts:\n  - {{id: x, at: {day(3)} 08:00, accounts: [site], text: Hello}}\n"
    )
    rows = table(many("export", "--csv", "-", "--campaign", "d").out)
    assert [row["key"] for row in rows] == [f"d/x/{day(3)}T08:00/site"]
    rows = table(many("export", "--csv", "-", "--from", day(6), "--to", day(7)).out)
    assert [row["slot"] for row in rows] == ["thread", "thread", "card"]
    assert rows[0]["text"].count("\n---\n") == 2 and "---" not in rows[1]["text"]


# -- a plan that was saved ---------------------------------------------------------------------------


def changes(place: Place, *words: str) -> dict[str, list[str]]:
    """By kind of change the keys."""
    done = place("plan", "--against", str(place.folder / "plan.json"), "--json", *words)
    found: dict[str, list[str]] = {}
    for row in done.rows():
        found.setdefault(row["change"], []).append(row["key"])
    assert done.code == (1 if set(found) - {"published"} else 0), done.err
    return found


def test_a_saved_plan_is_the_same_for_the_same_files(many: Place) -> None:
    saved = [many("plan", "--save", "-").out for _ in range(2)]
    assert saved[0] == saved[1]
    keys = [post["key"] for post in json.loads(saved[0])["posts"]]
    assert keys == sorted(keys) and len(keys) == 13


def test_what_differs_from_a_saved_plan(many: Place) -> None:
    file = str(many.folder / "plan.json")
    assert many("plan", "--save", file).code == 0
    assert changes(many) == {}
    plan = many("plan", "--against", file)
    assert (plan.code, plan.out) == (0, "") and "nothing has changed" in plan.err
    text = (many.folder / "schedules/c.yaml").read_text(encoding="utf-8")
    Image.new("RGB", (320, 240), "red").save(many.folder / "posts/b.jpg")
    text = text.replace(f"{day(8)} 08:00", f"{day(8)} 09:30").replace("Indented", "In dented")
    text = text.replace(f"{day(5)} 08:00", f"{day(5)} 21:00").replace("Tonight at eight", "Tonight at nine")
    data = json.loads(text)
    data["posts"] = [post for post in data["posts"] if post["id"] != "alone"]
    data["posts"].append({"id": "new", "at": f"{day(9)} 08:00", "accounts": ["site"], "text": "New\x07"[:3]})
    many.write("schedules/c.yaml", json.dumps(data))
    assert changes(many) == {
        "created": [f"c/new/{day(9)}T08:00/site"],
        "changed": [
            *(f"c/pictures/{day(3)}T08:00/{name}" for name in ("fedi", "site", "tele")),
            f"c/card/{day(7)}T08:00/site",
        ],
        "moved": [
            *(f"c/formula/{day(5)}T21:00/{name}" for name in ("fedi", "fedi.id")),
            f"c/berlin/{day(8)}T09:30/tele",
        ],
        "dropped": [f"c/alone/{day(3)}T09:00/{name}" for name in ("site", "tele")],
    }  # fmt: skip
    assert set(changes(many, "--from", day(7), "--to", day(7))) == {"changed"}
    shown = many("plan", "--against", file)
    assert max(map(len, shown.out.splitlines())) <= 80
    assert f"  c/pictures/{day(3)}T08:00\n    fedi, site, tele\n" in shown.out
    assert "    picture\n    - b.jpg (" in shown.out
    assert (
        "    text\n    -   Indented" not in shown.out
    )  # a terminal shows one line, without blanks before it
    assert "    - Indented and far\n    + In dented and far\n" in shown.out
    assert shown.err.endswith("1 created, 4 changed, 3 moved, 2 dropped\n")
    assert many("plan", "--against", file, "--to", day(60)).code == 2


def test_decisions_and_what_is_published_count(place: Place) -> None:
    file = str(place.folder / "plan.json")
    assert place("plan", "--save", file, "--to", day(5)).code == 0
    assert place("post", "c/vigil").code == 0
    assert place("cancel", f"c/daily/{day(3)}T09:00/site").code == 0
    assert place("move", f"c/daily/{day(4)}T09:00/site", "--to", f"{day(4)} 11:00").code == 0
    done = place("plan", "--against", file, "--json")
    rows = {row["change"]: row for row in done.rows()}
    assert (done.code, set(rows)) == (1, {"moved", "dropped", "published"})
    assert rows["published"]["key"] == place.vigil
    assert rows["published"]["reason"].startswith("published")
    assert rows["dropped"]["reason"].startswith("cancelled")
    assert (rows["moved"]["was_due"], rows["moved"]["due"]) == (
        f"{day(4)}T09:00:00+07:00",
        f"{day(4)}T11:00:00+07:00",
    )
    place.campaign(vigil="Something else by now.")
    assert {row["change"] for row in place("plan", "--against", file, "--json", "--to", day(2)).rows()} == {
        "published"
    }


GOOD = '{"format": "campaign plan","version":1,"from":"2027-07-01","to":"2027-07-31","posts":[]}'.replace(
    ": ", ":"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("", "is not a plan that campaign plan --save wrote"),
        ("[]", "is not a plan that"),
        (GOOD[:-2], "is a damaged plan: "),
        (GOOD.replace("[]", "[1]"), "is a damaged plan: posts.0: "),
        (GOOD.replace("[]", "[" * 5000), "is a damaged plan: "),
        (GOOD.replace('"version":1', '"version":2'), "is a plan of version 2"),
        (GOOD.replace("2027-07-31", "2027-06-30"), "it ends before it begins"),
    ],
)
def test_what_is_no_saved_plan(place: Place, text: str | None, said: str) -> None:
    path = Path(place.folder / "plan.json")
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = place("plan", "--against", str(path))
    assert done.code == 1
    assert said in done.err and "\n  hint: " in done.err
    assert place("plan", "--save", "x", "--against", "y").code == 2


def test_a_broken_file_is_no_difference_but_an_error(place: Place) -> None:
    file = str(place.folder / "plan.json")
    assert place("plan", "--save", file).code == 0
    place.write("schedules/c.yaml", "posts: [")
    done = place("plan", "--against", file)
    assert done.code == 1
    assert done.err == "campaign: schedules/c.yaml has errors\n  hint: see: campaign check\n"


def test_a_hostile_saved_plan_steers_no_terminal(place: Place) -> None:
    file = place.folder / "plan.json"
    assert place("plan", "--save", str(file)).code == 0
    data = json.loads(file.read_text(encoding="utf-8"))
    for post in data["posts"]:
        post |= {"text": ["\x1b[2J\u202eGone"], "account": "\x1b]0;x\x07", "campaign": "x\x1b[31m"}
    data["posts"].append(data["posts"][0] | {"key": "x\x1b[31m/y\r\n/2027-07-30T08:00/z"})
    head = '{"format":"campaign plan",'
    file.write_text(head + json.dumps(data).split(",", 1)[1], encoding="utf-8")
    done = place("plan", "--against", str(file))
    assert done.code == 1
    assert "Gone" in done.out
    assert not any(char in done.out + done.err for char in "\x1b\x07\u202e\r")
