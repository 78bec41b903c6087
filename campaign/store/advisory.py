"""The advisory locks that programs on one PostgreSQL database agree on: one number for us, one for each purpose."""

from __future__ import annotations

SPACE = 0x63616D70
"""The first half of every lock of ours ("camp"). The second half of a runner's lock is the number of its host, which is
above ``MIGRATIONS``."""

PLANNER = 0
MIGRATIONS = 1
SEALS = -1
GATE = -2
"""What may claim holds it shared, a pause alone: nothing is claimed while somebody pauses."""
