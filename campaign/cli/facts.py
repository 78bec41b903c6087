"""``campaign facts``: the sourced statements that posts may print."""

from __future__ import annotations

import click

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb


@verb("facts", "campaign facts scam --stale")
@click.argument("word", required=False)
@click.option("--stale", "only_stale", is_flag=True, help="Only those that can't be posted today.")
@json_option
def command(session: Session, word: str | None, only_stale: bool, as_json: bool) -> None:
    """List the facts of posts/facts.yaml: words, source, year, and the day by which somebody
    must look again.

    With a WORD, those in which it stands. `campaign log --fact ID` lists the posts that used one.
    """
    from campaign.review.facts import fact_entries, fact_row, matches, stale
    from campaign.review.table import Columns, lines

    workspace, today = session.workspace, session.today()
    chosen = [
        fact
        for fact in workspace.facts.values()
        if (word is None or matches(fact, word)) and (not only_stale or stale(fact, today))
    ]
    if as_json:
        output.rows(fact_row(fact, today) for fact in chosen)
        return
    show.lines(lines(fact_entries(chosen, today, workspace.languages[0]), Columns(), show.width()))
    output.talk(f"{len(chosen)} of {len(workspace.facts)} facts, as of {today}")
