"""The command ``campaign``: finds the verb, runs it, and turns what happens into words and an exit code."""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from campaign import __version__
from campaign.cli import output
from campaign.cli.session import Session
from campaign.cli.verbs import SECTIONS, VERBS
from campaign.core.suggest import did_you_mean
from campaign.errors import CampaignError

DONE, FAILED, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""The exit codes that scripts rely on."""

# The machine's trouble, not a bug of ours: a full disk, a read-only folder, somebody else's file.
_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE, errno.EIO}


class Verbs(click.Group):
    """A group whose verbs are files of this folder; ``--help`` lists them without importing one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"campaign.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            raise click.UsageError(f"there is no verb {args[0]!r}{did_you_mean(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(verbs.items()))


@click.command(
    "campaign",
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Each verb explains itself: campaign VERB --help",
)
@click.version_option(__version__, prog_name="campaign", message="%(prog)s %(version)s")
@click.option(
    "-w",
    "--workspace",
    metavar="DIR",
    help="The folder with config.yaml; else $CAMPAIGN_WORKSPACE, else here or above.",
)
@click.option("--by", metavar="HANDLE", envvar="CAMPAIGN_BY", help="Who decides: one of `people`.")
@click.pass_context
def cli(ctx: click.Context, workspace: str | None, by: str | None) -> None:
    """Awareness campaigns as plain text: reviewed like code, published once, on
    the record."""
    ctx.obj.workspace_option = workspace or None
    ctx.obj.by_option = by or None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (``sys.argv`` by default) and return its exit code; never raises, never exits."""
    session = Session()
    try:
        output.prepare()
        return _run(list(sys.argv[1:] if argv is None else argv), session)
    finally:
        output.finish()


def _run(argv: list[str], session: Session) -> int:
    try:
        code: Any = cli.main(args=argv, prog_name="campaign", standalone_mode=False, obj=session)
        return code if isinstance(code, int) else DONE
    except click.exceptions.NoArgsIsHelpError as error:
        output.talk(error.format_message())
        return USAGE
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "campaign"
        output.complain(_sentence(error.format_message()), f"{path} --help")
        return USAGE
    except click.ClickException as error:
        output.complain(_sentence(error.format_message()))
        return error.exit_code
    except CampaignError as error:
        output.complain(error.message, error.hint)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.complain("stopped")
        return INTERRUPTED
    except OSError as error:
        if error.errno not in _MACHINE:
            return _bug(argv, session, error)
        output.complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
        return FAILED
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes words
        return _bug(argv, session, error)


def _bug(argv: list[str], session: Session, error: BaseException) -> int:
    from campaign.cli.crash import write_report

    path = write_report(argv, error, session.folder_if_known())
    kept = f"what happened is in {path}" if path else "and its report could not be written anywhere"
    output.complain(
        f"this is a bug in campaign ({type(error).__name__}): {kept}",
        "nothing is lost: `campaign log` shows how far each post got; please send us that file",
    )
    return BUG


def _sentence(message: str) -> str:
    """Click's message as ours are written: small first letter, no full stop."""
    message = message.strip().removesuffix(".")
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


if __name__ == "__main__":
    sys.exit(main())
