"""What is to come costs, and which month would go over a budget: by the files and by what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from campaign.core.compose import Composer
from campaign.core.model import Account, Target, Workspace
from campaign.core.outcome import Unknown
from campaign.core.prices import Budget, Prices
from campaign.errors import Level, Place
from campaign.review.costs import cost_lines, over_budget
from campaign.review.plan import look_ahead, plan_row, rows_around
from campaign.store import history, outbox
from campaign.store.outbox import Who
from tests.dispatch.world import World, account, at, daily, slot, workspace

PRICES = Prices(date(2026, 8, 22), "a price list", Decimal("0.015"), Decimal("0.2"))
PLACE = Place("config.yaml", 9, 10)
JULY, AUGUST = date(2027, 7, 1), date(2027, 8, 1)
HERE = Who("ani")


def charged(most: str | None = None, name: str = "x") -> Account:
    budget = Budget(Decimal(most), PLACE) if most is not None else None
    return account(name, ("en", "id"), prices=PRICES, budget=budget)


def a_workspace(to: Account, text: str = "Know the signs") -> Workspace:
    free = account("free")
    targets = [Target(to, "en"), Target(free, "en")]
    return workspace([to, free], [slot("s", daily(9), targets, text, repeat_after=timedelta())])


def lines(world: World, files: Workspace, first: date, last: date) -> list[str]:
    with world.store.read() as connection:
        rows = rows_around(connection, first, last)
    composer = Composer(files, world.nets.rules)
    return cost_lines(look_ahead(files, composer, world.nets.rules, rows, first, last, world.now), files)


def over(world: World, files: Workspace, first: date = JULY, last: date = date(2027, 7, 31)) -> list[str]:
    composer = Composer(files, world.nets.rules)
    with world.store.read() as connection:
        found = over_budget(connection, files, composer, world.nets.rules, first, last, world.now)
    assert {(p.level, p.rule, p.place) for p in found} <= {(Level.WARN, "budget", PLACE)}
    return [problem.message for problem in found]


def test_a_line_for_each_account_that_costs_something(world: World) -> None:
    files = a_workspace(charged())
    assert lines(world, files, JULY, date(2027, 7, 31)) == [
        "x: 31 posts, about US$0.47 (prices of 22 Aug 2026)"
    ]
    assert lines(world, a_workspace(account("x")), JULY, date(2027, 7, 31)) == []


def test_a_row_says_what_its_post_costs(world: World) -> None:
    files = a_workspace(charged(), "See https://example.org/a")
    composer = Composer(files, world.nets.rules)
    ahead = look_ahead(files, composer, world.nets.rules, {}, JULY, JULY)
    assert {row["account"]: row["cost"] for row in map(plan_row, ahead)} == {"x": 0.2, "free": None}


def test_a_month_over_the_budget(world: World) -> None:
    # 31 mornings, of which none is over at 08:00 on the first: 31 x 0.20.
    link = "See example.org"
    assert over(world, a_workspace(charged("6.2"), link)) == []
    assert over(world, a_workspace(charged("6.19"), link)) == [
        "x: July 2027 would cost about US$6.20, over the budget of US$6.19"
    ]
    assert over(world, a_workspace(charged(), link)) == []


def test_every_month_that_the_days_touch_is_a_month_of_its_own(world: World) -> None:
    files = a_workspace(charged("0.46"))  # 31 x 0.015 = 0.465; September has 30 days
    assert [said[3:12] for said in over(world, files, date(2027, 7, 15), date(2027, 9, 2))] == [
        "July 2027",
        "August 20",
    ]
    assert [said[3:12] for said in over(world, files, date(2027, 8, 15), date(2027, 8, 16))] == ["August 20"]
    assert over(world, files, date(2027, 6, 1), date(2027, 6, 30)) == []


def test_what_was_sent_this_month_counts_and_is_not_counted_twice(world: World) -> None:
    files = a_workspace(charged("0.46"))
    world.adopt(files)
    world.go(hours=50)  # three mornings
    assert over(world, files) == [
        "x: July 2027 would cost about US$0.47, over the budget of US$0.46 (US$0.05 is spent)"
    ]
    # The files say less by now, but what is sent is sent.
    later = workspace([charged("0.05")], [slot("t", at("2027-07-20T09:00"), [Target(charged("0.05"), "en")])])
    assert over(world, later) == [
        "x: July 2027 would cost about US$0.06, over the budget of US$0.05 (US$0.05 is spent)"
    ]
    world.now = datetime(2027, 8, 1, 1, tzinfo=UTC)
    assert over(world, later, AUGUST, AUGUST) == []


def test_what_was_cancelled_costs_nothing_and_what_may_be_out_does(world: World) -> None:
    to = charged("0")
    files = workspace(
        [to],
        [
            slot("a", at("2027-07-01T09:00"), [Target(to, "en")]),
            slot("b", at("2027-07-01T10:00"), [Target(to, "id")]),
        ],
    )
    world.nets.get(to).repeat_safe_for = timedelta()
    world.nets.get(to).script.append(lambda post, key: Unknown("no answer"))
    world.adopt(files)
    world.go(hours=1, minutes=30)
    key = "c/b/2027-07-01T10:00/x.id"
    with world.store.write() as connection:
        row = history.delivery(connection, "c/a/2027-07-01T09:00/x")
        assert row is not None and row.state == "uncertain"
    assert over(world, files) == [
        "x: July 2027 would cost about US$0.03, over the budget of US$0 (US$0.02 is spent)"
    ]
    world.nets.broken.add("x")
    world.go(hours=1)
    with world.store.write() as connection:
        assert outbox.cancel(connection, key, "rain", world.now, HERE)
    assert over(world, files) == [
        "x: July 2027 would cost about US$0.02, over the budget of US$0 (US$0.02 is spent)"
    ]


@pytest.mark.parametrize(("zone", "month"), [("Asia/Jakarta", "August"), ("America/New_York", "July")])
def test_the_month_is_that_of_the_workspaces_zone(world: World, zone: str, month: str) -> None:
    to = charged("0")
    files = workspace([to], [slot("a", at("2027-08-01T01:00"), [Target(to, "en")])])
    files = replace(files, zone=zone)  # the campaign's own zone stays
    assert [said.split()[1] for said in over(world, files, JULY, AUGUST)] == [month]
