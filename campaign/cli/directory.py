"""``campaign directory``: the organisations; the directory as a site; whether its links still answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from campaign.cli import output, show
from campaign.cli.arguments import names
from campaign.cli.session import Session
from campaign.cli.verb import json_option, verb
from campaign.errors import Level, WorkspaceError

if TYPE_CHECKING:
    from campaign.networks.links import Opened
    from campaign.review.directory.contents import Contents

LEAVE_TO = "https://www.google.com/"
"""Where the quick exit leads if nothing else is said: a page that everybody has open sometimes."""

KNOWLEDGE = (
    "posts/facts.yaml",
    "posts/hotlines.yaml",
    "posts/hotlines.checked.yaml",
    "posts/organisations.yaml",
    "schedules/observances.yaml",
)
"""The files that the site is made of: with an error in one of them, something would be missing without a word."""


@verb("directory", "campaign directory --out site --language id,en")
@click.argument("word", required=False)
@click.option("--out", metavar="DIR", help="Write the site into this folder.")
@click.option(
    "--language", metavar="A,B", help="With --out: the pages' languages, the first without a suffix."
)
@click.option("--leave-to", metavar="URL", help="With --out: where the quick-exit button leads.")
@click.option(
    "--check-links", is_flag=True, help="Open each address that the site names, and say what answers."
)
@json_option
def command(
    session: Session,
    word: str | None,
    out: str | None,
    language: str | None,
    leave_to: str | None,
    check_links: bool,
    as_json: bool,
) -> int:
    """List the organisations of posts/organisations.yaml. With a WORD, those in which it
    stands, former names too.

    With --out, write facts, help lines, organisations and calendar as a site that partners
    can host: pages, JSON and ICS, from what is checked and not expired today. The folder
    must be new, or hold the site written last.
    """
    if sum((word is not None, out is not None, check_links)) > 1:
        raise click.UsageError("WORD, --out and --check-links are three different things: take one")
    if out is None and (language is not None or leave_to is not None):
        raise click.UsageError("--language and --leave-to belong to --out DIR")
    if check_links:
        return _check(session, as_json)
    if out is not None:
        _write(session, out, _languages(language), _https(leave_to or LEAVE_TO), as_json)
        return 0
    return _list(session, word, as_json)


def _list(session: Session, word: str | None, as_json: bool) -> int:
    from campaign.review.organisations import organisation_entries, organisation_row
    from campaign.review.table import Columns, lines

    workspace, today = session.workspace, session.today()
    chosen = [one for one in workspace.organisations.values() if word is None or one.matches(word)]
    if as_json:
        output.rows(organisation_row(one) | {"stale": one.stale(today)} for one in chosen)
        return 0
    entries = organisation_entries(chosen, today, workspace.languages[0])
    show.lines(lines(entries, Columns(), show.width()))
    output.talk(f"{len(chosen)} of {len(workspace.organisations)} organisations, as of {today}")
    return 0


def _write(
    session: Session, out: str, languages: tuple[str, ...] | None, leave_to: str, as_json: bool
) -> None:
    from campaign.review.directory.data import as_bytes
    from campaign.review.directory.folder import put
    from campaign.review.directory.pages import pages

    shown = _contents(session, languages)
    files = pages(shown, leave_to) | {"directory.json": as_bytes(shown)}
    put(Path(out), files)
    confirmed = sum(bool(line.ways) for line in shown.lines)
    if as_json:
        output.rows([_summary(shown, out, sorted(files), confirmed)])
        return
    for left in shown.left_out:
        output.talk(f"left out: {left.id} {left.reason}\n  hint: {left.hint}")
    if not confirmed:
        output.talk("no number is printed: nobody of you has checked one in the last 90 days")
        output.talk("  hint: campaign hotlines, then campaign hotlines verify ID")
    output.talk(
        f"{len(shown.lines)} help lines ({confirmed} with numbers), {len(shown.facts)} facts, "
        f"{len(shown.organisations)} organisations, {len(shown.days)} dates"
    )
    output.talk(f"written to {out}, as of {shown.day}, in {', '.join(shown.languages)}")


def _summary(shown: Contents, out: str, files: list[str], confirmed: int) -> dict[str, object]:
    return {
        "out": out,
        "as_of": shown.day.isoformat(),
        "languages": list(shown.languages),
        "files": files,
        "hotlines": len(shown.lines),
        "confirmed": confirmed,
        "facts": len(shown.facts),
        "organisations": len(shown.organisations),
        "days": len(shown.days),
        "left_out": [{"id": left.id, "reason": left.reason, "hint": left.hint} for left in shown.left_out],
    }


def _check(session: Session, as_json: bool) -> int:
    from campaign.networks.links import State, opened
    from campaign.review.directory.contents import addresses

    found = addresses(_contents(session, None))
    counted = dict.fromkeys(State, 0)
    for address, of in found.items():
        answer = opened(address)
        counted[answer.state] += 1
        if as_json:
            output.rows([_row(answer, of)])
            output.flush()
        else:
            _tell(answer, of)
    output.talk(", ".join(f"{number} {state}" for state, number in counted.items()))
    return 1 if counted[State.SILENT] else 0


def _row(answer: Opened, of: list[str]) -> dict[str, object]:
    return {
        "address": answer.address,
        "of": of,
        "state": answer.state.value,
        "status": answer.status,
        "end": answer.end,
        "reason": answer.reason or None,
    }


def _tell(answer: Opened, of: list[str]) -> None:
    from campaign.review.table import Cell
    from campaign.review.words import one_line

    style = {"answers": "green", "moved": "yellow", "silent": "bold red"}[answer.state]
    show.line((Cell(f"{answer.state:<7}", style), Cell(f"  {one_line(answer.address)}")))
    if answer.state == "moved":
        show.line((Cell(f"{'':<9}now at {one_line(answer.end)}"),))
    elif answer.reason:
        show.line((Cell(f"{'':<9}{one_line(answer.reason)}"),))
    show.line((Cell(f"{'':<9}{', '.join(of)}", "dim"),))


def _contents(session: Session, languages: tuple[str, ...] | None) -> Contents:
    from campaign.core.told import objections
    from campaign.review.directory.contents import contents

    workspace = session.workspace
    found = [*workspace.problems, *objections(workspace)]
    wrong = [one for one in found if one.level is Level.ERROR and one.place.file in KNOWLEDGE]
    if wrong:
        raise WorkspaceError(wrong)
    return contents(workspace, session.today(), languages or workspace.languages)


def _languages(text: str | None) -> tuple[str, ...] | None:
    from campaign.workspace.readers import complaint, read_language

    codes = names(text)
    if codes is None:
        return None
    for code in codes:
        if bad := complaint(read_language, code):
            raise click.BadParameter(f"{bad[0]} ({bad[1]})", param_hint="--language")
    if not codes:
        raise click.BadParameter("name at least one", param_hint="--language")
    return codes


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise click.BadParameter(f"{url!r} is no https:// address", param_hint="--leave-to")
    return url
