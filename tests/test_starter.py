"""The starter pack loads, fits every network all year round, and keeps the safeguarding rules."""

from __future__ import annotations

import itertools
import re
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from campaign.core.compose import Composer
from campaign.core.hotlines import Audience, Check, Group, How
from campaign.core.media import Shape
from campaign.core.model import Campaign, Post, Slot, Workspace
from campaign.core.outlook import check
from campaign.core.text import TextRules, Unit, length
from campaign.core.timetable import Moment, moments
from campaign.core.wordings import Wordings, different
from campaign.errors import Level, Problem
from campaign.networks import registry
from campaign.review.kit import Kit
from campaign.review.kit_gather import Wanted, gather
from campaign.workspace.load import load

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = ROOT.parent / "shared" / "domain"

CAMPAIGNS = {"world-day", "know-the-signs", "safe-migration", "online-scams", "sixteen-days", "help-lines"}

ABOUT_SIGNS = ("signs", "offers")
"""The planned posts that speak of signs."""

BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=366)

BLUESKY = TextRules(limit=300, unit=Unit.GRAPHEMES)
"""app.bsky.feed.post: at most 300 graphemes, links written out."""

PHONE = re.compile(r"(?<![\w.,])\+?\d[\d\s().-]{5,}\d(?![\w%])")
SHORT_CODE = re.compile(r"(?<!\d)(110|112|119|129|145|148|911|999|1343|1500)(?!\d)")
TAG = re.compile(r"#(\w+)")
HEDGE = {
    "id": re.compile(r"\b(bisa|mungkin|dapat)\b", re.IGNORECASE),
    "en": re.compile(r"\b(may|might|could)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Said:
    """One part of a post of the pack, as one account would say it at one moment."""

    key: str
    campaign: str
    slot: str
    network: str
    language: str
    post: Post


def make(folder: Path, config: str) -> Workspace:
    """The pack in a folder of its own, as `campaign init` lays it out, with a config.yaml."""
    for name in ("posts", "schedules"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    return load(folder, registry.specs())


def example() -> str:
    return (ROOT / "config.example.yaml").read_text(encoding="utf-8")


def uncommented() -> str:
    """The example with every commented account switched on, and with help lines that nobody has checked yet."""
    head, accounts = re.sub("(?m)^# (media_url|audience|hotlines):", r"\1:", example()).split("\naccounts:\n")
    lines = [re.sub(r"^  # ?", "  ", line) for line in accounts.splitlines()]
    keys = [line for line in lines if re.match(r"^( {2,4}[a-z_]+|media_url):", line)]
    return head + "\naccounts:\n" + "\n".join(keys) + "\n"


def everywhere() -> str:
    """Every account of the example in both languages."""
    config = yaml.safe_load(uncommented())
    for account in config["accounts"].values():
        account.pop("language", None)
        account["languages"] = ["id", "en"]
    return str(yaml.safe_dump(config, allow_unicode=True, sort_keys=False))


def compose(
    workspace: Workspace, begin: datetime, span: timedelta
) -> Iterator[tuple[Said | None, list[Any]]]:
    """All parts of all occurrences in a span, each with the problems of its post."""
    composer = Composer(workspace, lambda account: registry.network(account.network).rules)
    for campaign, slot in workspace.slots():
        for moment in moments(slot.timetable, begin, begin + span):
            for target in slot.targets:
                made = composer.compose(campaign, slot, moment, target)
                key = f"{campaign.id}/{slot.id}/{moment.wall:%Y-%m-%dT%H:%M}/{target.name}"
                problems = list(made.problems)
                if not made.posts:
                    yield None, problems
                for post in made.posts:
                    network = target.account.network
                    yield Said(key, campaign.id, slot.id, network, target.language, post), problems


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make(tmp_path_factory.mktemp("pack"), everywhere())


@pytest.fixture(scope="module")
def year(workspace: Workspace) -> list[Said]:
    """Everything that a year of the pack says, on every network, in both languages."""
    return [said for said, _ in compose(workspace, BEGIN, YEAR) if said is not None]


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    """The safeguarding and accessibility rules that are patterns, and the figures nobody should repeat."""
    path = DOMAIN / "safeguarding.yaml"
    if not path.is_file():
        pytest.skip("the safeguarding rules are not beside this checkout")
    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [
        r
        for r in known["rules"] + known["accessibility"]
        if r["how"] in ("text", "asset") and "patterns" in r
    ]
    facts = yaml.safe_load((ROOT / "posts" / "facts.yaml").read_text(encoding="utf-8"))
    return found + [r | {"patterns": {"any": [r["pattern"]]}} for r in facts["retired"]]


def broken_rules(text: str, language: str, rules: list[dict[str, Any]]) -> list[str]:
    """The ids of the rules (error and warn) that a text breaks."""
    return [
        rule["id"]
        for rule in rules
        if rule["level"] in ("error", "warn")
        for pattern in rule["patterns"].get(language, []) + rule["patterns"].get("any", [])
        if re.search(pattern, text, 0 if rule.get("cs") else re.IGNORECASE)
    ]


# -- it loads, and fits ---------------------------------------------------------------------------------


def test_it_loads_as_it_is_without_a_word_of_complaint(tmp_path: Path) -> None:
    workspace = make(tmp_path, example())
    assert [str(problem) for problem in workspace.problems] == []
    assert set(workspace.campaigns) == CAMPAIGNS
    assert list(workspace.accounts) == ["site"]
    assert workspace.accounts["site"].network == "feed"
    for campaign, slot in workspace.slots():
        assert {target.language for target in slot.targets} == {"id", "en"}, f"{campaign.id}/{slot.id}"


def test_the_accounts_in_comments_are_right_too_and_name_every_network(tmp_path: Path) -> None:
    workspace = make(tmp_path, uncommented())
    assert [str(problem) for problem in workspace.problems] == []
    assert {account.network for account in workspace.accounts.values()} == set(registry.specs())
    assert (workspace.audience, workspace.preferred) == (Audience("ID"), ("id-kp2mi",))


@pytest.mark.parametrize("begin", [BEGIN, datetime(2027, 6, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)])
def test_a_year_of_it_fits_every_network_in_both_languages_whenever_it_begins(
    workspace: Workspace, begin: datetime
) -> None:
    # Also years from now: nothing in it goes stale by itself, for what could (figures) is on dated moments.
    problems = itertools.chain.from_iterable(found for _, found in compose(workspace, begin, YEAR))
    assert sorted({f"{p.key} {p}" for p in problems}) == []


@pytest.mark.parametrize("now", [BEGIN, datetime(2027, 7, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("accounts", [example, uncommented, everywhere])
def test_check_has_nothing_to_say_now_and_years_from_now(
    accounts: Callable[[], str], now: datetime, tmp_path: Path
) -> None:
    workspace = make(tmp_path, accounts())
    composer = Composer(workspace, lambda account: registry.network(account.network).rules)
    problems = check(workspace, composer, now)
    advice = [problem for problem in problems if problem.level is Level.ADVICE]
    # Figures end before their facts fall due, and are said to be over. Who sends both languages to one Telegram
    # channel, five minutes apart, is told of the minutes. Nothing else.
    meant = [
        p for p in advice if re.search("gap of channel|'figures' is over: it never happens again", p.message)
    ]
    assert [str(problem) for problem in problems if problem not in meant] == []
    if now == BEGIN and accounts is not everywhere:
        assert meant == []


def test_a_year_has_its_weekly_posts_and_the_days_with_theirs(
    year: list[Said],
) -> None:
    said = [s for s in year if s.network == "feed" and s.language == "id" and s.post.part == 1]
    count = {slot: sum(s.slot == slot for s in said) for slot in {s.slot for s in said}}
    for weekly in ("signs", "steps", "help"):
        assert count[weekly] in (51, 52)  # from 1 December on
    assert count["offers"] in (25, 26)
    assert count["figures"] == 6
    assert sum(s.campaign == "world-day" for s in said) == 7
    assert sum(s.campaign == "sixteen-days" for s in said) == 6
    days = {s.slot: s.key.split("/")[2][5:10] for s in said if s.campaign == "sixteen-days"}
    assert (days["first-day"], days["abolition"], days["human-rights"]) == ("11-25", "12-02", "12-10")
    parts = {(threads(s), s.post.parts) for s in year if s.slot == "day-of"}
    assert parts == {(True, 3), (False, 1)}


def threads(said: Said) -> bool:
    """Whether the network chains parts; elsewhere they are one post."""
    return registry.network(said.network).rules.threads


def test_every_part_fits_x_and_bluesky(year: list[Said]) -> None:
    x = registry.network("x").rules
    too_long = {
        (s.slot, s.language, length(s.post.text, x), length(s.post.text, BLUESKY))
        for s in year
        if s.network == "feed" and (length(s.post.text, x) > 280 or length(s.post.text, BLUESKY) > 300)
    }
    assert too_long == set()


def test_no_text_comes_round_again_within_30_days(year: list[Said]) -> None:
    heard: dict[tuple[str, str, str], list[datetime]] = {}
    for s in year:
        when = datetime.fromisoformat(s.key.split("/")[2])
        heard.setdefault((s.network, s.language, s.post.text), []).append(when)
    gaps = [b - a for times in heard.values() for a, b in itertools.pairwise(sorted(times))]
    assert gaps, "the weekly series does come round again"
    assert min(gaps) >= timedelta(days=30)


# -- its other wordings, for partner kits ------------------------------------------------------------------


def every_text(campaign: Campaign, workspace: Workspace) -> Iterator[tuple[Slot, Moment]]:
    """Each planned post of a campaign once, and one of a table once for each of its rows."""
    for slot in campaign.slots:
        rows = len(workspace.tables[slot.rows]) if slot.rows else 1
        found = moments(slot.timetable, BEGIN, BEGIN + timedelta(days=400))
        yield from ((slot, moment) for moment in itertools.islice(found, rows))


@pytest.fixture(scope="module")
def reworded(workspace: Workspace) -> list[Said]:
    """The other wordings of every text, on every network, in both languages."""
    words = Wordings(workspace, lambda account: registry.network(account.network).rules)
    found = []
    for campaign in workspace.campaigns.values():
        for slot, moment in every_text(campaign, workspace):
            for target in slot.targets:
                network = target.account.network
                made = words.of(campaign, slot, moment, target)
                told = (campaign.id, slot.id, moment.wall, target.name)
                assert [(w.number, w.composition.problems) for w in made] == [(1, ()), (2, ()), (3, ())], told
                assert different([wording.texts for wording in made], network, moment) == (3, {}), told
                assert len({wording.composition.posts[0].media for wording in made}) == 1
                assert len({len(wording.texts) for wording in made}) == 1, "as many parts in other words"
                key = f"{campaign.id}/{slot.id}/{moment.wall:%Y-%m-%d}"
                found += [
                    Said(f"{key}/{wording.number}", campaign.id, slot.id, network, target.language, post)
                    for wording in made[1:]
                    for post in wording.composition.posts
                ]
    return found


def test_the_other_wordings_keep_to_the_same_rules(
    workspace: Workspace, reworded: list[Said], rules: list[dict[str, Any]]
) -> None:
    assert {(s.campaign, s.slot) for s in reworded} == {(c.id, slot.id) for c, slot in workspace.slots()}
    test_every_part_fits_x_and_bluesky(reworded)
    test_every_text_and_description_keeps_the_safeguarding_rules(reworded, rules)
    test_no_number_to_call_stands_anywhere(workspace, reworded)
    test_signs_are_hedged_and_lead_to_help(workspace, reworded)
    test_figures_come_from_facts_and_name_their_source(workspace, reworded)
    test_words_are_those_of_the_law_and_tags_can_be_read_aloud(reworded)
    for s in reworded:
        if s.slot == "day-of" and s.post.part == 2:
            assert HEDGE[s.language].search(s.post.text), s.post.text
            assert ("bukan bukti" if s.language == "id" else "not proof") in s.post.text


TEXTS = {"know-the-signs": 16, "safe-migration": 11, "online-scams": 10, "sixteen-days": 6, "help-lines": 8}


@pytest.mark.parametrize(("name", "texts"), [("world-day", 7), *TEXTS.items()])
def test_a_partner_kit_of_each_can_be_made_once_somebody_can_be_asked(
    tmp_path: Path, name: str, texts: int
) -> None:
    config = re.sub(r"# contact: .*", "contact: mitra@example.org", example())
    assert config != example()
    workspace = make(tmp_path, config)
    today = {"world-day": date(2027, 6, 1), "sixteen-days": date(2027, 11, 1)}.get(name, date(2026, 12, 1))

    def build(today: date) -> tuple[Kit | None, list[Problem]]:
        return gather(
            workspace, name, today, Wanted(), lambda account: registry.network(account.network).rules
        )

    kit, problems = build(today)
    assert kit is not None
    # Every other week is slow: some of the scams' posts come after the day by which its figures are to be renewed.
    assert {problem.rule for problem in problems} <= ({"kit-old"} if name == "online-scams" else set())
    assert len(kit.items) == 2 * texts
    if name == "world-day":
        assert build(BEGIN.date())[1][0].rule == "kit-old"  # eight months ahead is too early, and it says so


# -- cards, and help lines -------------------------------------------------------------------------------


def test_where_nothing_goes_out_without_a_picture_each_post_has_one(
    workspace: Workspace, year: list[Said]
) -> None:
    cards = {s.post.media[0].card for s in year if s.network == "instagram" and s.post.part == 1}
    drawn = [card for card in cards if card is not None]
    assert len(drawn) == 2 * (
        11 + 8 + 8 + 6 + 6 + 2
    )  # the steps, the offers, help, figures, 16 Days, World Day
    assert workspace.press is not None
    for card in drawn:
        # In the name of an organisation with a long one, too, and in every shape that networks ask for.
        for shape in (Shape.UPRIGHT, Shape.SQUARE, Shape.TALL):
            named = replace(
                card, shape=shape, organisation="Yayasan Harapan Bersama Pekerja Migran Nusantara"
            )
            assert workspace.press.trouble(named) == "", card.words


HELP_LINES = [
    (Audience("ID", abroad=True, who=frozenset({Group.MIGRANT_WORKERS})), "id-kp2mi", "+62 21 2924 4800"),
    (Audience("ID", who=frozenset({Group.WOMEN})), "id-sapa129", "08111-129-129"),
    (Audience("ID", who=frozenset({Group.MIGRANT_WORKERS})), "id-kp2mi", "0800-1000"),
    (Audience("DE", who=frozenset({Group.WOMEN})), "de-hilfetelefon", "116 016"),
]


@pytest.mark.parametrize(("audience", "line", "number"), HELP_LINES)
def test_help_shows_a_number_once_it_is_checked_and_a_page_until_then(
    workspace: Workspace, audience: Audience, line: str, number: str
) -> None:
    entry, campaign = workspace.hotlines[line], workspace.campaigns["help-lines"]
    set_up = replace(workspace, audience=audience, preferred=("id-sapa129", "id-kp2mi", "de-hilfetelefon"))
    today = BEGIN.date() + timedelta(days=1)
    checks = tuple(Check(line, channel.show, "ani", today, How.CALLED) for channel in entry.channels)
    for known, stands in (
        (set_up, entry.page or workspace.links["help"].url),
        (replace(set_up, checks=checks), number),
    ):
        composer = Composer(known, lambda account: registry.network(account.network).rules)
        for slot, moment in every_text(campaign, known):
            for target in slot.targets:
                if target.language not in entry.names:
                    continue  # its name is to be written first, and `check` says so
                made = composer.compose(campaign, slot, moment, target)
                assert made.problems == ()
                assert stands in made.posts[0].text
                words = {"id": "Di Uni Eropa:", "en": "Help lines in EU countries:"}[target.language]
                assert (words in made.posts[0].text) == (stands == workspace.links["help"].url)


# -- what it says ---------------------------------------------------------------------------------


def test_the_rules_find_their_own_bad_examples(rules: list[dict[str, Any]]) -> None:
    # Else the next test would prove nothing.
    for rule in rules:
        for language, text in (rule.get("bad") or {}).items() if isinstance(rule.get("bad"), dict) else ():
            if rule["level"] != "advice" and rule["patterns"].get(language):
                assert rule["id"] in broken_rules(text, language, rules), rule["id"]


def test_every_text_and_description_keeps_the_safeguarding_rules(
    year: list[Said], rules: list[dict[str, Any]]
) -> None:
    texts = {(s.slot, s.language, s.post.text) for s in year}
    texts |= {(s.slot, s.language, media.alt) for s in year for media in s.post.media}
    texts |= {(s.slot, s.language, s.post.warning) for s in year if s.post.warning}
    found = {
        (slot, language, rule, text)
        for slot, language, text in texts
        for rule in broken_rules(text, language, rules)
    }
    assert found == set()


def test_no_number_to_call_stands_anywhere(workspace: Workspace, year: list[Said]) -> None:
    # Nobody has called one yet: help is a link.
    for s in year:
        for text in (s.post.text, *(media.alt for media in s.post.media)):
            bare = re.sub(r"https?://\S+", "", text)
            for fact in s.post.facts:
                bare = bare.replace(workspace.facts[fact].text[s.language], "")
            assert not PHONE.search(bare), (s.key, text)
            assert not SHORT_CODE.search(bare), (s.key, text)


def test_signs_are_hedged_and_lead_to_help(workspace: Workspace, year: list[Said]) -> None:
    assert workspace.links["help"].help
    assert not workspace.links["help"].track
    for s in year:
        if s.slot in ABOUT_SIGNS:
            assert HEDGE[s.language].search(s.post.text), s.post.text
        if s.slot == "signs":
            assert ("bukan bukti" if s.language == "id" else "not proof") in s.post.text
        if (
            s.campaign in ("safe-migration", "sixteen-days", "help-lines")
            or s.slot in (*ABOUT_SIGNS, "contract", "offer", "listen")
            or (s.slot == "day-of" and s.post.part == 3)
        ):
            assert workspace.links["help"].url in s.post.text.split(), s.post.text


def test_help_links_are_confirmed_and_official(workspace: Workspace) -> None:
    path = DOMAIN / "hotlines.yaml"
    if not path.is_file():
        pytest.skip("the registry of help lines is not beside this checkout")
    green = {
        channel["show"]
        for line in yaml.safe_load(path.read_text(encoding="utf-8"))["hotlines"]
        if line["status"] == "green"
        for channel in line["channels"]
        if channel["type"] == "web" and channel.get("status", "green") == "green"
    }
    assert workspace.links["help"].url.removeprefix("https://") in green


def test_figures_come_from_facts_and_name_their_source(workspace: Workspace, year: list[Said]) -> None:
    label = {"id": "Sumber: ", "en": "Source: "}
    for s in year:
        bare = re.sub(r"https?://\S+", "", s.post.text)
        if s.slot == "figures":
            (fact,) = s.post.facts
            assert workspace.facts[fact].publishable
            assert workspace.facts[fact].text[s.language] in s.post.text
            assert f"{label[s.language]}" in s.post.text
            assert str(workspace.facts[fact].year) in s.post.text
        else:
            assert s.post.facts == ()
            assert not re.search(r"\d{3,}|\d+ ?%|\b(juta|miliar|million|billion|persen|percent)\b", bare), (
                bare
            )


def test_words_are_those_of_the_law_and_tags_can_be_read_aloud(year: list[Said]) -> None:
    for s in year:
        assert "perdagangan manusia" not in s.post.text.lower()
        tags = TAG.findall(s.post.text)
        assert len(tags) <= 3
        for tag in tags:
            assert sum(letter.isupper() for letter in tag) >= 2, tag
            written = s.post.text.partition("\n\n[")[0]  # without the descriptions of the pictures
            if threads(s):  # joined parts have those of the first in the middle
                assert written.rstrip().endswith(f"#{tags[-1]}"), "hashtags stand at the end"


# -- pictures and knowledge ---------------------------------------------------------------------------------


def size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG or JPEG."""
    data = path.read_bytes()
    if data.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    at = 2
    while data[at] == 0xFF:
        marker, span = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + span
    raise AssertionError(f"{path} is no picture")


@pytest.mark.parametrize("picture", sorted((ROOT / "posts" / "images").iterdir()), ids=lambda path: path.name)
def test_pictures_have_the_format_of_a_card(picture: Path) -> None:
    assert size(picture) == (1200, 675)
    assert picture.stat().st_size < 200_000


def test_every_picture_is_used_and_described_in_the_language_of_its_post(year: list[Said]) -> None:
    used = {(media.file, s.language, media.alt) for s in year for media in s.post.media if media.card is None}
    assert {"images/day.id.jpg", "images/day.en.jpg"} <= {file for file, _, _ in used}
    assert {file for file, _, _ in used} | {"images/day.jpg"} == {
        f"images/{path.name}" for path in (ROOT / "posts" / "images").iterdir()
    }
    for file, language, alt in used:
        assert 20 <= len(alt) <= 1000, file
        assert alt.startswith("Ilustrasi" if language == "id" else "Paper-cut"), alt
        assert not re.search(r"\.(id|en)\.", file) or f".{language}." in file


def test_facts_are_those_that_were_researched() -> None:
    ours = yaml.safe_load((ROOT / "posts" / "facts.yaml").read_text(encoding="utf-8"))["facts"]
    assert all(fact["publishable"] and fact["review_by"] and fact["source"]["year"] for fact in ours)
    path = DOMAIN / "facts.yaml"
    if not path.is_file():
        pytest.skip("the researched facts are not beside this checkout")
    known = {fact["id"]: fact for fact in yaml.safe_load(path.read_text(encoding="utf-8"))["facts"]}
    assert ours == [known[fact["id"]] for fact in ours]


def test_observances_are_carried_over_whole() -> None:
    ours = yaml.safe_load((ROOT / "schedules" / "observances.yaml").read_text(encoding="utf-8"))[
        "observances"
    ]
    assert all(day["confidence"] in "ABC" for day in ours)
    path = DOMAIN / "observances.yaml"
    if not path.is_file():
        pytest.skip("the researched observances are not beside this checkout")
    assert ours == yaml.safe_load(path.read_text(encoding="utf-8"))["observances"]
