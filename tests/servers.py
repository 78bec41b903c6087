"""What a test does when a server that it needs is not on this machine."""

from __future__ import annotations

import os

import pytest


def require(there: object, name: str, command: str = "make servers") -> None:
    """Skip with the command that installs it; with CAMPAIGN_TEST_ALL=1 its absence is a failure."""
    if there:
        return
    reason = f"{name} is not installed: `{command}` installs it"
    if os.environ.get("CAMPAIGN_TEST_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
