"""From a slot to posts: which file wins, what templates see, and that each fault is a problem with a place."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.compose import Composer, Composition
from campaign.core.links import first_link, tracked
from campaign.core.media import GIF, JPEG, MP4, PNG, WEBM, FilmRules, MediaRules, Picture
from campaign.core.model import (
    Account,
    Campaign,
    Fact,
    Image,
    Link,
    Post,
    Public,
    Slot,
    Target,
    Thread,
    Workspace,
)
from campaign.core.text import TextRules, Unit
from campaign.core.timetable import At, Moment, Timetable, Weekly
from campaign.core.variants import best_columns, image_names, suffixes, template_names
from campaign.errors import Level, Place, Problem

HERE = Place("schedules/world-day.yaml", 12, 5)
PICTURE = Place("schedules/world-day.yaml", 15, 7)
MASTODON = TextRules(limit=500, unit=Unit.MASTODON, images=4, alt_limit=1500, warning_counts=True)
X = TextRules(limit=280, unit=Unit.WEIGHTED, images=4, alt_limit=1000, duplicates=True)
RULES = {
    "mastodon": MASTODON,
    "x": X,
    "feed": TextRules(images=10),
    "sms": TextRules(limit=160, threads=False),
}
ZONE = "Asia/Jakarta"
WALL = datetime.fromisoformat("2027-07-01T09:00")
MOMENT = Moment(datetime(2027, 7, 1, 2, 0, tzinfo=UTC), WALL, 0)

FEDI = Account("fedi", "mastodon", ("id", "en"), None)
TWITTER = Account("x", "x", ("id",), None)
SMS = Account("sms", "sms", ("id",), None)


def fact(name: str, **changes: Any) -> Fact:
    values: dict[str, Any] = {
        "text": {"id": "Fakta.", "en": "A fact."},
        "publishable": True,
        "review_by": None,
    }
    return Fact(name, source="a report", url="https://example.org", year=2026, **(values | changes))


def a_slot(**changes: Any) -> Slot:
    values: dict[str, Any] = {
        "id": "signs",
        "timetable": Timetable(Weekly(frozenset({0, 3}), (time(9),)), ZONE, date(2027, 7, 1), numbered=True),
        "targets": (Target(FEDI, "id"),),
        "place": HERE,
    }
    if "template" not in changes:
        values["text"] = {"id": "Halo", "en": "Hello"}
    return Slot(**(values | changes))


def compose(
    slot: Slot,
    target: Target | None = None,
    *,
    moment: Moment = MOMENT,
    campaign: dict[str, Any] | None = None,
    **workspace: Any,
) -> Composition:
    values: dict[str, Any] = {"title": {"id": "Hari Dunia", "en": "World Day"}, "zone": ZONE}
    values |= {"starts": date(2027, 7, 1), "ends": date(2027, 7, 31), **(campaign or {})}
    world = Campaign(
        "world-day", slots=(slot,), place=Place("schedules/world-day.yaml"), digest="0", **values
    )
    space = Workspace(
        root=PurePath(),
        id=uuid.UUID(int=1),
        zone=ZONE,
        store="",
        languages=("id", "en"),
        accounts={account.id: account for account in (FEDI, TWITTER, SMS)},
        campaigns={world.id: world},
        **workspace,
    )
    composer = Composer(space, lambda account: RULES[account.network])
    return composer.compose(world, slot, moment, target or slot.targets[0])


def only(composition: Composition) -> Post:
    assert composition.problems == ()
    assert len(composition.posts) == 1
    assert composition.drafts == composition.posts
    return composition.posts[0]


def problem(composition: Composition, rule: str) -> Problem:
    assert composition.posts == ()
    assert [found.rule for found in composition.problems] == [rule], composition.problems
    found = composition.problems[0]
    assert found.level is Level.ERROR
    assert found.key.startswith("world-day/signs/2027-07-01T09:00/")
    return found


def say(source: str, target: Target | None = None, **more: Any) -> str:
    return only(compose(a_slot(text={"": source}, **more.pop("slot", {})), target, **more)).text


# -- the text ------------------------------------------------------------------------------------------------


def test_inline_text_in_the_language_of_the_target() -> None:
    slot = a_slot()
    post = only(compose(slot, Target(FEDI, "en")))
    assert (post.text, post.language, post.part, post.parts, post.media) == ("Hello", "en", 1, 1, ())
    assert only(compose(slot)).text == "Halo"


def test_a_missing_language_names_those_there_are() -> None:
    found = problem(compose(a_slot(text={"en": "Hello", "ms": "Helo"})), "language")
    assert found.place == HERE
    assert found.message == "there is no text in 'id', only in 'en', 'ms'"
    assert "fedi" in found.hint


@pytest.mark.parametrize(
    ("there", "winner"),
    [
        (["signs.x.id.j2", "signs.id.j2", "signs.x.j2", "signs.j2"], "signs.x.id.j2"),
        (["signs.id.j2", "signs.x.j2", "signs.j2"], "signs.id.j2"),
        (["signs.x.j2", "signs.j2", "signs.mastodon.id.j2", "signs.en.j2"], "signs.x.j2"),
        (["signs.j2"], "signs.j2"),
    ],
)
def test_the_nearest_template_wins_and_explain_says_so(there: list[str], winner: str) -> None:
    slot = a_slot(template="signs", targets=(Target(TWITTER, "id"),))
    composition = compose(slot, templates={name: name for name in there})
    assert only(composition).text == winner
    assert any(line.startswith(f"template posts/{winner}") for line in composition.explain)


def test_an_unknown_template() -> None:
    found = problem(compose(a_slot(template="sings"), templates={"signs.id.j2": "x"}), "template")
    assert found.place == HERE
    assert "did you mean 'signs'" in found.message
    assert found.hint == "looked for sings.mastodon.id.j2, sings.id.j2, sings.mastodon.j2, sings.j2 in posts/"


def test_a_fault_in_a_template_is_placed_in_the_template() -> None:
    templates = {"signs.j2": "a\n{% include 'help.j2' %}", "help.j2": "\n\n{{ rwo }}"}
    found = problem(compose(a_slot(template="signs"), templates=templates), "template")
    assert str(found.place) == "posts/help.j2:3"


def test_a_fault_in_inline_text_is_placed_at_the_slot() -> None:
    found = problem(compose(a_slot(text={"id": "a\n{{ rwo }}"})), "template")
    assert found.place == HERE
    assert found.message == "line 2 of the text: there is no 'rwo' here"


def test_parts_of_a_thread() -> None:
    media = frozenset({"a.jpg"})
    image = Image("a.jpg", {"": "Seorang perempuan menelepon"}, PICTURE)
    slot = a_slot(text={"id": "satu https://a.org\n---\ndua"}, images=(image,), warning={"id": "awas"})
    composition = compose(slot, media=media)
    first, second = composition.posts
    assert (first.part, first.parts, second.part, second.parts) == (1, 2, 2, 2)
    assert (first.link, second.link) == ("https://a.org", "")
    assert [m.file for m in first.media] == ["a.jpg"] and second.media == ()
    assert first.warning == second.warning == "awas"
    assert composition.lengths == (5 + 23 - 0 + 4, 3 + 4)


def test_without_threads_the_parts_are_one_post() -> None:
    composition = compose(a_slot(text={"id": "a\n---\nb"}), Target(SMS, "id"))
    assert only(composition).text == "a\n\nb"
    assert "sms has no threads: 2 parts are one post" in composition.explain
    found = problem(compose(a_slot(text={"id": "a\n---\n" + "b" * 160}), Target(SMS, "id")), "length")
    assert "163 of 160" in found.message


LONG = "Kenali tandanya. " * 30  # 510 characters


@pytest.mark.parametrize(
    ("thread", "end"), [(Thread.AUTO, "tandanya."), (Thread.NUMBERED, "tandanya. (1/2)")]
)
def test_too_long_a_text_becomes_a_thread_where_the_slot_says_so(thread: Thread, end: str) -> None:
    image = Image("a.jpg", {"": "Seorang perempuan menelepon"}, PICTURE)
    slot = a_slot(text={"id": LONG}, images=(image,), warning={"id": "awas"}, thread=thread)
    composition = compose(slot, media=frozenset({"a.jpg"}))
    one, two = composition.posts
    assert composition.problems == ()
    assert one.text.endswith(end) and (one.part, one.parts, two.part) == (1, 2, 2)
    assert max(composition.lengths) <= 500
    assert (len(one.media), len(two.media), two.warning) == (1, 0, "awas")
    assert only(compose(a_slot(text={"id": "Pendek."}, thread=thread))).text == "Pendek."


def test_parts_that_a_person_wrote_are_split_further() -> None:
    slot = a_slot(text={"id": f"Satu.\n---\n{LONG}\n---\nTiga."}, thread=Thread.NUMBERED)
    assert [post.text[-6:] for post in compose(slot).posts] == [" (1/4)", " (2/4)", " (3/4)", " (4/4)"]


def test_without_threads_too_long_stays_a_problem() -> None:
    slot = a_slot(text={"id": LONG}, thread=Thread.AUTO)
    found = problem(compose(slot, Target(SMS, "id")), "length")
    assert found.message == "too long for sms: 509 of 160 code points"
    assert found.hint == "shorten it"


def test_what_can_not_be_split_is_a_problem_and_is_never_cut() -> None:
    link = "https://example.org/" + "a" * 600
    slot = a_slot(text={"id": f"{LONG}\n{link}"}, thread=Thread.AUTO)
    composition = compose(slot, Target(FEDI, "id"))
    assert composition.posts and composition.posts[-1].text.endswith(link)  # it counts 23 there
    slot = a_slot(text={"id": f"Lihat {'a' * 600} di sana"}, thread=Thread.AUTO)
    found = problem(compose(slot), "length")
    assert found.message == "too long for mastodon: 600 of 500 Mastodon characters (part 2 of 3)"
    assert found.hint == "shorten it: there is no place to split it at"


@pytest.mark.parametrize("source", ["", " \n ", "{{ '' }}", "---"])
def test_an_empty_text(source: str) -> None:
    problem(compose(a_slot(text={"id": source})), "empty")


def test_a_picture_alone_is_a_post() -> None:
    image = Image("a.jpg", {"id": "Seorang perempuan"}, PICTURE)
    post = only(compose(a_slot(text={"id": ""}, images=(image,)), media=frozenset({"a.jpg"})))
    assert post.text == "" and len(post.media) == 1


def test_too_long_is_an_error_and_is_never_cut() -> None:
    slot = a_slot(template="long", targets=(Target(TWITTER, "id"),))
    composition = compose(slot, templates={"long.j2": "x" * 312})
    found = problem(composition, "length")
    assert found.message == "too long for x: 312 of 280 weighted characters"
    assert str(found.place) == "posts/long.j2"
    assert "posts/long.x.id.j2" in found.hint
    assert composition.lengths == (312,)
    assert composition.drafts[0].text == "x" * 312


def test_too_long_with_its_warning_and_in_one_part() -> None:
    found = problem(compose(a_slot(text={"id": "ok\n---\n" + "x" * 490}, warning={"id": "y" * 11})), "length")
    assert found.message == "too long for mastodon: 501 of 500 Mastodon characters (part 2 of 2)"
    assert found.place == HERE


def test_a_warning_must_be_there_in_every_language() -> None:
    slot = a_slot(warning={"id": "perdagangan orang"})
    assert only(compose(slot)).warning == "perdagangan orang"
    found = problem(compose(slot, Target(FEDI, "en")), "language")
    assert found.message == "there is no content warning in 'en', only in 'id'"


def test_several_faults_come_at_once() -> None:
    image = Image("missing.jpg", {}, PICTURE)
    composition = compose(a_slot(text={"en": "x"}, warning={"en": "y"}, images=(image,)))
    assert [found.rule for found in composition.problems] == ["language", "language", "media", "alt"]


# -- what templates see --------------------------------------------------------------------------------------


def test_names_in_scope() -> None:
    source = (
        "{{ campaign.id }} {{ campaign.title }} {{ campaign.starts }} {{ campaign.ends }} {{ slot.id }} "
        "{{ account.id }} {{ account.name }} {{ account.network }} {{ network }} {{ language }}"
    )
    expected = "world-day World Day 2027-07-01 2027-07-31 signs fedi fedi.en mastodon mastodon en"
    assert say(source, Target(FEDI, "en")) == expected


def test_the_occurrence_is_local() -> None:
    source = (
        "{{ occurrence.date }} {{ occurrence.time }} {{ occurrence.weekday }} "
        "{{ occurrence.day }}.{{ occurrence.month }}.{{ occurrence.year }} {{ occurrence.number }}"
    )
    late = Moment(datetime(2027, 7, 1, 23, 30, tzinfo=UTC), datetime.fromisoformat("2027-07-01T09:00"), 4)
    composition = compose(a_slot(text={"": source}), moment=late)
    assert only(composition).text == "2027-07-02 06:30 fri 2.7.2027 5"


@pytest.mark.parametrize(("layers", "winner"), [(n, n - 1) for n in range(1, 6)])
def test_later_layers_of_vars_win(layers: int, winner: int) -> None:
    names = ["config", "campaign", "account", "slot", "row"]
    values = [{"who": name} if number < layers else {} for number, name in enumerate(names)]
    account = Account("fedi", "mastodon", ("id",), None, vars=values[2])
    slot = a_slot(text={"": "{{ vars.who }}"}, vars=values[3], rows="r.csv", targets=(Target(account, "id"),))
    tables = {"r.csv": ({"id": "1", **values[4]},)}
    composition = compose(slot, vars=values[0], campaign={"vars": values[1]}, tables=tables)
    assert only(composition).text == names[winner]
    assert ("vars.who: from the " + names[winner] in composition.explain) == (layers > 1)


def test_vars_hold_lists_and_mappings() -> None:
    source = "{{ vars.org[language] }} {% for t in vars.tips %}{{ t }};{% endfor %}"
    assert say(source, vars={"org": {"id": "Yayasan"}, "tips": ["a", "b"]}) == "Yayasan a;b;"


def test_columns_for_a_network_and_a_language() -> None:
    row = {
        "id": "one",
        "text": "plain",
        "text.id": "bahasa",
        "text.x.id": "",
        "text.en": "english",
        "note.en": "n",
    }
    slot = a_slot(text={"": "{{ row.text }}"}, rows="r.csv", targets=(Target(TWITTER, "id"),))
    composition = compose(slot, tables={"r.csv": (row,)})
    assert only(composition).text == "bahasa"  # an empty cell does not win
    assert composition.row_id == "one"
    assert "row 1 of posts/r.csv (text is text.id)" in composition.explain
    assert only(compose(slot, Target(FEDI, "en"), tables={"r.csv": (row,)})).text == "english"
    missing = problem(
        compose(a_slot(text={"": "{{ row.note }}"}, rows="r.csv"), tables={"r.csv": (row,)}), "template"
    )
    assert "there is no 'note' here" in missing.message


def test_rows_by_index() -> None:
    table = ({"id": "a"}, {"id": "b"})

    def row(index: int | None, count: int | None) -> Composition:
        timetable = Timetable(
            Weekly(frozenset({3}), (time(9),)), ZONE, date(2027, 7, 1), numbered=True, count=count
        )
        slot = a_slot(text={"": "{{ row.id }}"}, rows="r.csv", timetable=timetable)
        return compose(slot, moment=Moment(MOMENT.due, WALL, index), tables={"r.csv": table})

    assert [only(row(n, 2)).text for n in (0, 1)] == ["a", "b"]
    assert [only(row(n, None)).text for n in (0, 1, 2, 5)] == ["a", "b", "a", "b"]
    assert "no row for this moment: it has 2 rows" in problem(row(2, 2), "rows").message
    problem(row(None, 2), "rows")
    absent = problem(compose(a_slot(rows="singns.csv"), tables={"signs.csv": table}), "rows")
    assert "did you mean 'signs.csv'" in absent.message
    problem(compose(a_slot(rows="r.csv"), tables={"r.csv": ()}), "rows")


def test_text_of_a_row_cannot_start_a_part() -> None:
    row = {"id": "1", "text": "a\n---\nb\x1ec"}
    post = only(compose(a_slot(text={"": "{{ row.text }}"}, rows="r.csv"), tables={"r.csv": (row,)}))
    assert post.text == "a\n---\nbc"


# -- functions -----------------------------------------------------------------------------------------------


def test_facts_are_remembered() -> None:
    slot = a_slot(text={"id": "{{ fact('b') }}\n---\n{{ fact('a') }}{{ fact('b') }}"})
    composition = compose(slot, facts={"a": fact("a"), "b": fact("b")})
    assert [post.facts for post in composition.posts] == [("b", "a"), ("b", "a")]


@pytest.mark.parametrize(
    ("entry", "rule", "words"),
    [
        (fact("trafficing"), "fact", "there is no fact 'trafficking' (did you mean 'trafficing'?)"),
        (fact("trafficking", publishable=False), "fact", "not publishable"),
        (fact("trafficking", review_by=date(2027, 6, 30)), "fact", "had to be reviewed by 2027-06-30"),
        (fact("trafficking", text={"en": "A fact."}), "language", "no text in 'id'"),
    ],
)
def test_facts_that_may_not_be_printed(entry: Fact, rule: str, words: str) -> None:
    found = problem(compose(a_slot(text={"": "{{ fact('trafficking') }}"}), facts={entry.id: entry}), rule)
    assert words in found.message


def test_review_by_is_a_local_day_and_inclusive() -> None:
    slot = a_slot(text={"": "{{ fact('a') }}"})
    facts = {"a": fact("a", review_by=date(2027, 7, 1))}
    only(compose(slot, facts=facts))
    after_midnight = Moment(
        datetime(2027, 7, 1, 17, 0, tzinfo=UTC), datetime.fromisoformat("2027-07-02T00:00")
    )
    composition = compose(slot, moment=after_midnight, facts=facts)
    assert [found.rule for found in composition.problems] == ["fact"]


def test_links_of_the_nearest_layer() -> None:
    layers = [{"act": Link(f"https://{name}.example.org")} for name in ("config", "campaign", "slot")]
    source = "{{ link('act') }}"
    assert say(source, links=layers[0]) == "https://config.example.org"
    assert say(source, links=layers[0], campaign={"links": layers[1]}) == "https://campaign.example.org"
    everywhere = say(source, slot={"links": layers[2]}, links=layers[0], campaign={"links": layers[1]})
    assert everywhere == "https://slot.example.org"
    found = problem(compose(a_slot(text={"": "{{ link('atc') }}"}), links=layers[0]), "link")
    assert "did you mean 'act'" in found.message


def test_tracking() -> None:
    links = {
        "act": Link("https://example.org/act?a=1#top", track=True),
        "help": Link("https://example.org/help", track=True, help=True),
        "plain": Link("https://example.org/p"),
        "mail": Link("mailto:help@example.org", track=True),
        "bad": Link("https://[example", track=True),
    }
    query = "a=1&utm_source=mastodon&utm_medium=social&utm_campaign=world-day&utm_content=signs-id"
    post = only(compose(a_slot(text={"": "{{ link('act') }}"}), links=links))
    assert post.text == post.link == f"https://example.org/act?{query}#top"
    assert say("{{ link('help') }}", links=links) == "https://example.org/help"
    assert say("{{ link('plain') }}", links=links) == "https://example.org/p"
    assert say("{{ link('mail') }}", links=links) == "mailto:help@example.org"
    problem(compose(a_slot(text={"": "{{ link('bad') }}"}), links=links), "link")


def test_hashtags() -> None:
    tags = {"id": ("AkhiriPerdaganganOrang", "#Bebas"), "en": ("EndHumanTrafficking",)}
    slot = {"tags": {"id": ("bebas", "Baru"), "": ("x",)}}
    source = "{{ hashtags() }}"
    assert say(source, slot=slot, campaign={"hashtags": tags}) == "#AkhiriPerdaganganOrang #Bebas #Baru"
    assert (
        say(source, Target(FEDI, "en"), slot=slot, campaign={"hashtags": tags}) == "#EndHumanTrafficking #x"
    )
    assert say("a {{ hashtags() }}") == "a"


@pytest.mark.parametrize(
    "call", ["fact()", "fact(1)", "fact([])", "link(none)", "link({})", "hashtags(1)", "fact(row)"]
)
def test_functions_called_wrongly(call: str) -> None:
    composition = compose(a_slot(text={"": "{{ " + call + " }}"}))
    assert composition.posts == () and len(composition.problems) == 1


# -- pictures ------------------------------------------------------------------------------------------------


def picture(file: str = "a.jpg", alt: Any = None, **more: Any) -> Image:
    return Image(file, {"id": "Seorang perempuan menelepon"} if alt is None else alt, PICTURE, **more)


@pytest.mark.parametrize(
    ("there", "winner"),
    [
        (["s/01.x.id.jpg", "s/01.id.jpg", "s/01.x.jpg", "s/01.jpg"], "s/01.x.id.jpg"),
        (["s/01.id.jpg", "s/01.x.jpg", "s/01.jpg"], "s/01.id.jpg"),
        (["s/01.x.jpg", "s/01.jpg", "s/01.en.jpg"], "s/01.x.jpg"),
        (["s/01.jpg", "01.x.id.jpg"], "s/01.jpg"),
    ],
)
def test_the_nearest_picture_wins(there: list[str], winner: str) -> None:
    slot = a_slot(rows="r.csv", images=(picture("s/{{ row.id }}.jpg"),), targets=(Target(TWITTER, "id"),))
    composition = compose(slot, media=frozenset(there), tables={"r.csv": ({"id": "01"},)})
    (media,) = only(composition).media
    assert (media.file, media.type, media.sha256) == (winner, "image/jpeg", "")
    assert any(line.startswith(f"picture posts/{winner}") for line in composition.explain)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("a.JPG", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
    ],
)
def test_media_types(file: str, kind: str) -> None:
    assert only(compose(a_slot(images=(picture(file),)), media=frozenset({file}))).media[0].type == kind


@pytest.mark.parametrize("file", ["a.svg", "a.mp4", "a", "a.jpg.exe"])
def test_other_files_are_no_pictures(file: str) -> None:
    found = problem(compose(a_slot(images=(picture(file),)), media=frozenset({file})), "media")
    assert found.place == PICTURE


def test_a_missing_picture() -> None:
    found = problem(
        compose(a_slot(images=(picture("sings/01.jpg"),)), media=frozenset({"signs/01.jpg"})), "media"
    )
    assert found.place == PICTURE
    assert found.message == "there is no picture posts/sings/01.jpg (did you mean 'signs/01.jpg'?)"
    assert "sings/01.mastodon.id.jpg" in found.hint


@pytest.mark.parametrize("file", ["../config.yaml", "/etc/passwd", "signs/../../x.jpg", "{{ '..' }}/x.jpg"])
def test_a_picture_cannot_leave_posts(file: str) -> None:
    problem(compose(a_slot(images=(picture(file),)), media=frozenset({"x.jpg", "config.yaml"})), "media")


@pytest.mark.parametrize(
    ("alt", "words"),
    [
        ({}, "no description in 'id'"),
        ({"en": "A woman"}, "no description in 'id'"),
        ({"id": ""}, "is empty"),
        ({"id": " \n"}, "is empty"),
        ({"id": "{{ '' }}"}, "is empty"),
        ({"id": "photo-01"}, "is its file's name"),
        ({"id": "Photo-01.JPG"}, "is its file's name"),
        ({"id": "s/photo-01.jpg"}, "is its file's name"),
        ({"id": "x" * 1501}, "1501 of 1500"),
    ],
)
def test_a_description_is_required(alt: dict[str, str], words: str) -> None:
    image = picture("s/photo-01.jpg", alt)
    found = problem(compose(a_slot(images=(image,)), media=frozenset({"s/photo-01.jpg"})), "alt")
    assert words in found.message
    assert found.place == PICTURE


def test_a_description_is_a_template() -> None:
    slot = a_slot(rows="r.csv", images=(picture(alt={"id": "{{ row.alt_id }}"}),))
    post = only(
        compose(slot, media=frozenset({"a.jpg"}), tables={"r.csv": ({"id": "1", "alt_id": "Dua orang"},)})
    )
    assert post.media[0].alt == "Dua orang"
    broken = a_slot(images=(picture(alt={"id": "{{ rwo.alt }}"}),))
    assert problem(compose(broken, media=frozenset({"a.jpg"})), "template").place == PICTURE


def test_a_broken_file_name_is_one_problem() -> None:
    problem(compose(a_slot(images=(picture("{{ rwo.id }}.jpg"),)), media=frozenset({"a.jpg"})), "template")
    problem(compose(a_slot(images=(picture("{{ '' }}"),)), media=frozenset({"a.jpg"})), "media")


def test_too_many_pictures() -> None:
    slot = a_slot(images=(picture(),) * 5)
    assert (
        "at most 4 pictures, and this has 5"
        in problem(compose(slot, media=frozenset({"a.jpg"})), "media").message
    )


def test_a_network_without_pictures_goes_without_them_and_says_so() -> None:
    composition = compose(a_slot(images=(picture(alt={}),)), Target(SMS, "id"), media=frozenset({"a.jpg"}))
    assert composition.posts[0].media == ()
    assert [(found.rule, found.level) for found in composition.problems] == [("media", Level.WARN)]
    empty = compose(
        a_slot(text={"id": ""}, images=(picture(),)), Target(SMS, "id"), media=frozenset({"a.jpg"})
    )
    assert [found.rule for found in empty.problems] == ["media", "empty"]
    assert empty.posts == ()


STRICT = MediaRules(kinds=frozenset({JPEG}), min_side=320, ratio=(0.8, 1.91), film=FilmRules(max_bytes=1000))
CHANNEL = Account("channel", "channel", ("id",), None, media=STRICT)
RULES["channel"] = TextRules(limit=200, images=4, media_limit=40, alt_in_text=True)
GRAM = Account("gram", "gram", ("id",), None, media=MediaRules(fetched=True))
RULES["gram"] = TextRules(limit=200, images=4, needs_media=True, hashtags=2)


def test_a_film() -> None:
    film = a_slot(video=picture("a.mp4"))
    there = {"media": frozenset({"a.mp4", "a.jpg"}), "pictures": {"a.mp4": Picture(MP4, 900)}}
    post = only(compose(film, Target(FEDI, "id"), **there))
    assert [(media.file, media.type) for media in post.media] == [("a.mp4", MP4)]
    both = a_slot(video=picture("a.mp4"), images=(picture(),))
    assert "either image: or video:" in problem(compose(both, **there), "media").message
    assert "no film" in problem(compose(a_slot(video=picture()), **there), "media").message


@pytest.mark.parametrize(
    ("file", "picture_there", "words"),
    [
        ("a.jpg", Picture(GIF, 9, 400, 400, moving=True), "it moves, and it takes still pictures only"),
        ("a.jpg", Picture(PNG, 9, 319, 400), "it has 319 x 400 pixels; it takes 320 or more"),
        ("a.jpg", Picture(PNG, 9, 1000, 500), "it is 2.00 times as wide as high; it takes 0.80 to 1.91"),
        ("a.mp4", Picture(WEBM, 9), "it is a WEBM film; it takes MP4"),
        ("a.mp4", Picture(MP4, 2_000_000), "it has 2.0 MB; it takes 0.0 MB at most"),
    ],
)
def test_a_picture_that_the_network_does_not_take(file: str, picture_there: Picture, words: str) -> None:
    slot = a_slot(**({"video": picture(file)} if file == "a.mp4" else {"images": (picture(file),)}))
    there = {"media": frozenset({file}), "pictures": {file: picture_there}}
    found = problem(compose(slot, Target(CHANNEL, "id"), **there), "media")
    assert found.message == f"channel can't take posts/{file}: {words}"
    assert found.place == PICTURE
    assert f"a.channel.{file[-3:]}" in found.hint


def test_a_broken_picture_is_nobodys_fault_but_its_own() -> None:
    there = {"media": frozenset({"a.jpg"}), "pictures": {"a.jpg": Picture(JPEG, 9, trouble="is broken: x")}}
    found = problem(compose(a_slot(images=(picture(),)), Target(CHANNEL, "id"), **there), "media")
    assert (found.message, found.hint) == ("posts/a.jpg is broken: x", "save it anew")


def test_a_picture_that_fits_is_taken_whatever_its_type() -> None:
    for kind in (JPEG, PNG):
        there = {"media": frozenset({"a.jpg"}), "pictures": {"a.jpg": Picture(kind, 9, 400, 400)}}
        slot = a_slot(images=(picture(alt={"id": "Dua orang"}),))
        assert only(compose(slot, Target(CHANNEL, "id"), **there)).media[0].file == "a.jpg"


def test_where_there_is_no_field_the_description_stands_behind_the_text_and_counts() -> None:
    slot = a_slot(text={"": "Halo"}, images=(picture(alt={"": "Dua orang"}),))
    post = only(compose(slot, Target(CHANNEL, "id"), media=frozenset({"a.jpg"})))
    assert post.text == "Halo\n\n[Gambar: Dua orang]"
    assert post.media[0].alt == "Dua orang"
    assert compose(slot, Target(CHANNEL, "id"), media=frozenset({"a.jpg"})).lengths == (25,)
    alone = a_slot(text={"": ""}, images=(picture(alt={"": "Dua orang"}),))
    assert (
        only(compose(alone, Target(CHANNEL, "id"), media=frozenset({"a.jpg"}))).text == "[Gambar: Dua orang]"
    )
    other = Target(Account("channel", "channel", ("ms",), None), "ms")
    assert only(compose(slot, other, media=frozenset({"a.jpg"}))).text == "Halo\n\n[Dua orang]"


def test_a_caption_has_a_limit_of_its_own() -> None:
    slot = a_slot(text={"": "x" * 41}, images=(picture(alt={"": "Dua orang"}),))
    found = problem(compose(slot, Target(CHANNEL, "id"), media=frozenset({"a.jpg"})), "length")
    assert "62 of 40 code points beside a picture" in found.message
    only(compose(a_slot(text={"": "x" * 41}), Target(CHANNEL, "id")))


@pytest.mark.parametrize("thread", [Thread.AUTO, Thread.NUMBERED])
def test_the_part_with_the_pictures_keeps_to_their_limit_with_the_descriptions(thread: Thread) -> None:
    text = "Satu dua. Tiga empat. Lima enam. Tujuh delapan sembilan sepuluh."
    slot = a_slot(text={"": text}, images=(picture(alt={"": "Dua orang"}),), thread=thread)
    composition = compose(slot, Target(CHANNEL, "id"), media=frozenset({"a.jpg"}))
    assert composition.problems == ()
    one, two = composition.posts
    number = " (1/2)" if thread is Thread.NUMBERED else ""
    assert one.text == f"Satu dua.{number}\n\n[Gambar: Dua orang]"
    assert len(one.text) <= 40 < len(two.text)


def test_a_network_that_needs_and_fetches_pictures() -> None:
    found = problem(compose(a_slot(), Target(GRAM, "id")), "media")
    assert found.message == "gram takes no text without a picture"
    slot = a_slot(images=(picture(),))
    found = problem(compose(slot, Target(GRAM, "id"), media=frozenset({"a.jpg"})), "media")
    assert found.message == "gram fetches pictures from a public address, and there is none"
    assert found.place == GRAM.place
    assert "media_url" in found.hint
    public = replace(GRAM, public=Public("https://example.org/fetch/", "public/fetch"))
    only(compose(slot, Target(public, "id"), media=frozenset({"a.jpg"})))
    tags = replace(slot, text={"": "#a #b #c"})
    found = problem(compose(tags, Target(public, "id"), media=frozenset({"a.jpg"})), "length")
    assert "3 of 2 hashtags" in found.message


# -- names, links, and anything at all -----------------------------------------------------------------------


def test_names_of_variants() -> None:
    assert suffixes("x", "id") == (".x.id", ".id", ".x", "")
    assert template_names("a/signs", "x", "id")[0] == "a/signs.x.id.j2"
    assert image_names("a.b/01.v2.jpg", "x", "id")[0] == "a.b/01.v2.x.id.jpg"
    assert image_names("a.b/noext", "x", "id") == ("a.b/noext",)
    assert best_columns({"t.x": "a", "t.id": " ", "u.en": "b", "v": ""}, "x", "id") == {"t": "t.x", "v": "v"}


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Lihat https://example.org/a.", "https://example.org/a"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("„https://example.org”, ya", "https://example.org"),
        ("HTTP://EXAMPLE.ORG?x=1&y=2!", "HTTP://EXAMPLE.ORG?x=1&y=2"),
        ("https://a.org https://b.org", "https://a.org"),
        ("example.org mailto:a@b.org", ""),
        ("", ""),
    ],
)
def test_the_first_link(text: str, link: str) -> None:
    assert first_link(text) == link


def test_tracking_keeps_what_is_there() -> None:
    assert tracked("https://e.org/?utm_source=print&b=%20x", "x", "c", "s-id") == (
        "https://e.org/?utm_source=print&b=%20x&utm_medium=social&utm_campaign=c&utm_content=s-id"
    )
    assert tracked("https://e.org", "a b", "c&d", "é") == (
        "https://e.org?utm_source=a+b&utm_medium=social&utm_campaign=c%26d&utm_content=%C3%A9"
    )


TEXTS = st.text(max_size=30) | st.sampled_from(
    ["{{ row.t }}", "{{ fact('a') }}", "{% if %}", "---", "{{ vars }}"]
)


@settings(deadline=None)  # the first of them loads Babel
@given(TEXTS, TEXTS, TEXTS, st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4))
def test_content_never_raises(text: str, alt: str, file: str, row: dict[str, str]) -> None:
    slot = a_slot(text={"id": text}, images=(picture(file, {"id": alt}),), warning={"id": alt}, rows="r.csv")
    composition = compose(slot, tables={"r.csv": (row,)}, media=frozenset({file, "a.jpg"}))
    errors = [found for found in composition.problems if found.level is Level.ERROR]
    assert bool(composition.posts) == (not errors)
    for post in composition.posts:
        assert post.text or post.media
        assert Post.from_json(post.as_json()) == post


def test_at_is_a_timetable_without_index() -> None:
    slot = a_slot(text={"": "{{ occurrence.number }}"}, timetable=Timetable(At((WALL,)), ZONE))
    assert problem(compose(slot, moment=Moment(MOMENT.due, WALL)), "template")


# -- languages ------------------------------------------------------------------------------------------------------

BRAZIL = Target(Account("br", "mastodon", ("pt-BR",), None), "pt-BR")


def test_what_a_wider_language_serves_is_told() -> None:
    image = Image("a.jpg", {"pt": "Uma vela."}, PICTURE)
    facts = {"many": fact("many", text={"pt": "Cerca de 50 milh\u00f5es."})}
    slot = a_slot(text={"pt": "{{ fact('many') }} {{ hashtags() }}"}, warning={"pt": "luto"}, images=(image,))
    composed = compose(
        slot,
        BRAZIL,
        facts=facts,
        media=frozenset({"a.jpg"}),
        campaign={"hashtags": {"pt": ("Vela",), "en": ("No",)}},
    )
    post = only(composed)
    assert (post.text, post.language, post.warning) == ("Cerca de 50 milh\u00f5es. #Vela", "pt-BR", "luto")
    assert post.media[0].alt == "Uma vela."
    behind = "for there is none in 'pt-BR'"
    for what in ("text", "content warning", "the picture's description"):
        assert any(told == f"{what} in 'pt', {behind}" for told in composed.explain), composed.explain
    assert f"fact 'many': in 'pt', {behind}" in composed.explain


def test_a_template_of_a_wider_language_wins_over_one_without() -> None:
    templates = {"signs.pt.j2": "ol\u00e1", "signs.j2": "hello", "signs.mastodon.j2": "fedi"}
    composed = compose(a_slot(template="signs"), BRAZIL, templates=templates)
    assert only(composed).text == "ol\u00e1"
    assert any("template posts/signs.pt.j2" in told for told in composed.explain)
    assert only(compose(a_slot(template="signs"), templates=templates)).text == "fedi"


def test_a_post_in_other_letters_is_a_warning_and_goes_out() -> None:
    arabic = Target(Account("arab", "mastodon", ("ar",), None), "ar")
    composed = compose(a_slot(text={"ar": "Someone else keeps your passport and your wages."}), arabic)
    [found] = composed.problems
    assert (found.rule, found.level) == ("letters", Level.WARN)
    assert "goes out as 'ar'" in found.message
    assert len(composed.posts) == 1


def test_dates_and_numbers_follow_the_language_of_the_post() -> None:
    source = "{{ occurrence.date | long_date }} {{ occurrence.time | clock }} {{ 50000000 | spoken }}"
    assert say(source) == "1 Juli 2027 09.00 50 juta"
    assert say(source, Target(FEDI, "en")) == "1 July 2027 9:00\u202fam 50 million"
