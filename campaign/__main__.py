"""The command ``campaign`` as a process, and ``python -m campaign``, which is the same."""

from __future__ import annotations

import os
import sys

from campaign.cli import garbage


def start() -> int:
    """Run the command line of this process; its exit code."""
    garbage.seldom()
    # pydantic would read the entry points of every installed package to find plugins of its own; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from campaign.cli.main import main

    try:
        return main()
    finally:
        garbage.at_the_end()


if __name__ == "__main__":
    sys.exit(start())
