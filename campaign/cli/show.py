"""Prints lines of the review room: coloured on a terminal, plain in a pipe, as wide as there is room."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from campaign.cli import output
from campaign.review.table import WIDTH, Line, plain, rich_text

if TYPE_CHECKING:
    from rich.console import Console


def width() -> int:
    """How wide a line may be: the terminal's width (or $COLUMNS), at least 80; 80 in a pipe."""
    return max(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH) if output.on_terminal() else WIDTH


def lines(laid: Iterable[Line]) -> None:
    """Print laid-out lines as data."""
    laid = list(laid)
    if not laid:
        return
    if output.colours():
        terminal = console()
        with terminal.capture() as captured:
            terminal.print(rich_text(laid), soft_wrap=True, highlight=False)
        output.raw(captured.get())
    else:
        output.data("\n".join(plain(laid)))


def line(laid: Line) -> None:
    """Print one line as data, so that it is seen at once."""
    lines([laid])
    output.flush()


@contextmanager
def progress(total: int, doing: str) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr while a person looks at it; call what you get once per step."""
    if not sys.stderr.isatty() or total < 2 or os.environ.get("TERM") == "dumb":
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    plain_colours = None if os.environ.get("NO_COLOR") else "auto"
    terminal = Console(stderr=True, color_system=plain_colours)  # type: ignore[arg-type]
    with Progress(console=terminal, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)


def console() -> Console:
    """A rich console for stdout, in colour only where colour is wanted."""
    from rich.console import Console

    return Console(
        file=sys.stdout,
        width=width(),
        color_system="auto" if output.colours() else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
