"""After a pause, for `resume`: what fell into it, and the questions to whoever sits at the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.scopes import moment
from campaign.cli.session import Session
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.pause import Pause
    from campaign.dispatch.decide import Desk
    from campaign.dispatch.station import Station
    from campaign.review.paused import Fallen


class Review:
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
        from campaign.dispatch.crisis import pausing

        self.session.tick(self.station)
        return self.session.desk(self.station, rights=pausing.RIGHTS)

    def end(self, desk: Desk) -> None:
        """End what goes on, and say so."""
        from campaign.dispatch.crisis import pausing
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


def ask(left: Review) -> int:
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


def _ask_about(left: Review, one: Fallen) -> bool:
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


def _decide(left: Review, one: Fallen, answer: str, zone: str) -> None:
    from campaign.dispatch.crisis import after_pause

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
