"""`campaign rehearse`: true to what the plan says, in words, as JSON and as pages; nothing else is touched."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Place, day

KEYS = [
    "key", "campaign", "slot", "account", "network", "language", "due", "due_utc", "goes_out", "goes_out_utc",
    "state", "reason", "text", "parts",
]  # fmt: skip
LOGINS = """\
  fedi: {network: mastodon, server: "https://mastodon.invalid", token: {env: NOT_SET}, language: en, daily: 1}
  bsky: {network: bluesky, handle: us.invalid, password: {env: NOT_SET_EITHER}, language: en, gap: 90 min}
"""


@pytest.fixture
def offline(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Two accounts whose logins are nowhere, a cap and a gap; no connection can be made."""

    def forbidden(*args: object, **more: object) -> None:
        raise AssertionError("a rehearsal opens no connection")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    place.write("config.yaml", CONFIG + LOGINS)
    place.campaign("[site, fedi, bsky]")
    return place


def days(first: int, last: int) -> tuple[str, ...]:
    return "--from", day(first), "--to", day(last)


def test_it_is_the_plan_with_what_would_be_missed(offline: Place) -> None:
    plan = {row["key"]: row for row in offline("plan", *days(1, 9), "--json").rows()}
    played = offline("rehearse", *days(1, 9), "--json")
    rows = {row["key"]: row for row in played.rows()}
    assert played.code == 1
    assert [list(row) for row in rows.values()] == [KEYS] * len(rows)
    assert rows.keys() == plan.keys()
    assert [rows[key][name] for key in plan for name in ("due", "due_utc", "text", "parts")] == [
        plan[key][name] for key in plan for name in ("due", "due_utc", "text", "parts")
    ]
    told = {
        key: [p["message"] for p in row["problems"] if p["rule"] == "missed"] for key, row in plan.items()
    }
    missed = {key: row["reason"] for key, row in rows.items() if row["state"] == "missed"}
    assert missed.keys() == {key for key, said in told.items() if said} == {f"c/vigil/{day(2)}T20:00/fedi"}
    for key, reason in missed.items():
        assert told[key] == [f"would be missed: {reason.partition(';')[0]}"]
        assert reason.startswith("daily cap of fedi; it was to go out by ")
    assert all(row["goes_out"] == row["due"] for row in rows.values() if row["state"] == "sent")


def test_it_says_what_would_not_go_out_and_touches_nothing(offline: Place) -> None:
    said = offline("rehearse", *days(1, 4))
    assert said.code == 1
    assert said.out.splitlines()[0] == "Too late, not sent  1 post"
    assert f"    c/vigil/{day(2)}T20:00" in said.out.splitlines()
    assert max(map(len, said.out.splitlines())) <= 80
    assert f"{day(1)} to {day(4)}: 11 posts on 3 accounts would go out, 1 would not go out\n" in said.err
    page = offline.folder / "rehearsal" / "index.html"
    assert said.err.endswith(f"written to {page}\n")
    assert "Nothing on this page has been published" in page.read_text(encoding="utf-8")
    there = {path.name for path in offline.folder.iterdir()} - {".campaign"}
    assert there == {"config.yaml", "posts", "schedules", "rehearsal"}


def test_what_was_cancelled_and_moved_is_known(offline: Place) -> None:
    offline.campaign("[site]")
    moved, cancelled = f"c/daily/{day(3)}T09:00/site", f"c/daily/{day(4)}T09:00/site"
    with pytest.MonkeyPatch.context() as patch:
        patch.undo()
        assert offline("cancel", cancelled, "--reason", "not now").code == 0
        assert offline("move", moved, "--to", f"{day(3)} 11:00").code == 0
    store = (offline.folder / "campaign.db").read_bytes()
    played = offline("rehearse", *days(3, 5), "--json")
    rows = {row["key"]: row for row in played.rows()}
    assert played.code == 0
    assert (rows[cancelled]["state"], rows[cancelled]["goes_out"]) == ("cancelled", None)
    assert rows[moved]["goes_out"] == f"{day(3)}T11:00:00+07:00"
    assert rows[moved]["reason"] == "moved by a person"
    assert (offline.folder / "campaign.db").read_bytes() == store
    assert "1 of them at another time, 1 is cancelled" in played.err


def test_what_waits_for_approval_is_late_unless_it_is_taken_as_given(offline: Place) -> None:
    offline.campaign("[site]")
    offline.write(
        "schedules/a.yaml",
        f"accounts: [site]\nposts: [{{id: a, at: {day(2)} 10:00, text: {{en: Hello}}, approval: one}}]\n",
    )
    said = offline("rehearse", *days(1, 2), "--campaign", "a", "--json")
    (row,) = said.rows()
    assert (said.code, row["state"]) == (1, "missed")
    assert "needs approval" in row["reason"]
    given = offline("rehearse", *days(1, 2), "--campaign", "a", "--as-if-approved", "--json")
    assert (given.code, [row["state"] for row in given.rows()]) == (0, ["sent"])


def test_a_fact_that_expires_and_a_table_that_ends_are_told(offline: Place) -> None:
    fact = (
        "facts:\n  - {id: f, text: {en: It is so}, source: S, url: 'https://example.org/s', year: 2026,"
        f" publishable: true, review_by: {day(3)}}}\n"
    )
    offline.write("posts/facts.yaml", fact)
    offline.write("posts/tips.csv", "id,text.en\n1,One\n2,Two\n")
    offline.write("posts/tips.j2", "{{ row.text }}")
    offline.write("posts/fact.j2", "{{ fact('f').text }} {{ occurrence.date }}")
    offline.write(
        "schedules/c.yaml",
        f"""\
accounts: [site]
starts: {day(2)}
ends: {day(9)}
posts:
  - {{id: fact, every: {{days: [day], at: "09:00"}}, template: fact}}
  - {{id: tips, every: {{days: [day], at: "10:00"}}, rows: tips.csv, template: tips}}
""",
    )
    said = offline("rehearse", *days(1, 5))
    assert said.code == 1
    assert "fact 'f' had to be reviewed" in " ".join(said.out.split())
    assert f"posts/tips.csv has no row left for {day(4)} 10:00" in said.err
    assert "schedules/c.yaml:6:" in said.err


def test_while_the_machine_is_off_nothing_goes_out(offline: Place) -> None:
    offline.campaign("[site]")
    off = f"{day(2)} 12:00..{day(3)} 12:00"
    played = offline("rehearse", *days(2, 4), "--stop", off, "--json")
    assert played.code == 1
    states = {(row["slot"], row["due"][:10]): (row["state"], row["reason"]) for row in played.rows()}
    assert states["vigil", day(2)][0] == states["daily", day(3)][0] == "missed"
    assert states["daily", day(3)][1].startswith("nothing was running; it was to go out by ")
    assert states["daily", day(2)] == states["daily", day(4)] == ("sent", "")


def test_days_that_are_over_are_played_from_nothing(offline: Place) -> None:
    offline.write(
        "schedules/c.yaml",
        'accounts: [site]\nposts: [{id: a, every: {days: [day], at: "09:00"}, text: {en: "{{ occurrence.date }}"}}]\n',
    )
    said = offline("rehearse", *days(-20, -18), "--json")
    assert [row["state"] for row in said.rows()] == ["sent"] * 3
    assert "--from lies in the past" in said.err


def test_a_file_with_errors_is_no_clean_result(offline: Place) -> None:
    offline.write("schedules/d.yaml", "posts: [{id: a, txt: x, at: 2027-07-30 20:00}]\n")
    said = offline("rehearse", *days(1, 1))
    assert (said.code, said.out) == (1, "")
    assert "schedules/d.yaml:1:" in said.err


def test_another_folder_and_never_over_what_is_not_ours(offline: Place, tmp_path: Path) -> None:
    offline.campaign("[site]")
    out = offline.folder / "shown"
    for _ in range(2):
        assert offline("rehearse", *days(2, 3), "--out", str(out)).code == 0
    assert (out / "index.html").is_file()
    (out / "mine.txt").write_text("mine")
    said = offline("rehearse", *days(2, 3), "--out", str(out), "--json")
    assert (said.code, len(said.rows())) == (1, 3)  # what was found is said all the same
    assert "holds mine.txt, which is none of the rehearsal's files" in said.err
    for name in ("posts", "schedules/x"):
        said = offline("rehearse", *days(2, 3), "--out", str(offline.folder / name))
        assert said.code == 1
        assert "whose files are read" in said.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--campaign", "vigill"], 1, "there is no campaign 'vigill'"),
        (["--from", "2100-01-02", "--to", "2100-01-01"], 2, "--to 2100-01-01 is before --from 2100-01-02"),
        (["--from", "2100-01-01", "--to", "2103-01-01"], 2, "731 days can be played at most"),
        (["--from", "2100-01-01"], 2, "--to 2100-01-31 is too far"),
        (["--from", "soon"], 2, "'soon' is no day"),
        (["--stop", "tonight"], 2, "'tonight' is no span of time"),
        (["--stop", "2027-07-30 20:00..2027-07-30 19:00"], 2, "is no span of time"),
        (["--stop", "2027-07-30 20:00+07:00..2027-07-31 19:00+07:00"], 2, "is no span of time"),
    ],
)
def test_what_is_asked_wrongly_gets_one_line(place: Place, words: list[str], code: int, message: str) -> None:
    said = place("rehearse", *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err.splitlines()[0]
    assert json.dumps(said.err).count("Traceback") == 0
