"""The verbs before a launch: init, new, check, preview, plan, accounts."""

import json
from pathlib import Path

import pytest

from campaign.cli.main import main
from tests.cli.conftest import CONFIG, Place, day

CHECK_KEYS = ["file", "line", "column", "level", "rule", "message", "hint", "key"]


def test_init_makes_a_workspace_that_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "ngo")]) == 0
    made = capsys.readouterr()
    assert str(tmp_path / "ngo" / "config.yaml") in made.out.splitlines()
    assert "Next: cd " in made.err
    assert main(["check", "-w", str(tmp_path / "ngo")]) == 0


def test_init_overwrites_nothing(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    before = (place.folder / "config.yaml").read_text()
    assert main(["init", str(place.folder)]) == 0
    assert "stayed as" in capsys.readouterr().err
    assert (place.folder / "config.yaml").read_text() == before


def test_init_renews_the_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--schemas", str(tmp_path)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(written) == 3
    assert all("$schema" in json.loads(path.read_text()) for path in written)


def test_new_makes_a_campaign_that_passes_check(place: Place) -> None:
    made = place("new", "launch", "--title", "Launch day")
    assert made.code == 0
    assert made.out.splitlines() == [
        str(place.folder / "schedules" / "launch.yaml"),
        str(place.folder / "posts" / "launch.j2"),
    ]
    assert 'title: "Launch day"' in (place.folder / "schedules" / "launch.yaml").read_text()
    assert place("check").code == 0
    again = place("new", "launch")
    assert again.code == 1
    assert "there is a campaign launch already" in again.err


def test_new_from_a_campaign_moves_its_dates(place: Place) -> None:
    assert place("new", "next", "--from", "c", "--date", day(12)).code == 0
    text = (place.folder / "schedules" / "next.yaml").read_text()
    assert f"starts: {day(12)}" in text
    assert f"at: {day(12)} 20:00" in text
    assert f"ends: {day(50)}" in text
    assert place("new", "other", "--from", "d").code == 1
    assert place("new", "other", "--from", "c", "--title", "x").code == 2
    assert place("new", "other", "--date", "soon").code == 2


def test_check_says_where_and_what_to_do(place: Place) -> None:
    place.write("schedules/d.yaml", "posts:\n  - id: a\n    txt: {en: hello}\n    at: 2027-13-01 10:00\n")
    found = place("check")
    assert found.code == 1
    assert "schedules/d.yaml:3:5: unknown key `txt`" in found.out
    assert "did you mean" in found.out
    assert "  hint: " in found.out
    assert "error" in found.err
    rows = place("check", "--json").rows()
    assert [list(row) for row in rows] == [CHECK_KEYS] * len(rows)
    assert [row["level"] for row in rows] == sorted(row["level"] for row in rows)
    assert {row["file"] for row in rows} == {"schedules/d.yaml"}


def test_check_lists_all_of_a_config_that_can_not_be_used(place: Place) -> None:
    place.write("config.yaml", "timezone: Asia/Jakrata\naccounts: {x: {network: mastodn}}\n")
    found = place("check", "--json")
    assert found.code == 1
    assert len(found.rows()) >= 2
    assert "config.yaml can't be used" in found.err
    plan = place("plan")
    assert plan.code == 1
    assert plan.err.startswith("campaign: config.yaml:")


def test_check_warns_of_an_env_file_that_others_can_read(place: Place) -> None:
    place.write(".env", "TOKEN=s3cr3t\n")
    (place.folder / ".env").chmod(0o644)
    found = place("check")
    assert found.code == 0
    assert "chmod 600 .env" in found.out
    assert "s3cr3t" not in found.out + found.err


def test_looking_makes_no_store(place: Place) -> None:
    for words in (["check"], ["plan"], ["preview", "c"], ["status"], ["log"], ["accounts", "check"]):
        place(*words)
    assert not list(place.folder.glob("campaign.db*"))


def test_plan_lists_both_times(place: Place) -> None:
    planned = place("plan", "--to", day(2))
    assert planned.code == 0
    lines = planned.out.splitlines()
    assert lines[0].startswith("NOTHING IS RUNNING, next post ")
    assert lines[0].endswith("09:00. Start it: campaign run")
    [heading] = [line for line in lines if line.endswith(f"c/vigil/{day(2)}T20:00")]
    assert "20:00 WIB = 13:00 UTC" in heading
    assert "  site  26  Tonight we light a candle." in lines
    assert max(map(len, lines)) <= 80


def test_plan_takes_whole_days(place: Place) -> None:
    rows = place("plan", "--from", day(2), "--to", day(3), "--json").rows()
    assert [row["key"] for row in rows] == [
        f"c/daily/{day(2)}T09:00/site",
        place.vigil,
        f"c/daily/{day(3)}T09:00/site",
    ]
    assert rows[1]["due"] == f"{day(2)}T20:00:00+07:00"
    assert rows[1]["due_utc"] == f"{day(2)}T13:00:00+00:00"
    assert place("plan", "--from", day(3), "--to", day(2)).code == 2
    assert place("plan", "--from", "yesterday").code == 2


def test_plan_goes_on_without_a_broken_campaign(place: Place) -> None:
    place.write("schedules/d.yaml", "posts: [")
    planned = place("plan")
    assert planned.code == 0
    assert "schedules/d.yaml has errors, so posts may be missing here" in planned.err
    assert place.vigil.rpartition("/")[0] in planned.out


def test_check_lists_missing_translations_as_a_matrix_and_in_json_as_problems(place: Place) -> None:
    place.campaign()
    place.write("config.yaml", CONFIG.replace("public, language: en", "public, languages: [en, id]"))
    place.write("schedules/c.yaml", (place.folder / "schedules/c.yaml").read_text().replace("accounts:", "#"))
    shown = place("check")
    assert shown.code == 0, "nobody is stopped by a translation that is missing"
    assert shown.out.splitlines() == [
        "Missing translations",
        "  schedules/c.yaml",
        "           id",
        "    daily  text",
        "    vigil  text",
        "  hint: write what is missing, or say `language:` where only some are meant",
    ]
    assert "1 campaign, 3 accounts: 2 warnings." in shown.err
    rows = place("check", "--json").rows()
    assert [list(row) for row in rows] == [CHECK_KEYS] * 2
    assert {(row["file"], row["level"], row["rule"]) for row in rows} == {
        ("schedules/c.yaml", "warn", "translation")
    }
    assert "`vigil` has no text in `id`: site.id stays silent" in {row["message"] for row in rows}


def test_a_pasted_text_is_in_a_language_that_there_is(place: Place) -> None:
    place.write("draft.txt", "Kenali tandanya.")
    refused = place("check", "--text", str(place.folder / "draft.txt"), "--language", "in")
    assert refused.code == 2
    assert "`in` is not how the language is written; write id" in refused.err
    shown = place("check", "--text", str(place.folder / "draft.txt"), "--language", "id")
    assert shown.out == ""
    place.write("draft.txt", "Kenali tandanya, tanpa menghakimi.")
    [row] = place("check", "--text", str(place.folder / "draft.txt"), "--language", "ar", "--json").rows()
    assert (row["rule"], row["level"]) == ("letters", "warn")


def test_preview_shows_cards_and_a_page(place: Place) -> None:
    shown = place("preview", "c/vigil", "--explain")
    assert shown.code == 0
    assert "│  Tonight we light a candle." in shown.out.splitlines()
    assert f"╰─ {place.vigil}" in shown.out.splitlines()
    page = place.folder / "page.html"
    assert place("preview", place.vigil, "--html", str(page)).code == 0
    assert "Tonight we light a candle." in page.read_text()
    assert place("preview", "c", "--html", str(place.folder / "config.yaml")).code == 1
    assert "timezone" in (place.folder / "config.yaml").read_text()


def test_preview_fails_where_a_post_would(place: Place) -> None:
    place.campaign(vigil="{{ nobody }}")
    shown = place("preview", "c/vigil")
    assert shown.code == 1
    assert "error: " in shown.out


def test_preview_goes_to_test_accounts_only(place: Place) -> None:
    refused = place("preview", "c/vigil", "--send-to", "site")
    assert refused.code == 1
    assert "is not a test account" in refused.err
    sent = place("preview", "c/vigil", "--send-to", "trial")
    assert sent.code == 0, sent.err
    assert "published" in sent.out
    assert list((place.folder / "trial").glob("*.html"))
    assert [row["key"] for row in place("plan", "--to", day(2), "--json").rows()][-1] == place.vigil


def test_accounts_are_listed_and_asked(place: Place) -> None:
    listed = place("accounts")
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == ["site", "wa", "trial"]
    assert "for tests only" in listed.out
    [row] = place("accounts", "check", "--accounts", "site", "--json").rows()
    assert (row["account"], row["works"]) == ("site", True)
    assert place("accounts", "--accounts", "sito").code == 1


def test_an_account_that_does_not_work_says_why(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    fedi = (
        "  fedi: {network: mastodon, server: 'http://127.0.0.1:9', token: {env: NOT_THERE}, language: en}\n"
    )
    place.write("config.yaml", (place.folder / "config.yaml").read_text() + fedi)
    asked = place("accounts", "check")
    assert asked.code == 1
    assert "does not work" in asked.out
    assert "NOT_THERE is not set" in asked.out


def test_a_long_text_is_shown_as_the_thread_that_it_becomes(place: Place) -> None:
    place.write(
        "config.yaml",
        CONFIG
        + '  fedi: {network: mastodon, server: "https://m.example", token: {env: FEDI}, language: en}\n',
    )
    place.campaign("[fedi, site]", "Know the signs. " * 40)
    longer = (place.folder / "schedules/c.yaml").read_text()
    assert "thread: auto" in place("check").out
    place.write("schedules/c.yaml", longer.replace("  - id: daily", "    thread: numbered\n  - id: daily"))
    assert place("check").code == 0
    shown = place("preview", "c/vigil")
    assert shown.code == 0
    assert "part 2 of 2" in shown.out and "(2/2)" in shown.out
    rows = {row["account"]: row for row in place("plan", "--to", day(2), "--json").rows()}
    assert (rows["fedi"]["parts"], rows["site"]["parts"]) == (2, 1)
    assert rows["fedi"]["length"] <= 500 and rows["fedi"]["problems"] == []
    assert "(2 parts)" in place("plan", "--to", day(2)).out


X = """\
  x:
    network: x
    consumer_key: {env: K}
    consumer_secret: {env: S}
    access_token: {env: T}
    access_token_secret: {env: TS}
    language: en
"""


def test_what_a_network_charges_is_added_up_and_held_against_the_budget(place: Place) -> None:
    place.write("config.yaml", CONFIG + X)
    place.campaign("[x, site]", "Tonight. example.org/act")
    planned = place("plan", "--from", day(2), "--to", day(3))
    # The vigil holds a link (0.20), the mornings of two days don't (0.015 each).
    assert planned.out.splitlines()[-1] == "x: 3 posts, about US$0.23 (prices of 22 Aug 2026)"
    assert planned.err == ""
    rows = place("plan", "--from", day(2), "--to", day(2), "--json").rows()
    assert [(row["account"], row["cost"]) for row in rows] == [
        ("site", None),
        ("x", 0.015),
        ("site", None),
        ("x", 0.2),
    ]
    assert place("check").code == 0 and "budget" not in place("check").out

    place.write("config.yaml", f"{CONFIG}{X}budget: {{x: 0.01}}\n")
    for said in (place("plan").err, place("plan", "--json").err, place("check").out):
        assert "over the budget of US$0.01" in said
        assert "config.yaml:15:10: x: " in said
        assert "leave links out, post less, or raise it" in said
    checked = place("check", "--json")
    assert checked.code == 0
    found = [row for row in checked.rows() if row["rule"] == "budget"]
    assert found and {row["level"] for row in found} == {"warn"}

    place.write("config.yaml", f"{CONFIG}{X}budget: {{y: 0.01}}\n")
    refused = place("check")
    assert refused.code == 1
    assert "no account called `y`" in refused.out


def test_two_accounts_that_say_the_same_are_an_error_on_x(place: Place) -> None:
    place.write("config.yaml", CONFIG + X + X.replace("  x:", "  x-bandung:"))
    place.campaign("[x, x-bandung]")
    checked = place("check", "--json")
    assert checked.code == 1
    found = [row for row in checked.rows() if row["rule"] == "twins"]
    # The vigil is one problem, and all the mornings together are one.
    assert [row["message"].partition(" (")[0] for row in found] == [
        "x-bandung says the same as x within a day: against the rules of x"
    ] * 2
    assert "x-bandung says the same as x" in place("plan", "--to", day(2)).out
    text = (place.folder / "schedules/c.yaml").read_text()
    place.write(
        "schedules/c.yaml",
        text.replace("Day {{", "{{ account.id }} {{").replace("Tonight", "{{ account.id }}"),
    )
    assert place("check").code == 0
