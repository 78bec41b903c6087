"""What a consent covers: network, language, the day of the occurrence; and that a post keeps which one it used."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.consents import OWN_PAGES, Consent, Kind, Status
from campaign.core.model import Post, Target
from campaign.core.timetable import Moment
from campaign.errors import Place
from tests.core.test_compose import FEDI, TWITTER, ZONE, a_slot, compose, only, problem

LAST = date(2027, 7, 1)
STORY = Consent("story-07", Kind.STORY, frozenset({"mastodon"}), frozenset({"id"}), LAST, Status.GIVEN, "ani")
AT = Place("schedules/world-day.yaml", 20, 14)


def using(
    *names: str, consents: tuple[Consent, ...] = (STORY,), target: Target | None = None, **more: Any
) -> Any:
    slot = a_slot(consents=names, consent_at=AT, text={"": "Cerita"})
    return compose(slot, target, consents={consent.id: consent for consent in consents}, **more)


def test_a_covered_post_keeps_which_consent_it_used() -> None:
    post = only(using("story-07"))
    assert post.consents == ("story-07",)
    kept = json.loads(json.dumps(post.as_json()))
    assert Post.from_json(kept) == post
    del kept["consents"]  # a row that an older version made
    assert Post.from_json(kept).consents == ()
    assert post.digest() == replace(post, consents=()).digest()  # approvals are bound to what a reader sees


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"status": Status.WITHDRAWN}, "SG20", "consent 'story-07' was withdrawn"),
        ({"until": LAST - timedelta(1)}, "SG20", "ended on 2027-06-30, and this is for 2027-07-01"),
        ({"networks": frozenset({"feed"})}, "SG19", "covers no network 'mastodon', only feed"),
        ({"languages": frozenset({"en"})}, "SG19", "covers no language 'id', only en"),
        ({"kind": Kind.CHILD}, "SG19", "of a child: none on social media (mastodon)"),
        ({"id": "story-08"}, "SG19", "there is no consent 'story-07' (did you mean 'story-08'?)"),
    ],
)
def test_what_is_not_covered_is_not_posted(changes: dict[str, Any], rule: str, words: str) -> None:
    found = problem(using("story-07", consents=(replace(STORY, **changes),)), rule)
    assert words in found.message
    assert found.place == AT
    assert found.hint


def test_each_consent_of_a_post_has_to_cover_it() -> None:
    photo = replace(STORY, id="photo-03", status=Status.WITHDRAWN)
    assert "photo-03" in problem(using("story-07", "photo-03", consents=(STORY, photo)), "SG20").message


def test_each_account_is_judged_by_itself() -> None:
    assert using("story-07", target=Target(FEDI, "id")).posts
    assert "'x'" in problem(using("story-07", target=Target(TWITTER, "id")), "SG19").message
    assert "'en'" in problem(using("story-07", target=Target(FEDI, "en")), "SG19").message


@pytest.mark.parametrize(("hour", "good"), [(23, True), (0, False)])
def test_the_day_is_that_of_the_occurrence_in_the_campaign_s_zone(hour: int, good: bool) -> None:
    wall = datetime.fromisoformat(f"2027-07-0{1 if good else 2}T{hour:02}:30")
    due = wall.replace(tzinfo=ZoneInfo(ZONE))
    assert bool(using("story-07", moment=Moment(due, wall)).posts) is good


@given(
    st.sampled_from(Kind),
    st.sampled_from(Status),
    st.sets(st.sampled_from(["feed", "mastodon", "x", "email"]), min_size=1),
    st.sets(st.sampled_from(["id", "en"]), min_size=1),
    st.integers(-3, 3),
    st.sampled_from(["feed", "mastodon", "x", "email"]),
    st.sampled_from(["id", "en"]),
)
def test_it_covers_exactly_what_was_agreed(
    kind: Kind,
    status: Status,
    networks: set[str],
    languages: set[str],
    days: int,
    network: str,
    language: str,
) -> None:
    consent = Consent("a", kind, frozenset(networks), frozenset(languages), LAST, status, "ani")
    ended = status is Status.WITHDRAWN or days > 0
    agreed = (
        network in networks and language in languages and (kind is not Kind.CHILD or network in OWN_PAGES)
    )
    against = consent.against(network, language, LAST + timedelta(days))
    assert (against is None) is (agreed and not ended)
    if against is not None:
        assert against[0] == ("SG20" if ended else "SG19")
