"""``python -m tests.torture``: kill the command at every point of whole campaigns, cut its power, let networks fail.

Prints what was tried. A broken promise ends it with 1 and the line that does the same again: ``--again TRIAL``.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random

from tests.networks.mastodon_server import MastodonServer, running
from tests.torture import power
from tests.torture.faults import FAULTS, suffer
from tests.torture.mortals import Mortals, mortals
from tests.torture.places import NAMES
from tests.torture.trials import Tally, World, world

PAIRS = (("feed", "webhook"), ("mastodon", "x"), ("deaf", "mute"))


@dataclass(frozen=True)
class Trial:
    """One trial, written PLACES:POINTS:SEED:MODE; mode: kill, power, threads (senders side by side, so the points come
    in no fixed order), or fault (POINTS is then the fault's number)."""

    places: tuple[str, ...]
    points: tuple[int, ...]
    seed: int
    mode: str

    def __str__(self) -> str:
        return f"{'+'.join(self.places)}:{','.join(map(str, self.points))}:{self.seed}:{self.mode}"

    @staticmethod
    def parse(text: str) -> Trial:
        names, points, seed, mode = text.split(":")
        return Trial(tuple(names.split("+")), tuple(int(p) for p in points.split(",")), int(seed), mode)


@dataclass
class Torture:
    """All worlds, each made when it is first needed."""

    forks: Mortals
    server: MastodonServer
    root: Path
    stack: ExitStack
    tally: Tally

    def __post_init__(self) -> None:
        self._worlds: dict[tuple[tuple[str, ...], bool], tuple[World, list[str]]] = {}

    def world(self, names: tuple[str, ...], *, full: bool) -> tuple[World, list[str]]:
        """A world and the names of its fault points."""
        if (names, full) not in self._worlds:
            made = world(self.forks, self.root, self.server, *names, full=full, tally=self.tally)
            here = self.stack.enter_context(made)
            self._worlds[names, full] = here, here.trail(retry=full)
        return self._worlds[names, full]

    def do(self, trial: Trial) -> None:
        """AssertionError when the promise is broken."""
        here, points = self.world(trial.places, full=trial.mode != "fault")
        if trial.mode == "fault":
            suffer(here, FAULTS[trial.points[0]])
            return
        last = trial.points[-1]
        where = points[last - 1] if last <= len(points) else ""
        # Only the first run goes the way whose points are known by name; of others just the tail may be damaged.
        known = where if len(trial.points) == 1 else ""
        damage = power.cut(known, Random(trial.seed)) if trial.mode == "power" else None
        here.kill(*trial.points, retry=True, inline=trial.mode != "threads", damage=damage)

    def trials(self, seed: int) -> Iterator[Trial]:
        """First everything that can be enumerated, then without end what is drawn."""
        for name in NAMES:
            if name != "feed":
                yield from (Trial((name,), (number,), 0, "fault") for number in range(len(FAULTS)))
        for mode in ("kill", "power"):
            for names in PAIRS:
                points = range(1, len(self.world(names, full=True)[1]) + 1)
                yield from (Trial(names, (point,), seed + point, mode) for point in points)
        random = Random(seed)
        for mode in cycle(("kill", "threads", "power")):
            names = tuple(sorted(random.sample(NAMES, 3))) if mode == "threads" else random.choice(PAIRS)
            size = len(self.world(names, full=True)[1])
            yield Trial(
                names, (random.randint(1, size), random.randint(1, size // 2)), random.randrange(10**6), mode
            )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is drawn (1)")
    parser.add_argument(
        "--kills", type=int, default=1000, help="at least so many (1000); all points come first"
    )
    parser.add_argument("--again", type=Trial.parse, metavar="TRIAL", help="only this one, as it was printed")
    given = parser.parse_args()
    tally = Tally()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        torture = Torture(stack.enter_context(mortals()), stack.enter_context(running()), root, stack, tally)
        enumerated = 0
        for trial in [given.again] if given.again else torture.trials(given.seed):
            if len(trial.points) > 1 and tally.kills >= given.kills and not given.again:
                break
            enumerated += len(trial.points) == 1
            try:
                torture.do(trial)
            except AssertionError as wrong:
                print(f"BROKEN after {tally}\n{wrong}")
                print(f"  {sys.executable} -m tests.torture --again {shlex.quote(str(trial))}")
                return 1
            if tally.kills and tally.kills % 100 == 0 and sys.stderr.isatty():
                print(tally, file=sys.stderr)
    print(f"torture: {tally}")
    print(
        f"  {enumerated:,} trials enumerated, the rest drawn with seed {given.seed}; {torture.forks.runs:,} runs"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
