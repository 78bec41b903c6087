"""``campaign kit``: a toolkit that partners without this program copy from."""

from __future__ import annotations

import os
import uuid
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli import output, show
from campaign.cli.arguments import beside, from_to
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb, verbs
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.core.model import Account, Spec
    from campaign.core.text import TextRules
    from campaign.errors import Problem
    from campaign.review.kit import Kit

FOLDER = "kits"
"""Where kits go, from the folder of config.yaml, unless ``--out`` says else."""


@verb("build", "campaign kit build world-day --language id --out kit.zip")
@click.argument("campaign", metavar="CAMPAIGN")
@click.option("--out", metavar="FILE|DIR", help="A .zip, or a folder (a zip then lies beside it).")
@click.option(
    "--language", "languages", metavar="NAME", multiple=True, help="Only this one; may be repeated."
)
@click.option(
    "--network",
    "networks",
    metavar="NAME",
    multiple=True,
    help="For partners on this network too; may be repeated.",
)
@from_to
@json_option
def build(
    session: Session,
    campaign: str,
    out: str | None,
    languages: tuple[str, ...],
    networks: tuple[str, ...],
    first: date | None,
    last: date | None,
    as_json: bool,
) -> int:
    """Make a kit of a campaign: pages to copy from, tables, a calendar.

    It has at least three wordings of each text, so that partners do not all say the
    same (docs/kit.md). Nothing is written while a text has an error.
    """
    from campaign.review.kit_gather import Wanted, gather
    from campaign.review.problems import problem_lines, summary

    if first is not None and last is not None and last < first:
        raise click.UsageError("--to is before --from")
    wanted = Wanted(
        languages=tuple(dict.fromkeys(languages)) or None,
        first=first,
        last=last,
        networks=tuple(_network(name) for name in dict.fromkeys(networks)),
    )
    found, problems = gather(session.workspace, campaign, session.today(), wanted, _rules)
    written: list[Path] = []
    files: list[dict[str, Any]] = []
    if found is not None:
        written, files = _write(session, found, out)
    if as_json:
        output.rows([_row(campaign, found, written, files, problems)])
    else:
        show.lines(problem_lines(problems))
        for path in written:
            output.data(str(path))
    said = summary(problems)
    if found is None:
        output.talk(f"{said}: no kit was written")
        return 1
    output.talk(
        f"{len(found.items)} texts in {', '.join(found.languages)}, to be used until {found.review_by}"
        + (f"; {said}" if said else "")
    )
    return 0


def _rules(account: Account) -> TextRules:
    """What the network itself takes: partners have servers and accounts of their own."""
    from campaign.networks import registry

    return registry.network(account.network).rules


def _network(name: str) -> Spec:
    """The network of that name. CampaignError when there is none."""
    from campaign.networks import registry

    registry.network(name)
    return registry.specs()[name]


def _write(session: Session, kit: Kit, out: str | None) -> tuple[list[Path], list[dict[str, Any]]]:
    from campaign.review.kit_files import files_of, manifest, write_folder, write_zip, zipped
    from campaign.workspace.files import MediaFiles

    name = kit.campaign.id
    identity = session.workspace.id or uuid.uuid5(uuid.NAMESPACE_URL, name)
    made = files_of(kit, MediaFiles(session.folder), identity)
    target = _target(session.folder, out, name)
    archive = target if target.suffix.lower() == ".zip" else target.with_name(f"{target.name}.zip")
    written = []
    if archive != target:
        write_folder(target, made)
        written.append(target / "index.html")
    write_zip(archive, zipped(made, f"{name}-kit"))
    return [*written, archive], manifest(kit, made)["files"]


def _target(folder: Path, out: str | None, name: str) -> Path:
    """Where the kit goes. CampaignError for a place whose files the workspace itself reads."""
    target = beside(folder, out, f"{FOLDER}/{name}")
    if not target.name:
        raise CampaignError(f"{out} is no folder that a kit could have for itself", "name a new one")
    return target


def _row(
    campaign: str,
    kit: Kit | None,
    written: list[Path],
    files: list[dict[str, Any]],
    problems: list[Problem],
) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "written": [os.fspath(path) for path in written],
        "made": kit.made.isoformat() if kit else None,
        "review_by": kit.review_by.isoformat() if kit else None,
        "languages": list(kit.languages) if kit else [],
        "networks": list(kit.networks) if kit else [],
        "texts": len(kit.items) if kit else 0,
        "files": files,
        "problems": [problem.as_json() for problem in problems],
    }


command = verbs("kit", "Make a toolkit that partners copy from.", "campaign kit build world-day", [build])
