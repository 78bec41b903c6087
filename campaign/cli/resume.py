"""``campaign resume``: end a pause, and decide about each post that fell into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from campaign.cli import output
from campaign.cli.afterwards import Review, ask
from campaign.cli.keys import find
from campaign.cli.scopes import moment, scope_of, scope_options
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.dispatch.decide import Desk


@verb("resume", "campaign resume 3 --send-all --by ani", decides=True)
@click.argument("number", metavar="[ID]", type=int, required=False)
@scope_options
@click.option("--list", "only_list", is_flag=True, help="Only show what fell in. Ends nothing.")
@click.option("--end", is_flag=True, help="End it now, decide later: what fell in stays held.")
@click.option("--send", metavar="KEY", multiple=True, help="Send this one now (again for more).")
@click.option("--skip", metavar="KEY", multiple=True, help="Cancel this one (again for more).")
@click.option("--move", metavar="KEY=TIME", multiple=True, help="Send it then: KEY='2026-12-01 08:00'.")
@click.option("--send-all", is_flag=True, help="Send whatever is left.")
@click.option("--skip-all", is_flag=True, help="Cancel whatever is left.")
@json_option
def command(
    session: Session,
    number: int | None,
    campaign: tuple[str, ...],
    account: tuple[str, ...],
    language: tuple[str, ...],
    tag: tuple[str, ...],
    only_list: bool,
    end: bool,
    send: tuple[str, ...],
    skip: tuple[str, ...],
    move: tuple[str, ...],
    send_all: bool,
    skip_all: bool,
    as_json: bool,
) -> int:
    """End a pause and look through what fell into it, post by post: send it now, skip it,
    or move it. Each is judged by today's files and safeguards first, and words such as
    "tonight" are pointed out.

    Nothing is ever sent by the end of a pause alone. Ends with 1 while anything waits for a decision.
    """
    from campaign.dispatch.crisis import pausefile, pausing

    given = {"campaign": campaign, "account": account, "language": language, "tag": tag}
    if number is not None and any(given.values()):
        raise click.UsageError("give the ID of a pause, or its scope")
    if send_all and skip_all:
        raise click.UsageError("--send-all and --skip-all exclude each other")
    told = bool(end or send or skip or move or send_all or skip_all)
    if only_list and told:
        raise click.UsageError("--list only shows")
    asking = not told and not only_list and not as_json and at_a_terminal()
    with session.station(create=told or asking, temporary=not (told or asking)) as station:
        pausefile.look(station.store, session.folder, session.now)
        desk = session.desk(station, deciding=told or asking, rights=pausing.RIGHTS)
        scope = scope_of(session.workspace, given.items()) if any(given.values()) else None
        there = pausing.chosen(desk, number, scope, ending=not only_list)
        if not (there or send or skip or move):
            output.talk("nothing is paused, and nothing waits for a decision")
            return 0
        left = Review(session, station, there, as_json)
        if not told and not asking:
            left.show()
            if only_list:
                return 1 if left.found else 0
            hint = "say what to do: --send KEY, --skip KEY, --move KEY=TIME, --send-all, --skip-all, or --end"
            raise CampaignError("nothing was ended: nobody is here to be asked", hint)
        if asking:
            return ask(left)
        asked = _asked(left, desk, send, skip, move)  # before anything is ended
        left.end(desk)
        return _do(left, desk, asked, "send" if send_all else "skip" if skip_all else "")


def at_a_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _asked(
    left: Review, desk: Desk, send: Sequence[str], skip: Sequence[str], move: Sequence[str]
) -> tuple[list[str], list[str], list[tuple[str, datetime]]]:
    """What the options name: whole keys to send, to skip, to move and when. Wrong ones are said before anything is
    done."""
    moves = list(_moves(left, desk, move))
    sending, skipping = find(desk, send), find(desk, skip)
    named = [*sending, *skipping, *(key for key, _ in moves)]
    if double := sorted({key for key in named if named.count(key) > 1}):
        raise click.UsageError(f"{double[0]} is named twice")
    return sending, skipping, moves


def _do(
    left: Review, desk: Desk, asked: tuple[list[str], list[str], list[tuple[str, datetime]]], rest: str
) -> int:
    """Decide as the options say; ``rest``: "send" or "skip" what they do not name."""
    from campaign.dispatch.crisis import after_pause

    sending, skipping, moves = asked
    if rest:
        named = {*sending, *skipping, *(key for key, _ in moves)}
        others = [one.row.key for one in left.found if one.row.key not in named]
        (sending if rest == "send" else skipping).extend(others)
    for key in skipping:
        after_pause.skip(desk, [key])
        left.decisions[key] = "skip"
    for key, to in moves:
        after_pause.move(desk, key, to)
        left.decisions[key] = "move"
    refused = [error for key in sending if (error := _send(left, desk, key)) is not None]
    code = left.close()
    for error in refused:
        output.complain(error.message, error.hint)
    return 1 if refused else code


def _send(left: Review, desk: Desk, key: str) -> CampaignError | None:
    """Send one; why it can't be sent, so that the others still go."""
    from campaign.dispatch.crisis import after_pause

    one = left.seen.get(key)
    if one is not None and one.barred:
        problem = one.problems[0]
        return CampaignError(f"{key} is not sent: {problem.message}", problem.hint)
    try:
        after_pause.send(desk, [key])
    except CampaignError as error:
        return error
    left.decisions[key] = "send"
    return None


def _moves(left: Review, desk: Desk, texts: Sequence[str]) -> Iterator[tuple[str, datetime]]:
    from campaign.core.model import parse_key

    for text in texts:
        name, equals, when = text.rpartition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not KEY=TIME, as in KEY='2026-12-01 08:00'")
        (key,) = find(desk, [name])
        yield key, moment(when, left.session.now, left.session.zone(parse_key(key).campaign))
