"""Reads: to which moment people moved posts; ``due`` of a row never changes, so only the events tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from campaign.store.tables import deliveries, events


def moved_to(connection: Connection, campaign: str) -> dict[str, datetime]:
    """Key -> the moment (aware) to which a person moved that post of a campaign last. A post whose text was removed
    from the record is not among them: so were the details of its events."""
    statement = (
        select(events.c.key, events.c.detail)
        .join(deliveries, deliveries.c.key == events.c.key)
        .where(deliveries.c.campaign == campaign, events.c.kind == "moved")
        .order_by(events.c.id)
    )
    return {
        key: datetime.fromisoformat(detail["not_before"])
        for key, detail in connection.execute(statement)
        if "not_before" in detail
    }
