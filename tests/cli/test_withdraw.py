"""withdraw and redact, as a person types them, against the feed and a network that takes nothing back."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Place, day

CONSENTS = """\
consents:   # the case team holds the forms
  - {{id: story-07, kind: story, networks: [feed], languages: [en], until: {until}, status: given, held_by: ani}}
"""


@pytest.fixture
def stories(place: Place) -> Place:
    """The campaign's posts tell a story, under a consent."""
    place.write("posts/consents.yaml", CONSENTS.format(until=day(90)))
    text = (place.folder / "schedules/c.yaml").read_text()
    for name in ("vigil", "daily"):
        text = text.replace(f"  - id: {name}\n", f"  - id: {name}\n    consent: story-07\n")
    place.write("schedules/c.yaml", text)
    return place


def online(place: Place, words: str) -> bool:
    """Whether any file of the feed says so."""
    files = (path for path in (place.folder / "public").rglob("*") if path.is_file())
    return any(words.encode() in path.read_bytes() for path in files)


def state(place: Place) -> dict[str, str]:
    return {row["key"]: row["say"] for row in place("log", "--json").rows()}


def test_a_post_is_taken_out_of_the_feed(place: Place) -> None:
    place("post", "c/vigil")
    assert online(place, "we light a candle")
    done = place("withdraw", place.vigil, "--yes", "--reason", "wrong time")
    assert done.code == 0, done.err
    assert "1 post to delete where it is" in done.err
    assert f"{place.vigil}: deleted" in done.err
    assert "Copies may live on elsewhere" in done.err
    assert not online(place, "we light a candle")
    assert state(place) == {place.vigil: "published, then withdrawn"}
    told = place("log", place.vigil).out
    assert "gone from the network" in told and "wrong time" in told
    again = place("withdraw", place.vigil, "--yes")
    assert (again.code, "was deleted before" in again.out) == (0, True)


def test_it_asks_and_does_nothing_where_nobody_answers(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place("post", "c/vigil")
    refused = place("withdraw", place.vigil)
    assert refused.code == 1
    assert "say --yes" in refused.err
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert place("withdraw", place.vigil).code == 130
    assert online(place, "we light a candle")
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert place("withdraw", place.vigil).code == 0
    assert not online(place, "we light a candle")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_ahead_is_cancelled(place: Place) -> None:
    done = place("withdraw", place.vigil, "--yes", "--json")
    assert done.code == 0, done.err
    [row] = done.rows()
    assert (row["result"], row["state"], row["done"]) == ("cancelled", "cancelled", True)
    assert place("post", "c/vigil", "--json").code == 1  # its occurrence is over


def test_by_hand(place: Place) -> None:
    place.campaign(accounts="[site, wa]")
    place("post", "c/vigil")
    by_hand = place.vigil.replace("/site", "/wa")
    place("resolve", by_hand, "--published", "https://chat.example/1")
    done = place("withdraw", place.vigil, by_hand, "--yes")
    assert done.code == 1
    first, second = done.out.index("Delete by hand"), done.out.index("Done")
    assert first < done.out.index("https://chat.example/1") < second < done.out.index(place.vigil)
    status = place("status")
    assert "Still online, to be withdrawn" in status.out
    assert [row["key"] for row in json.loads(place("status", "--json").out)["to_withdraw"]] == [by_hand]
    noted = place("withdraw", by_hand, "--deleted", "--yes", "--json")
    assert (noted.code, noted.rows()[0]["result"]) == (0, "deleted")
    assert "to be withdrawn" not in place("status").out


def test_a_consent_that_is_withdrawn(stories: Place) -> None:
    place = stories
    assert place("check").code == 0
    text = (place.folder / "schedules/c.yaml").read_text()
    place.write("schedules/c.yaml", text.replace("    consent: ", "    pillar: story\n    consent: "))
    assert "SG19" not in {row["rule"] for row in place("check", "--json").rows()}
    place.write("schedules/c.yaml", text)
    place("post", "c/vigil")
    done = place("withdraw", "--consent", "story-07", "--yes")
    assert done.code == 0, done.err
    assert not online(place, "we light a candle")
    text = (place.folder / "posts/consents.yaml").read_text()
    assert text == CONSENTS.format(until=day(90)).replace("given", "withdrawn")
    assert "Commit that" in done.err
    assert "Still in the files" in done.out
    assert "c/daily" in done.out.partition("Still in the files")[2]
    assert "c/vigil" not in done.out.partition("Still in the files")[2]  # it has gone out
    checked = place("check", "--json").rows()
    assert {(row["rule"], row["file"]) for row in checked if row["level"] == "error"} == {
        ("SG20", "schedules/c.yaml")
    }
    [row] = place("log", "--consent", "story-07", "--json").rows()
    assert (row["consents"], row["withdrawn_at"] is not None) == (["story-07"], True)
    planned = place("withdraw", "--consent", "story-07", "--yes", "--json").rows()
    assert [(row["result"], row["done"]) for row in planned] == [("gone", True), ("planned", False)]


def test_a_consent_that_nothing_used(stories: Place) -> None:
    place = stories
    done = place("withdraw", "--consent", "story-07", "--yes")
    assert done.code == 0
    assert "no post in the record uses it" in done.err
    assert "status: withdrawn" in (place.folder / "posts/consents.yaml").read_text()
    wrong = place("withdraw", "--consent", "story-08", "--yes")
    assert (wrong.code, "did you mean 'story-07'?" in wrong.err) == (1, True)


def test_a_fact_and_a_help_line(place: Place) -> None:
    place.write(
        "posts/facts.yaml",
        "facts: [{id: total, text: {en: About 50 million.}, source: ILO, publishable: true}]\n",
    )
    place.campaign(vigil="{{ fact('total') }}")
    ahead = place("withdraw", "--fact", "total", "--yes")
    assert "set `publishable: false` at total" in ahead.out
    place("post", "c/vigil")
    done = place("withdraw", "--fact", "total", "--yes")
    assert done.code == 0
    assert not online(place, "About 50 million")
    assert "publishable: false" not in done.out  # the vigil is over, so the files say it no more
    wrong = place("withdraw", "--hotline", "id-a", "--yes")
    assert (wrong.code, "there is no hotline 'id-a'" in wrong.err) == (1, True)


def test_what_may_be_withdrawn_by_whom(place: Place) -> None:
    people = "people: {ani: {can: [safeguard]}, budi: {can: [review]}, cici: {can: [pause]}}\n"
    place.write("config.yaml", CONFIG + people)
    place("post", "c/vigil", "--by", "ani")
    refused = place("withdraw", place.vigil, "--by", "budi", "--yes")
    assert (refused.code, "who may: ani, cici" in refused.err) == (1, True)
    assert place("withdraw", place.vigil, "--by", "cici", "--yes").code == 0
    refused = place("redact", place.vigil, "--by", "cici", "--yes")
    assert (refused.code, "who may: ani" in refused.err) == (1, True)
    assert place("redact", place.vigil, "--by", "ani", "--yes").code == 0


@pytest.mark.parametrize("words", [(), ("--fact", "a", "--consent", "b"), ("c/vigil", "--fact", "a")])
def test_one_thing_at_a_time(place: Place, words: tuple[str, ...]) -> None:
    assert place("withdraw", *words, "--yes").code == 2


# -- redact ----------------------------------------------------------------------------------------

NAME = "Wulandari"


def with_name(folder: Path) -> list[str]:
    """The files of the store in which the name stands."""
    return [path.name for path in folder.glob("campaign.db*") if NAME.encode() in path.read_bytes()]


def test_a_name_goes_from_record_exports_and_files(place: Place) -> None:
    place.campaign(vigil=f"{NAME} lights a candle.")
    place("post", "c/vigil")
    assert with_name(place.folder)
    done = place("redact", place.vigil, "--by", "ani", "--yes")
    assert done.code == 0, done.err
    assert with_name(place.folder) == []
    for words in (("log",), ("log", "--json"), ("log", "--csv"), ("log", place.vigil), ("status",)):
        assert NAME not in place(*words).out
    assert "(text removed by ani on " in place("log").out
    assert "(text removed by ani on " in place("log", place.vigil).out
    [row] = place("log", "--json").rows()
    assert (row["text"], row["media"], row["redacted_by"]) == (None, [], "person 1")
    # What remains is named: it is still online, in the files, in backups.
    assert online(place, NAME)
    for piece in ("still online", f"campaign withdraw {place.vigil}", "backups", "git", "folders of `feed`"):
        assert piece in done.err
    assert place("withdraw", place.vigil, "--yes").code == 0
    assert not online(place, NAME)
    assert "still online" not in place("redact", place.vigil, "--by", "ani", "--yes").err


def test_a_preview_does_not_bring_it_back(place: Place) -> None:
    place.campaign(vigil=f"{NAME} lights a candle.")
    place("post", "c/vigil")
    assert NAME in place("preview", place.vigil).out
    place("redact", place.vigil, "--by", "ani", "--yes")
    shown = place("preview", place.vigil)
    assert (NAME in shown.out, "(text removed by ani on " in shown.out) == (False, True)
    page = place.folder / "page.html"
    place("preview", place.vigil, "--html", str(page))
    html = page.read_text()
    assert (NAME in html, "(text removed by ani on " in html) == (False, True)


def test_other_accounts_are_named(place: Place) -> None:
    place.campaign(accounts="[site, wa]", vigil=f"{NAME} lights a candle.")
    place("post", "c/vigil")
    other = place.vigil.replace("/site", "/wa")
    assert f"on other accounts: {other}" in place("redact", place.vigil, "--yes").err
    done = place("redact", other, "--yes", "--json")  # it waits for a person: cancelled first
    assert (done.code, done.rows()[0]["state"]) == (0, "cancelled")
    assert with_name(place.folder) == []


def test_what_is_ahead_has_no_text_to_remove(place: Place) -> None:
    place("post", "c/vigil")
    ahead = place("redact", f"c/daily/{day(5)}T09:00/site", "--yes")
    assert (ahead.code, "is still ahead" in ahead.err) == (1, True)
    assert place("redact", "--yes").code == 2
    refused = place("redact", place.vigil)
    assert (refused.code, "say --yes" in refused.err) == (1, True)
