"""What is to come costs: in all for each account, and which month would go over an account's ``budget``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from campaign.core.compose import Composer
from campaign.core.cost import cost, dollars, exactly
from campaign.core.lifecycle import State
from campaign.core.model import Account, Workspace
from campaign.core.timetable import to_utc
from campaign.errors import Level, Problem
from campaign.review import times
from campaign.review.plan import Ahead, Rules, look_ahead, rows_around
from campaign.review.words import count
from campaign.store import history

Month = tuple[int, int]
"""Year and month, in the workspace's zone."""

_DAY = timedelta(days=1)


def cost_lines(ahead: Iterable[Ahead], workspace: Workspace) -> list[str]:
    """A line for each account whose posts to come cost something."""
    posts: Counter[str] = Counter()
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for post in ahead:
        if post.cost is not None and not post.ended:
            posts[post.login] += 1
            total[post.login] += post.cost
    return [
        f"{name}: {count(number, 'post')}, about {dollars(total[name])} (prices of {prices.as_of:%d %b %Y})"
        for name, number in sorted(posts.items())
        if (prices := workspace.accounts[name].prices) is not None
    ]


def over_budget(
    connection: Connection,
    workspace: Workspace,
    composer: Composer,
    rules: Rules,
    first: date,
    last: date,
    now: datetime,
) -> list[Problem]:
    """A warning for each calendar month that the days touch (past ones left out) and each account whose posts of that
    month, sent and to come, cost more than its budget."""
    today = times.local(now, workspace.zone).date()
    capped = [a for a in workspace.accounts.values() if a.budget is not None and a.prices is not None]
    if not capped or last < today:
        return []
    # Whole months, and a day more on both sides: days differ from zone to zone.
    begin, end = max(first.replace(day=1), today) - _DAY, _next_month(last)
    narrowed = _only(workspace, {account.id for account in capped})
    rows = rows_around(connection, begin, end)
    ahead = look_ahead(narrowed, composer, rules, rows, begin, end, now)
    due: defaultdict[tuple[str, Month], Decimal] = defaultdict(Decimal)
    for post in ahead:
        if post.cost is not None and post.state in (None, State.PENDING, State.HELD):
            day = times.local(post.due, workspace.zone)
            due[post.login, (day.year, day.month)] += post.cost
    found = []
    month = max(first, today).replace(day=1)
    while month <= last:
        for account in capped:
            spent = _spent(connection, account, month, workspace.zone) if month <= today else Decimal(0)
            problem = _verdict(account, month, spent, due[account.id, (month.year, month.month)])
            found += [problem] if problem is not None else []
        month = _next_month(month)
    return found


def _verdict(account: Account, month: date, spent: Decimal, due: Decimal) -> Problem | None:
    prices, budget = account.prices, account.budget
    if prices is None or budget is None or spent + due <= budget.most:
        return None
    said = f"{account.id}: {month:%B %Y} would cost about {dollars(spent + due)}"
    said += f", over the budget of {dollars(budget.most)}" + (
        f" ({dollars(spent)} is spent)" if spent else ""
    )
    hint = f"a post with a link costs {exactly(prices.link)}, one without {exactly(prices.post)}"
    hint += ": leave links out, post less, or raise it"
    return Problem(budget.place, said, hint, Level.WARN, "budget")


def _spent(connection: Connection, account: Account, month: date, zone: str) -> Decimal:
    """What the login's posts of a month cost, those with which it is not sure too."""
    prices = account.prices
    if prices is None:
        return Decimal(0)
    begin, end = (to_utc(datetime.combine(day, time()), zone) for day in (month, _next_month(month)))
    return cost(history.sent_posts(connection, account.id, begin, end), prices)


def _next_month(day: date) -> date:
    """The first day of the month after that of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _only(workspace: Workspace, accounts: set[str]) -> Workspace:
    """The workspace with only the posts that go to certain accounts: nothing else has to be composed."""
    campaigns = {
        name: replace(
            campaign,
            slots=tuple(
                replace(slot, targets=targets)
                for slot in campaign.slots
                if (targets := tuple(t for t in slot.targets if t.account.id in accounts))
            ),
        )
        for name, campaign in workspace.campaigns.items()
    }
    return replace(workspace, campaigns=campaigns)
