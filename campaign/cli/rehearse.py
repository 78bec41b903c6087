"""``campaign rehearse``: what ``campaign run`` would do in the days ahead, played in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.arguments import beside, from_to
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import NoStoreYet

if TYPE_CHECKING:
    from campaign.dispatch.rehearse import Rehearsed, Stop
    from campaign.review.rehearsal.pages import Rehearsal
    from campaign.store.database import Store

DAYS = 30
"""How far ahead without --to."""

LONGEST = 731
"""Days that can be played at once, those up to the first one included: two years."""

FOLDER = "rehearsal"
"""Where the pages go, from the folder of config.yaml, unless ``--out`` says else."""


def _spans(
    ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> list[tuple[datetime, datetime]]:
    """``2026-12-24 18:00..2026-12-26 08:00``: from one local time to another."""
    return sorted(_span(text) for text in value)


def _span(text: str) -> tuple[datetime, datetime]:
    begin, _, end = text.partition("..")
    try:
        span = datetime.fromisoformat(begin.strip()), datetime.fromisoformat(end.strip())
    except ValueError:
        span = None
    if span is None or any(wall.tzinfo for wall in span) or span[1] <= span[0]:
        raise click.BadParameter(
            f"{text!r} is no span of time, write it as '2027-07-30 18:00..2027-07-31 08:00'"
        )
    return span


@verb("rehearse", "campaign rehearse --from 2027-07-01 --to 2027-07-31")
@from_to
@click.option("--campaign", "names", metavar="NAME", multiple=True, help="Only this one; may be repeated.")
@click.option("--as-if-approved", is_flag=True, help="As if every approval had been given.")
@click.option(
    "--stop",
    "spans",
    metavar="FROM..TO",
    multiple=True,
    callback=_spans,
    help="Nothing runs between these local times; may be repeated.",
)
@click.option("--out", metavar="DIR", help=f"Where the pages go, instead of {FOLDER}/.")
@json_option
def command(
    session: Session,
    first: date | None,
    last: date | None,
    names: tuple[str, ...],
    as_if_approved: bool,
    spans: list[tuple[datetime, datetime]],
    out: str | None,
    as_json: bool,
) -> int:
    """Play the next 30 days through in seconds: what would go out, and what would not.

    It is the work of campaign run on a clock of its own, with gaps, caps, quiet
    hours, approvals and safeguards as they are, from what is published, cancelled
    and moved so far. The pages show what every account would publish, as readers
    would see it. Nothing is published, no login is read, and no network is asked.

    Ends with 1 if something would not go out.
    """
    from campaign.review.preview import campaign_named
    from campaign.review.rehearsal.lines import SHOWN, of_files, rehearsal_lines, summary
    from campaign.review.rehearsal.outcomes import Stretch, outcome_row, outcomes
    from campaign.review.rehearsal.pages import Rehearsal
    from campaign.review.words import one_line

    today = session.today()
    begin = first or today
    end = last or begin + timedelta(days=DAYS)
    if end < begin:
        raise click.UsageError(f"--to {end} is before --from {begin}")
    if (end - min(begin, today)).days >= LONGEST:
        raise click.UsageError(f"--to {end} is too far: {LONGEST} days can be played at most, from today on")
    workspace = session.workspace
    for name in names:
        campaign_named(workspace, name)
    with _store(session, past=begin < today) as store:
        start = session.now if begin >= today else _midnights(session, begin)[0] - timedelta(days=1)
        stops = _stops(session, spans)
        played = _play(
            session, start, _midnights(session, end + timedelta(days=1))[-1], store, stops, as_if_approved
        )
    stretch = Stretch(begin, end, start, names, stops)
    found = outcomes(played.rows, played.missed, workspace, stretch)
    wrong = of_files(workspace, stretch)
    if as_json:
        output.rows(outcome_row(one) for one in found)
    else:
        show.lines(rehearsal_lines(found, show.width()))
    for problem in wrong[:SHOWN]:
        output.talk(one_line(str(problem)) + (f"\n  hint: {one_line(problem.hint)}" if problem.hint else ""))
    if len(wrong) > SHOWN:
        output.talk(f"and {len(wrong) - SHOWN} more: campaign check")
    output.talk(summary(found, stretch))
    page = _write(session, Rehearsal(found, wrong, workspace, stretch, today), out)
    output.talk(f"written to {page}")
    return 1 if wrong or any(one.fails for one in found) else 0


@contextmanager
def _store(session: Session, *, past: bool) -> Iterator[Store | None]:
    """The store to start from: none where there is none yet, or for days that are over."""
    with ExitStack() as after:
        store = None
        if past:
            output.talk("--from lies in the past, so this begins as if nothing had been published or decided")
        else:
            with suppress(NoStoreYet):
                store = after.enter_context(session.station()).store
        yield store


def _play(
    session: Session,
    start: datetime,
    end: datetime,
    store: Store | None,
    stops: Sequence[Stop],
    approved: bool,
) -> Rehearsed:
    """Rehearse, with a bar on a terminal that moves day by day."""
    from campaign.dispatch import rehearse
    from campaign.workspace.files import MediaFiles

    workspace = rehearse.approved(session.workspace) if approved else session.workspace
    with show.progress((end - start).days, "rehearsing") as step:
        done = 0

        def passed(now: datetime) -> None:
            nonlocal done
            while done < (now - start).days:
                done += 1
                step()

        return rehearse.rehearse(
            workspace, MediaFiles(session.folder), start, end, real=store, stops=stops, passed=passed
        )


def _write(session: Session, rehearsal: Rehearsal, out: str | None) -> Path:
    """Put the pages in place of those of the last rehearsal; the first one. CampaignError when that can't be done."""
    from campaign.review.directory.folder import put
    from campaign.review.rehearsal.pages import pages
    from campaign.review.rehearsal.pictures import Shelf
    from campaign.workspace.files import MediaFiles

    shelf = Shelf(MediaFiles(session.folder))
    made = pages(rehearsal, shelf.put)
    folder = beside(session.folder, out, FOLDER)
    put(folder, made | shelf.made, "the rehearsal")
    return folder / "index.html"


def _midnights(session: Session, day: date) -> list[datetime]:
    """When a day begins, in each zone that the workspace uses, the earliest first."""
    from campaign.core.timetable import to_utc

    workspace = session.workspace
    zones = {workspace.zone, *(campaign.zone for campaign in workspace.campaigns.values())}
    return sorted(to_utc(datetime.combine(day, time()), zone) for zone in zones)


def _stops(session: Session, spans: Sequence[tuple[datetime, datetime]]) -> list[Stop]:
    from campaign.core.timetable import to_utc
    from campaign.dispatch.rehearse import Stop

    zone = session.workspace.zone
    return [Stop(to_utc(begin, zone), to_utc(end, zone)) for begin, end in spans]
