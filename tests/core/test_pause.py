"""What a pause covers, for how long, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.core.pause import (
    ASK_AFTER,
    LONGEST_REASON,
    About,
    Pause,
    Scope,
    clean_reason,
    is_paused,
    stops,
    tag,
)

NOW = datetime(2027, 7, 1, 1, tzinfo=UTC)
CAMPAIGNS, LANGUAGES, TAGS = ("world-day", "stories"), ("id", "en", "pt", "pt-BR"), ("vigil", "help")
LOGINS = ("fedi", "x")

calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
names = st.frozensets
scopes = st.builds(
    Scope,
    names(st.sampled_from(CAMPAIGNS)),
    names(st.sampled_from(("fedi", "x", "fedi.en", "x.en"))),
    names(st.sampled_from(LANGUAGES)),
    names(st.sampled_from(TAGS)),
)


@st.composite
def posts(draw: st.DrawFn) -> About:
    login, language = draw(st.sampled_from(LOGINS)), draw(st.sampled_from(LANGUAGES))
    target = f"{login}.en" if language == "en" else login
    return About(
        draw(st.sampled_from(CAMPAIGNS)), login, target, language, draw(names(st.sampled_from(TAGS)))
    )


moments = st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))
pauses = st.builds(
    Pause,
    st.integers(1, 9),
    scopes,
    st.just("quake"),
    st.just("ani"),
    st.just("cli"),
    moments,
    until=st.none() | moments,
    ended=st.none() | moments,
)


@given(scopes, posts())
@calm
def test_a_scope_covers_what_each_kind_of_name_lets_in(scope: Scope, post: About) -> None:
    asked = [
        Scope(campaigns=scope.campaigns),
        Scope(accounts=scope.accounts),
        Scope(languages=scope.languages),
        Scope(tags=scope.tags),
    ]
    assert scope.covers(post) == all(one.covers(post) for one in asked)
    assert Scope().covers(post) and Scope().everything
    assert Scope.from_json(scope.as_json()) == scope


@given(scopes, posts(), st.sampled_from(CAMPAIGNS))
@calm
def test_another_name_of_the_same_kind_covers_more(scope: Scope, post: About, name: str) -> None:
    if scope.campaigns and scope.covers(post):
        assert replace(scope, campaigns=scope.campaigns | {name}).covers(post)


def test_a_language_means_its_regions_and_an_account_all_its_languages() -> None:
    post = About("c", "fedi", "fedi.pt-BR", "pt-BR")
    assert Scope(languages=frozenset({"pt"})).covers(post)
    assert not Scope(languages=frozenset({"pt-BR"})).covers(replace(post, language="pt"))
    assert Scope(accounts=frozenset({"fedi"})).covers(post)
    assert Scope(accounts=frozenset({"fedi.pt-BR"})).covers(post)
    assert not Scope(accounts=frozenset({"fedi.en"})).covers(post)


@given(st.lists(pauses, max_size=4), posts(), moments, st.none() | moments, moments)
@calm
def test_what_stops_a_post(
    there: list[Pause], post: About, ready: datetime, decided: datetime | None, now: datetime
) -> None:
    found = stops(there, post, ready, decided, now)
    covering = [one for one in there if one.scope.covers(post)]
    going = [one for one in covering if one.in_force(now)]
    if going:
        assert found == going[0]  # nothing that anybody decided lets it out
    elif found is not None:
        assert found in covering and found.end is not None
        assert ready < found.end and (decided is None or decided < found.end)
    else:
        for one in covering:
            assert one.end is not None
            assert ready >= one.end or (decided is not None and decided >= one.end)


@given(pauses, moments)
@calm
def test_a_pause_is_over_at_its_end_and_never_before(pause: Pause, now: datetime) -> None:
    if pause.ended is None:
        assert pause.in_force(now) == (pause.until is None or now < pause.until)
    else:
        assert not pause.in_force(now)


def test_a_pause_without_an_end_asks_each_day() -> None:
    pause = Pause(1, Scope(), "quake", "ani", "cli", NOW)
    assert not pause.asks(NOW + ASK_AFTER - timedelta(seconds=1))
    assert pause.asks(NOW + ASK_AFTER)
    kept = replace(pause, asked=NOW + ASK_AFTER)
    assert not kept.asks(NOW + ASK_AFTER) and kept.asks(NOW + 2 * ASK_AFTER)
    assert not replace(pause, until=NOW + timedelta(days=9)).asks(NOW + 3 * ASK_AFTER)


@given(st.text(max_size=40).map(lambda text: text * 12))
@calm
def test_a_reason_is_one_short_line_that_steers_nothing(text: str) -> None:
    said = clean_reason(text)
    assert len(said) <= LONGEST_REASON
    assert said == " ".join(said.split())
    assert not set(said) & set("\x1b\n\r\t\x00\u202e\u2066\x9b")
    assert clean_reason(said) == said


def test_how_it_is_said() -> None:
    scope = Scope(frozenset({"world-day"}), frozenset({"x", "fedi"}), frozenset(), frozenset({"vigil"}))
    assert scope.say == "campaign world-day, account fedi or x, tag #vigil"
    assert Scope().say == "everything"
    pause = Pause(1, scope, "quake", "ani", "cli", NOW)
    assert pause.because == "paused by ani: quake" and is_paused(pause.because)
    file = replace(pause, by="", host="lab1:/srv/c", reason="")
    assert file.because == "paused by the file PAUSE on lab1" and is_paused(file.because)
    assert tag(" #Vigil ") == "vigil"
