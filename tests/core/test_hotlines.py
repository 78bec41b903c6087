"""Which help line a post prints: confirmed, for its audience, from where that is, on the day it goes out."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

import pytest

from campaign.core.compose import Composer, Composition
from campaign.core.hotlines import (
    Audience,
    Channel,
    Check,
    Group,
    Hotline,
    How,
    Kind,
    Reach,
    Status,
    confirmed,
    latest,
)
from campaign.core.model import Account, Campaign, Link, Slot, Target, Workspace
from campaign.core.text import TextRules
from campaign.core.timetable import At, Moment, Timetable
from campaign.errors import Place
from campaign.workspace.findings import Findings
from campaign.workspace.hotlines import NAME, read_hotlines
from campaign.workspace.yamlfile import read

HERE = Place("schedules/c.yaml", 3, 5)
DUE = date(2027, 7, 1)
CHECKED = date(2027, 6, 1)
GREEN = Status.GREEN

SAPA = Hotline(
    "id-sapa129",
    {"id": "SAPA 129", "en": "SAPA 129 (women and children)"},
    "ID",
    (
        Channel(Kind.PHONE, "129", Reach.DOMESTIC, GREEN),
        Channel(Kind.WHATSAPP, "08111-129-129", Reach.ANYWHERE, GREEN, "+628111129129"),
    ),
    GREEN,
    "https://example.org/sapa",
    serves=frozenset({Group.WOMEN, Group.CHILDREN}),
    hours={"id": "24 jam", "en": "24 hours"},
)
KP2MI = Hotline(
    "id-kp2mi",
    {"": "KP2MI"},
    "ID",
    (
        Channel(Kind.PHONE, "0800-1000", Reach.DOMESTIC, GREEN),
        Channel(Kind.PHONE, "+62 21 2924 4800", Reach.ABROAD, GREEN, "+622129244800"),
    ),
    GREEN,
    "https://example.org/kp2mi",
    page="https://kp2mi.example/help",
)


def check(line: Hotline, written: str, on: date = CHECKED) -> Check:
    return Check(line.id, written, "ani", on, How.CALLED)


ALL = (
    check(SAPA, "129"),
    check(SAPA, "0811 1129129"),
    check(KP2MI, "08001000"),
    check(KP2MI, "+622129244800"),
)


def compose(
    text: str = "{{ hotline() }}",
    *,
    language: str = "id",
    slot: dict[str, Any] | None = None,
    campaign: dict[str, Any] | None = None,
    account: Audience | None = None,
    **workspace: Any,
) -> Composition:
    target = Target(Account("fedi", "x", ("id", "en"), None, audience=account), language)
    moment = Moment(datetime(2027, 7, 1, 2, tzinfo=UTC), datetime.fromisoformat("2027-07-01T09:00"), None)
    timetable = Timetable(At((moment.wall,)), "Asia/Jakarta")
    planned = Slot("s", timetable, (target,), HERE, text={"": text}, **(slot or {}))
    world = Campaign("c", {"": "C"}, "Asia/Jakarta", (planned,), HERE, "0", **(campaign or {}))
    values: dict[str, Any] = {
        "hotlines": {line.id: line for line in (KP2MI, SAPA)},
        "preferred": ("id-kp2mi", "id-sapa129"),
        "checks": ALL,
        "audience": Audience("ID"),
    }
    space = Workspace(
        PurePath(), uuid.UUID(int=1), "Asia/Jakarta", "", ("id",), {}, {"c": world}, **(values | workspace)
    )
    return Composer(space, lambda account: TextRules()).compose(world, planned, moment, target)


def said(*words: Any, **more: Any) -> str:
    made = compose(*words, **more)
    assert made.problems == ()
    return made.posts[0].text


def fault(*words: Any, **more: Any) -> tuple[str, str]:
    made = compose(*words, **more)
    assert made.posts == ()
    (problem,) = made.problems
    assert problem.place == HERE
    return problem.message, problem.hint


def test_the_first_confirmed_one_of_the_list_is_printed() -> None:
    assert said() == "KP2MI: 0800-1000"
    assert said(campaign={"hotlines": ("id-sapa129", "id-kp2mi")}) == "KP2MI: 0800-1000"
    women = Audience("ID", who=frozenset({Group.WOMEN}))
    assert said(campaign={"hotlines": ("id-sapa129", "id-kp2mi"), "audience": women}) == (
        "SAPA 129: 129, WhatsApp 08111-129-129"
    )
    assert said(checks=ALL[:2], audience=women) == "SAPA 129: 129, WhatsApp 08111-129-129"


def test_only_the_channels_that_were_checked_are_printed() -> None:
    assert said("{{ hotline('id-sapa129') }}", checks=ALL[:1]) == "SAPA 129: 129"
    assert said("{{ hotline('id-sapa129') }}", checks=ALL[1:2]) == "SAPA 129: WhatsApp 08111-129-129"


def test_a_short_number_does_not_ring_abroad() -> None:
    abroad = Audience("ID", abroad=True)
    assert said(audience=abroad) == "KP2MI: +62 21 2924 4800"
    assert said("{{ hotline('id-sapa129') }}", audience=abroad) == "SAPA 129: WhatsApp +628111129129"
    only_phone = {SAPA.id: replace(SAPA, channels=SAPA.channels[:1])}
    message, _ = fault("{{ hotline('id-sapa129') }}", audience=abroad, hotlines=only_phone)
    assert "can't be reached from abroad" in message


def test_a_line_for_some_is_not_given_to_everybody() -> None:
    message, hint = fault(checks=ALL[:2])
    assert "id-sapa129 serves children, women only" in message
    assert "id-kp2mi was checked by nobody of this organisation" in message
    assert hint.startswith("campaign hotlines verify id-kp2mi")
    men_too = Audience("ID", who=frozenset({Group.WOMEN, Group.MEN}))
    assert "serves children, women only" in fault(checks=ALL[:2], audience=men_too)[0]


def test_account_over_campaign_over_workspace() -> None:
    abroad, home = Audience("ID", abroad=True), Audience("ID")
    assert said(audience=abroad, campaign={"audience": home}) == "KP2MI: 0800-1000"
    assert said(audience=home, campaign={"audience": home}, account=abroad) == "KP2MI: +62 21 2924 4800"


def test_another_country_is_not_served() -> None:
    message, _ = fault(audience=Audience("GB"))
    assert "id-kp2mi is for people in ID, the audience is GB" in message
    assert "is for people in ID" in fault("{{ hotline('id-kp2mi') }}", audience=Audience("GB"))[0]


@pytest.mark.parametrize(("age", "counts"), [(0, True), (90, True), (91, False), (-1, False)])
def test_a_check_counts_for_ninety_days_from_its_day(age: int, counts: bool) -> None:
    checks = (check(KP2MI, "0800-1000", DUE - timedelta(days=age)),)
    made = compose(checks=checks)
    assert bool(made.posts) is counts
    assert (confirmed(KP2MI, checks, DUE) == KP2MI.channels[:1]) is counts


def test_stale_says_until_when_it_counted() -> None:
    message, _ = fault(checks=(check(KP2MI, "0800-1000", date(2027, 1, 1)),), hotlines={KP2MI.id: KP2MI})
    assert "was last checked on 2027-01-01, which counts for 90 days, until 2027-04-01" in message


def test_a_check_is_of_the_digits_that_were_typed() -> None:
    assert latest(KP2MI, KP2MI.channels[0], ALL) is ALL[2]
    moved = replace(KP2MI, channels=(Channel(Kind.PHONE, "0800-1001", Reach.DOMESTIC, GREEN),))
    message, _ = fault(hotlines={KP2MI.id: moved})
    assert "was checked by nobody" in message


def test_the_newest_check_of_a_channel_counts() -> None:
    checks = (check(KP2MI, "0800-1000", date(2027, 1, 1)), check(KP2MI, "0800 1000", date(2027, 6, 30)))
    assert said(checks=checks) == "KP2MI: 0800-1000"
    assert said(checks=checks[::-1]) == "KP2MI: 0800-1000"


@pytest.mark.parametrize("status", [Status.AMBER, Status.RED])
def test_only_green_is_printed_even_when_it_was_called(status: Status) -> None:
    message, _ = fault(hotlines={KP2MI.id: replace(KP2MI, status=status)})
    assert f"id-kp2mi is marked {status}" in message
    weak = replace(KP2MI, channels=(replace(KP2MI.channels[0], status=status),))
    assert compose(hotlines={KP2MI.id: weak}).posts == ()


def test_hours_only_if_they_are_confirmed() -> None:
    assert "24" not in said("{{ hotline('id-sapa129') }}")
    sure = {SAPA.id: replace(SAPA, hours_confirmed=True)}
    assert said("{{ hotline('id-sapa129') }}", hotlines=sure).endswith("08111-129-129 (24 jam)")
    assert said("{{ hotline('id-sapa129') }}", hotlines=sure, language="en").endswith("(24 hours)")
    other = {SAPA.id: replace(SAPA, hours_confirmed=True, hours={"en": "24 hours"})}
    assert "24" not in said("{{ hotline('id-sapa129') }}", hotlines=other)


def test_the_official_page_stands_in_if_the_slot_says_so() -> None:
    page = {"page_if_stale": True}
    assert said(checks=(), slot=page) == "https://kp2mi.example/help"
    assert said(slot=page) == "KP2MI: 0800-1000"
    assert "hotlines verify id-kp2mi; or write if_stale: page" in fault(checks=())[1]
    assert "none of them has a `page:`" in fault("{{ hotline('id-sapa129') }}", checks=(), slot=page)[0]
    # A page for people elsewhere helps nobody here.
    assert "no page to name" in fault(checks=(), slot=page, audience=Audience("GB"))[0]


def test_without_a_page_the_link_help_stands_in_if_the_slot_says_so() -> None:
    page = {"page_if_stale": True}
    here: dict[str, Any] = {"links": {"help": Link("https://example.org/bantuan", help=True)}}
    paged = {KP2MI.id: replace(KP2MI, page="")}
    reasons: tuple[dict[str, Any], ...] = (
        {"hotlines": paged, "checks": ()},
        {"preferred": ()},
        {"audience": None},
    )
    for why in reasons:
        assert said(slot=page, **why, **here) == "https://example.org/bantuan"
        assert compose(**why, **here).posts == (), "only where the slot says so"
    assert (
        compose(slot=page, preferred=(), **here)
        .explain[-1]
        .startswith("hotline(): the link `help`, for there is no")
    )
    assert said(slot=page, **here) == "KP2MI: 0800-1000"
    assert said(slot=page, checks=(), **here) == "https://kp2mi.example/help", "its own page first"
    # What was written wrong stays an error, and so does a link that nobody marked as help.
    assert "did you mean" in fault("{{ hotline('id-kp2m') }}", slot=page, **here)[0]
    assert "by nobody" in fault("{{ hotline('id-sapa129') }}", checks=(), slot=page, **here)[0]
    nameless = {KP2MI.id: replace(KP2MI, names={"en": "KP2MI"})}
    assert "has no name in 'id'" in fault(hotlines=nameless, slot=page, **here)[0]
    unmarked: dict[str, Any] = {"links": {"help": Link("https://example.org/bantuan")}}
    assert "no list" in fault(preferred=(), slot=page, **unmarked)[0]


@pytest.mark.parametrize(
    ("text", "workspace", "message"),
    [
        ("{{ hotline('id-kp2m') }}", {}, "there is no help line 'id-kp2m' (did you mean 'id-kp2mi'?)"),
        ("{{ hotline(5) }}", {}, "a hotline is named by a text"),
        ("{{ hotline() }}", {"preferred": ()}, "there is no list `hotlines:`"),
        ("{{ hotline() }}", {"audience": None}, "a help line needs an `audience:`"),
    ],
)
def test_what_is_missing_is_named(text: str, workspace: dict[str, Any], message: str) -> None:
    assert message in fault(text, **workspace)[0]


def test_no_name_in_the_language() -> None:
    nameless = {KP2MI.id: replace(KP2MI, names={"en": "KP2MI"})}
    assert "has no name in 'id'" in fault(hotlines=nameless)[0]


# -- numbers that somebody typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["WhatsApp 08111-129-129", "Call 129", "Hubungi 0800 1000", "+62 21 29244800"]
)
def test_a_known_number_may_be_typed(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize(
    "text", ["WhatsApp 08111-129-128", "Call 128", "Hubungi 0800 1001", "0812 3456 7890"]
)
def test_an_unknown_number_stops_the_post(text: str) -> None:
    message, hint = fault(text)
    assert "looks like a phone number, and is no help line known for ID" in message
    assert "{{ hotline() }}" in hint


def test_a_number_in_a_content_warning_is_seen_too() -> None:
    assert "0812 3456 7890" in fault("Halo", slot={"warning": {"": "0812 3456 7890"}})[0]


# -- the starter pack's entries -----------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("abroad", [False, True])
def test_every_entry_of_the_pack_is_printed_as_it_was_checked(abroad: bool) -> None:
    findings = Findings()
    lines = read_hotlines(read(NAME, (ROOT / NAME).read_bytes()), findings)
    assert findings.problems == []
    printed = 0
    for line in lines.values():
        assert compose(f"{{{{ hotline('{line.id}') }}}}", hotlines=lines, checks=()).posts == ()
        made = tuple(check(line, channel.show) for channel in line.channels)
        audience = Audience(line.country, abroad)
        reached = [c for c in line.channels if c.serves_from(abroad) and c.status is Status.GREEN]
        if not reached:
            continue
        text = said(
            f"{{{{ hotline('{line.id}') }}}}", hotlines=lines, checks=made, audience=audience, language="en"
        )
        assert all(channel.printed(abroad) in text for channel in reached)
        assert all(c.show not in text for c in line.channels if c.status is not Status.GREEN)
        printed += 1
    assert printed == (8 if abroad else 12)
