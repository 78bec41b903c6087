"""The files of ``campaign plan``: a plan saved, and the plan of now held against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.outfile import STDOUT, write_file
from campaign.cli.session import Session
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.review.plan import Ahead
    from campaign.review.plan_saved import Digest
    from campaign.store.history import Delivery


def save_plan(session: Session, file: str, first: date, last: date) -> int:
    """Write the plan of whole days; the exit code."""
    from campaign.review.outgoing import to_come
    from campaign.review.plan_saved import is_plan, plan_file
    from campaign.review.words import count

    ahead, _ = _ahead(session, first, last)
    posts = to_come(ahead)
    write_file(file, plan_file(posts, first, last, _digest(session)), is_plan, "plan that was saved")
    if file != STDOUT:
        output.talk(f"{Path(file).name}: {count(len(posts), 'post')} from {first} to {last}")
    return 0


def compare_plan(session: Session, file: str, first: date | None, last: date | None, as_json: bool) -> int:
    """Hold the plan of now against one that was saved; the exit code: 1 for a difference."""
    from campaign.review.outgoing import silent, to_come
    from campaign.review.plan_changes import change_lines, change_row, changes, differs, summary
    from campaign.review.plan_saved import local_day, read_plan, saved

    before = read_plan(Path(file).name, _bytes(file))
    begin, end = first or before.first, last or before.last
    if not before.first <= begin <= end <= before.last:
        raise click.UsageError(f"the saved plan is of {before.first} to {before.last}: ask for days of these")
    ahead, rows = _ahead(session, begin, end)
    digest = _digest(session)
    kept_back = {post.key: post.problems[-1].message for post in ahead if silent(post)}
    found = changes(
        [post for post in before.posts if begin <= local_day(post) <= end],
        [saved(post, digest) for post in to_come(ahead)],
        rows,
        kept_back,
    )
    if as_json:
        output.rows(change_row(change) for change in found)
    else:
        show.lines(change_lines(found, show.width()))
    output.talk(f"{begin} to {end}: {summary(found) or 'nothing has changed'}")
    return 1 if differs(found) else 0


def _ahead(session: Session, first: date, last: date) -> tuple[list[Ahead], Mapping[str, Delivery]]:
    """The plan of whole days whatever time it is now, and what the record knows."""
    from campaign.errors import Level
    from campaign.review.plan import look_ahead, rows_around

    workspace = session.workspace
    broken = [problem for problem in workspace.problems if problem.level is Level.ERROR]
    if broken:  # what can't be read would look like something that was dropped
        raise CampaignError(f"{broken[0].place.file} has errors", "see: campaign check")
    with session.station(temporary=True) as station:
        with station.store.read() as connection:
            rows = rows_around(connection, first, last)
        composer = station.planner(workspace).composer
        return look_ahead(workspace, composer, station.adapters.rules, rows, first, last), rows


def _digest(session: Session) -> Digest:
    from campaign.workspace.files import MediaFiles

    files = MediaFiles(session.folder)

    @cache
    def digest(file: str) -> str:
        try:
            return files.describe(file)[1]
        except CampaignError:  # a picture that is none: `check` says so, and so does `problems` of the plan
            return ""

    return digest


def _bytes(file: str) -> bytes:
    from campaign.review.plan_saved import MAX_BYTES

    try:
        with Path(file).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise CampaignError(f"{file}: {why}", "make it with campaign plan --save FILE") from None
    if len(data) > MAX_BYTES:
        raise CampaignError(
            f"{file} is larger than {MAX_BYTES // 1024**2} MiB", "save the plan of fewer days"
        )
    return data
