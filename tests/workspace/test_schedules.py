"""schedules/NAME.yaml: all kinds of rule, what is inherited, and every usual mistake at its place."""

# Wall times are naive on purpose.
# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from campaign.core.model import Approval, Image, Link, QuietHours, Slot, Thread
from campaign.core.timetable import At, Cron, Dates, Interval, On, Recurrence, Span, Weekly, When, Yearly
from campaign.errors import Level, Place
from campaign.workspace.load import load
from tests.workspace.small import CAMPAIGN, CONFIG, SPECS, every_problem, lines, one, with_slot, write

NAME = "schedules/it.yaml"


def only_slot(folder: Path, slot: str, head: str = "") -> Slot:
    write(folder, NAME, with_slot(slot, head))
    workspace = load(folder, SPECS)
    assert not [problem for problem in workspace.problems if problem.level is Level.ERROR], lines(
        workspace.problems
    )
    return workspace.campaigns["it"].slots[0]


NINE = (time(9),)
RULES: list[tuple[str, When]] = [
    ("at: 2027-07-30 20:00", At((datetime(2027, 7, 30, 20),))),
    (
        "at: [2027-07-30T20:00:30, '2027-07-02 08:00']",
        At((datetime(2027, 7, 2, 8), datetime(2027, 7, 30, 20, 0, 30))),
    ),
    ('every: {days: [mon, thu], at: ["18:30", 09:00]}', Weekly(frozenset({0, 3}), (time(9), time(18, 30)))),
    ("every: {days: weekday, at: 09:00}", Weekly(frozenset(range(5)), NINE)),
    ("every: {days: [sat, weekday], at: 09:00}", Weekly(frozenset(range(6)), NINE)),
    ("every: {days: day, at: 09:00}", Weekly(frozenset(range(7)), NINE)),
    ("every: {interval: 3 days, at: 09:00}", Interval(3, NINE)),
    ('cron: "0 9 1 * *"', Cron("0 9 1 * *")),
    ('rrule: "FREQ=MONTHLY;BYDAY=1MO"\nat: "09:00"', Recurrence("FREQ=MONTHLY;BYDAY=1MO", NINE)),
    ("on: un-wdatip\nat: 09:00", On(Yearly(7, 30), 0, NINE)),
    ("on: un-wdatip\noffset: -3 days\nat: [09:00, 10:00]", On(Yearly(7, 30), -3, (time(9), time(10)))),
    ("on: moving\nat: 09:00", On(Dates((date(2027, 7, 11),)), 0, NINE)),
    ("on: starts\noffset: 1 day\nat: 09:00", On(Dates((date(2027, 7, 1),)), 1, NINE)),
    ("on: ends\nat: 09:00", On(Dates((date(2027, 7, 31),)), 0, NINE)),
]


@pytest.mark.parametrize(("keys", "when"), RULES, ids=[rule[0][:28] for rule in RULES])
def test_all_kinds_of_rule(folder: Path, keys: str, when: When) -> None:
    slot = only_slot(folder, f"text: hello\n{keys}")
    assert slot.timetable.when == when
    assert slot.explicit is isinstance(when, At | On)
    assert (slot.timetable.zone, slot.timetable.starts) == ("Asia/Jakarta", date(2027, 7, 1))


def test_a_span_and_a_month_count_by_their_first_day(folder: Path) -> None:
    for name, day in (
        ("sixteen-days", Span(Yearly(11, 25), Yearly(12, 10))),
        ("us-month", Span(Yearly(1, 1), Yearly(1, 31))),
    ):
        slot = only_slot(folder, f"text: hello\non: {name}\nat: 09:00", "title: x\n")
        assert slot.timetable.when == On(day, 0, NINE)


def test_rows_number_the_occurrences(folder: Path) -> None:
    keys = "template: signs\nrows: signs.csv\nevery: {days: day, at: 09:00}"
    table = only_slot(folder, keys).timetable
    assert (table.numbered, table.count) == (True, 18)
    table = only_slot(folder, keys + "\nrepeat: true").timetable
    assert (table.numbered, table.count) == (True, None)
    table = only_slot(folder, "template: signs\nevery: {days: day, at: 09:00}").timetable
    assert (table.numbered, table.count) == (False, None)


def test_what_the_example_says(folder: Path) -> None:
    campaign = load(folder, SPECS).campaigns["world-day"]
    signs, vigil = campaign.slots
    assert campaign.title == {"en": "World Day", "id": "Hari Dunia"}
    assert campaign.place == Place("schedules/world-day.yaml", 1, 1)
    assert len(campaign.digest) == 64
    assert signs.timetable.skip == {date(2027, 7, 22)}
    assert signs.timetable.move == {datetime(2027, 7, 19, 9): datetime(2027, 7, 20, 10)}
    assert signs.images == (
        Image(
            "signs/{{ row.id }}.jpg",
            {"id": "{{ row.alt_id }}", "en": "{{ row.alt_en }}"},
            Place("schedules/world-day.yaml", 11, 19),
        ),
    )
    assert signs.place == Place("schedules/world-day.yaml", 5, 9)
    assert [target.name for target in signs.targets] == ["site", "fedi", "fedi.en", "x", "hook"]
    assert [target.name for target in vigil.targets] == ["x", "fedi"]
    assert vigil.text == {"id": "Malam ini", "en": "Tonight"}


def test_the_narrower_place_wins(folder: Path) -> None:
    head = """\
timezone: Europe/Berlin
quiet_hours: "23:00-05:00"
if_late: always
approval: one
vars: {a: 1}
links: {act: {url: "https://example.org/act", track: true}}
hashtags: [All]
"""
    write(
        folder,
        NAME,
        f"""{head}posts:
  - {{id: a, text: hello, at: 2027-07-30 20:00}}
  - id: b
    text: hello
    at: 2027-07-30 21:00
    quiet: ignore
    if_late: drop
    approval: two
    repeat_after: 3 days
    vars: {{b: 2}}
    tags: {{id: [Satu]}}
    warning: human trafficking
    image: [{{file: a.jpg, alt: A}}, {{file: b.jpg, alt: {{en: B}}}}]
    video: {{file: c.mp4, alt: C}}
""",
    )
    campaign = load(folder, SPECS).campaigns["it"]
    a, b = campaign.slots
    assert campaign.zone == a.timetable.zone == "Europe/Berlin"
    assert campaign.links == {"act": Link("https://example.org/act", True)}
    assert campaign.hashtags == {"": ("All",)}
    assert (a.quiet, a.if_late, a.approval) == (QuietHours(time(23), time(5)), None, Approval.ONE)
    assert (b.quiet, b.if_late, b.approval) == (None, timedelta(seconds=60), Approval.TWO)
    assert (b.repeat_after, b.vars, b.tags) == (timedelta(days=3), {"b": 2}, {"id": ("Satu",)})
    assert (b.warning, len(b.images), b.images[1].alt) == ({"": "human trafficking"}, 2, {"en": "B"})
    assert b.video is not None
    assert b.video.file == "c.mp4"


@pytest.mark.parametrize(
    ("keys", "targets"),
    [
        ("text: {en: hello}", ["fedi.en", "hook"]),
        ("text: {id: halo}", ["site", "fedi", "x"]),
        ("text: hello", ["site", "fedi", "fedi.en", "x", "hook"]),
        ("text: hello\nlanguage: en", ["fedi.en", "hook"]),
        ("text: hello\naccounts: [fedi, x]", ["fedi", "x"]),
        ("text: hello\naccounts: [fedi.id, fedi, fedi.en]", ["fedi", "fedi.en"]),
        ("text: hello\naccounts: [fedi]\nlanguage: en", ["fedi.en"]),
        ("text: hello\naccounts: [trial]", ["trial"]),
        ("template: only-x", ["x"]),
        ("template: signs", ["site", "fedi", "fedi.en", "x", "hook"]),
        ("template: deep/er", ["fedi.en", "hook"]),
    ],
)
def test_targets(folder: Path, keys: str, targets: list[str]) -> None:
    write(folder, "posts/only-x.x.j2", "x")
    write(folder, "posts/deep/er.en.j2", "x")
    slot = only_slot(folder, f"{keys}\nat: 2027-07-30 20:00")
    assert [target.name for target in slot.targets] == targets


def test_the_accounts_of_a_campaign_and_of_a_slot(folder: Path) -> None:
    head = "accounts: [site, fedi.en]\n"
    assert [t.name for t in only_slot(folder, "text: a\nat: 2027-07-30 20:00", head).targets] == [
        "site",
        "fedi.en",
    ]
    slot = only_slot(folder, "text: a\nat: 2027-07-30 20:00\naccounts: [x]", head)
    assert [t.name for t in slot.targets] == ["x"]


AT = "at: 2027-07-30 20:00"
WEEKLY = "text: a\nevery: {days: [mon], at: 09:00}"
MISTAKES = [
    (f"txt: a\n{AT}", "5:5", "unknown key `txt` (did you mean 'text'?)"),
    (AT, "4:5", "`it` has nothing to say"),
    (f"text: a\ntemplate: signs\n{AT}", "5:5", "both a template and a text"),
    ("text: a", "4:5", "`it` does not say when"),
    (f"text: a\ncron: 0 9 1 * *\n{AT}", "7:5", "exactly one of `at`, `every`, `cron`"),
    ("text: a\non: starts\ncron: 0 9 1 * *\nat: 09:00", "6:5", "exactly one of"),
    (f"{WEEKLY}\nat: 09:00", "7:5", "exactly one of"),
    ("text: a\non: starts", "4:5", "`on` needs a time of day"),
    (f"text: a\n{AT}\noffset: 3 days", "7:5", "`offset` belongs to `on`"),
    ("text: a\nat: 9", "6:9", "a moment or a time belongs here, not the number 9"),
    ("text: a\nat: [2027-07-30 20:00, 2027]", "6:9", "not the number 2027"),
    ("text: a\nat: 2027-07-30", "6:9", "`2027-07-30` has no time"),
    ("text: a\nat: 2027-07-30T20:00+07:00", "6:9", "is not a moment"),
    ("text: a\nat: 2027-02-30 20:00", "6:9", "there is no day 2027-02-30"),
    ("text: a\nat: 09:00", "6:9", "`09:00` is not a moment"),
    ("text: a\nat: [2027-07-30 20:00, 2027-07-30T20:00]", "6:28", "is there twice"),
    ("text: a\nat: []", "6:9", "a moment or a time belongs here"),
    ("text: a\nat: [2027-07-30 20:00, 2027-08-01 09:00]", "6:28", "2027-08-01 is outside of the campaign"),
    ("text: a\non: starts\noffset: -3 days\nat: 09:00", "7:13", "2027-06-28 is outside of the campaign"),
    ("text: a\non: sixteen-days\nat: 09:00", "6:9", "never goes out between 2027-07-01 and 2027-07-31"),
    (
        "text: a\non: un-wdatp\nat: 09:00",
        "6:9",
        "no observance called `un-wdatp` (did you mean 'un-wdatip'?)",
    ),
    ("text: a\non: unknown-day\nat: 09:00", "6:9", "has not been announced"),
    ("text: a\non: starts\noffset: 36 h\nat: 09:00", "7:13", "whole days"),
    ("text: a\non: starts\noffset: 3\nat: 09:00", "7:13", "not the number 3"),
    ("text: a\nevery: {days: [mo], at: 09:00}", "6:20", "(did you mean 'mon'?)"),
    ("text: a\nevery: {days: [mon]}", "6:12", "`at` is missing"),
    ("text: a\nevery: {days: [mon], at: 9}", "6:30", "a time of day belongs here, not the number 9"),
    ("text: a\nevery: {days: [mon], at: 9:00}", "6:30", "`9:00` is not a time of day"),
    ("text: a\nevery: {at: 09:00}", "6:12", "exactly one of `days` and `interval`"),
    (
        "text: a\nevery: {days: day, interval: 1 day, at: 09:00}",
        "6:12",
        "exactly one of `days` and `interval`",
    ),
    ("text: a\nevery: {interval: 0 days, at: 09:00}", "6:12", "at least 1 day"),
    ("text: a\nevery: daily", "6:12", "`every` takes a mapping (key: value), not `daily`"),
    ("text: a\ncron: 61 * * * *", "6:11", "cron"),
    ("text: a\nrrule: FREQ=NEVER\nat: 09:00", "6:12", "rrule"),
    (f"{WEEKLY}\nskip: [2027-07-06]", "7:12", "nothing is planned then"),
    (f"{WEEKLY}\nskip: [2027-07-05, 2027-07-12 10:00]", "7:24", "nothing is planned then"),
    (f"{WEEKLY}\nmove: {{2027-07-06 09:00: 2027-07-07 09:00}}", "7:12", "nothing is planned then"),
    (f"{WEEKLY}\nmove: {{2027-07-05 09:00: 2027-08-07 09:00}}", "7:30", "2027-08-07 is outside"),
    (f"{WEEKLY}\nmove: {{monday: 2027-07-07 09:00}}", "7:12", "`monday` is not a moment"),
    (f"{WEEKLY}\nskip: [2027-07-05, 2027-07-12, 2027-07-19, 2027-07-26]", "6:12", "never goes out"),
    (f"template: sign\n{AT}", "5:15", "no template called `sign` (did you mean 'signs'?)"),
    (f"template: signs.j2\n{AT}", "5:15", "no template called `signs.j2`"),
    ("template: signs\nrows: sign.csv\nevery: {days: day, at: 09:00}", "6:11", "(did you mean 'signs.csv'?)"),
    (f"text: a\nrepeat: true\n{AT}", "6:5", "`repeat` belongs to `rows`"),
    (f"text: a\n{AT}\naccounts: [fdi]", "7:16", "no account called `fdi` (did you mean 'fedi'?)"),
    (f"text: a\n{AT}\naccounts: [fedi.fr]", "7:16", "`fedi` does not post in `fr`"),
    (f"text: a\n{AT}\naccounts: fedi", "7:15", "a list belongs here"),
    (f"text: a\n{AT}\naccounts: []", "7:15", "`accounts`"),
    (f"text: {{id: a}}\n{AT}\naccounts: [fedi.en]", "7:16", "there is no text in `en` for `fedi.en`"),
    (f"text: {{fr: a}}\n{AT}", "4:5", "would go nowhere"),
    (f"text: a\n{AT}\naccounts: [x]\nlanguage: en", "7:16", "`x` does not post in en"),
    (f"text: {{en: 5}}\n{AT}", "5:16", "`en` takes text, not the number 5"),
    (f"text: ''\n{AT}", "5:11", "this text is empty"),
    (f"text: [a]\n{AT}", "5:11", "a text belongs here, not a list"),
    (f"text: {{English: a}}\n{AT}", "5:11", "`English` is not a language"),
    (f"text: a\n{AT}\nimage: a.jpg", "7:12", "`image` takes a mapping"),
    (f"text: a\n{AT}\nimage: {{file: a.jpg}}", "7:12", "`alt` is missing"),
    (f"text: a\n{AT}\nimage: {{file: ../a.jpg, alt: a}}", "7:19", "leads out of posts/"),
    (f"text: a\n{AT}\nvideo: {{file: /a.mp4, alt: a}}", "7:19", "leads out of posts/"),
    (f"text: a\n{AT}\nif_late: later", "7:14", "'later' is not a duration"),
    (f"text: a\n{AT}\nif_late: 2", "7:14", "a duration belongs here, not the number 2"),
    (f"text: a\n{AT}\nquiet: please", "7:12", "`quiet` can't be `please`"),
    (f"text: a\n{AT}\ntags: {{en: ['#A']}}", "7:11", "can't be a hashtag"),
    (f"text: a\n{AT}\nlinks: {{a: {{url: example.org}}}}", "7:22", "is not an address"),
]


@pytest.mark.parametrize(("slot", "at", "message"), MISTAKES, ids=[mistake[0][:40] for mistake in MISTAKES])
def test_mistakes(folder: Path, slot: str, at: str, message: str) -> None:
    write(folder, NAME, with_slot(slot))
    found = every_problem(folder)
    assert len(found) == 1, lines(found)
    assert message in found[0].message
    assert found[0].hint
    assert str(found[0].place) == f"{NAME}:{at}"
    workspace = load(folder, SPECS)
    assert workspace.broken == {"it"}
    assert set(workspace.campaigns) == {"world-day"}


HEADS = [
    ("starts: 2027-08-01\nends: 2027-07-31\n", "1:1", "ends (2027-07-31) before it starts"),
    ("starts: 2027\n", "1:9", "not the number 2027"),
    ("starts: 30.7.2027\n", "1:9", "is not a day"),
    ("timezone: Jakarta\n", "1:11", "no time zone"),
    ("accounts: [nobody]\n", "1:12", "no account called `nobody`"),
    ("titel: x\n", "1:1", "unknown key `titel` (did you mean 'title'?)"),
    ("hashtags: x\n", "1:11", "a list of hashtags belongs here"),
    ("approval: three\n", "1:11", "does not belong here"),
]


@pytest.mark.parametrize(("head", "at", "message"), HEADS, ids=[head[0][:20] for head in HEADS])
def test_mistakes_of_a_campaign(folder: Path, head: str, at: str, message: str) -> None:
    write(folder, NAME, with_slot("text: a\nevery: {days: day, at: 09:00}", head))
    found = every_problem(folder)
    assert len(found) == 1, lines(found)
    assert message in found[0].message
    assert str(found[0].place) == f"{NAME}:{at}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\n", "`posts` is missing"),
        ("posts: []\n", "there are no posts"),
        ("posts: {id: a}\n", "`posts` takes a list of posts, not a mapping"),
        ("posts: [5]\n", "a post is a mapping, not the number 5"),
        ("[]\n", "a campaign is a mapping"),
        ("hello\n", "a campaign is a mapping"),
    ],
)
def test_without_posts(folder: Path, text: str, message: str) -> None:
    write(folder, NAME, text)
    assert [message in line for line in lines(every_problem(folder))] == [True]


def test_one_wrong_post_hides_no_other(folder: Path) -> None:
    write(
        folder,
        NAME,
        f"posts:\n  - {{id: a, txt: x, {AT}}}\n  - {{id: a, text: x}}\n  - {{id: B, text: x, {AT}}}\n",
    )
    found = lines(every_problem(folder))
    assert len(found) == 4
    assert found[0].startswith("schedules/it.yaml:2:13: unknown key `txt`")
    assert "`a` does not say when" in found[1]
    assert "the id `a` is there twice" in found[2]
    assert "`B` can't be a name" in found[3]


def test_an_approval_is_nothing_to_complain_about(folder: Path) -> None:
    slot = only_slot(folder, f"text: a\n{AT}\napproval: one")
    assert slot.approval is Approval.ONE
    assert load(folder, SPECS).problems == ()


@pytest.mark.parametrize(
    ("keys", "thread"),
    [("", Thread.AS_WRITTEN), ("\nthread: auto", Thread.AUTO), ("\nthread: numbered", Thread.NUMBERED)],
)
def test_a_thread_may_be_made_of_too_long_a_text(folder: Path, keys: str, thread: Thread) -> None:
    assert only_slot(folder, f"text: a\n{AT}{keys}").thread is thread


@pytest.mark.parametrize(("written", "hint"), [("true", ""), ("atuo", " (did you mean 'auto'?)"), ("3", "")])
def test_a_thread_is_auto_or_numbered(folder: Path, written: str, hint: str) -> None:
    write(folder, NAME, with_slot(f"text: a\n{AT}\nthread: {written}"))
    problem = one(folder)
    assert "does not belong here" + hint in problem.message
    assert problem.hint == "write one of: auto, numbered"
    assert str(problem.place) == "schedules/it.yaml:7:13"


def test_approval_is_never_loosened(folder: Path) -> None:
    slot = only_slot(folder, f"text: a\n{AT}\napproval: none", "approval: two\n")
    assert slot.approval is Approval.TWO
    assert any(problem.rule == "approval" for problem in load(folder, SPECS).problems)


def test_an_interval_and_rows_need_a_beginning(folder: Path) -> None:
    for keys in (
        "text: a\nevery: {interval: 2 days, at: 09:00}",
        "template: signs\nrows: signs.csv\ncron: 0 9 * * *",
    ):
        write(folder, NAME, with_slot(keys, "title: x\n"))
        assert "`starts`" in lines(every_problem(folder))[0]


def test_accounts_without_a_config_for_them(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG.split("accounts:")[0])
    assert all("no account" in line or "go nowhere" in line for line in lines(every_problem(folder)))


def test_an_edit_changes_the_digest_of_its_campaign_only(folder: Path) -> None:
    before = load(folder, SPECS)
    write(folder, NAME, with_slot(f"text: a\n{AT}"))
    after = load(folder, SPECS)
    assert after.campaigns["world-day"] == before.campaigns["world-day"]
    assert after.digest != before.digest
    write(folder, "schedules/world-day.yaml", CAMPAIGN + "# a comment\n")
    assert load(folder, SPECS).campaigns["world-day"].digest != before.campaigns["world-day"].digest


def test_other_wordings_of_a_text(folder: Path) -> None:
    slot = only_slot(folder, "text: {id: Satu, en: One}\nwordings: [{id: Dua}, Tiga]\nat: 2027-07-30 20:00")
    assert slot.wordings == ({"id": "Dua"}, {"": "Tiga"})


@pytest.mark.parametrize(
    ("slot", "message"),
    [
        ("template: signs\nwordings: [{id: Dua}]", "`wordings` belongs to `text`"),
        ("text: {id: Satu, en: One}\nwordings: []", "`wordings`"),
        ("text: {id: Satu, en: One}\nwordings: Dua", "`wordings`"),
        ("text: {id: Satu, en: One}\nwordings: [{id: 5}]", "`id` takes text, not the number 5"),
    ],
)
def test_other_wordings_that_are_none(folder: Path, slot: str, message: str) -> None:
    write(folder, NAME, with_slot(f"{slot}\nat: 2027-07-30 20:00"))
    (problem,) = every_problem(folder)
    assert message in problem.message
    assert problem.place.line == 6
