"""Alerts about posts that lack approval: a day ahead, two hours ahead, and at once when an edit takes it from one due
within a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from campaign.core.alert import Alert, AlertKind
from campaign.core.compose import Composer
from campaign.core.model import Account, Workspace
from campaign.core.text import TextRules
from campaign.dispatch.adapters import LIMITS, rules_as_told
from campaign.dispatch.approval.approvable import lacking
from campaign.dispatch.freeze import Freezer
from campaign.store import vault
from campaign.workspace.files import MediaFiles

DAY = timedelta(hours=24)
HOURS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Around:
    """What posts are looked at with; nothing is frozen or drawn."""

    workspace: Workspace
    composer: Composer
    freezer: Freezer


def approvals(connection: Connection, workspace: Workspace, now: datetime) -> Iterator[Alert]:
    """The posts due within a day that would be held. What is due by now is held, and told as that."""

    def rules(account: Account) -> TextRules:
        return rules_as_told(account, vault.kept(connection, account.id, LIMITS))

    freezer = Freezer(workspace.id or UUID(int=0), MediaFiles(Path(workspace.root)))
    around = _Around(workspace, Composer(workspace, rules), freezer)
    for one in lacking(around, connection, now, now + DAY):
        if not now < one.due <= now + DAY:
            continue
        if one.outdated is not None:
            # By what it says now: the next edit is told again.
            name = f"approval-changed:{one.key}:{one.digest}"
            yield Alert(name, AlertKind.APPROVAL, True, now, CHANGED, one.key)
        elif one.due > now + HOURS:
            yield Alert(
                f"approval-24h:{one.key}", AlertKind.APPROVAL, True, one.due - DAY, WITHIN_A_DAY, one.key
            )
        if one.due <= now + HOURS:
            yield Alert(
                f"approval-2h:{one.key}", AlertKind.APPROVAL, True, one.due - HOURS, WITHIN_HOURS, one.key
            )


WITHIN_A_DAY = {
    "en": "is due within a day and lacks approval (campaign approve)",
    "id": "dijadwalkan dalam sehari dan belum disetujui (campaign approve)",
}
WITHIN_HOURS = {
    "en": "is due within two hours and lacks approval: it would not be sent (campaign approve)",
    "id": "dijadwalkan dalam dua jam dan belum disetujui: tidak akan dikirim (campaign approve)",
}
CHANGED = {
    "en": "was changed after it was approved and is due within a day: it has to be approved again"
    " (campaign status shows what changed)",
    "id": "diubah setelah disetujui dan dijadwalkan dalam sehari: harus disetujui lagi"
    " (campaign status menunjukkan perubahannya)",
}
