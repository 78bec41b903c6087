"""config.yaml: every key of the design, every usual mistake at its place, and no secret in any message."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from campaign.core.alert import AlertAddress, AlertKind
from campaign.core.model import Approval, Person, Public, QuietHours, Secret
from campaign.core.prices import Budget
from campaign.errors import CampaignError, Level, Place, WorkspaceError
from campaign.workspace.load import load
from tests.workspace.small import CONFIG, SPECS, Fedi, every_problem, lines, one, write


def test_what_a_config_says(folder: Path) -> None:
    extra = """\
store: postgresql+psycopg://me@db.example/campaigns
if_late: 90 min
people: {ani: {can: [review, approve]}}
links: {help: {url: "https://example.org/help", help: true}}
"""
    write(folder, "config.yaml", CONFIG + extra)
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert workspace.id == UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")
    assert workspace.zone == "Asia/Jakarta"
    assert workspace.store.startswith("postgresql+psycopg://me@")
    assert workspace.languages == ("id", "en")
    assert workspace.vars == {"org": "Yayasan Harapan"}
    assert workspace.links["help"].help
    assert workspace.people == {"ani": Person("ani", frozenset({"review", "approve"}))}
    slot = workspace.campaigns["world-day"].slots[0]
    assert slot.if_late == timedelta(minutes=90)
    assert slot.quiet == QuietHours(time(22), time(6))


def test_an_account_with_common_and_own_keys(folder: Path) -> None:
    write(
        folder,
        "config.yaml",
        CONFIG.replace(
            "token: {env: FEDI_TOKEN},", "token: {file: t.txt}, gap: 5 min, daily: 6, vars: {a: [1]},"
        ),
    )
    fedi = load(folder, SPECS).accounts["fedi"]
    assert (fedi.network, fedi.languages, fedi.gap, fedi.daily) == (
        "mastodon",
        ("id", "en"),
        timedelta(minutes=5),
        6,
    )
    assert isinstance(fedi.options, Fedi.options)
    assert dict(fedi.options)["token"] == Secret("file", "t.txt")
    assert dict(fedi.options)["visibility"] == "public"
    assert fedi.vars == {"a": [1]}
    assert str(fedi.place) == "config.yaml:8:3"


def test_without_a_language_an_account_has_the_first_of_the_workspace(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG.replace("folder: public, language: id", "folder: public"))
    assert load(folder, SPECS).accounts["site"].languages == ("id",)


MISTAKES = [
    (
        "timezone: Asia/Jakarta",
        "timezone: Asia/Jakata",
        "config.yaml:2:11",
        "no time zone `Asia/Jakata` (did",
        "Asia/Jakarta",
    ),
    ("timezone: Asia/Jakarta\n", "", "config.yaml:1:1", "`timezone` is missing", ""),
    ("timezone:", "timezon:", "config.yaml:2:1", "unknown key `timezon` (did you mean 'timezone'?)", ""),
    ("languages: [id, en]", "languages: []", "config.yaml:3:12", "`languages`", ""),
    ("languages: [id, en]", "languages: [id, Bahasa]", "config.yaml:3:17", "`Bahasa` is not a language", ""),
    ('"22:00-06:00"', "22:00", "config.yaml:4:14", "not a span of time", ""),
    ('"22:00-06:00"', "22", "config.yaml:4:14", "not the number 22", ""),
    ('"22:00-06:00"', '"22:00-25:00"', "config.yaml:4:14", "`25:00` is not a time", ""),
    ('"22:00-06:00"', '"22:00-22:00"', "config.yaml:4:14", "end when they begin", ""),
    ("vars: {org: Yayasan Harapan}", "vars: 3", "config.yaml:5:7", "`vars` takes a mapping", ""),
    ("workspace: 6d9f", "workspace: zz9f", "config.yaml:1:12", "is not a UUID", ""),
    (
        "network: feed",
        "network: fed",
        "config.yaml:7:19",
        "no network called fed (did you mean 'feed'?)",
        "this version has",
    ),
    (
        "network: feed",
        "network: 3",
        "config.yaml:7:19",
        "`network` takes text, not the number 3",
        "put it in quotes",
    ),
    (
        "folder: public",
        "foldr: public",
        "config.yaml:7:25",
        "unknown key `foldr` (did you mean 'folder'?)",
        "",
    ),
    ("folder: public, ", "", "config.yaml:7:9", "`folder` is missing", ""),
    ("site: {", "Site: {", "config.yaml:7:3", "`Site` can't be a name", "site"),
    (
        "site: {network: feed, folder: public, language: id}",
        "site: 3",
        "config.yaml:7:9",
        "an account is a mapping",
        "",
    ),
    (
        "languages: [id, en]}",
        "languages: [id], language: en}",
        "config.yaml:8:96",
        "either `language` or",
        "",
    ),
    ("languages: [id, en]}", "languages: [id, en], gap: 5m}", "config.yaml:8:122", "minutes or months", ""),
    (
        "languages: [id, en]}",
        "languages: [id, en], gap: 5}",
        "config.yaml:8:122",
        "not the number 5",
        "5 min",
    ),
    ("languages: [id, en]}", "languages: [id, en], daily: 0}", "config.yaml:8:124", "`daily`", ""),
    (
        "languages: [id, en]}",
        "languages: [id, en], test: yes}",
        "config.yaml:8:123",
        "`test` takes true or false",
        "",
    ),
    (
        "languages: [id, en]}",
        "languages: [id, en], visibility: publc}",
        "config.yaml:8:129",
        "`visibility`",
        "public",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "hint"), MISTAKES, ids=[m[1][:30] for m in MISTAKES]
)
def test_mistakes(folder: Path, old: str, new: str, place: str, message: str, hint: str) -> None:
    assert old in CONFIG
    write(folder, "config.yaml", CONFIG.replace(old, new, 1))
    found = [problem for problem in every_problem(folder) if problem.place.file == "config.yaml"]
    assert len(found) == 1, lines(tuple(found))
    problem = found[0]
    assert message in problem.message
    assert hint in problem.hint
    if "languages: [id, en]}" not in old:
        assert str(problem.place) == place
    else:
        assert problem.place.line == 8


LITERALS = [
    "token: s3cr3t-value",
    "token: [s3cr3t-value]",
    "token: {env: s3cr3t-value}",
    "token: {enviroment: s3cr3t-value}",
]
LITERALS += [
    "token: {env: A, file: s3cr3t-value}",
    "token: {env: {x: s3cr3t-value}}",
    'token: ""',
    "token: 5",
    "token:",
]
LITERALS += ["token: {kind: env, name: A, _value: s3cr3t-value}", "visibility: s3cr3t-value, token: {env: A}"]
LITERALS += [
    "tokn: s3cr3t-value, token: {env: A}",
    "server: [s3cr3t-value], token: {env: A}",
    "token: {env: 5}",
]


@pytest.mark.parametrize("written", LITERALS)
def test_a_literal_secret_is_refused_and_never_repeated(folder: Path, written: str) -> None:
    text = CONFIG.replace("token: {env: FEDI_TOKEN}", written, 1).replace(
        "server: https://mastodon.example, token: {env: FEDI", "token: {env: FEDI"
    )
    if written.startswith("server"):
        text = text.replace("server: https://mastodon.example, server", "server", 1)
    write(folder, "config.yaml", text)
    found = every_problem(folder)
    assert any(problem.level is Level.ERROR and problem.place.file == "config.yaml" for problem in found)
    assert "s3cr3t" not in repr(found)
    with pytest.raises(WorkspaceError) as caught:
        load(folder, SPECS)
    assert "s3cr3t" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    "store",
    [
        "postgresql+psycopg://me:s3cr3t@db/x",
        "postgresql+psycopg://me@db/x?password=s3cr3t",
        "mysql://x",
        "[",
        "5",
    ],
)
def test_the_store_holds_no_password(folder: Path, store: str) -> None:
    write(folder, "config.yaml", f"{CONFIG}store: {store}\n")
    problem = one(folder) if store != "[" else every_problem(folder)[0]
    assert problem.level is Level.ERROR
    assert "s3cr3t" not in problem.message


def test_the_approval_of_the_workspace_is_that_of_everything_in_it(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + "approval: one\n")
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert all(slot.approval is Approval.ONE for _, slot in workspace.slots())
    assert all(account.approval is Approval.ONE for account in workspace.accounts.values())


@pytest.mark.parametrize(("written", "most"), [("20", "20"), ("12.50", "12.5"), ("0", "0"), ("0.1", "0.1")])
def test_a_budget_is_that_of_its_account(folder: Path, written: str, most: str) -> None:
    write(folder, "config.yaml", f"{CONFIG}budget: {{x: {written}}}\n")
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    budgets = {name: account.budget for name, account in workspace.accounts.items() if account.budget}
    place = Place("config.yaml", CONFIG.count("\n") + 1, 10)
    assert budgets == {"x": Budget(Decimal(most), place)}


@pytest.mark.parametrize("written", ["-1", "20 USD", "'20'", "true", ".inf", ".nan", "[20]", ""])
def test_a_budget_is_an_amount_in_dollars(folder: Path, written: str) -> None:
    write(folder, "config.yaml", f"{CONFIG}budget: {{x: {written}}}\n")
    found = every_problem(folder)[0]
    assert found.level is Level.ERROR
    assert "`x`: an amount in US dollars belongs here, not" in found.message
    assert found.hint == "write 20, or 12.50, without a currency"
    assert found.place.line == CONFIG.count("\n") + 1


def test_a_budget_names_an_account_that_costs_something(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + "budget: {hok: 5, fedi: 5}\n")
    unknown, free = every_problem(folder)
    assert (unknown.level, unknown.rule) == (Level.ERROR, "unknown-account")
    assert unknown.message == "no account called `hok` (did you mean 'hook'?)"
    assert unknown.hint == "accounts: site, fedi, x, hook, trial"
    assert (free.level, free.rule) == (Level.WARN, "budget")
    assert free.message == "`fedi` needs no budget: no price of mastodon is known"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{env: HEARTBEAT}", Secret("env", "HEARTBEAT")),
        ("https://hc.example/ping/1234", "https://hc.example/ping/1234"),
        ("http://127.0.0.1:8000/up?status=up", "http://127.0.0.1:8000/up?status=up"),
    ],
)
def test_the_heartbeat_is_an_address_or_where_one_is_kept(folder: Path, written: str, read: object) -> None:
    write(folder, "config.yaml", f"{CONFIG}heartbeat: {written}\n")
    workspace = load(folder, SPECS)
    assert (workspace.heartbeat, workspace.problems) == (read, ())


@pytest.mark.parametrize("written", ["x", "ftp://hc.example/1", "5", "[a]", "{env: A, file: b}", "{env: 1A}"])
def test_a_wrong_heartbeat_is_one_problem_at_its_place(folder: Path, written: str) -> None:
    write(folder, "config.yaml", f"{CONFIG}heartbeat: {written}\n")
    problem = every_problem(folder)[0]
    assert problem.level is Level.ERROR
    assert problem.place.line == CONFIG.count("\n") + 1


def test_an_alert_address_is_a_secret(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + 'alerts: [{env: A}, "tgram://s3cr3t"]\n')
    problem = one(folder, "secret")
    assert str(problem.place).startswith("config.yaml:18:20")
    assert "s3cr3t" not in problem.message + problem.hint


def test_alerts_are_told_by_address_kind_and_time(folder: Path) -> None:
    entries = "{env: A}, {to: {file: b}, kinds: [failed, flag], daily: '07:30'}"
    write(folder, "config.yaml", f"{CONFIG}alerts: [{entries}]\n")
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert workspace.alerts == (
        AlertAddress(Secret("env", "A")),
        AlertAddress(Secret("file", "b"), frozenset({AlertKind.FAILED, AlertKind.FLAG}), time(7, 30)),
    )


def test_alerts_may_be_one_address_without_brackets(folder: Path) -> None:
    write(folder, "config.yaml", f"{CONFIG}alerts: {{env: A}}\n")
    assert [address.name for address in load(folder, SPECS).alerts] == ["env:A"]


@pytest.mark.parametrize(
    ("written", "where", "said"),
    [
        ("{to: {env: A}, kinds: [faild]}", "faild", "the kind `faild` (did you mean 'failed'?)"),
        ("{to: {env: A}, kinds: failed}", "failed", "`kinds` takes a list, not `failed`"),
        ("{to: {env: A}, kinds: [5]}", "5", "the kind the number 5"),
        ("{to: {env: A}, daily: '25:00'}", "'25", "`25:00` is not a time of day"),
        ("{to: {env: A}, public: true}", "public", "has no key `public`"),
        ("{kinds: [failed]}", "{kinds", "`to` says nothing"),
        ("{env: A}, {to: {env: A}}", "{to", "env:A is named twice"),
        ("5", "5", "`alerts` holds a secret itself"),
    ],
)
def test_a_wrong_alert_is_one_problem_at_its_place(folder: Path, written: str, where: str, said: str) -> None:
    write(folder, "config.yaml", f"{CONFIG}alerts: [{written}]\n")
    problem = every_problem(folder)[0]
    assert problem.level is Level.ERROR
    assert said in problem.message
    assert (problem.place.line, problem.place.column) == (
        CONFIG.count("\n") + 1,
        len("alerts: [") + written.index(where) + 1,
    )


def test_help_is_never_tracked(folder: Path) -> None:
    write(
        folder, "config.yaml", CONFIG + "links: {a: {url: https://example.org/, track: true, help: true}}\n"
    )
    assert "never tracked" in one(folder).message


def test_a_network_that_can_not_be_loaded_is_a_problem_of_its_account(folder: Path) -> None:
    class Broken(dict):  # type: ignore[type-arg]
        def __getitem__(self, name: str) -> object:
            raise CampaignError(f"network {name} can't be loaded", "update it")

    with pytest.raises(WorkspaceError) as caught:
        load(folder, Broken(SPECS))
    assert caught.value.problems[0].hint == "update it"
    assert len([p for p in caught.value.problems if "can't be loaded" in p.message]) == 5


def test_all_problems_of_the_whole_workspace_at_once(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG.replace("timezone:", "tz:").replace("network: x", "network: y"))
    write(folder, "schedules/world-day.yaml", "starts: 5\nposts: [{id: A}]\n")
    write(folder, "posts/signs.csv", "a,b\n")
    write(folder, "posts/facts.yaml", "facts: 3\n")
    write(folder, "posts/hotlines.yaml", "{")
    with pytest.raises(WorkspaceError) as caught:
        load(folder, SPECS)
    files = {problem.place.file for problem in caught.value.problems}
    assert files == {
        "config.yaml",
        "schedules/world-day.yaml",
        "posts/signs.csv",
        "posts/facts.yaml",
        "posts/hotlines.yaml",
    }
    assert str(caught.value).startswith("config.yaml:")


def test_where_networks_fetch_pictures(folder: Path) -> None:
    write(folder, "config.yaml", CONFIG + "media_url: {url: https://example.org/fetch, folder: web/fetch}\n")
    workspace = load(folder, SPECS)
    assert not workspace.problems
    assert {account.public for account in workspace.accounts.values()} == {
        Public("https://example.org/fetch/", "web/fetch")
    }


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("https://example.org/fetch", "a mapping"),
        ("{folder: web}", "url"),
        ("{url: example.org}", "is not an address"),
        ("{url: 'http://example.org/'}", "the networks fetch from https:// only"),
        ("{url: 'https://example.org/?a=b'}", "has no ? and no #"),
    ],
)
def test_mistakes_in_where_networks_fetch_pictures(folder: Path, written: str, says: str) -> None:
    write(folder, "config.yaml", CONFIG + f"media_url: {written}\n")
    with pytest.raises(WorkspaceError) as caught:
        load(folder, SPECS)
    [problem] = caught.value.problems
    assert says in f"{problem.message} {problem.hint}"
    assert problem.place.line == CONFIG.count("\n") + 1
