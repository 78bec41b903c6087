"""No tracking, shortener or redirector on the way to help (rule SG29)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.helplinks import tracked_help, tracker
from campaign.core.model import Link
from campaign.core.redirectors import REDIRECTORS, SHORTENERS, TRACKING_KEYS
from tests.core.test_hotlines import KP2MI, compose, fault, said

WAYS = frozenset({"hilfetelefon.de", "kp2mi.example/help", "help.example/id"})


def told(text: str) -> list[str]:
    return [message for message, _ in tracked_help([text], lambda: WAYS)]


@pytest.mark.parametrize(
    "text",
    [
        "https://hilfetelefon.de?utm_source=x",
        "See https://www.hilfetelefon.de/chat/?a=1&UTM_Campaign=y.",
        "(https://kp2mi.example/help?fbclid=abc)",
        "https://kp2mi.example/help/form?x=1&amp;gclid=abc",
        "https://kp2mi.example/help#utm_medium=social",
        "https://kp2mi.example/help?%75tm_source=x",
        "hilfetelefon.de/?utm_source=x",
        "https://sub.hilfetelefon.de/?mc_eid=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fhilfetelefon.de%2F&h=AT0",
        "https://www.google.com/url?q=https://kp2mi.example/help&sa=D",
        "https://tinyurl.com/create?url=https://help.example/id",
        "https://wa.me/628118080141?utm_source=x",
        "https://api.whatsapp.com/send?phone=628118080141&fbclid=1",
    ],
)
def test_what_records_who_asks_for_help(text: str) -> None:
    assert len(told(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://hilfetelefon.de",
        "https://hilfetelefon.de/?lang=id#top",
        "https://wa.me/628118080141?text=Halo",
        "https://example.org/act?utm_source=x",
        "https://nothilfetelefon.de/?utm_source=x",
        "https://kp2mi.example/helpless?utm_source=x",
        "https://kp2mi.example/news?utm_source=x",
        "https://bit.ly/action",
        "https://www.facebook.com/sharer/sharer.php?u=https://hilfetelefon.de",
        "https://[broken?utm_source=hilfetelefon.de",
        "utm_source=hilfetelefon.de",
        "",
    ],
)
def test_what_does_not(text: str) -> None:
    assert told(text) == []


@given(st.sampled_from(sorted(TRACKING_KEYS)), st.sampled_from(sorted(WAYS)), st.booleans())
def test_every_key_is_found_wherever_it_stands(key: str, way: str, first: bool) -> None:
    query = f"{key}=1&x=2" if first else f"x=2&{key}=1"
    assert told(f"https://{way}?{query}")
    assert told(f"https://example.org/{way}?{query}") == []


@given(st.sampled_from([*sorted(SHORTENERS), *REDIRECTORS]))
def test_every_host_is_found(host: str) -> None:
    path = REDIRECTORS.get(host, "")
    assert tracker(f"https://{host}{path}/x") == host
    assert tracker(f"HTTPS://WWW.{host.upper()}{path}/x") == host
    assert tracker(f"https://{host}.example/x") == ""


@given(st.text(max_size=100))
def test_any_text_is_read(text: str) -> None:
    list(tracked_help([text, f"https://{text}", f"hilfetelefon.de/?{text}"], lambda: WAYS))
    tracker(text)


@pytest.mark.parametrize("piece", ["a.", "https://a.", "?utm_", "a/b.", "(", "hilfetelefon.de?", "%25", "&;"])
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    begin = time.perf_counter()
    told(text)
    told(f"https://hilfetelefon.de?{text}")
    assert time.perf_counter() - begin < 2


# -- in posts -----------------------------------------------------------------------------------------------


def test_a_tracked_way_to_help_stops_the_post() -> None:
    message, hint = fault("https://kp2mi.example/help?utm_source=x")
    assert "leads to help, and 'utm_source' in it records who follows it" in message
    assert "plain official address" in hint
    assert "records" in fault("Halo", slot={"warning": {"": "kp2mi.example/help/?fbclid=1"}})[0]
    assert said("https://kp2mi.example/other?utm_source=x")


def test_a_link_of_ones_own_that_is_marked_help_is_known_in_texts_too() -> None:
    links = {"links": {"help": Link("https://ours.example/help", help=True)}}
    assert "records" in fault("https://ours.example/help/a?utm_source=x", **links)[0]
    assert compose("https://ours.example/help/a?utm_source=x").posts


@pytest.mark.parametrize("layer", ["workspace", "campaign", "slot"])
def test_link_adds_nothing_where_it_leads_to_help_whoever_forgot_to_say_so(layer: str) -> None:
    links = {
        "page": Link(KP2MI.page, track=True),
        "ours": Link("https://ours.example", help=True),
        "act": Link("https://act.example", track=True),
    }
    more = {"links": links} if layer == "workspace" else {layer: {"links": links}}
    assert said("{{ link('page') }} {{ link('ours') }}", **more) == f"{KP2MI.page} https://ours.example"
    assert "utm_source=x" in said("{{ link('act') }}", **more)
