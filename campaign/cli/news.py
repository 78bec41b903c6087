"""What happens while posts go out, told as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign.cli import output, show
from campaign.review.news import news_line
from campaign.review.table import Line, plain

if TYPE_CHECKING:
    from campaign.dispatch.happening import Happening


def tell(happening: Happening) -> None:
    """One line of news as data: for ``run``, which says nothing else."""
    show.line(_line(happening))


def mention(happening: Happening) -> None:
    """One line of news as talk: for verbs whose data is something else."""
    output.talk(plain([_line(happening)])[0])


def _line(happening: Happening) -> Line:
    return news_line(
        happening.at,
        happening.zone,
        happening.kind,
        key=happening.key,
        account=happening.account,
        text=happening.text,
        reason=happening.reason,
        url=happening.url,
    )
