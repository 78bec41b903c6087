"""`campaign hotlines`, `campaign facts` and `campaign log --fact`, as people and scripts use them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml

from campaign.core.phones import canonical
from tests.cli.conftest import CONFIG, Place, day

LINES = """\
hotlines:
  - id: id-sapa129
    name: {en: Friend of Women and Children, id: Sahabat Perempuan dan Anak}
    country: ID
    channels:
      - {type: phone, show: "129"}
      - {type: whatsapp, show: "08111-129-129", e164: "+628111129129"}
    status: green
    source: https://example.org/sapa
    page: https://sapa.example/help
  - id: de-line
    name: {en: German line}
    country: DE
    channels: [{type: web, show: hilfetelefon.de}, {type: phone, show: "116 016"}]
    status: green
    source: https://example.org/de
"""
FACTS = """\
facts:
  - id: total
    text: {en: About 50 million people.}
    source: {title: Estimates, publisher: ILO, year: 2022, url: "https://example.org/r"}
    publishable: true
    review_by: 2099-01-01
  - {id: old, text: {en: An old figure.}, source: A book, publishable: true, review_by: 2020-01-01}
  - {id: hidden, text: {en: A guess.}, source: A rumour}
"""
CHECKED = "posts/hotlines.checked.yaml"


@pytest.fixture
def known(place: Place) -> Place:
    place.write("posts/hotlines.yaml", LINES)
    place.write("posts/facts.yaml", FACTS)
    place.write(
        "config.yaml",
        CONFIG + "audience: {country: ID}\nhotlines: [id-sapa129]\npeople: {ani: {can: [review]}}\n",
    )
    return place


def verify(place: Place, monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    return place("hotlines", "verify", *words).code


def test_verify_asks_for_the_number_and_never_shows_it(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1-2-9\n"))
    done = known("hotlines", "verify", "id-sapa129", "--by", "ani", "--how", "called")
    assert done.code == 0, done.err
    assert done.out == ""
    assert "official page: https://sapa.example/help" in done.err
    assert "129" not in done.err.replace("id-sapa129", "").replace("1-2-9", "")
    text = (known.folder / CHECKED).read_text()
    assert f'{{id: id-sapa129, number: "1-2-9", by: "ani", on: {day(0)}, how: called}}' in text
    assert known("check").code == 0


@pytest.mark.parametrize("typed", ["128", "08111-129-128", "", "call", "116016", "sapa.example/help"])
def test_wrong_digits_are_refused_and_nothing_is_written(
    known: Place, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    assert verify(known, monkeypatch, typed or "x", "id-sapa129", "--by", "ani", "--how", "called") == 1
    assert not (known.folder / CHECKED).exists()


def test_a_page_is_read_not_called(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "https://www.Hilfetelefon.de/"
    assert verify(known, monkeypatch, page, "de-line", "--by", "ani", "--how", "called") == 1
    assert verify(known, monkeypatch, page, "de-line", "--by", "ani", "--how", "page") == 0
    assert verify(known, monkeypatch, "116016", "de-line", "--by", "ani", "--how", "page") == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("id-sapa12", "--by", "ani", "--how", "called"), 1, "did you mean 'id-sapa129'?"),
        (("id-sapa129", "--by", "anni", "--how", "called"), 1, "did you mean 'ani'?"),
        (("id-sapa129", "--by", "ani"), 2, "--how called|page"),
        (("--how", "page"), 2, "verify ID"),
        (("id-sapa129", "--how", "page", "--json"), 2, "belong to the list"),
    ],
)
def test_what_verify_needs(
    known: Place, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("129\n"))
    done = known("hotlines", "verify", *words)
    assert done.code == code
    assert said in done.err
    assert not (known.folder / CHECKED).exists()


def test_the_list_shows_a_number_only_when_it_was_checked(
    known: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = known("hotlines")
    assert before.code == 0
    assert "phone (domestic): not checked yet" in before.out
    assert "08111" not in before.out
    assert "2 of 2 help lines" in before.err
    assert verify(known, monkeypatch, "08111 129 129", "id-sapa129", "--by", "ani", "--how", "called") == 0
    known.read()
    after = known("hotlines", "women")
    assert "08111-129-129, called by ani" in after.out
    assert "de-line" not in after.out
    assert "id-sapa129" not in known("hotlines", "--stale").out


def test_the_rows_for_programs(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    verify(known, monkeypatch, "129", "id-sapa129", "--by", "ani", "--how", "called")
    known.read()
    row, other = known("hotlines", "--json").rows()
    assert (row["id"], row["stale"], other["stale"]) == ("id-sapa129", False, True)
    assert [one["confirmed"] for one in row["channels"]] == [True, False]
    assert row["channels"][0] | {"valid_until": None} == {
        "type": "phone",
        "show": "129",
        "e164": None,
        "reach": "domestic",
        "status": "green",
        "checked_by": "ani",
        "checked_on": day(0),
        "how": "called",
        "valid_until": None,
        "confirmed": True,
    }
    assert row["channels"][0]["valid_until"] == day(90)


def test_a_post_goes_out_only_once_its_number_was_checked(
    known: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.campaign(vigil="{{ hotline() }}")
    refused = known("check")
    assert refused.code == 1
    assert "was checked by nobody of this organisation" in refused.out + refused.err
    verify(known, monkeypatch, "129", "id-sapa129", "--by", "ani", "--how", "called")
    known.read()
    assert known("check").code == 0
    shown = known("preview", known.vigil)
    assert "Friend of Women and Children: 129" in shown.out


def test_facts_are_listed_searched_and_sifted(known: Place) -> None:
    done = known("facts")
    assert done.code == 0
    assert "ILO: Estimates, 2022, https://example.org/r" in done.out
    assert "review overdue since 2020-01-01" in done.out
    assert "3 of 3 facts" in done.err
    assert [row["id"] for row in known("facts", "--stale", "--json").rows()] == ["old", "hidden"]
    (row,) = known("facts", "MILLION", "--json").rows()
    assert row == {
        "id": "total",
        "text": {"en": "About 50 million people."},
        "source": "ILO: Estimates",
        "year": 2022,
        "url": "https://example.org/r",
        "publishable": True,
        "review_by": "2099-01-01",
        "stale": False,
        "pack": None,
    }


def test_the_log_names_the_posts_that_are_out_and_used_a_fact(known: Place) -> None:
    known.campaign(vigil="{{ fact('total') }}")
    assert known("post", "c/vigil", "--by", "ani").code == 0
    assert known("run", "--once").code == 0
    known.read()
    (row,) = known("log", "--fact", "total", "--json").rows()
    assert (row["facts"], row["state"]) == (["total"], "sent")
    assert known("log", "--fact", "old", "--json").rows() == []
    wrong = known("log", "--fact", "totl")
    assert wrong.code == 1
    assert "did you mean 'total'?" in wrong.err
    assert known("log", known.vigil, "--fact", "total").code == 2


def test_the_log_names_the_posts_that_are_out_and_named_a_help_line(
    known: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.campaign(vigil="{{ hotline() }} {{ hotline('id-sapa129') }}")
    verify(known, monkeypatch, "129", "id-sapa129", "--by", "ani", "--how", "called")
    assert known("post", "c/vigil", "--by", "ani").code == 0
    known.read()
    (row,) = known("log", "--hotline", "id-sapa129", "--json").rows()
    assert (row["hotlines"], row["facts"], row["state"]) == (["id-sapa129"], [], "sent")
    assert known("log", "--hotline", "de-line", "--json").rows() == []
    assert known("log", "--hotline", "id-sapa129", "--fact", "total", "--json").rows() == []
    wrong = known("log", "--hotline", "id-sapa12")
    assert wrong.code == 1
    assert "did you mean 'id-sapa129'?" in wrong.err
    assert known("log", known.vigil, "--hotline", "id-sapa129").code == 2


STARTER = Path(__file__).resolve().parents[2] / "posts" / "hotlines.yaml"


def test_check_refuses_each_help_line_of_the_pack_with_any_digit_changed(known: Place) -> None:
    """Every position of every number, with every other digit, through the command, in the country of the entry."""
    known.write("posts/hotlines.yaml", STARTER.read_text(encoding="utf-8"))
    known.write("config.yaml", CONFIG)
    by_country: dict[str, dict[str, set[str]]] = {}
    for line in yaml.safe_load(STARTER.read_text(encoding="utf-8"))["hotlines"]:
        numbers = by_country.setdefault(line["country"], {"good": set(), "bad": set()})
        for channel in line["channels"]:
            if channel["type"] == "web":
                continue
            for written in filter(None, (channel["show"], channel.get("e164"))):
                # A channel that is weaker than its entry (an SMS code read on old pages only) is no known number.
                numbers["bad" if channel.get("status", "green") != "green" else "good"].add(written)
                for place, digit in enumerate(written):
                    others = set("0123456789") - {digit} if digit.isdigit() else ()
                    numbers["bad"] |= {written[:place] + other + written[place + 1 :] for other in others}
    assert sum(len(numbers["bad"]) for numbers in by_country.values()) > 1200
    for country, numbers in by_country.items():
        good = sorted(numbers["good"])
        spelled = {canonical(number, country) for number in good}
        bad = sorted(number for number in numbers["bad"] if canonical(number, country) not in spelled)
        posts = [
            f"  - {{id: {kind}-{n}, at: {day(2)} 20:00, text: {{en: 'Call {number}.'}}, repeat_after: 1 min}}\n"
            for kind, several in (("good", good), ("bad", bad))
            for n, number in enumerate(several)
        ]
        known.write(
            "schedules/c.yaml",
            f"audience: {{country: {country}}}\naccounts: [site]\nposts:\n{''.join(posts)}"
            if posts
            else "posts: []\n",
        )
        found = {
            row["key"].split("/")[1] for row in known("check", "--json").rows() if row["rule"] == "phone"
        }
        assert found == {f"bad-{n}" for n in range(len(bad))}, country
