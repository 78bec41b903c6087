"""``campaign review``: say that a post that is out is right or wrong; list what nobody has looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.arguments import day, from_to
from campaign.cli.keys import find, print_story
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.core.marks import Mark
    from campaign.dispatch.station import Station

RIGHTS = ("review",)

SHOWN = 200
"""Posts of a list for people; a program gets all."""


@verb("review", "campaign review stories/vigil/2027-07-30T20:00/fedi --ok --by ani", decides=True)
@click.argument("keys", metavar="[KEY...]", nargs=-1)
@click.option("--ok", is_flag=True, help="It is all right.")
@click.option("--flag", metavar="TEXT", help="Something is wrong: say what.")
@click.option(
    "--close", metavar="[TEXT]", is_flag=False, flag_value="", help="What was flagged is dealt with."
)
@click.option("--flagged", is_flag=True, help="List what has a flag open.")
@click.option("--digest", is_flag=True, help="How last week was reviewed, to be mailed.")
@click.option("--week", metavar="DAY", callback=day, help="Of the digest: the week of this day.")
@click.option("--import", "file", metavar="FILE", help="Take the marks that a page saved.")
@click.option("--campaign", metavar="NAME", help="List only this campaign.")
@from_to
@json_option
def command(
    session: Session,
    keys: tuple[str, ...],
    ok: bool,
    flag: str | None,
    close: str | None,
    flagged: bool,
    digest: bool,
    week: date | None,
    file: str | None,
    campaign: str | None,
    first: date | None,
    last: date | None,
    as_json: bool,
) -> None:
    """List what is out and nobody has looked at, or say what you saw.

    With a KEY, all that is known about that post. A flag stays in campaign status until it is closed.
    A KEY means all parts of a thread.
    """
    made = [given for given in (ok, flag is not None, close is not None) if given]
    if len(made) > 1 or (made and not keys):
        raise click.UsageError("give KEYs, and one of --ok, --flag TEXT and --close")
    if bool(keys) + flagged + digest + (file is not None) > 1:
        raise click.UsageError("give only one of KEYs, --flagged, --digest and --import")
    if week is not None and not digest:
        raise click.UsageError("--week goes with --digest")
    if (campaign or first or last) and (keys or digest or file is not None):
        raise click.UsageError("--campaign, --from and --to go with the lists")
    if file is not None:
        _import(session, file, as_json)
    elif made:
        _mark(session, keys, ok, flag, close, as_json)
    elif keys:
        _tell(session, keys, as_json)
    elif digest:
        _digest(session, week, as_json)
    else:
        _list(session, flagged, campaign, first, last, as_json)


def _mark(
    session: Session, keys: Sequence[str], ok: bool, flag: str | None, close: str | None, as_json: bool
) -> None:
    from campaign.core.marks import Verdict
    from campaign.dispatch import marking

    verdict, text = Verdict.OK, ""
    if not ok:
        verdict, text = (Verdict.FLAG, flag) if flag is not None else (Verdict.CLOSE, close or "")
    with session.station() as station:
        desk = session.desk(station, rights=RIGHTS)
        for key in find(desk, keys):
            made = marking.mark(desk, key, verdict, text)
            _print_marks(session, made, as_json)
            if not as_json:
                _say_what_was_closed(station, made)


def _import(session: Session, file: str, as_json: bool) -> None:
    from campaign.dispatch import marking
    from campaign.workspace.markfile import read_marks

    given = read_marks(file)
    if session.by_option is None:
        session.by_option = given.by  # who made the file; --by: somebody vouches for it
    with session.station() as station:
        taken = marking.take_marks(session.desk(station, rights=RIGHTS), given)
    _print_marks(session, taken.new, as_json)
    if not as_json:
        output.talk(f"{len(taken.new)} taken, {taken.known} there already, from {given.by}")


def _print_marks(session: Session, made: Sequence[Mark], as_json: bool) -> None:
    from campaign.core.model import parse_key
    from campaign.review.marks import MADE, mark_row

    zones = {mark.key: session.zone(parse_key(mark.key).campaign) for mark in made}
    if as_json:
        output.rows(mark_row(mark, zones[mark.key]) for mark in made)
        return
    for mark in made:
        output.data(f"{mark.key}: {MADE[mark.verdict]}{f': {mark.text}' if mark.text else ''}")


def _say_what_was_closed(station: Station, made: Sequence[Mark]) -> None:
    """The flags that are closed now, so that none is closed unread."""
    from campaign.store import marks

    with station.store.read() as connection:
        closed = marks.by_ids(connection, [mark.flag for mark in made if mark.flag is not None])
    for mark in closed.values():
        output.talk(f"  {mark.by} had said: {mark.text or '(text removed)'}")


def _tell(session: Session, keys: Sequence[str], as_json: bool) -> None:
    """What a reviewer has to know: the post, what it was said about it, and what to look at."""
    from campaign.core.marks import post_of
    from campaign.errors import CampaignError
    from campaign.review.checklist import QUESTIONS
    from campaign.review.marks import of_posts, reviewed_row
    from campaign.review.words import wrap

    with session.station() as station:
        wanted = list(
            dict.fromkeys(post_of(key) for key in find(session.desk(station, deciding=False), keys))
        )
        with station.store.read() as connection:
            found = of_posts(connection, wanted)
        for key in wanted:
            if key not in found:
                raise CampaignError(f"{key} is still ahead", f"campaign preview {key} shows it")
        if as_json:
            output.rows(reviewed_row(one, session.zone(one.row.campaign)) for one in found.values())
            return
        for one in found.values():
            print_story(session, station, one.row)
            output.data()
        output.data("Look at:")
        for question in QUESTIONS["en"]:
            output.data("  - " + "\n    ".join(wrap(question, 76)))


def _list(
    session: Session,
    flagged: bool,
    campaign: str | None,
    first: date | None,
    last: date | None,
    as_json: bool,
) -> None:
    from campaign.review import marks
    from campaign.review.table import Columns
    from campaign.review.table import lines as laid_out

    workspace = session.workspace
    with session.station(temporary=True) as station, station.store.read() as connection:
        if flagged:
            found = marks.flagged(connection, campaign=campaign, zone=workspace.zone, first=first, last=last)
            number = len(found)
        else:
            found, number = marks.unreviewed(
                connection,
                workspace,
                campaign=campaign,
                first=first,
                last=last,
                limit=None if as_json else SHOWN,
            )
    if as_json:
        output.rows(marks.reviewed_row(one, session.zone(one.row.campaign)) for one in found)
    elif flagged:
        show.lines(laid_out(marks.flag_entries(found, session.zone), Columns(), show.width()))
        output.talk(f"{number} flagged" if number else "no flag is open")
    else:
        show.lines(marks.unreviewed_lines(found, session.zone, workspace.zone, show.width()))
        output.talk(f"{number} to look at" if number else "nothing is left to look at")
        if number > len(found):
            output.talk(f"the newest {len(found)} are shown: say --from, --to or --campaign for others")


def _digest(session: Session, week: date | None, as_json: bool) -> None:
    from campaign.review import marks

    wanted = week if week is not None else session.today() - timedelta(days=7)
    with session.station(temporary=True) as station, station.store.read() as connection:
        found = marks.digest(connection, session.workspace, wanted)
    if as_json:
        output.rows(marks.digest_row(found, one) for one in (*found.campaigns, found.total))
    else:
        show.lines(marks.digest_lines(found, session.zone, show.width()))
