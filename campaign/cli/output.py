"""stdout is data, stderr is talk: only this module writes, so a closed pipe is quiet everywhere."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO


def prepare() -> None:
    """Make both streams survive any text: what the terminal's encoding lacks is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def data(line: str = "") -> None:
    """Write one line (or more) of data."""
    _write(sys.stdout, line + "\n")


def raw(text: str) -> None:
    """Write data as it stands, without a line end of ours."""
    _write(sys.stdout, text)


def rows(lines: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines: one object a line."""
    plain = (sys.stdout.encoding or "utf-8").lower().replace("-", "") not in ("utf8", "utf8sig")
    for line in lines:
        data(json.dumps(line, ensure_ascii=plain))


def talk(line: str = "") -> None:
    """Write one line (or more) of talk."""
    flush()
    _write(sys.stderr, line + "\n")


def complain(message: str, hint: str = "") -> None:
    """Say in one line what is wrong, and in another what to do."""
    talk(f"campaign: {message}" + (f"\n  hint: {hint}" if hint else ""))


def finish() -> None:
    """Flush; a reader that has gone away is no failure."""
    flush()
    _flush(sys.stderr)


def flush() -> None:
    """Let what was written be seen now."""
    _flush(sys.stdout)


def on_terminal() -> bool:
    """Whether a person is looking at stdout (and not a dumb terminal)."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colours() -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR is set (not empty, https://no-color.org)."""
    return on_terminal() and not os.environ.get("NO_COLOR")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except BrokenPipeError:
        _silence(stream)


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def _silence(stream: TextIO) -> None:
    # The verb goes on and keeps its own exit code; only nobody reads what it says.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
