"""``campaign pause``: stop everything, or a part of it, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.scopes import moment, scope_of, scope_options
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.dispatch.crisis.pausing import Begun


@verb("pause", "campaign pause --campaign world-day --reason 'earthquake' --by ani", decides=True)
@scope_options
@click.option("--reason", help="Why, in a few words. No names.")
@click.option("--until", metavar="TIME", help="'2026-12-01 08:00' or '3 days'; else until you end it.")
@click.option("--keep", type=int, metavar="ID", help="Yes, this pause is still wanted.")
@json_option
def command(
    session: Session,
    campaign: tuple[str, ...],
    account: tuple[str, ...],
    language: tuple[str, ...],
    tag: tuple[str, ...],
    reason: str | None,
    until: str | None,
    keep: int | None,
    as_json: bool,
) -> None:
    """Stop posting, within a second and on every host: everything, or only what you name.
    Names of one kind: any of them; of several kinds: all of them.

    What falls due is kept for you to look at. Nothing goes out by itself when the
    pause ends: see `campaign resume`. An empty file called PAUSE stops everything too.
    """
    from campaign.dispatch.crisis import pausefile, pausing

    given = {"campaign": campaign, "account": account, "language": language, "tag": tag}
    if keep is not None and (any(given.values()) or reason or until):
        raise click.UsageError("--keep ID stands alone")
    if keep is None and reason is None:
        raise click.UsageError("say why: --reason 'earthquake'")
    with session.station(create=True) as station:
        pausefile.look(station.store, session.folder, session.now)
        desk = session.desk(station, rights=pausing.RIGHTS)
        if keep is not None:
            begun = pausing.Begun(pausing.keep(desk, keep), ())
        else:
            end = moment(until, session.now, session.workspace.zone) if until else None
            scope = scope_of(session.workspace, given.items())
            begun = pausing.pause(desk, scope, reason or "", end)
        runner = station.store.holder()
    _print(session, begun, as_json)
    if runner is None and not as_json:
        output.talk("nothing is running just now; whatever is started next keeps to it")


def _print(session: Session, begun: Begun, as_json: bool) -> None:
    from campaign.review.paused import finishing_lines, pause_row, paused_lines

    now, zone = session.now, session.workspace.zone
    if as_json:
        finishing = [row.key for row in begun.finishing]
        output.rows([{**pause_row(begun.pause, (), now, zone), "finishing": finishing}])
        return
    show.lines(list(paused_lines([begun.pause], (), now, zone, show.width()))[:-1])
    show.lines(finishing_lines(begun.finishing))
