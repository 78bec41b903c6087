"""What goes into a kit, what keeps a text out of it, and until when it may be used."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from campaign.errors import CampaignError, Level
from campaign.networks import registry
from campaign.review.kit import Kit
from campaign.review.kit_gather import Wanted
from tests.review.kits import FACTS, HOTLINES, THREE, TODAY, VIGIL, Place, slots, worded

LATE = date(2027, 7, 31)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write("schedules/vigil.yaml", VIGIL)
    return made


def errors(place: Place, wanted: Wanted | None = None, today: date = TODAY) -> list[tuple[str, str, str]]:
    """Place, message and hint of each error; no kit may come with one."""
    kit, problems = place.gather(wanted=wanted, today=today)
    found = [(str(p.place), p.message, p.hint) for p in problems if p.level is Level.ERROR]
    assert (kit is None) == bool(found)
    return found


def texts(kit: Kit, language: str = "id") -> list[list[str]]:
    """Of each item the wordings of its first block."""
    return [
        ["\n---\n".join(post.text for post in wording) for wording in item.blocks[0].wordings]
        for item in kit.items
        if item.language == language
    ]


def test_it_has_every_language_and_network_of_the_campaign_but_no_test_account(place: Place) -> None:
    kit = place.kit()
    assert kit.languages == ("id", "en")
    assert kit.networks == ("feed", "x")
    assert [(item.slot, item.language) for item in kit.items] == [("vigil", "id"), ("vigil", "en")]
    assert [block.networks for block in kit.items[0].blocks] == [("feed", "x")]
    assert [block.networks for block in kit.items[1].blocks] == [("feed",)]
    assert texts(kit, "en") == [
        [
            "Tonight we light a candle. #CandleNight",
            "One candle in each window this evening. #CandleNight",
            "Join your neighbours with a light. #CandleNight",
        ]
    ]
    assert kit.hashtags == {"id": ("#MalamLilin",), "en": ("#CandleNight",)}
    assert kit.items[0].dates[0].isoformat() == "2027-07-30T20:00:00+07:00"


def test_networks_whose_texts_differ_stand_apart(place: Place) -> None:
    place.write("posts/a.id.j2", "Satu lilin menyala.")
    place.write("posts/a.2.id.j2", "Nyalakan terang di jendela.")
    place.write("posts/a.3.id.j2", "Bersama tetangga malam ini.")
    place.write("posts/a.2.x.id.j2", "Terang kecil, hanya untuk X.")
    place.write("schedules/vigil.yaml", slots("  - {id: a, template: a, at: 2027-07-30 20:00}\n"))
    assert [block.networks for block in place.kit().items[0].blocks] == [("feed",), ("x",)]


def test_partners_may_be_on_networks_where_the_organisation_is_not(place: Place) -> None:
    networks = tuple(registry.specs()[name] for name in ("mastodon", "instagram", "x"))
    kit = place.kit(wanted=Wanted(networks=networks))
    # Instagram takes no text without a picture; X was there in Indonesian already.
    assert [[block.networks for block in item.blocks] for item in kit.items] == [
        [("feed", "mastodon", "x")],
        [("feed", "mastodon", "x")],
    ]
    place.picture("lilin.jpg")
    image = "    image: {file: lilin.jpg, alt: {id: Lilin menyala., en: A candle burns.}}\n"
    place.write("schedules/vigil.yaml", VIGIL + image)
    assert place.kit(wanted=Wanted(networks=networks)).networks == ("feed", "instagram", "mastodon", "x")
    assert place.kit(wanted=Wanted(networks=networks)).items[0].media[0].alt == "Lilin menyala."


def test_only_the_languages_that_were_asked_for(place: Place) -> None:
    assert place.kit(wanted=Wanted(("en",))).languages == ("en",)
    assert place.kit(wanted=Wanted(("en", "id"))).languages == ("en", "id")
    with pytest.raises(CampaignError) as caught:
        place.gather(wanted=Wanted(("fr",)))
    assert caught.value.message == "campaign 'vigil' says nothing in 'fr'"
    assert caught.value.hint == "it speaks id, en"


def test_a_campaign_that_is_not_there_or_broken_is_said_so(place: Place) -> None:
    with pytest.raises(CampaignError, match="there is no campaign 'vigill'"):
        place.gather("vigill")
    place.write("schedules/bad.yaml", "posts: 3\n")
    with pytest.raises(CampaignError, match=r"bad\.yaml has errors"):
        place.gather("bad")


# -- wordings ---------------------------------------------------------------------------------


def test_a_text_with_too_few_wordings_is_named_with_its_place_and_how_to_add_them(place: Place) -> None:
    place.write("posts/tip.id.j2", "Satu nasihat.")
    place.write("posts/sign.j2", "{{ row.text }}")
    place.write(
        "posts/signs.csv",
        "id,text.id,text.2.id\npassport,Paspor dipegang orang lain.,Siapa menyimpan paspor?\n",
    )
    place.write(
        "schedules/vigil.yaml",
        slots(
            "  - {id: tip, template: tip, at: 2027-07-05 10:00}\n"
            "  - {id: sign, template: sign, rows: signs.csv, at: 2027-07-06 10:00, language: id}\n"
            "  - id: plain\n    text: {id: Kabar baru.}\n    wordings: [{id: Berita hari ini.}]\n"
            "    at: 2027-07-07 10:00\n"
        ),
    )
    assert errors(place) == [
        (
            "posts/signs.csv",
            "row 'passport' of `sign` has 2 wordings in 'id', a kit carries at least 3",
            "fill the columns text.3.id of posts/signs.csv: the same in other words",
        ),
        (
            "posts/tip.id.j2",
            "`tip` has 1 wording in 'id', a kit carries at least 3",
            "write posts/tip.2.id.j2 and posts/tip.3.id.j2: the same in other words",
        ),
        (
            "schedules/vigil.yaml:8:9",
            "`plain` has 2 wordings in 'id', a kit carries at least 3",
            "add to `wordings:` of this post: [{id: …}], the same in other words",
        ),
    ]


def test_nearly_the_same_words_are_no_third_wording(place: Place) -> None:
    same = (THREE[0], THREE[0].upper().replace(".", "!"), THREE[1])
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *same)))
    ((_, message, hint),) = errors(place)
    assert message == (
        "`a` has 2 wordings in 'id', a kit carries at least 3 (number 2 is nearly the same as 1)"
    )
    assert hint == "add to `wordings:` of this post: [{id: …}], the same in other words"


def test_where_only_one_network_lacks_a_wording_the_message_names_it(place: Place) -> None:
    for number, text in zip(("", ".2", ".3"), THREE, strict=True):
        place.write(f"posts/a{number}.feed.id.j2", text)
    place.write("posts/a.x.id.j2", "Pendek.")
    place.write(
        "schedules/vigil.yaml", slots("  - {id: a, template: a, language: id, at: 2027-07-30 20:00}\n")
    )
    ((where, message, hint),) = errors(place)
    assert where == "posts/a.x.id.j2"
    assert message == "`a` has 1 wording in 'id' for x, a kit carries at least 3"
    assert hint == "write posts/a.2.x.id.j2 and posts/a.3.x.id.j2: the same in other words"


# -- errors keep a text out ---------------------------------------------------------------------------------


def test_a_text_with_an_error_never_goes_into_a_kit(place: Place) -> None:
    long = "Terlalu panjang. " * 40
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", THREE[0], THREE[1], long)))
    ((where, message, _),) = errors(place)
    assert where == "schedules/vigil.yaml:6:9"
    assert message.startswith("too long for x: ")


def test_each_wording_is_held_against_the_safeguarding_rules(place: Place) -> None:
    harmful = "Inilah wajah pelaku perdagangan orang, simpan fotonya."
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *THREE[:2], harmful)))
    kit, problems = place.gather()
    assert kit is None
    assert "SG03" in {p.rule for p in problems if p.level is Level.ERROR}


def test_whom_to_ask_must_be_known(place: Place) -> None:
    config = (place.folder / "config.yaml").read_text()
    place.write("config.yaml", config.replace(", contact: mitra@harapan.example", ""))
    ((where, message, hint),) = errors(place)
    assert (where, message) == ("config.yaml", "a kit says whom to ask, and `vars` has no `contact`")
    assert "contact:" in hint
    place.write("schedules/vigil.yaml", VIGIL.replace("posts:", "vars: {contact: {id: Tanya kami}}\nposts:"))
    ((where, message, _),) = errors(place)
    assert (where, message.rpartition("`contact`")[2]) == ("schedules/vigil.yaml:1:1", " in 'en'")
    place.write(
        "schedules/vigil.yaml", VIGIL.replace("posts:", "vars: {contact: https://example.org}\nposts:")
    )
    assert place.kit().contact == {"": "https://example.org"}


def test_what_needs_an_approval_is_not_given_away_in_silence(place: Place) -> None:
    place.write("schedules/vigil.yaml", VIGIL.replace("    text:", "    approval: two\n    text:"))
    _, problems = place.gather()
    assert [(p.level, p.rule, p.message) for p in problems] == [
        (
            Level.WARN,
            "approval",
            "`vigil` needs the approval of two people, which is given for your own posts, not for kits",
        )
    ]


def test_a_text_that_begins_like_a_formula_is_advised_against(place: Place) -> None:
    place.write(
        "schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *THREE[:2], "@semua orang"))
    )
    kit, problems = place.gather()
    assert kit is not None
    assert [(p.level, p.rule) for p in problems] == [(Level.ADVICE, "formula")]


# -- dates ---------------------------------------------------------------------------------


def rows(place: Place) -> None:
    place.write("posts/sign.j2", "{{ row.text }}")
    lines = [
        "id,text.id,text.2.id,text.3.id",
        *(f"r{n},Satu {n} lilin,Dua {n} jendela,Tiga {n} pintu" for n in (4, 5)),
    ]
    place.write("posts/signs.csv", "\n".join(lines) + "\n")
    place.write(
        "schedules/vigil.yaml",
        slots(
            "  - {id: sign, template: sign, rows: signs.csv, repeat: true, language: id,"
            " every: {days: mon, at: '10:00'}}\n"
        ),
    )


def test_by_itself_each_row_is_there_once_with_its_next_date(place: Place) -> None:
    rows(place)
    kit = place.kit()
    assert [(said[0], item.dates) for said, item in zip(texts(kit), kit.items, strict=True)] == [
        ("Satu 4 lilin", (kit.items[0].dates[0],)),
        ("Satu 5 lilin", (kit.items[1].dates[0],)),
    ]
    assert [f"{item.dates[0]:%Y-%m-%d}" for item in kit.items] == ["2027-07-05", "2027-07-12"]


def test_in_a_window_a_text_that_comes_round_has_all_its_dates(place: Place) -> None:
    rows(place)
    kit = place.kit(wanted=Wanted(first=TODAY, last=LATE))
    assert [[f"{when:%d}" for when in item.dates] for item in kit.items] == [["05", "19"], ["12", "26"]]
    one_day = place.kit(wanted=Wanted(first=date(2027, 7, 12), last=date(2027, 7, 12)))
    assert [item.dates[0].day for item in one_day.items] == [12]


def test_nothing_planned_and_days_that_are_over_are_said(place: Place) -> None:
    with pytest.raises(CampaignError, match="vigil has nothing planned from 2027-07-01 to 2027-07-02"):
        place.gather(wanted=Wanted(last=date(2027, 7, 2)))
    with pytest.raises(CampaignError, match="2027-06-30 is over"):
        place.gather(wanted=Wanted(first=TODAY - timedelta(days=1)))
    with pytest.raises(CampaignError, match="nothing planned"):
        place.gather(today=date(2027, 8, 5))


def test_too_many_posts_are_refused(place: Place) -> None:
    times = ", ".join(f"'{hour:02}:{minute:02}'" for hour in range(7, 20) for minute in (0, 20, 40))
    when = f"every: {{days: day, at: [{times}]}}"
    place.write("schedules/vigil.yaml", slots(worded("a", when, *THREE)))
    with pytest.raises(CampaignError, match="more than 500 posts"):
        place.gather(wanted=Wanted(first=TODAY))


# -- what grows old ---------------------------------------------------------------------------------


def help_line(place: Place, text: str = "{{ hotline() }}", more: str = "") -> None:
    place.write("posts/hotlines.yaml", HOTLINES)
    said = [f"{words} {text}" for words in THREE]
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *said, more)))


def test_without_help_lines_and_facts_it_holds_for_90_days(place: Place) -> None:
    kit = place.kit()
    assert (kit.made, kit.review_by) == (TODAY, TODAY + timedelta(days=90))
    assert kit.late() == ()


def test_it_holds_no_longer_than_the_check_of_its_help_line(place: Place) -> None:
    help_line(place)
    place.checked("2027-05-10")
    kit = place.kit()
    assert kit.review_by == date(2027, 8, 8)  # 90 days after the call
    (line,) = kit.knowledge.lines.values()
    assert (line.hotline.id, line.number, line.checked, line.until) == (
        "id-all",
        "129",
        date(2027, 5, 10),
        date(2027, 8, 8),
    )


def test_a_help_line_that_is_stale_on_the_day_of_the_post_stops_the_kit(place: Place) -> None:
    help_line(place)
    place.checked("2027-04-20")  # until 19 July, and the post is on the 30th
    assert {message for _, message, _ in errors(place)} == {
        "no help line can be printed: id-all was last checked on 2027-04-20, which counts for 90 days,"
        " until 2027-07-19 (and 5 more)"
    }


def test_without_a_check_the_official_page_stands_there_where_the_post_says_so(place: Place) -> None:
    help_line(place, more="    if_stale: page\n")
    kit = place.kit()
    assert texts(kit)[0][0] == "Satu lilin menyala. https://example.org/official"
    assert kit.knowledge.lines == {}


def test_a_typed_number_that_nobody_checked_stops_the_kit(place: Place) -> None:
    help_line(place, "Telepon 129.")
    found = errors(place)
    assert {message for _, message, _ in found} == {
        "'129' is a number of help line id-all, and no check of it counts on 2027-07-30 (and 5 more)"
    }
    assert "campaign hotlines verify id-all" in found[0][2]
    place.checked("2027-06-01")
    assert place.kit().review_by == date(2027, 8, 30)


def test_it_holds_no_longer_than_its_facts(place: Place) -> None:
    place.write("posts/facts.yaml", FACTS)
    said = [f"{{{{ fact('many') }}}} {words}" for words in THREE]
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *said)))
    kit = place.kit()
    assert kit.review_by == date(2027, 8, 15)
    assert list(kit.knowledge.facts) == ["many"]
    place.write("posts/facts.yaml", FACTS.replace("2027-08-15", "2027-07-29"))
    assert "had to be reviewed by 2027-07-29" in errors(place)[0][1]


def test_what_is_planned_after_its_last_day_is_warned_of(place: Place) -> None:
    kit, problems = place.gather(today=date(2027, 4, 1))
    assert kit is not None and len(kit.late()) == 2
    assert [(p.level, p.rule, p.message) for p in problems] == [
        (Level.WARN, "kit-old", "2 of 2 texts are planned after 2027-06-30, when this kit has to be renewed")
    ]


def test_what_we_keep_quiet_about_is_not_for_partners_either(place: Place) -> None:
    rule = "rule: {type: fixed, month: 7, day: 30}"
    place.write(
        "schedules/observances.yaml", f"observances:\n  - {{id: memory, tone: remembrance, {rule}}}\n"
    )
    place.write(
        "schedules/vigil.yaml",
        VIGIL.replace("at: 2027-07-30 20:00", "at: [2027-07-29 20:00, 2027-07-30 20:00]"),
    )
    both = Wanted(first=date(2027, 7, 1), last=LATE)
    assert [day.day for day in place.kit(wanted=both).items[0].dates] == [29, 30]
    text = (place.folder / "schedules" / "vigil.yaml").read_text()
    place.write(
        "schedules/vigil.yaml", text.replace("  - id: vigil\n", "  - id: vigil\n    tone: cheerful\n")
    )
    assert [day.day for day in place.kit(wanted=both).items[0].dates] == [29]


def test_what_rests_on_the_consent_of_a_person_is_not_given_to_partners(place: Place) -> None:
    place.write(
        "posts/consents.yaml",
        "consents:\n  - {id: s1, kind: story, networks: [feed, x], languages: [id, en], until: 2028-01-01,"
        " status: given, held_by: office}\n",
    )
    place.write("schedules/vigil.yaml", VIGIL.replace("  - id: vigil\n", "  - id: vigil\n    consent: s1\n"))
    found = errors(place)
    assert {where for where, _, _ in found} == {"schedules/vigil.yaml:7:14"}
    assert "does not cover partners" in found[0][1]
