"""The text that a person hands over with ``--text FILE``, or pastes into the command (``-``)."""

from __future__ import annotations

import sys
from pathlib import Path

from campaign.errors import CampaignError

MAX_TEXT = 1_000_000
"""Bytes; more is a mistake: no network takes it."""


def read_text(file: str) -> str:
    """What is in a file (``-``: what stdin brings), without blanks around it. CampaignError: no text to be had."""
    try:
        data = sys.stdin.buffer.read(MAX_TEXT + 1) if file == "-" else _bytes(Path(file))
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise CampaignError(f"{file} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", "give a text file, or - for stdin") from None
    if len(data) > MAX_TEXT:
        raise CampaignError(f"{file} is larger than {MAX_TEXT} bytes", "a post is shorter than that")
    if not text:
        raise CampaignError(f"{file} is empty", "write the text of the post into it")
    return text


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_TEXT + 1)
