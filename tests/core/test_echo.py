"""What is said once for many accounts is what each would say alone, and is made once."""

from __future__ import annotations

import cProfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.card import CardText
from campaign.core.compose import Composer
from campaign.core.hotlines import Audience
from campaign.core.model import Account, Link, Slot, Target, Thread, Workspace
from campaign.core.render import Renderer
from campaign.core.text import TextRules, Unit
from campaign.core.timetable import first
from campaign.errors import Place
from campaign.workspace.cards import CardPress
from campaign.workspace.safeguards import built_in
from tests.core.test_compose import fact
from tests.core.test_outlook import NOW, a_slot, a_workspace, at, daily

RULES = {
    "mastodon": TextRules(limit=60, unit=Unit.MASTODON, warning_counts=True),
    "x": TextRules(limit=40, unit=Unit.WEIGHTED, threads=False),
    "instagram": TextRules(limit=200),
    "feed": TextRules(),
}
TEXTS = st.sampled_from(
    [
        "A sign to know. {{ occurrence.date }}",
        "words for all {{ link('act') }}",
        "words for all {{ link('tracked') }}",
        "words of {{ account.id }}",
        "words on {{ network }}",
        "words in {{ language }} of {{ vars.who }}",
        "no template, call 0812 3456 7890, known traffickers",
        "#one #two #three #four",
        "one\n---\ntwo {{ vars.who }}",
        "{% if network == 'x' %}a{% else %}b{% endif %}",
        "{{ hashtags() }} {{ nothing }}",
        "",
    ]
)
ACCOUNTS = st.builds(
    Account,
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from(sorted(RULES)),
    st.just(("id", "en")),
    st.none(),
    vars=st.sampled_from([{}, {}, {"who": "us"}]),
    audience=st.sampled_from([None, None, Audience("GB"), Audience("ID")]),
)
TARGETS = st.lists(
    st.builds(Target, ACCOUNTS, st.sampled_from(["id", "en"])),
    min_size=2,
    max_size=6,
    unique_by=lambda t: t.name,
)
LINKS = {"act": Link("https://example.org/act"), "tracked": Link("https://example.org/t", track=True)}


def a_world(slot: Slot) -> Workspace:
    world = a_workspace(slot, links=LINKS, rules=built_in(), vars={"who": "you", "other": 1})
    campaign = replace(world.campaigns["c"], hashtags={"": ("Tag",)}, vars={"other": 2})
    return replace(world, campaigns={"c": campaign}, templates={"t.j2": "{{ vars.who }}", "t.x.j2": "x"})


@settings(deadline=None)
@given(
    TARGETS,
    TEXTS,
    st.sampled_from(["", "t"]),
    st.sampled_from(["", "of {{ account.id }}", "sad"]),
    st.sampled_from(Thread),
)
def test_each_says_what_it_would_alone(
    targets: list[Target], text: str, template: str, warning: str, thread: Thread
) -> None:
    slot = a_slot(
        "s", at("2027-07-02T09:00"), *targets, thread=thread, warning={"": warning} if warning else {}
    )
    slot = replace(slot, template="t", text=None) if template else replace(slot, text={"": text})
    world = a_world(slot)
    campaign, moment = world.campaigns["c"], first(slot.timetable, NOW)
    assert moment is not None
    together = Composer(world, lambda account: RULES[account.network])
    for target in targets:
        alone = Composer(world, lambda account: RULES[account.network])
        assert together.compose(campaign, slot, moment, target) == alone.compose(
            campaign, slot, moment, target
        )


def test_what_a_card_that_came_to_nothing_said_is_nobody_else_s() -> None:
    """Its facts would stop another account's post when they end, and take it down when one is withdrawn."""
    place = Place("schedules/c.yaml", 3, 1)
    told = fact("f")
    card = CardText(place, text={"": "{{ fact('f') }} " + "many long words " * 80}, networks=("mastodon",))
    targets = [Target(Account(name, name, ("id",), None), "id") for name in ("mastodon", "feed")]
    slot = replace(a_slot("s", at("2027-07-02T09:00"), *targets), text={"": "A few words."}, card=card)
    world = replace(a_world(slot), facts={"f": told}, press=CardPress(Path("/nowhere")))
    campaign, moment = world.campaigns["c"], first(slot.timetable, NOW)
    assert moment is not None
    rules = {"mastodon": TextRules(images=4), "feed": TextRules()}
    composer = Composer(world, lambda account: rules[account.network])
    with_card, without = (composer.compose(campaign, slot, moment, target) for target in targets)
    assert [problem.rule for problem in with_card.problems] == ["card"]
    assert [(post.facts, post.cited) for post in without.posts] == [((), {})]


def rendered(text: str, *networks: str) -> int:
    """How often a text is rendered for three days of an account on each network."""
    targets = [Target(Account(f"a{n}", name, ("id",), None), "id") for n, name in enumerate(networks)]
    slot = replace(a_slot("s", daily("09:00"), *targets), text={"": text})
    world = a_world(slot)
    composer = Composer(world, lambda account: RULES[account.network])
    moments = [first(slot.timetable, NOW + timedelta(days=n)) for n in range(3)]
    with patch.object(Renderer, "_output", autospec=True, side_effect=Renderer._output) as render:
        for moment in moments:
            for target in targets:
                assert moment is not None
                composer.compose(world.campaigns["c"], slot, moment, target)
    return render.call_count


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("{{ occurrence.date }} {{ vars.who }} {{ link('act') }}", 3),
        ("{{ account.id }}", 12),
        ("{{ network }}", 12),
        ("{{ link('tracked') }}", 12),
    ],
)
def test_a_text_is_rendered_once_for_those_that_it_cannot_tell_apart(text: str, times: int) -> None:
    assert rendered(text, "x", "mastodon", "mastodon", "feed") == times


def test_another_day_or_another_slot_is_another_post() -> None:
    one, two = (a_slot(name, daily("09:00"), *TWO) for name in ("one", "two"))
    world = a_workspace(one, two)
    composer = Composer(world, lambda account: RULES[account.network])
    moment = first(one.timetable, datetime(2027, 7, 3, tzinfo=UTC))
    assert moment is not None
    said = {
        composer.compose(world.campaigns["c"], slot, when, target).posts[0].text
        for slot in (one, two)
        for when in (moment, replace(moment, due=moment.due + timedelta(days=1)))
        for target in TWO
    }
    assert len(said) == 4


TWO = tuple(Target(Account(name, "feed", ("id",), None), "id") for name in "ab")


def calls(*work: tuple[Composer, Workspace, Slot, Target]) -> float:
    """How many functions are called for each post, on average."""
    made = [
        (composer, world, slot, first(slot.timetable, NOW), target) for composer, world, slot, target in work
    ]
    profile = cProfile.Profile()
    for composer, world, slot, moment, target in made:
        assert moment is not None
        profile.enable()
        composed = composer.compose(world.campaigns["c"], slot, moment, target)
        profile.disable()
        assert composed.posts, composed.problems
    return sum(entry.callcount for entry in profile.getstats()) / len(made)


def test_a_post_does_not_take_more_steps_than_it_needs() -> None:
    """About twice as many as it took when this was written: a text that is compiled for each post takes ten times."""
    text = "Sign {n} of many, {{{{ occurrence.date }}}}. {{{{ link('act') }}}} {{{{ hashtags() }}}}"
    slots = [a_slot(f"s{n}", daily("09:00"), *TWO) for n in range(20)]
    slots = [replace(slot, text={"": text.format(n=n)}) for n, slot in enumerate(slots)]
    worlds = [a_world(slot) for slot in slots]
    composers = [Composer(world, lambda account: RULES[account.network]) for world in worlds]
    calls((composers[0], worlds[0], slots[0], TWO[0]))  # what is made once
    for target, most in zip(TWO, (1000, 150), strict=True):  # the second one says the same
        assert calls(*((c, w, s, target) for c, w, s in zip(composers, worlds, slots, strict=True))) < most
