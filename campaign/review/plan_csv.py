"""The plan as a table, as teams keep theirs; ``campaign import`` reads it back to the same posts."""

from __future__ import annotations

from collections.abc import Iterable

from campaign.core.model import Workspace
from campaign.core.text import TextRules
from campaign.review import times
from campaign.review.log_csv import csv_lines
from campaign.review.outgoing import words
from campaign.review.plan import Ahead, Rules

COLUMNS = (
    "date",
    "time",
    "timezone",
    "account",
    "language",
    "text",
    "image",
    "alt",
    "card",
    "shape",
    "link",
    "warning",
    "campaign",
    "slot",
    "key",
)
"""The head of the table. Several pictures and their descriptions stand on lines of their own in their cells."""


def plan_csv(workspace: Workspace, ahead: Iterable[Ahead], rules: Rules) -> str:
    """The table: a head, and a row for each post. A cell that a spreadsheet would run has an apostrophe before it,
    which ``campaign import`` takes away (core.cells)."""
    rows = (_row(post, rules(workspace.accounts[post.login])) for post in ahead if post.posts)
    return "".join(csv_lines(COLUMNS, rows))


def _row(post: Ahead, rules: TextRules) -> dict[str, str]:
    first = post.posts[0]
    due = times.local(post.due, post.zone)
    cards = [item.card for item in first.media if item.card]
    shown = [item for item in first.media if not item.card]
    alts = [item.alt if len(shown) == 1 else " ".join(item.alt.split()) for item in shown]
    return {
        "date": f"{due:%Y-%m-%d}",
        "time": f"{due:%H:%M:%S}" if due.second else f"{due:%H:%M}",
        "timezone": post.zone,
        "account": post.account,
        "language": post.language,
        "text": words(post.posts, rules),
        "image": "\n".join(item.file for item in shown),
        "alt": "\n".join(alts),
        "card": cards[0].words if cards else "",
        "shape": cards[0].shape if cards else "",
        "link": next((part.link for part in post.posts if part.link), ""),
        "warning": first.warning,
        "campaign": post.campaign,
        "slot": post.slot,
        "key": post.key,
    }
