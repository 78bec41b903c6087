"""A run as data: one number sets the scene, one number makes each step; so a run can be repeated and cut short."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Self

SIZES = (1, 2, 3, 4)
"""How large a scene is: campaigns, accounts and planned posts grow with it."""

LENGTHS = (10, 20, 40, 60)
"""Steps of a run."""


@dataclass(frozen=True, slots=True)
class Script:
    """What happens in one run. ``scene``: seed of accounts, campaigns, servers; ``steps``: one seed for each step."""

    scene: int
    size: int
    steps: tuple[int, ...]

    @classmethod
    def of_seed(cls, seed: int) -> Self:
        """The run that a seed of the long drive stands for."""
        chance = Random(seed)
        length = chance.choice(LENGTHS)
        return cls(
            chance.randrange(10**6),
            chance.choice(SIZES),
            tuple(chance.randrange(10**6) for _ in range(length)),
        )

    def without(self, first: int, last: int) -> Self:
        """The same run without the steps from ``first`` to ``last`` (excluded)."""
        return type(self)(self.scene, self.size, self.steps[:first] + self.steps[last:])

    def command(self) -> str:
        """One line that repeats the run and tells its story."""
        steps = ",".join(map(str, self.steps)) or "none"
        return f"python -m tests.simulation --scene {self.scene} --size {self.size} --steps {steps}"


def steps_of(text: str) -> tuple[int, ...]:
    """The steps that a command line spells."""
    return () if text == "none" else tuple(int(step) for step in text.split(","))
