"""``campaign web``: the dashboard in the browser, and the tokens that let people in."""

from __future__ import annotations

import getpass
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli import garbage, output, show
from campaign.cli.crash import write_report
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb, verbs
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.dispatch.station import Station
    from campaign.store.entrance import Token
    from campaign.store.log import Who
    from campaign.web.site import Address

ROLES = ("viewer", "reviewer", "approver", "coordinator")


@verb("add", "campaign web token add siti-phone --role reviewer --for siti", decides=True)
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What its holder may do.")
@click.option("--for", "handle", metavar="HANDLE", help="Whose it is, one of `people`. Default: NAME.")
def add(session: Session, name: str, role: str, handle: str | None) -> None:
    """Make a token and print it, once: it is kept nowhere.

    viewer: look. reviewer: also review. approver: also approve and reject.
    coordinator: also pause and resume. Never more than `people` says.
    """
    from campaign.core.roles import Role
    from campaign.dispatch.admission import add_token

    with session.station(create=True) as station:
        secret = add_token(session.desk(station), name, Role(role), handle or name)
    output.data(secret)
    output.talk(f"that is the token of {handle or name}: hand it over where nobody else reads along")


@verb("list", "campaign web token list")
@json_option
def listing(session: Session, as_json: bool) -> None:
    """List the tokens that were made, also those that were revoked."""
    from campaign.review.table import Cell, Columns, Row
    from campaign.review.table import lines as laid_out
    from campaign.store import entrance

    with session.station(temporary=True) as station, station.store.read() as connection:
        found = entrance.tokens(connection)
    if as_json:
        output.rows(_row(token, session.workspace.zone) for token in found)
        return
    rows = [
        Row(
            (
                Cell(token.name, "bold"),
                Cell(token.handle),
                Cell(token.role.value),
                Cell(_said(token, session.workspace.zone), "dim" if token.revoked_at else ""),
            )
        )
        for token in found
    ]
    show.lines(laid_out(rows, Columns(), show.width()))
    if not found:
        output.talk("there is no token yet: campaign web token add NAME --role ROLE")


@verb("revoke", "campaign web token revoke siti-phone", decides=True)
@click.argument("name")
def revoke(session: Session, name: str) -> None:
    """Let a token end. Whoever came in with it is signed out at once."""
    from campaign.dispatch.admission import revoke_token

    with session.station(create=True) as station:
        done = revoke_token(session.desk(station), name)
    output.talk(f"{name} is revoked" if done else f"{name} was revoked before")


@click.group(
    "web",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="\b\nExample: campaign web --open",
)
@click.option("-w", "--workspace", metavar="DIR", help="The workspace, if it is not here or above.")
@click.option("--by", metavar="HANDLE", help="Who opens the link on the terminal: one of `people`.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where it listens. Default: a free one.",
)
@click.option("--open", "opens", is_flag=True, help="Open the browser, too.")
@click.option(
    "--behind-proxy",
    metavar="URL",
    help="For others: https://… of the proxy that does TLS in front. People sign in with tokens.",
)
@click.option(
    "--listen", metavar="ADDRESS", help="With --behind-proxy, where the proxy is on another machine."
)
@click.pass_context
def command(
    ctx: click.Context,
    workspace: str | None,
    by: str | None,
    port: int,
    opens: bool,
    behind_proxy: str | None,
    listen: str | None,
) -> int | None:
    """Show calendar, posts, log and what needs a person in the browser, until
    Ctrl-C; approve, review, pause there.

    It listens on this machine only, and lets in whoever opens the link that it
    prints. Others come through a proxy that does TLS, with tokens.
    """
    session = ctx.ensure_object(Session)
    session.workspace_option = workspace or session.workspace_option
    session.by_option = by or session.by_option
    if ctx.invoked_subcommand is not None:
        if port or opens or behind_proxy or listen:
            raise click.UsageError(f"these options do not belong to `web {ctx.invoked_subcommand}`")
        return None
    if listen and not behind_proxy:
        raise click.UsageError(
            "--listen belongs to --behind-proxy: without TLS in front it stays on this machine"
        )
    if behind_proxy and opens:
        raise click.UsageError("give --open or --behind-proxy, not both")
    if behind_proxy and not port:
        raise click.UsageError("--behind-proxy needs --port: the proxy has to know where to ask")
    return _serve(session, port, opens, behind_proxy, listen or "127.0.0.1")


command.add_command(
    verbs(
        "token",
        "Make, list and revoke the tokens that let people in.",
        "campaign web token list",
        [add, listing, revoke],
    )
)


def _serve(session: Session, port: int, opens: bool, behind_proxy: str | None, listen: str) -> int:
    from campaign.store import entrance
    from campaign.web.app import make_app
    from campaign.web.links import Links
    from campaign.web.serve import listening, server
    from campaign.web.site import Address, Site

    address = Address.public(behind_proxy) if behind_proxy else None
    with session.station(create=True) as station, listening(listen, port) as here:
        port = here.getsockname()[1]
        address = address or Address.local(port)
        local = _local(session)
        links = Links(
            None if address.proxied else lambda secret: _say(f"{address.origin}/sign-in?link={secret}")
        )
        site = Site(station, lambda: datetime.now(UTC), address, local, links)
        app = make_app(site, lambda error: _report(session.folder, error))
        output.talk(f"the pages are at {address.origin}; Ctrl-C stops them")
        _notes(session, station, address, port)
        garbage.as_usual()
        with _stopped() as by, server(app, here, proxied=address.proxied) as run:
            secret = links.new()
            if opens:
                _open(f"{address.origin}/sign-in?link={secret}")
            run()
        if not address.proxied:
            with station.store.write() as connection:
                entrance.end_of_door(connection, local.door)
        return 130 if by() == signal.SIGINT else 0


def _local(session: Session) -> Who:
    """Who opens the terminal's link. Where ``people`` are configured and this is none of them, they may only look."""
    from campaign.store.log import Who

    try:
        found = session.who()
    except CampaignError:
        if session.by_option:
            raise
        found = Who(getpass.getuser(), "")
    return Who(found.by, f"web link {getpass.getuser()}@{socket.gethostname()}")


def _notes(session: Session, station: Station, address: Address, port: int) -> None:
    from campaign.store import entrance

    people = session.workspace.people
    if address.proxied:
        output.talk(f"listening on port {port} for the proxy")
        with station.store.read() as connection:
            good = [token for token in entrance.tokens(connection) if token.revoked_at is None]
        if not good:
            output.talk("nobody can come in yet: campaign web token add NAME --role ROLE")
    elif people and _local(session).by not in people:
        output.talk("you may only look: say who you are with --by, one of: " + ", ".join(people))


def _say(link: str) -> None:
    output.talk(f"open this to sign in (it works once):\n  {link}")


def _report(folder: Path, error: BaseException) -> None:
    path = write_report(["web"], error, folder)
    kept = f"what happened is in {path}" if path else "and its report could not be written anywhere"
    output.talk(f"campaign: this is a bug in campaign ({type(error).__name__}): {kept}")


def _open(address: str) -> None:
    """Open the browser by a file that only this user can read: other users see the words of every command."""
    import webbrowser

    with tempfile.NamedTemporaryFile(
        "w", suffix=".html", prefix="campaign-", delete=False, encoding="utf-8"
    ) as page:
        page.write(
            f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(address)}"><title>campaign</title>'
        )
    if not webbrowser.open(Path(page.name).as_uri()):
        output.talk("no browser could be opened here")


@contextmanager
def _stopped() -> Iterator[Callable[[], int | None]]:
    """Makes SIGINT and SIGTERM end what runs, and tells afterwards which one it was."""
    seen: list[int] = []

    def stop(number: int, frame: Any) -> None:
        seen.append(number)
        raise SystemExit

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: seen[0] if seen else None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _row(token: Token, zone: str) -> dict[str, Any]:
    from campaign.review.times import iso

    return {
        "name": token.name,
        "handle": token.handle,
        "role": token.role.value,
        "made_at": iso(token.made_at, zone),
        "made_by": token.made_by,
        "revoked_at": iso(token.revoked_at, zone),
        "revoked_by": token.revoked_by,
    }


def _said(token: Token, zone: str) -> str:
    from campaign.review.times import stamp

    if token.revoked_at is not None:
        return f"revoked by {token.revoked_by} on {stamp(token.revoked_at, zone)}"
    return f"made by {token.made_by} on {stamp(token.made_at, zone)}"
