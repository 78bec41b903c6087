"""Does a frozen post still stand? Each thing that it printed, and each way in which the files may have changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.hotlines import Audience, Channel, Kind, Reach, Status
from campaign.core.model import Fact, Link, Media, Post, Workspace
from campaign.core.packs import Pack
from campaign.core.safeguard.rules import Accepted, How, Rule
from campaign.core.standing import BARRED, barred, bars, standing
from campaign.errors import Level, Place, Problem
from campaign.workspace.safeguards import built_in
from tests.core.test_hotlines import ALL, CHECKED, DUE, KP2MI, SAPA, check, compose

FACT = Fact(
    "f", {"id": "Sekitar 50 juta orang."}, "ILO", "https://ilo.example", 2022, True, date(2027, 12, 31)
)
HOME = Audience("ID")


def post(text: str, **more: Any) -> Post:
    made = compose(text, facts={"f": FACT}, **more)
    assert made.problems == ()
    return made.posts[0]


def space(**more: Any) -> Workspace:
    values: dict[str, Any] = {
        "hotlines": {line.id: line for line in (KP2MI, SAPA)},
        "checks": ALL,
        "facts": {"f": FACT},
    }
    return Workspace(Place("").file, None, "Asia/Jakarta", "", ("id",), {}, {}, **(values | more))  # type: ignore[arg-type]


def against(frozen: Post, audience: Audience | None = HOME, day: date = DUE, **more: Any) -> list[str]:
    return [problem.message for problem in standing(space(**more), [frozen], audience, day, None)]


BOTH = post("{{ fact('f') }} {{ hotline() }}")


def test_the_post_knows_what_it_used() -> None:
    assert (BOTH.facts, BOTH.hotlines) == (("f",), ("id-kp2mi",))
    assert BOTH.cited == {"fact:f": ("Sekitar 50 juta orang.",), "hotline:id-kp2mi": ("0800-1000",)}
    assert Post.from_json(BOTH.as_json()) == BOTH


def test_a_row_made_before_help_lines_were_noted_is_read() -> None:
    old = BOTH.as_json()
    del old["hotlines"], old["cited"]
    read = Post.from_json(old)
    assert (read.facts, read.hotlines, read.cited) == (("f",), (), {})
    assert read.digest() == BOTH.digest()
    assert against(read) == []
    assert against(read, facts={}) != []


def test_what_has_not_changed_stands() -> None:
    assert against(BOTH) == []
    assert against(post("Halo")) == []


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (None, "no longer in posts/facts.yaml"),
        (replace(FACT, publishable=False), "no longer publishable"),
        (replace(FACT, review_by=DUE - timedelta(days=1)), "had to be reviewed by 2027-06-30"),
        (replace(FACT, text={"id": "Sekitar 49 juta orang."}), "says something else now"),
        (replace(FACT, text={"en": "About 50 million."}), "says something else now"),
    ],
)
def test_a_fact_that_changed(fact: Fact | None, said: str) -> None:
    (message,) = against(BOTH, facts={"f": fact} if fact else {})
    assert said in message


def test_what_does_not_change_the_words_of_a_fact_stands() -> None:
    assert against(BOTH, facts={"f": replace(FACT, source="IOM", text={**FACT.text, "en": "x"})}) == []
    assert against(BOTH, facts={"f": replace(FACT, review_by=DUE)}) == []


MOVED = Channel(Kind.PHONE, "0800-1001", Reach.DOMESTIC, Status.GREEN)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"hotlines": {}}, "no longer in posts/hotlines.yaml"),
        ({"hotlines": {KP2MI.id: replace(KP2MI, status=Status.RED)}}, "is marked red"),
        ({"hotlines": {KP2MI.id: replace(KP2MI, country="MY")}}, "is for people in MY"),
        ({"hotlines": {KP2MI.id: replace(KP2MI, channels=(MOVED,))}}, "has changed in posts/hotlines.yaml"),
        ({"checks": ()}, "was checked by nobody"),
        ({"checks": (check(KP2MI, "+622129244800"),)}, "was checked by nobody"),
    ],
)
def test_a_help_line_that_changed(more: dict[str, Any], said: str) -> None:
    messages = against(BOTH, **more)
    assert any(said in message for message in messages), messages
    assert not any("0800" in message for message in messages if "help line 'id-kp2mi'" in message)


def test_a_check_that_ran_out_on_the_way() -> None:
    assert against(BOTH, day=CHECKED + timedelta(days=90)) == []
    (message,) = against(BOTH, day=CHECKED + timedelta(days=91))
    assert "was last checked on 2027-06-01, which counts for 90 days, until 2027-08-30" in message


def test_an_audience_that_moved_abroad_can_not_ring_there() -> None:
    (message,) = against(BOTH, Audience("ID", abroad=True))
    assert "can't be reached from abroad" in message


def test_the_page_and_the_hours_are_held_against_the_entry_too() -> None:
    page = post("{{ hotline() }}", checks=(), slot={"page_if_stale": True})
    assert against(page, checks=()) == []
    elsewhere = {KP2MI.id: replace(KP2MI, page="https://kp2mi.example/new")}
    assert "has changed" in against(page, hotlines=elsewhere)[0]
    sure = {SAPA.id: replace(SAPA, hours_confirmed=True)}
    hours = post("{{ hotline('id-sapa129') }}", hotlines=sure)
    assert against(hours, hotlines=sure) == []
    assert "has changed" in against(hours)[0]


def test_another_way_to_write_the_same_number_stands() -> None:
    spaced = (replace(KP2MI.channels[0], show="0800 1000"), KP2MI.channels[1])
    assert against(BOTH, hotlines={KP2MI.id: replace(KP2MI, channels=spaced)}) == []


def test_a_typed_number_that_is_known_no_longer() -> None:
    typed = post("Call 0800-1000")
    assert typed.hotlines == ()
    assert against(typed) == []
    assert "0800-1000" in against(typed, hotlines={})[0]
    alt = replace(post("Halo"), media=(Media("a.jpg", "Telepon 0800-1000"),))
    assert against(alt, hotlines={SAPA.id: SAPA})


def test_a_link_that_has_become_a_way_to_help() -> None:
    frozen = post("https://ours.example/a?utm_source=x")
    assert against(frozen) == []
    help_link = {"help": Link("https://ours.example", help=True)}
    assert against(frozen, links=help_link)
    pack = Pack("p", "1.0.0", "Us", "MIT", ("id",), date(2028, 1, 1), Place("posts/packs/p"), links=help_link)
    assert against(frozen, packs=(pack,))


def test_every_part_is_read() -> None:
    parts = [post("Halo"), replace(post("Halo"), text="Call 128")]
    assert len(standing(space(), parts, HOME, DUE, None)) == 1


@settings(deadline=None)  # the first one loads phonenumbers
@given(
    st.lists(
        st.sampled_from(
            ["Halo", "{{ fact('f') }}", "{{ hotline() }}", "{{ hotline('id-sapa129') }}", "Call 129"]
        )
    ),
    st.integers(0, 90),
    st.booleans(),
)
def test_what_composes_today_stands_today(pieces: list[str], age: int, abroad: bool) -> None:
    checks = tuple(replace(one, on=DUE - timedelta(days=age)) for one in ALL)
    audience = Audience("ID", abroad)
    made = compose("\n".join(["Halo", *pieces]), facts={"f": FACT}, checks=checks, audience=audience)
    assert made.problems == ()
    assert against(made.posts[0], audience, checks=checks) == []


def test_only_mendable_faults_bar_and_the_reason_says_what_to_do() -> None:
    def problem(rule: str, level: Level = Level.ERROR) -> Problem:
        return Problem(Place("posts/a.j2"), f"bad {rule}", f"mend {rule}", level, rule)

    assert bars([problem("hotline"), problem("fact"), problem("length", Level.WARN)], space())
    assert not bars([problem("hotline"), problem("template")], space())
    assert not bars([problem("hotline"), problem("SG03")], space())
    assert bars([problem("hotline"), problem("SG03")], space(rules=built_in()))
    assert not bars([], space())
    said = barred([problem("hotline"), problem("hotline"), problem("x", Level.WARN)])
    assert said == f"{BARRED}bad hotline (to do: mend hotline; then it goes out by itself)"


def test_a_rule_that_is_new_bars_what_was_frozen_before_it() -> None:
    frozen = post("Tujuh kota ikut serta.")
    assert against(frozen, rules=built_in()) == []
    retired = Rule(
        "kota", "kota", Level.ERROR, How.TEXT, "it was eight", patterns={"any": ("tujuh kota",)}, group="SG08"
    )
    (told,) = against(frozen, rules=(*built_in(), retired))
    assert "it was eight" in told
    let = replace(frozen, accepted=(Accepted("kota", "Tujuh kota", ("ani", "budi"), "a quotation"),))
    assert against(let, rules=(*built_in(), retired)) == []
