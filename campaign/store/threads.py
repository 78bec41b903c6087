"""What the later parts of a thread need of the earlier ones."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, RowMapping, select

from campaign.core.outcome import Receipt
from campaign.core.post import Post
from campaign.store.rows import Delivery
from campaign.store.tables import deliveries


def from_here(connection: Connection, row: Delivery) -> list[Post]:
    """The frozen posts of a delivery and of the parts behind it, in order."""
    if row.part == row.parts:
        return [row.post] if row.post is not None else []
    d = deliveries.c
    parts = connection.execute(
        select(d.post)
        .where(
            d.campaign == row.campaign,
            d.slot == row.slot,
            d.wall == row.wall,
            d.target == row.target,
            d.part >= row.part,
            d.post.is_not(None),
        )
        .order_by(d.part)
    )
    return [Post.from_json(post) for (post,) in parts]


def with_thread(connection: Connection, row: RowMapping) -> Post:
    """The frozen post of a delivery; a later part of a thread with the receipts that it replies to, by which it is also
    recognised when it is looked up."""
    post = Post.from_json(row["post"])
    if row["previous"] is None:
        return post
    d = deliveries.c
    parts = connection.execute(
        select(d.part, d.receipt).where(
            d.campaign == row["campaign"],
            d.slot == row["slot"],
            d.wall == row["wall"],
            d.target == row["target"],
            d.part.in_([1, row["part"] - 1]),
        )
    )
    receipts = {part: Receipt.from_json(receipt) for part, receipt in parts if receipt is not None}
    return replace(post, root=receipts.get(1), reply_to=receipts.get(row["part"] - 1))
