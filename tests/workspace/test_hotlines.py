"""posts/hotlines.yaml and its checks: each mistake with its line and column."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest

from campaign.core.hotlines import Audience, Check, Group, How, Kind, Reach, Status
from campaign.errors import CampaignError, Level
from campaign.workspace import checks
from campaign.workspace.load import load
from tests.workspace.small import CAMPAIGN, CONFIG, SPECS, every_problem, lines, one, with_slot, write

NAME = "posts/hotlines.yaml"
OURS = "6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10"
LINES = """\
hotlines:
  - id: id-sapa129
    name: {en: SAPA 129, id: SAPA 129}
    country: ID
    for: women and children
    serves: [women, children]
    channels:
      - {type: phone, show: "129"}
      - {type: whatsapp, show: "08111-129-129", e164: "+628111129129"}
      - {type: sms, show: "4711", status: amber}
    hours: {en: 24 hours}
    hours_confirmed: true
    emergency: "112"
    languages: [id]
    status: green
    source: https://example.org/sapa
    page: https://sapa.example
  - {id: other, name: Other, country: ID, channels: [{type: web, show: other.example}], status: red, source: https://a.example}
"""


@pytest.fixture
def lined(folder: Path) -> Path:
    write(folder, NAME, LINES)
    return folder


def test_an_entry_is_read_whole(lined: Path) -> None:
    workspace = load(lined, SPECS)
    assert lines(workspace.problems) == []
    line = workspace.hotlines["id-sapa129"]
    assert (line.country, line.status, line.serves) == (
        "ID",
        Status.GREEN,
        frozenset({Group.WOMEN, Group.CHILDREN}),
    )
    assert [(one.kind, one.reach, one.status) for one in line.channels] == [
        (Kind.PHONE, Reach.DOMESTIC, Status.GREEN),
        (Kind.WHATSAPP, Reach.ANYWHERE, Status.GREEN),
        (Kind.SMS, Reach.DOMESTIC, Status.AMBER),
    ]
    assert (line.hours, line.hours_confirmed, line.emergency) == ({"en": "24 hours"}, True, "112")
    assert (line.source, line.page) == ("https://example.org/sapa", "https://sapa.example")
    assert line.audience == {"": "women and children"}
    assert workspace.hotlines["other"].channels[0].status is Status.RED


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("    hours:", "    ours:", "11:5", "unknown key `ours` (did you mean 'hours'?)"),
        ("country: ID", "country: id", "4:14", "`id` is not a country"),
        ("country: ID", "country: Indonesia", "4:14", "is not a country"),
        ("serves: [women", "serves: [woman", "6:14", "can't be `woman` (did you mean 'women'?)"),
        ('show: "129"', "show: 129", "8:29", "`show` takes text, not the number 129"),
        ('show: "129"', "show: call us", "8:9", "`call us` is no number"),
        ("+628111129129", "+628111129128", "2:5", "08111-129-129 and +628111129128 are not the same number"),
        ("status: green", "status: gren", "15:13", "can't be `gren` (did you mean 'green'?)"),
        ("    source: https://example.org/sapa\n", "", "2:5", "`source` is missing"),
        ("source: https://example.org/sapa", "source: a book", "16:13", "`source`"),
        (
            "page: https://sapa.example",
            "page: https://bit.ly/sapa",
            "2:5",
            "`bit.ly` in `https://bit.ly/sapa`",
        ),
        ("type: sms", "type: smss", "10:16", "can't be `smss` (did you mean 'sms'?)"),
        ("id: other", "id: id-sapa129", "18:10", "`id-sapa129` is there twice"),
        ("    hours: {en: 24 hours}\n", "", "2:5", "`hours_confirmed` without `hours`"),
    ],
)
def test_mistakes_in_an_entry(lined: Path, old: str, new: str, where: str, message: str) -> None:
    write(lined, NAME, LINES.replace(old, new, 1))
    problem = one(lined)
    assert message in problem.message, problem.message
    assert problem.level is Level.ERROR
    assert str(problem.place) == f"{NAME}:{where}"


def test_a_file_that_is_no_list(folder: Path) -> None:
    write(folder, NAME, "anything: 1\n")
    assert "there is no list `hotlines:`" in one(folder).message


AUDIENCE = "audience: {country: ID, abroad: true, who: [women]}\n"


def test_audience_and_preference_of_workspace_campaign_and_account(lined: Path) -> None:
    write(lined, "config.yaml", CONFIG.replace("language: en}", "language: en, audience: {country: GB}}", 1))
    config = (lined / "config.yaml").read_text()
    write(lined, "config.yaml", f"{config}{AUDIENCE}hotlines: [id-sapa129, other]\n")
    write(lined, "schedules/world-day.yaml", f"audience: {{country: US}}\nhotlines: [other]\n{CAMPAIGN}")
    workspace = load(lined, SPECS)
    assert lines(workspace.problems) == []
    assert workspace.audience == Audience("ID", True, frozenset({Group.WOMEN}))
    assert workspace.preferred == ("id-sapa129", "other")
    campaign = workspace.campaigns["world-day"]
    assert (campaign.audience, campaign.hotlines) == (Audience("US"), ("other",))
    hook, fedi = workspace.accounts["hook"], workspace.accounts["fedi"]
    assert workspace.speaks_to(campaign, hook) == Audience("GB")
    assert workspace.speaks_to(campaign, fedi) == Audience("US")


def test_an_unknown_id_is_an_error_with_a_guess(lined: Path) -> None:
    write(lined, "config.yaml", f"hotlines: [other, id-sapa12]\n{CONFIG}")
    write(lined, "schedules/world-day.yaml", f"hotlines: [othr]\n{CAMPAIGN}")
    assert lines(every_problem(lined)) == [
        "config.yaml:1:19: no help line called `id-sapa12` (did you mean 'id-sapa129'?)",
        "schedules/world-day.yaml:1:12: no help line called `othr` (did you mean 'other'?)",
    ]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("audience: {land: ID}", "unknown key `land`"),
        ("audience: ID", "`audience` takes a mapping"),
        ("audience: {country: ID, abroad: maybe}", "`abroad` takes true or false"),
        ("audience: {country: ID, who: [man]}", "can't be `man` (did you mean 'men'?)"),
        ("hotlines: other", "`hotlines` takes a list"),
    ],
)
def test_mistakes_in_the_keys(lined: Path, key: str, message: str) -> None:
    write(lined, "config.yaml", f"{key}\n{CONFIG}")
    found = [line for line in lines(every_problem(lined)) if line.startswith("config.yaml:1:")]
    assert any(message in line for line in found), found


def test_if_stale_is_page_or_nothing(folder: Path) -> None:
    slot = "text: a\nat: 2027-07-30 20:00\nif_stale: "
    write(folder, "schedules/it.yaml", with_slot(slot + "page"))
    workspace = load(folder, SPECS)
    assert workspace.campaigns["it"].slots[0].page_if_stale
    assert not any(slot.page_if_stale for slot in workspace.campaigns["world-day"].slots)
    write(folder, "schedules/it.yaml", with_slot(slot + "pag"))
    assert "`if_stale` can't be `pag`" in one(folder).message


# -- checks -------------------------------------------------------------------------------------------------


def a_check(written: str = "129", on: date = date(2027, 6, 1)) -> Check:
    return Check("id-sapa129", written, "ani", on, How.CALLED)


def recorded(folder: Path, *made: Check) -> tuple[Check, ...]:
    for check in made:
        workspace = load(folder, SPECS)
        checks.record(folder, workspace.id, workspace.hotlines, check)
    workspace = load(folder, SPECS)
    assert lines(workspace.problems) == []
    return workspace.checks


def test_what_is_recorded_is_read_again(lined: Path) -> None:
    first, second = a_check(), a_check('08111-129-129 "x"')
    assert set(recorded(lined, first, second)) == {first, second}
    text = (lined / checks.NAME).read_text()
    assert text.startswith("# Help lines that somebody of this organisation has checked")
    assert f"workspace: {OURS}" in text


def test_a_new_check_takes_the_place_of_the_old_one_of_its_channel(lined: Path) -> None:
    chat, newer = a_check("08111129129"), a_check("1 2 9", date(2027, 8, 1))
    assert set(recorded(lined, a_check(), chat, newer)) == {chat, newer}


def test_a_check_changes_what_all_campaigns_share(lined: Path) -> None:
    before = load(lined, SPECS)
    recorded(lined, a_check())
    after = load(lined, SPECS)
    assert before.common != after.common
    assert before.digest != after.digest


def test_a_check_of_another_workspace_does_not_count(lined: Path) -> None:
    recorded(lined, a_check())
    text = (lined / checks.NAME).read_text()
    write(lined, checks.NAME, text.replace(OURS, str(uuid.UUID(int=7))))
    workspace = load(lined, SPECS)
    assert workspace.checks == ()
    (problem,) = workspace.problems
    assert problem.level is Level.WARN
    assert "of another workspace" in problem.message
    with pytest.raises(CampaignError, match="nothing was written"):
        checks.record(lined, workspace.id, workspace.hotlines, a_check())


def test_without_a_workspace_of_its_own_nothing_is_recorded(lined: Path) -> None:
    with pytest.raises(CampaignError, match="no `workspace:`") as caught:
        checks.record(lined, None, load(lined, SPECS).hotlines, a_check())
    assert "workspace: " in caught.value.hint
    assert not (lined / checks.NAME).exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "{id: id-sapa, number: '129', by: ani, on: 2027-06-01, how: called}",
            "no help line called `id-sapa`",
        ),
        ("{id: id-sapa129, number: 129, by: ani, on: 2027-06-01, how: called}", "`number` takes text"),
        ("{id: id-sapa129, number: '129', by: ani, on: June, how: called}", "`June` is not a day"),
        ("{id: id-sapa129, number: '129', by: ani, on: 2027-06-01, how: guessed}", "can't be `guessed`"),
        ("{id: id-sapa129, number: '129', on: 2027-06-01, how: called}", "`by` is missing"),
    ],
)
def test_mistakes_in_a_check(lined: Path, line: str, message: str) -> None:
    write(lined, checks.NAME, f"workspace: {OURS}\nchecked:\n  - {line}\n")
    problem = one(lined)
    assert message in problem.message
    assert (problem.place.file, problem.place.line) == (checks.NAME, 3)


def test_a_file_of_checks_that_names_no_workspace(lined: Path) -> None:
    write(lined, checks.NAME, "checked: []\n")
    assert "`workspace` is missing" in one(lined).message
    with pytest.raises(CampaignError, match="nothing was written"):
        checks.record(lined, uuid.UUID(OURS), load(lined, SPECS).hotlines, a_check())


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (
            "{url: https://example.org/help, help: true, track: true}",
            "a link that leads to help is never tracked",
        ),
        (
            "{url: https://example.org/help?utm_source=x, help: true}",
            "and `utm_source` in it records who follows it",
        ),
        ("{url: https://tinyurl.com/help, help: true}", "and `tinyurl.com` in it records who follows it"),
    ],
)
def test_a_link_to_help_is_never_tracked_wherever_it_is_written_down(
    folder: Path, link: str, message: str
) -> None:
    write(folder, "config.yaml", f"links: {{ours: {link}}}\n{CONFIG}")
    assert message in one(folder).message
    write(folder, "config.yaml", CONFIG)
    slot = with_slot("text: a\nat: 2027-07-30 20:00")
    write(folder, "schedules/it.yaml", f"links: {{ours: {link}}}\n{slot}")
    problem = one(folder)
    assert message in problem.message
    assert str(problem.place) == "schedules/it.yaml:1:15"


@pytest.mark.parametrize(
    "link", ["{url: https://tinyurl.com/act}", "{url: https://example.org?fbclid=1, track: true}"]
)
def test_other_links_may_be_what_they_are(folder: Path, link: str) -> None:
    write(folder, "config.yaml", f"links: {{ours: {link}}}\n{CONFIG}")
    assert every_problem(folder) == ()
