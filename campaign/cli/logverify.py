"""``campaign log verify``: is the log as it was written?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.errors import CampaignError

_HASH = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_LONGEST = 10_000_000
"""Bytes of a file with heads; a head has some hundred."""


def verify_log(session: Session, heads: Sequence[str], as_json: bool) -> int:
    """Print what was found; 0 when the log holds, else 1. ``heads``: files with heads in them, or hashes."""
    from campaign.review.evidence import verified_json, verified_lines
    from campaign.store.evidence.verify import verify

    wanted = [found for head in heads for found in _hashes(head)]
    with session.station(temporary=True) as station, station.store.read() as connection:
        found = verify(connection, wanted)
    if as_json:
        output.rows([verified_json(found)])
    else:
        show.lines(verified_lines(found, session.workspace.zone, show.width()))
    return 0 if found.holds else 1


def _hashes(head: str) -> list[str]:
    """The hashes that a person gave, or that stand in a file (one that they add to has several). CampaignError."""
    if _HASH.fullmatch(head):
        return [head.lower()]
    path = Path(head).expanduser()
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        raise CampaignError(
            f"--head {head!r} is neither a file nor a hash of 64 hexadecimal digits",
            "campaign log verify prints the head of today",
        ) from None
    except OSError as error:
        raise CampaignError(f"{head}: {error.strerror}", "name a file with heads that you kept") from None
    found = [digits.lower() for digits in _HASH.findall(text)]
    if not found:
        raise CampaignError(f"there is no head in {head}", "a head has 64 hexadecimal digits")
    return found
