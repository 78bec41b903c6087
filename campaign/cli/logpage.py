"""Writes the log as a page for volunteers (``campaign log --html``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from campaign.cli import output
from campaign.cli.session import Session
from campaign.errors import CampaignError

if TYPE_CHECKING:
    from campaign.dispatch.station import Station
    from campaign.store.history import Delivery


def write_page(
    session: Session,
    station: Station,
    rows: Iterable[Delivery],
    file: str,
    language: str | None,
    *,
    names: bool,
) -> None:
    """Write the page of these rows to a file; with roles instead of handles, unless ``names``. CampaignError: it can't
    be written, or its name is none of a page."""
    from campaign.core.languages import primary
    from campaign.review.log_html import due_of, latest, page
    from campaign.review.log_pictures import small
    from campaign.store import marks

    path = Path(file)
    if path.suffix.lower() not in (".html", ".htm"):
        raise CampaignError(f"{file} is no web page", "end its name in .html")
    workspace = session.workspace
    spoken = language or ("id" if primary(workspace.languages[0]) == "id" else "en")
    due = due_of(rows)  # a long log comes piece by piece, each by a transaction of its own
    with station.store.read() as connection:
        posts, left_out = latest(connection, due)
        made = marks.of_posts(connection, posts)
    html = page(
        posts,
        made,
        left_out,
        workspace,
        station.freezer(workspace).workspace_id,
        small(station.files),
        session.now,
        language=spoken,
        names=names,
    )
    try:
        path.write_bytes(html)
    except OSError as error:
        raise CampaignError(f"{file}: {error.strerror}", "name a file that can be written") from None
    output.talk(f"written to {file} ({len(html) / 1_000_000:.1f} MB)")
    if left_out:
        output.talk(f"{left_out} older posts are not in it: choose days with --from and --to")
