"""``campaign hotlines``: list the help lines, or say that one was checked."""

from __future__ import annotations

from pathlib import Path

import click

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError


@verb("hotlines", "campaign hotlines verify id-kp2mi --by ani --how called", decides=True)
@click.argument("words", metavar="[WORD | verify ID]", nargs=-1)
@click.option("--stale", "only_stale", is_flag=True, help="Only those that can't be printed today.")
@click.option("--how", type=click.Choice(["called", "page"]), help="With verify: how it was checked.")
@json_option
def command(
    session: Session, words: tuple[str, ...], only_stale: bool, how: str | None, as_json: bool
) -> None:
    """List the help lines of posts/hotlines.yaml, with what was checked and until when.

    With a WORD, those in which it stands. `hotlines verify ID` does not show the number: call it,
    or read it on its official page, then type it. The check counts for 90 days.
    """
    if words[:1] == ("verify",):
        if len(words) != 2 or how is None:
            raise click.UsageError("write: campaign hotlines verify ID --by HANDLE --how called|page")
        if only_stale or as_json:
            raise click.UsageError("--stale and --json belong to the list, not to verify")
        _verify(session, words[1], how)
        return
    if how is not None:
        raise click.UsageError("--how belongs to: campaign hotlines verify ID")
    _list(session, " ".join(words), only_stale, as_json)


def _list(session: Session, word: str, only_stale: bool, as_json: bool) -> None:
    from campaign.core.hotlines import stale
    from campaign.review.hotlines import hotline_entries, hotline_row, matches
    from campaign.review.table import Columns, lines

    workspace, today = session.workspace, session.today()
    chosen = [
        hotline
        for hotline in workspace.hotlines.values()
        if matches(hotline, word) and (not only_stale or stale(hotline, workspace.checks, today))
    ]
    if as_json:
        output.rows(hotline_row(hotline, workspace.checks, today) for hotline in chosen)
        return
    entries = hotline_entries(chosen, workspace.checks, today, workspace.languages[0])
    show.lines(lines(entries, Columns(), show.width()))
    output.talk(f"{len(chosen)} of {len(workspace.hotlines)} help lines, as of {today}")


def _verify(session: Session, name: str, how: str) -> None:
    from campaign.core.hotlines import Check, How, Kind
    from campaign.core.suggest import did_you_mean
    from campaign.workspace.checks import NAME, record

    workspace = session.workspace
    hotline = workspace.hotlines.get(name)
    if hotline is None:
        known = sorted(workspace.hotlines)
        raise CampaignError(
            f"there is no help line {name!r}{did_you_mean(name, known)}", "campaign hotlines lists them"
        )
    who = session.who()
    output.talk(
        f"{hotline.id} ({hotline.country})" + (f", official page: {hotline.page}" if hotline.page else "")
    )
    asked = "The number you dialled" if how == "called" else "The number or address that you read on the page"
    typed = click.prompt(asked, err=True, type=str).strip()
    channels = [
        channel
        for channel in hotline.channels
        if channel.is_written(typed, hotline.country) and (how == "page" or channel.kind is not Kind.WEB)
    ]
    if not channels:
        raise CampaignError(
            f"that is none of the numbers of {hotline.id}: nothing was written",
            "dial again from the official page; if that one is right, correct posts/hotlines.yaml first",
        )
    check = Check(hotline.id, typed, who.by, session.today(), How(how))
    record(Path(workspace.root), workspace.id, workspace.hotlines, check)
    output.talk(f"{NAME}: {hotline.id} was checked by {who.by}; this counts until {check.until}")
