"""``campaign resume``: end a pause, and decide about each post that fell into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.keys import find
from campaign.cli.scopes import moment, scope_of, scope_options
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.pause import Pause
    from campaign.dispatch.decide import Desk
    from campaign.dispatch.station import Station
    from campaign.review.paused import Fallen


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
    from campaign.dispatch import pausefile, pausing

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
        left = _Review(session, station, there, as_json)
        if not told and not asking:
            left.show()
            if only_list:
                return 1 if left.found else 0
            hint = "say what to do: --send KEY, --skip KEY, --move KEY=TIME, --send-all, --skip-all, or --end"
            raise CampaignError("nothing was ended: nobody is here to be asked", hint)
        if asking:
            return _ask(left)
        asked = _asked(left, desk, send, skip, move)  # before anything is ended
        left.end(desk)
        return _do(left, desk, asked, "send" if send_all else "skip" if skip_all else "")


def at_a_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


class _Review:
    """What fell into the pauses that a person means, as it is now."""

    def __init__(self, session: Session, station: Station, there: Sequence[Pause], as_json: bool) -> None:
        self.session, self.station, self.there, self.as_json = session, station, there, as_json
        self.decisions: dict[str, str] = {}
        self.seen: dict[str, Fallen] = {}
        self.look()

    def look(self) -> None:
        """Read again what waits for a decision."""
        from campaign.review.paused import fallen

        planner = self.station.planner(self.session.workspace)
        numbers = [one.id for one in self.there]
        with self.station.store.read() as connection:
            waiting = fallen(connection, self.session.workspace, planner.composer, self.session.now, numbers)
        self.found = list({one.row.key: one for one in waiting}.values())
        self.seen |= {one.row.key: one for one in self.found}

    def desk(self) -> Desk:
        """Where the next decision is made: at the time that it is by now."""
        from campaign.dispatch import pausing

        self.session.tick(self.station)
        return self.session.desk(self.station, rights=pausing.RIGHTS)

    def end(self, desk: Desk) -> None:
        """End what goes on, and say so."""
        from campaign.dispatch import pausing
        from campaign.dispatch.station import checkout

        going = [one for one in self.there if one.ended is None]
        for one in pausing.resume(desk, going, checkout(self.session.folder)):
            by = f" (by {one.ended_by}, just before)" if one.ended_by != desk.who.by else ""
            output.talk(f"pause {one.id} has ended{by}: {one.scope.say}")
        self.look()

    def show(self) -> None:
        """List what waits."""
        from campaign.review.paused import fallen_entries, fallen_row
        from campaign.review.table import Columns, lines

        zone = self.session.zone
        if self.as_json:
            output.rows(
                fallen_row(one, zone(one.row.campaign), self.decisions.get(key))
                for key, one in self.seen.items()
            )
        else:
            show.lines(lines(fallen_entries(self.found, zone), Columns(), show.width()))
            if not self.found:
                output.talk("nothing that fell into a pause waits for a decision")

    def close(self) -> int:
        """The end: what was decided, and what still waits."""
        from campaign.review.words import count

        self.look()
        if self.as_json:
            self.show()
        elif self.found:
            self.show()
            output.talk(f"{count(len(self.found), 'post')} still held back: campaign resume")
        if not self.as_json:
            for key, decision in self.decisions.items():
                output.talk(f"{key}: {decision}")
        return 1 if self.found else 0


def _asked(
    left: _Review, desk: Desk, send: Sequence[str], skip: Sequence[str], move: Sequence[str]
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
    left: _Review, desk: Desk, asked: tuple[list[str], list[str], list[tuple[str, datetime]]], rest: str
) -> int:
    """Decide as the options say; ``rest``: "send" or "skip" what they do not name."""
    from campaign.dispatch import after_pause

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


def _send(left: _Review, desk: Desk, key: str) -> CampaignError | None:
    """Send one; why it can't be sent, so that the others still go."""
    from campaign.dispatch import after_pause

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


def _moves(left: _Review, desk: Desk, texts: Sequence[str]) -> Iterator[tuple[str, datetime]]:
    from campaign.core.model import parse_key

    for text in texts:
        name, equals, when = text.rpartition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not KEY=TIME, as in KEY='2026-12-01 08:00'")
        (key,) = find(desk, [name])
        yield key, moment(when, left.session.now, left.session.zone(parse_key(key).campaign))


# -- asking ----------------------------------------------------------------------------------------------


def _ask(left: _Review) -> int:
    """With a person at the terminal: end it, then go through the posts."""
    from campaign.review.paused import paused_lines
    from campaign.review.words import count

    session = left.session
    going = [one for one in left.there if one.ended is None]
    show.lines(paused_lines(left.there, (), session.now, session.workspace.zone, show.width()))
    if going:
        click.confirm("End this pause? What fell into it stays held until you decide.", abort=True, err=True)
        left.end(left.desk())
    output.talk(f"{count(len(left.found), 'post')} fell into it")
    for one in list(left.found):
        if not _ask_about(left, one):
            break
    return left.close()


def _ask_about(left: _Review, one: Fallen) -> bool:
    """One post. False: the person has had enough for now; it and what follows stay held."""
    from campaign.review.paused import fallen_lines

    zone = left.session.zone(one.row.campaign)
    show.lines([(), *fallen_lines(one, zone, show.width())])
    while True:
        answer = click.prompt(
            "send now, skip for good, move, later, quit",
            type=click.Choice(["send", "skip", "move", "later", "quit"]),
            show_choices=False,
            err=True,
        )
        if answer in ("later", "quit"):
            return bool(answer == "later")
        try:
            _decide(left, one, answer, zone)
        except (CampaignError, click.BadParameter) as error:
            output.complain(error.message, getattr(error, "hint", ""))
        else:
            left.decisions[one.row.key] = answer
            return True


def _decide(left: _Review, one: Fallen, answer: str, zone: str) -> None:
    from campaign.dispatch import after_pause

    key = one.row.key
    if answer == "skip":
        after_pause.skip(left.desk(), [key])
    elif answer == "send":
        if one.barred:
            raise CampaignError(f"it can't be sent: {one.problems[0].message}", one.problems[0].hint)
        after_pause.send(left.desk(), [key])
    else:
        when = click.prompt(f"when ('2026-12-01 08:00' in {zone}, or '2 h')", err=True)
        desk = left.desk()
        after_pause.move(desk, key, moment(when, desk.now, zone))
