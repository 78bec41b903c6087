"""``campaign run``: publish what is due."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from campaign.cli import garbage, news, output
from campaign.cli.session import Session
from campaign.cli.verb import verb

if TYPE_CHECKING:
    from campaign.dispatch.happening import Summary


@verb("run", "campaign run --once   (from cron, every few minutes)")
@click.option("--once", is_flag=True, help="Send what is due now, then stop: for cron and CI.")
@click.option("--new-store", is_flag=True, help="With --once, the first time: make the store.")
@click.option("--trust-clock", is_flag=True, help="The clock is right, though it jumped.")
def command(session: Session, once: bool, new_store: bool, trust_clock: bool) -> int:
    """Publish each post at its time, until Ctrl-C. Files may be edited meanwhile.

    Stopping finishes what is being sent; nothing goes out twice afterwards.
    """
    from campaign.dispatch import loop

    if new_store and not once:
        raise click.UsageError("--new-store belongs to --once: a long run makes its store by itself")
    if once:
        summary = loop.once(
            session.folder, os.environ, new_store=new_store, trust_clock=trust_clock, say=news.tell
        )
        output.talk(said(summary))
        return 1 if summary.failed or summary.uncertain or summary.barred or summary.problems else 0
    output.talk(f"publishing from {session.folder}, {_next(session)}; Ctrl-C stops it")
    garbage.as_usual()
    with signals_seen() as seen:
        loop.run(session.folder, os.environ, trust_clock=trust_clock, say=news.tell)
        # What was being sent is finished by now; a shell still wants to know that it was stopped by hand.
        return 130 if signal.SIGINT in seen() else 0


@contextmanager
def signals_seen() -> Iterator[Callable[[], frozenset[int]]]:
    """Which signals Python has handled since: a question to ask after somebody else's handlers dealt with them."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: _received(ours)
        finally:
            signal.set_wakeup_fd(before)


def _received(end: socket.socket) -> frozenset[int]:
    try:
        return frozenset(end.recv(4096))
    except BlockingIOError:
        return frozenset()


def _next(session: Session) -> str:
    """What comes first, and whether a store has to be made for it."""
    from campaign.review.coming import coming
    from campaign.review.times import soon

    with session.station(temporary=True) as station:
        made = ", in a new store: there was none yet" if station.store.created else ""
        with station.store.read() as connection:
            ahead = coming(connection, session.workspace, session.now)
    following = (
        f"next post {soon(ahead.next, session.now, session.workspace.zone)}"
        if ahead.next
        else "nothing is planned"
    )
    return following + made


def said(summary: Summary) -> str:
    """What one pass did, in one line."""
    from campaign.core.lifecycle import State

    numbers = {
        State.SENT.say: summary.sent,
        State.FAILED.say: summary.failed,
        State.UNCERTAIN.say: summary.uncertain,
        State.HELD.say: summary.held,
        State.MISSED.say: summary.missed,
        "kept back on a quiet day": summary.quiet,
        "to be tried again": summary.retrying,
    }
    done = ", ".join(f"{number} {words}" for words, number in numbers.items() if number) or "nothing was due"
    if summary.barred:
        done += f"; {summary.barred} not sent, for it could do harm, see: campaign status"
    return done + (
        f"; {summary.problems} problems in the files, see: campaign check" if summary.problems else ""
    )
