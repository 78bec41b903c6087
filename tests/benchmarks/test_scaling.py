"""The played day counts each post once, and the page has its tables. What things cost is not held to anything here."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from campaign.networks import registry
from tests import servers
from tests.benchmarks import scaling, scaling_limits
from tests.benchmarks.scaling_costs import Costs, Used, measure
from tests.benchmarks.scaling_model import Due, play

MS = 0.001
COSTS = Costs(
    accounts=100,
    plan=Used(host=0.5 * MS, server=0.1 * MS),
    look=Used(host=5 * MS, server=4 * MS),
    waits=Used(host=0.01 * MS, server=0.01 * MS),
    batch=Used(host=4 * MS, server=3 * MS),
    post=Used(host=1 * MS, server=0.5 * MS),
    seal=Used(),
    request=1 * MS,
    flush=2 * MS,
    stored={},
    packed={},
    events=3,
    memory=0,
)


@pytest.mark.parametrize("hosts", [1, 3])
@pytest.mark.parametrize("dues", [[Due(0, 1)], [Due(0, 2500)], [Due(0, 50), Due(1, 300), Due(60, 7)]])
def test_each_post_goes_out_once_and_after_its_answer(dues: Sequence[Due], hosts: int) -> None:
    it = play(COSTS, dues, hosts, latency=0.1)
    assert len(it.late) == sum(due.posts for due in dues)
    assert it.late[0] >= 0.1
    assert all(0 <= share <= 1 for name, share in it.busy.items() if name != "flushes"), it.busy


def test_posts_of_one_account_go_out_one_by_one() -> None:
    it = play(COSTS, [Due(0, 20)], 2, latency=0.1, accounts=1)
    assert it.late[-1] >= 20 * 0.1
    assert it.first == "one request an account"


def test_more_hosts_are_quicker_until_something_else_is_full() -> None:
    one, two = (play(COSTS, [Due(0, 5000)], hosts, latency=0.1, accounts=5000) for hosts in (1, 2))
    assert two.quantile(0.99) < one.quantile(0.99)


def test_all_hosts_are_there_at_each_moment() -> None:
    once, twice = (
        play(COSTS, [Due(hour * 3600, 5000) for hour in range(moments)], 3, latency=0.1, accounts=5000)
        for moments in (1, 2)
    )
    assert twice.quantile(0.99) == pytest.approx(once.quantile(0.99), rel=0.1)


def test_there_is_a_limit_for_each_network() -> None:
    assert sorted(scaling_limits.LIMITS) == registry.built_in()


def test_a_network_that_forbids_it_says_so() -> None:
    (line,) = (line for line in scaling_limits.table(1_000_000, 5_000) if line.startswith("| `instagram`"))
    assert "**no**: 100" in line


def test_the_page_has_a_place_for_each_table() -> None:
    page = scaling.PAGE.read_text(encoding="utf-8")
    names = ("limit", "costs", "hosts", "store")
    again = scaling.written(page, {name: f"| {name} |\n" for name in names})
    assert [again.count(f"\n\n| {name} |\n\n<!-- end -->") for name in names] == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="no place for other"):
        scaling.written(page, {"other": ""})


def test_the_table_of_limits_is_as_the_program_has_it() -> None:
    page = scaling.PAGE.read_text(encoding="utf-8")
    assert "\n".join(scaling_limits.table(scaling.POSTS, scaling.ACCOUNTS)) in page


def test_what_is_measured_is_what_a_post_costs() -> None:
    servers.require("initdb", "apt install postgresql")
    costs = measure(accounts=150, posts=128, looks=2)
    assert costs.events == 3  # planned, claimed, sent
    assert costs.look.commits == 1 and costs.look.wal == 0
    # Only what does not depend on the machine: a post adds no statement and no commit to its batch.
    assert costs.post.statements < 1 and costs.post.commits < 0.1
    assert costs.batch.statements < 25 and costs.batch.commits < 2
    assert costs.a_post.wal > 0 and all(costs.packed[table] > 0 for table in ("deliveries", "events"))
