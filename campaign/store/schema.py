"""Which version a store has, and whether this program knows it. The steps from one to the next are ``migrations``: a
store of the newest version is opened without loading them."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from campaign.errors import StoreError
from campaign.store import meta
from campaign.store.tables import metadata

NEWEST = 11
"""The version that this program makes: how many steps ``migrations`` has."""


def version(connection: Connection) -> int | None:
    """The store's version; None if there are no tables of ours."""
    if not inspect(connection).has_table(metadata.tables["meta"].name):
        return None
    told = meta.get(connection, meta.SCHEMA)
    return int(told) if told is not None and told.isdecimal() else None


def check(found: int, place: str, newest: int | None = None) -> None:
    """StoreError when a store of version ``found`` is newer than this program."""
    known = NEWEST if newest is None else newest
    if found > known:
        raise StoreError(
            f"{place} was written by a newer campaign (store version {found}, this one knows {known})",
            "update this program: pip install --upgrade campaign",
        )
