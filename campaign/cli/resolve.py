"""``campaign resolve``: a person has looked and says what became of a post."""

from __future__ import annotations

import click

from campaign.cli import output
from campaign.cli.keys import find, print_rows, print_story
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb


@verb("resolve", "campaign resolve KEY --published https://social.example/@org/1", decides=True)
@click.argument("key")
@click.option("--published", metavar="URL", help="It is published, here.")
@click.option("--not-published", is_flag=True, help="It is not there: send it again.")
@click.option("--give-up", is_flag=True, help="It is not there, and need not be.")
@click.option("--reason", default="", help="Why, for the log.")
@json_option
def command(
    session: Session,
    key: str,
    published: str | None,
    not_published: bool,
    give_up: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Show all that is known about a post that may be published, so that you can look;
    then say what you saw.

    Without --published, --not-published or --give-up it only shows.
    """
    from campaign.core.lifecycle import Event, State
    from campaign.store import history

    if sum((published is not None, not_published, give_up)) > 1:
        raise click.UsageError("give one of --published, --not-published and --give-up")
    with session.station() as station:
        deciding = published is not None or not_published or give_up
        desk = session.desk(station, deciding=deciding)
        [whole] = find(desk, [key])
        if not deciding:
            with station.store.read() as connection:
                row = history.delivery(connection, whole)
            if row is None:
                output.talk(f"{whole} is still ahead; see: campaign preview {whole}")
                return
            if as_json:
                print_rows(session, [row], as_json=True, station=station)
                return
            print_story(session, station, row)
            if row.state in (State.UNCERTAIN, State.HELD):
                # What waits for a person was not sent by us: there is nothing to send again.
                unsure = ["--not-published"] if row.state is State.UNCERTAIN else []
                output.talk("Look on the network, then say one of")
                for way in ["--published URL", *unsure, "--give-up"]:
                    output.talk(f"  campaign resolve {whole} {way}")
            return
        if published is not None:
            row = desk.resolve(whole, Event.RESOLVE_PUBLISHED, url=published, reason=reason)
        else:
            how = Event.RESOLVE_ABSENT if not_published else Event.RESOLVE_GIVE_UP
            row = desk.resolve(whole, how, reason=reason)
        print_rows(session, [row], as_json, station=station)
        if row.state is State.PENDING and station.store.holder() is None:
            output.talk("it goes out with the next: campaign run")
