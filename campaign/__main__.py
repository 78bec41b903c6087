"""The command ``campaign`` as a process, and ``python -m campaign``, which is the same."""

from __future__ import annotations

import sys

from campaign.cli import garbage


def start() -> int:
    """Run the command line of this process; its exit code."""
    garbage.seldom()
    from campaign.cli.main import main

    try:
        return main()
    finally:
        garbage.at_the_end()


if __name__ == "__main__":
    sys.exit(start())
