"""``campaign withdraw``: take posts back, wherever they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.confirm import confirm
from campaign.cli.keys import find
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.used import Thing
    from campaign.core.withdrawal import Withdrawn
    from campaign.dispatch.decide import Desk

RIGHTS = ("safeguard", "pause")
"""Whoever may stop what does harm."""


@verb("withdraw", "campaign withdraw --consent story-07 --by ani", decides=True)
@click.argument("keys", metavar="[KEY...]", nargs=-1)
@click.option("--fact", metavar="ID", help="All that used this fact.")
@click.option("--hotline", metavar="ID", help="All that name this help line.")
@click.option("--consent", metavar="ID", help="All that needed this consent, which ends.")
@click.option("--reason", default="", help="Why, for the log. No names.")
@click.option("--deleted", is_flag=True, help="You have deleted it by hand: note that.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(
    session: Session,
    keys: tuple[str, ...],
    fact: str | None,
    hotline: str | None,
    consent: str | None,
    reason: str,
    deleted: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Cancel what has not gone out, delete what is out where its network can, and list
    what you have to delete by hand. Doing it again does what is left.

    A KEY takes the later parts of its thread with it. Ends with 1 while anything may still be online.
    """
    from campaign.core.used import Kinds, Thing
    from campaign.dispatch import withdraw

    named = {Kinds.FACT: fact, Kinds.HOTLINE: hotline, Kinds.CONSENT: consent}
    things = [Thing(kind, name) for kind, name in named.items() if name is not None]
    if len(things) + bool(keys) != 1:
        raise click.UsageError("give KEYs, or one of --fact ID, --hotline ID, --consent ID")
    with session.station(create=True) as station:
        desk = session.desk(station, rights=RIGHTS)
        if things:
            wanted = withdraw.parts_of(desk, withdraw.using(desk, things[0]))
            _must_be_known(desk, things[0], wanted)
        else:
            wanted = withdraw.parts_of(desk, find(desk, keys))
        _ask(desk, wanted, things, yes)
        if consent is not None:
            _end(session, consent)
        done = withdraw.withdraw(desk, wanted, reason, lambda one: _tell(one, as_json), by_hand=deleted)
        _print(session, desk, done, things, as_json)
    return 0 if all(one.result.done for one in done) else 1


def _must_be_known(desk: Desk, thing: Thing, wanted: Sequence[str]) -> None:
    from campaign.core.suggest import did_you_mean

    known = thing.known(desk.workspace)
    if not wanted and thing.id not in known:
        where = {"consent": "they stand in posts/consents.yaml"}
        raise CampaignError(
            f"there is no {thing.kind} {thing.id!r}{did_you_mean(thing.id, known)}",
            where.get(thing.kind, f"campaign {thing.kind}s lists them"),
        )


def _ask(desk: Desk, keys: Sequence[str], things: Sequence[Thing], yes: bool) -> None:
    from campaign.review.withdrawn import before
    from campaign.store import history

    with desk.store.read() as connection:
        rows = history.by_keys(connection, keys)
    ahead = [key for key in keys if key not in rows]
    output.talk(before(list(rows.values()), len(ahead)))
    confirm("Withdraw them for good?", yes)


def _end(session: Session, name: str) -> None:
    """A consent that is withdrawn is so in the file first: from then on nothing new can go out under it."""
    from campaign.workspace.consents import NAME, mark_withdrawn

    consent = session.workspace.consents.get(name)
    if consent is None:
        output.talk(f"{NAME} has no record {name} (any more): nothing goes out under it")
    elif mark_withdrawn(Path(session.workspace.root), consent):
        output.talk(f"{NAME}: {name} is `status: withdrawn` now.")
        output.talk("Commit that, and bring it to every machine that runs this workspace.")


def _tell(one: Withdrawn, as_json: bool) -> None:
    """Each as it happens, for it may take a while; the list comes at the end."""
    if not as_json:
        output.talk(f"{one.key}: {one.result.say}")


def _print(
    session: Session, desk: Desk, done: Sequence[Withdrawn], things: Sequence[Thing], as_json: bool
) -> None:
    from campaign.core.used import still_planned
    from campaign.core.withdrawal import Result
    from campaign.review.table import Columns, lines
    from campaign.review.withdrawn import COPIES, Ahead, ahead_row, entries, planned_lines, withdrawn_row
    from campaign.store import history

    with desk.store.read() as connection:
        decided = partial(history.existing_keys, connection)
        ahead: list[Ahead] = [
            Ahead(campaign.id, slot, moment)
            for thing in things
            for campaign, slot, moment in still_planned(
                desk.workspace, desk.composer, thing, desk.now, decided
            )
        ]
    if as_json:
        output.rows(withdrawn_row(one) for one in done)
        output.rows(ahead_row(one, session.zone(one.campaign)) for one in ahead)
        return
    show.lines(lines(entries(done), Columns(), show.width()))
    show.lines(planned_lines(ahead, things, session.zone, show.width()))
    if any(one.url or one.result is Result.DELETED for one in done):
        output.talk(COPIES)
