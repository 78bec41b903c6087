"""The safeguarding rules as people meet them: `check` stops a post, `accept:` lets it pass on the record, `--text`."""

from __future__ import annotations

import io
import json

import pytest

from tests.cli.conftest import CONFIG, Place, day
from tests.networks.cases import drawn

PEOPLE = "people: {ani: {can: [safeguard]}, budi: {can: [safeguard]}, cici: {can: [review]}}\n"


@pytest.fixture
def people(place: Place) -> Place:
    place.write("config.yaml", CONFIG + PEOPLE)
    return place


def with_accept(place: Place, text: str, *accept: str, more: str = "") -> None:
    lines = "".join(f"      - {one}\n" for one in accept)
    place.write(
        "schedules/c.yaml",
        f"accounts: [site]\nposts:\n  - id: vigil\n    at: {day(2)} 20:00\n    text: {{en: {json.dumps(text)}}}\n"
        + (f"    accept:\n{lines}" if accept else "")
        + more,
    )


def test_what_breaks_a_rule_is_told_with_its_words_and_stops_the_post(people: Place) -> None:
    with_accept(people, "Help us rescue girls. Police found three child prostitutes.")
    done = people("check", "--json")
    assert done.code == 1
    found = {row["rule"]: row for row in done.rows()}
    assert found["SG13"]["level"] == "error"
    assert found["SG13"]["message"].startswith('"child prostitutes": ')
    assert found["SG12"]["level"] == "warn"
    assert found["SG12"]["key"] == f"c/vigil/{day(2)}T20:00/site"
    assert "no proof of safety" in done.err
    (planned,) = people("plan", "--from", day(0), "--to", day(3), "--json").rows()
    assert any(problem["rule"] == "SG13" for problem in planned["problems"])


def test_a_warning_let_pass_by_one_person_becomes_advice_and_goes_on_the_record(people: Place) -> None:
    with_accept(
        people, "Help us rescue girls.", '{rule: SG12, words: "Rescue girls", by: ani, reason: a quotation}'
    )
    done = people("check", "--json")
    assert done.code == 0
    (row,) = done.rows()
    assert (row["rule"], row["level"]) == ("SG12", "advice")
    assert "let pass by ani: a quotation" in row["message"]
    assert people("post", "c/vigil", "--by", "ani").code == 0
    (sent,) = people("log", "--json", "--names").rows()
    assert sent["state"] == "sent"
    assert sent["accepted"] == [
        {"rule": "SG12", "words": "Rescue girls", "by": ["ani"], "reason": "a quotation"}
    ]
    assert 'SG12 ""Rescue girls"" (ani: a quotation)' in people("log", "--csv", "--names").out
    assert "Let pass" in people("log", sent["key"]).out


def test_it_covers_exactly_its_words(people: Place) -> None:
    accept = '{rule: SG12, words: "rescue girls", by: ani, reason: a quotation}'
    with_accept(people, "Help us rescue girls and save the victims.", accept)
    levels = {(row["message"].partition(":")[0], row["level"]) for row in people("check", "--json").rows()}
    assert levels == {('"rescue girls"', "advice"), ('"save the victims"', "warn")}


@pytest.mark.parametrize(
    ("accept", "why"),
    [
        ("{rule: SG13, words: child prostitutes, by: ani, reason: a quotation}", "it takes two people"),
        (
            "{rule: SG13, words: child prostitutes, by: [ani, ani], reason: a quotation}",
            "it takes two people",
        ),
        ("{rule: SG12, words: x, by: cici, reason: a quotation}", "cici can't let a safeguarding rule pass"),
        ("{rule: SG12, words: x, by: dodo, reason: a quotation}", "nobody called `dodo`"),
        ("{rule: SG99, words: x, by: ani, reason: a quotation}", "no rule called `SG99`"),
        ("{rule: SG12, words: x, by: ani}", "reason"),
        ("{rule: SG12, words: x, by: ani, reason: ok, until: 2027}", "until"),
        *(
            (
                f"{{rule: SG{n:02}, words: x, by: [ani, budi], reason: a quotation}}",
                f"nobody can let SG{n:02}",
            )
            for n in (1, 2, 3, 4, 5, 19, 20, 21, 29)
        ),
    ],
)
def test_who_may_let_what_pass(people: Place, accept: str, why: str) -> None:
    with_accept(people, "Police found three child prostitutes.", accept)
    done = people("check", "--json")
    assert done.code == 1
    row = next(row for row in done.rows() if why in row["message"])
    assert (row["file"], row["line"]) == ("schedules/c.yaml", 7)


def test_two_people_can_let_an_error_pass(people: Place) -> None:
    accept = "{rule: SG13, words: child prostitutes, by: [ani, budi], reason: we quote the law}"
    with_accept(people, "Police found three child prostitutes.", accept)
    done = people("check")
    assert done.code == 0
    assert "let pass by ani and budi: we quote the law" in done.out


@pytest.mark.parametrize(
    ("pillar", "text", "expected"),
    [
        ("signs", "No passport may be a sign. See https://help.example", set()),
        ("signs", "No passport is a sign. See https://help.example", {("SG23", "warn")}),
        ("signs", "No passport may be a sign.", {("SG07", "warn")}),
        ("help", "Help is there for you.", {("SG07", "error")}),
        ("story", "She learned to sew. See https://help.example", {("SG19", "error"), ("SG30", "error")}),
    ],
)
def test_what_a_post_is_about_asks_for_more_than_its_words(
    people: Place, pillar: str, text: str, expected: set[tuple[str, str]]
) -> None:
    links = "links: {help: {url: https://help.example, help: true}}\n"
    with_accept(people, text, more=f"    pillar: {pillar}\n{links}")
    assert {(row["rule"], row["level"]) for row in people("check", "--json").rows()} == expected


def test_caveat_and_help_stand_in_the_first_part_of_a_thread(people: Place) -> None:
    people.write(
        "schedules/c.yaml",
        f"accounts: [site]\nlinks: {{help: {{url: https://help.example, help: true}}}}\n"
        f"posts: [{{id: vigil, at: {day(2)} 20:00, template: t, pillar: signs}}]\n",
    )
    people.write("posts/t.j2", "No passport is a sign.\n---\nIt may be. https://help.example\n")
    assert {row["rule"] for row in people("check", "--json").rows()} == {"SG07", "SG23"}
    people.write("posts/t.j2", "No passport may be a sign. https://help.example\n---\nSo is a debt.\n")
    assert people("check", "--json").rows() == []


def test_a_description_is_held_against_the_rules_too(people: Place) -> None:
    (people.folder / "posts" / "a.png").write_bytes(drawn())
    picture = '    image: {file: a.png, alt: {en: "A girl with chained hands behind bars"}}\n'
    with_accept(people, "Tonight we light a candle.", more=picture)
    done = people("check", "--json")
    assert done.code == 1
    assert any(row["rule"] == "SG11" and "description: " in row["message"] for row in done.rows())


def test_explicit_words_stand_behind_a_warning_and_below_the_first_line(people: Place) -> None:
    warning = "    warning: {en: abuse}\n"
    with_accept(people, "A note.\nShe was beaten.", more=warning)
    assert people("check", "--json").rows() == []
    with_accept(people, "She was beaten.\nA note.", more=warning)
    assert [row["rule"] for row in people("check", "--json").rows()] == ["SG18"]


# -- any text -------------------------------------------------------------------------------------------------------


def test_any_text_is_held_against_the_rules(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("draft.txt", "One line.\nWe keep a database of known traffickers.\n")
    done = place("check", "--text", str(place.folder / "draft.txt"), "--language", "en", "--json")
    assert done.code == 1
    (row,) = done.rows()
    assert (row["rule"], row["line"], row["column"]) == ("SG03", 2, 11)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Kita baca bersama.")))
    done = place("check", "--text", "-", "--language", "id")
    assert (done.code, done.out) == (0, "")
    assert "no proof of safety" in done.err
    assert "Has the help line been called" in done.err
    assert max(map(len, done.err.splitlines())) <= 120


def test_a_number_in_a_pasted_text_is_held_against_the_known_lines(place: Place) -> None:
    place.write("config.yaml", CONFIG + "audience: {country: ID}\n")
    place.write("draft.txt", "Call 0812-3456-7890 for help.")
    done = place("check", "--text", str(place.folder / "draft.txt"), "--json")
    assert [row["rule"] for row in done.rows()] == ["phone"]


def test_a_text_can_be_checked_where_there_is_no_workspace(
    tmp_path_factory: pytest.TempPathFactory, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaign.cli.main import main

    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "draft.txt").write_text("Mari menyelamatkan korban.")
    monkeypatch.chdir(elsewhere)
    assert main(["check", "--text", "draft.txt"]) == 2
    assert "--text needs --language" in place.read().err
    assert main(["check", "--text", "draft.txt", "--language", "id", "--json"]) == 0
    said = place.read()
    assert json.loads(said.out)["rule"] == "SG12"
    assert "phone numbers were not looked at" in said.err


def test_a_language_without_rules_is_told(place: Place) -> None:
    place.write("draft.txt", "Bonjour.")
    assert (
        "no rules for 'fr'"
        in place("check", "--text", str(place.folder / "draft.txt"), "--language", "fr").err
    )


def test_language_alone_is_a_wrong_use(place: Place) -> None:
    assert place("check", "--language", "id").code == 2


def test_retired_claims_of_the_workspace_count_as_well(place: Place) -> None:
    place.write(
        "posts/facts.yaml",
        "facts: []\nretired:\n"
        "  - {id: our-old-one, level: error, pattern: 'seven towns', why: It was eight., replace_with: towns}\n",
    )
    place.campaign(vigil="We lit candles in Seven Towns.")
    (row,) = place("check", "--json").rows()
    assert (row["rule"], row["hint"]) == ("our-old-one", "{{ fact('towns') }}")
    place.write(
        "posts/facts.yaml", "facts: []\nretired:\n  - {id: our-old-one, pattern: '(?<!a)b', why: x}\n"
    )
    (row,) = [row for row in place("check", "--json").rows() if row["rule"] == "safeguards"]
    assert (row["file"], row["line"], row["level"]) == ("posts/facts.yaml", 3, "error")
