"""What an adapter lets escape that is no CampaignError: told by its place alone, for its text may hold a secret."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

log = logging.getLogger(__name__)


def escaped(network: str, error: Exception) -> str:
    """Where an adapter broke, in one line that is also logged."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    reason = f"{network}: {type(error).__name__} at {at} (a bug of the adapter)"
    log.error(reason)
    return reason
