"""How posts are told of that were withdrawn, or whose text was removed."""

from __future__ import annotations

from collections.abc import Sequence

from campaign.core.lifecycle import State, say
from campaign.review import times
from campaign.review.words import first_line
from campaign.store.history import Delivery


def said(delivery: Delivery) -> str:
    """The state in words; of what is out also whether it was taken back, or is still to be."""
    if delivery.state is not State.SENT or delivery.withdraw_at is None:
        return say(delivery.state, delivery.reason)
    return f"{delivery.state.say}, {'then withdrawn' if delivery.withdrawn_at else 'to be withdrawn'}"


def removed(delivery: Delivery, zone: str) -> str:
    """``(text removed by ani on Fri 30 Jul 2027 20:00 WIB)``; "" where it was not."""
    if delivery.redacted_at is None:
        return ""
    return f"(text removed by {delivery.redacted_by} on {times.stamp(delivery.redacted_at, zone)})"


def excerpt(delivery: Delivery, zone: str) -> str:
    """The first line of a post's text, or that it was removed."""
    return removed(delivery, zone) or (first_line(delivery.post.text) if delivery.post else "")


def remains(rows: Sequence[Delivery], others: Sequence[str], store: str) -> list[str]:
    """Where a text that was removed may still be, one sentence each. ``others``: keys of other accounts that said the
    same; ``store``: what is left in the store's own files, "" for nothing."""
    found = [
        f"it is still online: {row.receipt.url or row.key}; campaign withdraw {row.key}"
        for row in rows
        if row.receipt is not None and row.withdrawn_at is None
    ]
    if others:
        found.append(f"the same post on other accounts: {' '.join(others)}")
    found += [store] if store else []
    return [
        *found,
        "backups of the store, and copies of the workspace on other machines",
        "the files it was made from (schedules/, posts/) and their history in git",
        "what networks wrote on this machine: folders of `feed` and `handoff` accounts, logs of `campaign run`",
        "copies that others made",
    ]
