"""``campaign approve``: read posts, then approve them; or carry approvals in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.arguments import from_to
from campaign.cli.confirm import confirm
from campaign.cli.keys import find
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.asked import Asked
    from campaign.dispatch.approval.approve import Decision
    from campaign.dispatch.decide import Desk

RIGHTS = ("approve",)

MOST = 10_000_000
"""Bytes of a file of approvals."""

_WROTE = "give what campaign approve --export wrote"


@verb("approve", "campaign approve world-day/vigil --by ani", decides=True)
@click.argument("wanted", metavar="[KEY... | CAMPAIGN[/SLOT]]", nargs=-1)
@from_to
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--export", "to", metavar="FILE", help="Write the approvals that count to a file instead.")
@click.option("--import", "source", metavar="FILE", help="Take in such a file instead.")
@json_option
def command(
    session: Session,
    wanted: tuple[str, ...],
    first: date | None,
    last: date | None,
    yes: bool,
    to: str | None,
    source: str | None,
    as_json: bool,
) -> int:
    """Show the posts that need your approval, each once, as they would go out; then ask.

    You approve what you see: any change of text, picture, description, warning,
    link, account or time asks for approval again. Of a campaign these are the
    posts of the next 30 days, or of the days that you say.
    """
    if to is not None and source is not None:
        raise click.UsageError("give --export or --import, not both")
    if source is not None and wanted:
        raise click.UsageError("--import takes in the whole file, without KEYs")
    if not wanted and to is None and source is None:
        raise click.UsageError("say what to approve: KEYs, CAMPAIGN or CAMPAIGN/SLOT")
    if first and last and last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    with session.station(create=True) as station:
        if source is not None:
            return _take(session, session.desk(station, deciding=False), source, as_json)
        if to is not None:
            return _export(session, session.desk(station, deciding=False), wanted, first, last, to)
        desk = session.desk(station, rights=RIGHTS)
        return _approve(session, desk, wanted, first, last, yes, as_json)


def _approve(
    session: Session,
    desk: Desk,
    wanted: Sequence[str],
    first: date | None,
    last: date | None,
    yes: bool,
    as_json: bool,
) -> int:
    from campaign.core.lifecycle import State
    from campaign.dispatch.approval.approve import approve
    from campaign.review.approvals import asked_lines
    from campaign.review.table import plain
    from campaign.review.words import count

    asked = [one for one in _asked(session, desk, wanted, first, last) if one.missing or one.errors]
    mine = [one for one in asked if one.missing and not one.errors and desk.who.by not in one.approved_by]
    shown = asked_lines(asked, desk.composer.rules, show.width())
    if as_json:
        output.talk("\n".join(plain(shown)))  # nobody approves what they have not seen
    else:
        show.lines(shown)
    for one in asked:
        if one not in mine:
            why = "has errors" if one.errors else f"{desk.who.by} has approved it already"
            output.talk(f"{one.key}: {why}")
    if not mine:
        output.talk("there is nothing here that you have to approve")
        return 1 if asked else 0
    confirm("Approve this post?" if len(mine) == 1 else f"Approve these {count(len(mine), 'post')}?", yes)
    done = approve(desk, {one.key: one.digest for one in mine})
    print_decided(desk, done, as_json)
    for late in done:
        if late.result.counts and late.state in (State.MISSED, State.FAILED):
            output.talk(f"too late to go out by itself; to send it after all: campaign retry {late.key}")
    if any(one.state is State.PENDING for one in done) and desk.store.holder() is None:
        output.talk("what is due goes out with the next: campaign run")
    return 0 if all(one.result.counts for one in done) and len(mine) == len(asked) else 1


def _asked(
    session: Session, desk: Desk, wanted: Sequence[str], first: date | None, last: date | None
) -> list[Asked]:
    """What somebody means, each post once, by time."""
    from campaign.core.timetable import to_utc
    from campaign.dispatch.approval import approvable

    found: dict[str, Asked] = {}
    for name in wanted:
        campaign, _, slot = name.partition("/")
        if "/" in slot or (
            campaign not in desk.workspace.campaigns and campaign not in desk.workspace.broken
        ):
            [key] = find(desk, [name])
            with desk.store.read() as connection:
                named = approvable.by_keys(desk, connection, [key])
            if not named:
                raise CampaignError(f"{name}: neither planned nor in the log any more", "campaign plan")
            found |= {one.key: one for one in named}
            continue
        _must_be_known(desk, campaign, slot)
        zone = session.zone(campaign)
        after = (
            to_utc(datetime.combine(first, time()), zone) - timedelta(microseconds=1) if first else desk.now
        )
        until = to_utc(datetime.combine(last + timedelta(days=1), time()), zone) if last else None
        until = until - timedelta(microseconds=1) if until else max(after, desk.now) + approvable.AHEAD
        with desk.store.read() as connection:
            of_it = approvable.ahead(desk, connection, after, until, campaign=campaign, slot=slot or None)
        found |= {one.key: one for one in of_it}
    return sorted(found.values(), key=lambda one: (one.due, one.key))


def _must_be_known(desk: Desk, campaign: str, slot: str) -> None:
    from campaign.review.preview import campaign_named, slot_named

    here = campaign_named(desk.workspace, campaign)
    if slot:
        slot_named(here, slot)


def print_decided(desk: Desk, done: Sequence[Decision], as_json: bool) -> None:
    """Print what became of verdicts, one line (or JSON object) each."""
    from campaign.dispatch.approval import approvable
    from campaign.review.approvals import approval_row

    with desk.store.read() as connection:
        now = {one.key: one for one in approvable.by_keys(desk, connection, [one.key for one in done])}
    if as_json:
        output.rows(
            {
                **approval_row(now[one.key]),
                "result": one.result.value,
                "note": one.reason,
                "proof": one.proof,
            }
            for one in done
            if one.key in now
        )
        return
    for one in done:
        output.data("\n".join(_said(one)))


def _said(one: Decision) -> Iterator[str]:
    from campaign.review.words import one_line, wrap

    yield one.key
    told = one.result.value.replace("-", " ")
    if one.reason:
        told += f": {one.reason}"
    if one.approved_by and one.result.counts:
        told += f" ({', '.join(one.approved_by)})"
    if one.missing and one.approved_by:
        told += "; one more person has to"
    if one.proof:
        told += f"; that two people did is {one.proof}: both came through one door"
    for line in wrap(one_line(told), show.width() - 2):
        yield f"  {line}"


def _export(
    session: Session, desk: Desk, wanted: Sequence[str], first: date | None, last: date | None, to: str
) -> int:
    from campaign.dispatch.approval import carried
    from campaign.review.words import count

    keys = [one.key for one in _asked(session, desk, wanted, first, last)] if wanted else None
    lines = [one.line() for one in carried.given(desk, keys)]
    try:
        Path(to).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise CampaignError(f"{to}: {error.strerror}", "name a file that can be written") from None
    output.talk(f"{count(len(lines), 'approval')} written to {to}")
    return 0


def _text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read(MOST + 1) if file == "-" else Path(file).read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CampaignError(f"{file} is not UTF-8 text (byte {error.start})", _WROTE) from None
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", _WROTE) from None
    if len(data) > MOST:
        raise CampaignError(f"{file} is larger than {MOST} bytes", _WROTE)
    return text


def _take(session: Session, desk: Desk, source: str, as_json: bool) -> int:
    from collections import Counter
    from dataclasses import replace

    from campaign.dispatch.approval import carried
    from campaign.dispatch.approval.carried import Taken
    from campaign.review.words import count, one_line
    from campaign.store.outbox import Who

    name = "stdin" if source == "-" else one_line(Path(source).name)
    lines = carried.read(_text(source), name)
    done = carried.take(replace(desk, who=Who("", session.door)), lines, name)
    if as_json:
        output.rows(
            {"key": one.key, "by": one.by, "content": one.content, "result": taken.value}
            for one, taken in done
        )
    else:
        for one, taken in done:
            if taken not in (Taken.COUNTED, Taken.ALREADY):
                output.data(one_line(f"{one.key} by {one.by}: the approval {taken.say}"))
    numbers = Counter(taken for _, taken in done)
    rest = "".join(
        f", {number} {taken.value.replace('-', ' ')}"
        for taken, number in sorted(numbers.items())
        if taken is not Taken.COUNTED
    )
    output.talk(f"{numbers[Taken.COUNTED]} of {count(len(done), 'approval')} counted{rest}")
    return 1 if numbers[Taken.NO_RIGHT] else 0
