"""What all verbs share: the options that may stand behind any of them, and help with an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from campaign.cli.session import Session

Function = TypeVar("Function", bound=Callable[..., Any])


def verb(
    name: str, example: str, *, decides: bool = False
) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a function a verb: called with the Session and its own options, it returns an exit code (None: 0).

    ``example`` ends the help. ``decides``: a person decides, so ``--by`` may stand behind the verb too.
    """

    def make(function: Callable[..., int | None]) -> click.Command:
        callback: Callable[..., Any] = click.pass_obj(function)
        callback = click.option(
            "-w",
            "--workspace",
            metavar="DIR",
            expose_value=False,
            callback=_set_workspace,
            help="The workspace, if it is not here or above.",
        )(callback)
        if decides:
            callback = click.option(
                "--by",
                metavar="HANDLE",
                expose_value=False,
                callback=_set_by,
                help="Who decides: one of `people`.",
            )(callback)
        return click.command(
            name,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
            epilog=f"\b\nExample: {example}",
        )(callback)

    return make


def verbs(name: str, about: str, example: str, commands: Sequence[click.Command]) -> click.Group:
    """A verb of several parts (``kit build``), each made by ``verb``; ``-w`` may stand behind either word."""
    return click.Group(
        name,
        {str(command.name): command for command in commands},
        params=[
            click.Option(
                ["-w", "--workspace"],
                metavar="DIR",
                expose_value=False,
                callback=_set_workspace,
                help="The workspace, if it is not here or above.",
            )
        ],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
        help=about,
        epilog=f"\b\nExample: {example}",
        callback=lambda: None,
    )


def json_option(function: Function) -> Function:
    """``--json``: the rows as JSON, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="JSON Lines for programs.")(function)


def _set_workspace(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value:
        ctx.ensure_object(Session).workspace_option = value


def _set_by(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value:
        ctx.ensure_object(Session).by_option = value
