"""One line per happening of ``run``: when, what, where, which words, and what comes next."""

from __future__ import annotations

from datetime import datetime

from campaign.core.approval import waits_for_people
from campaign.core.lifecycle import State, say
from campaign.core.pause import is_paused
from campaign.core.standing import BARRED
from campaign.review.styles import STYLE
from campaign.review.table import Cell, Line
from campaign.review.times import clock
from campaign.review.words import first_words, one_line

NEXT: dict[State, str] = {
    State.PENDING: "it will be tried again",
    State.UNCERTAIN: "the network is asked; do not post it by hand, or decide: campaign resolve {key}",
    State.HELD: "nothing happens until somebody decides: campaign resolve {key}",
    State.FAILED: "to try again: campaign retry {key}",
    State.MISSED: "to send it late: campaign retry {key}",
}
"""What comes next, or what a person can do."""

IF_BARRED = "campaign status shows it until then; to give it up: campaign cancel {key}"
"""The same for what is held because what it says is wrong, or can't be vouched for, just now."""

IF_PAUSED = "campaign resume lists it"
"""The same for what fell into a pause."""

IF_ASKED = "to let it go: campaign approve {key}"
"""The same for what waits for somebody's approval."""

EXCERPT = 32
"""Terminal cells of the post that a line of news shows."""


def news_line(
    at: datetime, zone: str, kind: str, *, key: str, account: str, text: str, reason: str, url: str
) -> Line:
    """A line of news. ``at`` is aware; ``kind`` is a state, or "note" for news of the loop itself."""
    when = Cell(clock(at, zone, seconds=True), "dim")
    if kind not in set(State):
        return (when, Cell("  "), Cell(one_line(" ".join(filter(None, (text, reason))))))
    state = State(kind)
    barred = state is State.HELD and reason.startswith(BARRED)
    line = [
        when,
        Cell("  "),
        Cell(say(state, reason), "bold red" if barred else STYLE.get(state, "")),
        Cell("  "),
        Cell(account, "bold"),
    ]
    if text:
        line += [Cell("  "), Cell(f"“{first_words(text, EXCERPT)}”")]
    if url:
        line += [Cell("  "), Cell(url)]
    following = IF_BARRED if barred else NEXT.get(state, "")
    if state is State.HELD and is_paused(reason):
        following = IF_PAUSED
    elif state is State.HELD and waits_for_people(reason):
        following = IF_ASKED
    elif state is State.PENDING and not reason:
        following = ""  # somebody let it go: nothing was tried yet
    said = "; ".join(filter(None, (one_line(reason), following.format(key=key))))
    if said:
        line += [Cell("  "), Cell(f"({said})")]
    return tuple(line)
