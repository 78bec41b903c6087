"""kill -9 at every point of a delivery, and power cuts there: nothing lost, nothing doubled, what can't be told shows.

`python -m tests.torture` does the same for longer campaigns at every point; here they are met at some.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.networks.mastodon_server import MastodonServer
from tests.torture import power
from tests.torture.mortals import Mortals
from tests.torture.places import NAMES
from tests.torture.trials import World, rows, world

PAIRS = (("feed", "webhook"), ("mastodon", "x"), ("deaf", "mute"))


def server(names: tuple[str, ...], request: pytest.FixtureRequest) -> MastodonServer | None:
    if not {"mastodon", "deaf"} & set(names):
        return None
    found: MastodonServer = request.getfixturevalue("mastodon_server")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_at_any_point_of_a_post(
    name: str, forks: Mortals, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with world(forks, tmp_path, server((name,), request), name, full=False) as here:
        points = here.trail()
        assert {"before commit", "after commit"} <= set(points)
        assert ("after file" if name == "feed" else "answer there") in points
        begin = 0
        if name == "deaf":  # until the request that publishes it goes the way of "mastodon"
            begin = len(points) - 1 - points[::-1].index("before exchange")
        for point in range(begin + 1, len(points) + 1):
            here.kill(point)
        assert here.tally.kills == here.tally.accepted == len(points) - begin
        # Where nothing can be told, it is uncertain from the claim until the result is written; elsewhere never.
        assert bool(here.tally.uncertain) is (name == "mute")


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_kills_and_power_cuts_in_a_campaign_of_two_accounts(
    names: tuple[str, str], forks: Mortals, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    random = Random(7)
    with world(forks, tmp_path, server(names, request), *names, full=True) as here:
        points = here.trail(retry=True)
        for point in random.sample(range(1, len(points) + 1), 2):
            here.kill(point, random.randint(1, 30), retry=True, damage=power.cut(points[point - 1], random))
        assert here.tally.kills > 2
        assert here.tally.accepted == here.tally.posts == 2 * 10


def test_a_power_cut_in_every_commit(forks: Mortals, tmp_path: Path) -> None:
    random = Random(11)
    with world(forks, tmp_path, None, "x", full=False) as here:
        for point, where in enumerate(here.trail(), 1):
            if where in ("after commit", "after closing"):
                here.kill(point, damage=power.cut(where, random))
        assert here.tally.power_losses > 10


def test_a_doubled_and_a_lost_post_would_be_seen(forks: Mortals, tmp_path: Path) -> None:
    """The harness itself: a store put back to before the post makes it go out again on a network without memory."""
    with world(forks, tmp_path, None, "mute", full=False) as here:
        folder, environ = here.copy()
        before = (folder / "campaign.db").read_bytes()
        here.run(folder, 0, environ, "run", "--once")
        (folder / "campaign.db").write_bytes(before)
        here.run(folder, 0, environ, "run", "--once")
        with pytest.raises(AssertionError, match="doubled"):
            here.judge(folder)
        here.places[0].fresh()
        with pytest.raises(AssertionError, match=r"sent .* accepted 0 times"):
            here.judge(folder)


def test_the_last_commit_of_a_log_is_found(forks: Mortals, tmp_path: Path) -> None:
    """The harness itself: cutting the last commit off takes the store back by exactly that commit."""
    with world(forks, tmp_path, None, "webhook", full=False) as here:
        states = [state_after(here, point) for point in commits_of(here)]
    assert states.index([]) < states.index(["pending"]) < states.index(["sending"]) < states.index(["sent"])


def commits_of(here: World) -> list[int]:
    return [point for point, where in enumerate(here.trail(), 1) if where == "after commit"]


def state_after(here: World, point: int) -> list[str]:
    """The states of a store that is killed there and then loses its last commit."""
    folder, environ = here.copy()
    here.run(folder, 0, environ, "run", "--once", point=point)
    wal = folder / "campaign.db-wal"
    whole = wal.read_bytes()
    wal.write_bytes(whole[: power.commits(whole)[-2]])
    (folder / "campaign.db-shm").unlink()
    return [row.state for row in rows(folder)]
