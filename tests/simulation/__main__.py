"""``python -m tests.simulation --years N --seed S``: many runs, what they tried, and how to repeat one that fails."""

from __future__ import annotations

import argparse
import logging
import sys
import time
import traceback
from collections import Counter

from tests.simulation.drive import play
from tests.simulation.script import Script, steps_of
from tests.simulation.shrink import failure, shrink


def main(arguments: list[str] | None = None) -> int:
    """Exit 0: every invariant held; 1: a run broke one."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--years", type=float, default=10.0, help="simulated campaign-years to play")
    parser.add_argument("--seed", type=int, default=0, help="of the first run; the next run has the next one")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first failing run")
    parser.add_argument("--scene", type=int, help="repeat one run: its scene")
    parser.add_argument("--size", type=int, default=2)
    parser.add_argument("--steps", type=steps_of, default=())
    options = parser.parse_args(arguments)
    # Adapters that break are part of the script; what is logged of them would hide what is found.
    logging.getLogger("campaign").addHandler(logging.NullHandler())
    if options.scene is not None:
        play(Script(options.scene, options.size, options.steps), Counter(), print)
        print("every invariant held")
        return 0
    return drive(options.years, options.seed, keep_going=options.keep_going)


def drive(years: float, seed: int, *, keep_going: bool) -> int:
    """Play seeds from ``seed`` on until so many campaign-years are over."""
    tally: Counter[str] = Counter()
    began = time.monotonic()
    failed = 0
    first = seed
    while tally["campaign-days"] < years * 365:
        script = Script.of_seed(seed)
        if (error := failure(script, tally)) is not None:
            failed += 1
            report(seed, script, error)
            if not keep_going:
                break
            tally["campaign-days"] += 30  # so that runs which fail end the drive as well
        seed += 1
    summary(tally, time.monotonic() - began, first, seed, failed)
    return 1 if failed else 0


def report(seed: int, script: Script, error: BaseException) -> None:
    """What broke, and the shortest run found that breaks it too."""
    print(f"seed {seed} fails: {type(error).__name__}: {error}", flush=True)
    shortest, last = shrink(script, error)
    traceback.print_exception(last, limit=-6, file=sys.stdout)
    print(f"{len(shortest.steps)} of {len(script.steps)} steps are enough. Repeat it with:")
    print(shortest.command(), flush=True)


def summary(tally: Counter[str], seconds: float, first: int, seed: int, failed: int) -> None:
    """What was tried."""
    years = tally["campaign-days"] / 365
    print(f"seeds {first}..{seed}: {tally['runs']} runs, {years:.1f} campaign-years, {tally['steps']} steps, "
          f"{tally['ticks']} ticks in {seconds:.0f} s")  # fmt: skip
    print(f"posts {tally['posts']} of {tally['rows']} rows, edits {tally['edits']}, "
          f"decisions {tally['decisions']} ({tally['refusals']} refused)")  # fmt: skip
    print(f"withdrawals {tally['withdrawals']}, pauses {tally['pauses']} "
          f"({tally['decided after a pause']} posts decided afterwards)")  # fmt: skip
    print(f"wakes for nothing {tally['wakes for nothing']}")
    print(f"crashes {tally['crashes']}, stops {tally['stops']}, faults {tally['faults']}")
    for prefix in ("crash ", "fault: ", "state "):
        told = [f"{name.removeprefix(prefix)} {count}" for name, count in sorted(tally.items())
                if name.startswith(prefix)]  # fmt: skip
        print(f"  {prefix.strip(': ')}: {', '.join(told)}")
    print(f"doubles 0 (and {tally['doubles by people']} that people made), lost 0" if not failed
          else f"failed runs {failed}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
