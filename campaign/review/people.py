"""Who has approved and who has looked at what the log lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from campaign.core.model import Workspace
from campaign.review.approvals import approved_by
from campaign.store import marks
from campaign.store.history import Delivery


def with_people(connection: Connection, workspace: Workspace, rows: Iterable[Delivery]) -> list[Delivery]:
    """The same rows, each saying by handles who approved it and who has looked at it."""
    looked = marks.with_reviewers(connection, rows)
    approved = approved_by(connection, workspace, looked)
    return [replace(row, approved_by=tuple(approved.get(row.key, ()))) for row in looked]
