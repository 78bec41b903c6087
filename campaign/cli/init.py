"""``campaign init``: make a workspace."""

from __future__ import annotations

import uuid
from pathlib import Path

import click

from campaign.cli import output
from campaign.cli.session import Session
from campaign.cli.verb import verb


@verb("init", "campaign init my-campaigns")
@click.argument("directory", metavar="[DIR]", default=".")
@click.option("--schemas", is_flag=True, help="Only renew what editors complete and check with.")
def command(session: Session, directory: str, schemas: bool) -> None:
    """Make a workspace in a folder (this one by default), with six campaigns to start from.

    What is there already stays as it is.
    """
    from campaign.networks import registry
    from campaign.workspace import new

    folder = Path(directory).expanduser()
    if schemas:
        for path in new.write_schemas(folder, registry.specs()):
            output.data(str(path))
        return
    made = new.init(folder, new.starter_path(), registry.specs(), uuid.uuid4())
    for path in made.written:
        output.data(str(path))
    if made.kept:
        output.talk(f"{len(made.kept)} files were there already and stayed as they are")
    if made.written:
        there = "" if folder.resolve() == Path.cwd() else f"cd {directory} && "
        output.talk(
            f"Next: {there}campaign plan   (then edit config.yaml; campaign check says what is wrong)"
        )
