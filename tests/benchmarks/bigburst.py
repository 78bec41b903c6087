"""Five thousand posts due at once, out of a hundred thousand that wait: lateness and memory stay in proportion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from tests.benchmarks import burst
from tests.benchmarks.measure import Bar, Contest, Contestant, Figures
from tests.benchmarks.storm import Run, only, storm

TIMES = 5
"""So many times the posts of the burst, on as many accounts as it has."""

WAITING = 20
"""So many occurrences wait for each that falls due."""

BIG, SMALL = "campaign, out of many that wait", "campaign, the burst"


FIGURES = (*burst.FIGURES, "idle MiB", "texts MiB", "idle + texts MiB", "peak MiB")


def _big(posts: int) -> Figures:
    run = Run("storm_ours", (burst.MANY, max(posts // TIMES, 1), posts * WAITING))
    figures = dict(storm(run, posts, burst.DELAY))
    figures["idle + texts MiB"] = figures["idle MiB"] + figures["texts MiB"]
    return only(figures, *FIGURES)


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    yield {
        BIG: partial(_big, posts),
        SMALL: partial(burst.ours, max(posts // TIMES, 1), burst.MANY),
    }


ABOUT = f"""\
As in the burst, with {burst.MANY} senders: a hundred campaign files of twenty posts, each on fifty of a thousand
accounts; the first post of every file falls due at once, all others a day later. Beside it the burst itself, in the
same rounds. `idle MiB` is what is resident while the loop waits, `peak MiB` the most that it ever was, `texts MiB`
what the texts of the posts that fell due hold in the store."""

_WHY = (
    f"planning all posts takes six MiB; as sending begins it is fifteen more for {burst.MANY} threads, each with its"
    " stack and its connection, whatever the number of posts; a thousand accounts' adapters are the rest"
)

CONTEST = Contest(
    "posts due at once, out of twenty times as many occurrences",
    5000,
    100,
    _prepare,
    bars=(
        Bar(BIG, "lost", 0, every=True),
        Bar(BIG, "doubled", 0, every=True),
        Bar(BIG, "p99 late s", 1.3 * TIMES, SMALL),
        Bar(BIG, "peak MiB", 1.3, BIG, of="idle + texts MiB", why=_WHY),
    ),
    about=ABOUT,
)
