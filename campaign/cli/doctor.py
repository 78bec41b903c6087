"""``campaign doctor``: find what is wrong around a workspace; after a restore, doubt what may have gone out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from campaign.cli import output, show
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb

if TYPE_CHECKING:
    from campaign.dispatch.doctor import Finding

STYLE = {"ok": "green", "warn": "yellow", "error": "bold red"}


@verb("doctor", "campaign doctor", decides=True)
@click.option("--restored", is_flag=True, help="The store was put back from a backup.")
@click.option("--alert", is_flag=True, help="Send a trial message to every address of alerts.")
@json_option
def command(session: Session, restored: bool, alert: bool, as_json: bool) -> int:
    """Look at the clock, the disk, file modes, time zones, secrets and the store,
    and say what to do about what is wrong. Nothing is posted.

    With --restored, all that may have gone out since the backup is looked up
    before anything is sent. Stop `campaign run` first.

    With --alert, each address of `alerts:` in config.yaml gets a message, and
    what came back is said.
    """
    from campaign.dispatch.doctor import ERROR, Doctor

    findings = list(Doctor(session.folder, os.environ).visit())
    if alert and not any(f.level == ERROR and f.check in ("files", "store") for f in findings):
        findings += _alerted(session)
    sick = any(finding.level == ERROR for finding in findings)
    if restored:
        if any(
            finding.level == ERROR and finding.check in ("files", "store", "zones") for finding in findings
        ):
            output.complain("the store or the files can't be used, so nothing was done about the restore")
        else:
            findings.append(_restored(session))
    if as_json:
        output.rows(finding.as_json() for finding in findings)
    else:
        _show(findings)
    return 1 if sick else 0


def _alerted(session: Session) -> list[Finding]:
    from campaign.dispatch.alerting.look import Look
    from campaign.dispatch.alerting.trial import tried
    from campaign.workspace.secrets import Secrets

    with session.station(temporary=True) as station:
        look = Look(station.store, Secrets(session.folder, os.environ), "campaign doctor")
        return list(tried(look, session.workspace, session.now))


def _restored(session: Session) -> Finding:
    from campaign.dispatch.doctor import OK, WARN, Finding
    from campaign.dispatch.restore import restored
    from campaign.review.times import stamp
    from campaign.review.words import count

    who = session.who()
    with session.station() as station:
        done = restored(station.store, station.planner(session.workspace), session.now, who)
    since = f"since the backup of {stamp(done.backup, session.workspace.zone)}"
    if not done.doubtful and not done.held:
        return Finding("restored", OK, f"nothing fell due {since}")
    said = f"{count(len(done.doubtful), 'post')} may have gone out {since} and will be looked up first"
    if done.held:
        said += f"; {len(done.held)} more wait for a person"
    return Finding("restored", WARN, said, "start campaign run, then: campaign status")


def _show(findings: list[Finding]) -> None:
    from campaign.review.table import Cell
    from campaign.review.words import one_line

    for finding in findings:
        level = Cell(f"{finding.level:<5}", STYLE[finding.level])
        show.lines(
            [(level, Cell("  "), Cell(f"{finding.check:<10}", "bold"), Cell(one_line(finding.message)))]
        )
        if finding.hint:
            show.lines([(Cell(f"{'':<17}hint: {one_line(finding.hint)}", "dim"),)])
