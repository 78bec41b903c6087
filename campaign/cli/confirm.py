"""Asks before something that can't be undone."""

from __future__ import annotations

import sys

import click

from campaign.errors import CampaignError


def confirm(question: str, yes: bool) -> None:
    """Go on if a person says yes, or said ``--yes``. CampaignError when nobody is there to ask; else click.Abort."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CampaignError("nothing was done: nobody is here to be asked", "say --yes if you are sure")
    click.confirm(question, abort=True, err=True)
