"""Which version of each campaign counts when several hosts work on one store, each with its own checkout of the files.

A host that *changes* from the version that counts, or brings one that was never seen, makes its own count (a pull, an
edit, also a revert). One that merely *has* an older one, because nobody has pulled there yet, does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from campaign.store.tables import checkouts, versions
from campaign.store.upsert import insert_missing

COMMON = ""
"""Stands in a campaign's place for what all campaigns share: config.yaml and the texts in posts/."""

GONE = ""
"""The version of a campaign that is not in the files."""

FORGET = timedelta(days=90)
"""How long a checkout that nobody works in is remembered."""

_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Behind:
    """A host (``name:folder``) whose files are older than those that count, and for which campaigns."""

    host: str
    campaigns: tuple[str, ...]


def adopted(connection: Connection) -> dict[str, str]:
    """The version of each campaign that counts; GONE where it was taken out of the files."""
    rows = connection.execute(
        select(versions.c.campaign, versions.c.version).order_by(versions.c.adopted_at, versions.c.version)
    )
    return {row.campaign: row.version for row in rows}


def compare(
    connection: Connection,
    host: str,
    files: Mapping[str, str],
    unreadable: Collection[str],
    now: datetime,
) -> None:
    """Hold a host's ``files`` (campaign -> version) against what counts, and let them count where they are news.

    To be called by one host at a time (``planner_turn``). ``unreadable``: campaigns of which the files say nothing just
    now, because they are broken.
    """
    counts = adopted(connection)
    before = _checkout(connection, host)
    seen = {(row.campaign, row.version) for row in connection.execute(select(versions))}
    gone = {name: GONE for name in before if name not in files and name not in unreadable}
    for campaign, version in (*files.items(), *gone.items()):
        changed = campaign in before and before[campaign] == counts.get(campaign) != version
        # That a campaign is missing says nothing by itself: an old checkout may not have it yet.
        news = version != GONE and (campaign, version) not in seen
        if changed or news:
            _adopt(connection, campaign, version, host, now)
    _remember(connection, host, before, {**files, **gone}, now)


def alive(connection: Connection, host: str, now: datetime) -> None:
    """Note that a host is at work."""
    connection.execute(update(checkouts).where(checkouts.c.host == host).values(seen=now))


def behind(connection: Connection, since: datetime) -> list[Behind]:
    """The hosts at work since then whose files are older than those that count."""
    counts = adopted(connection)
    rows = connection.execute(select(checkouts).where(checkouts.c.seen >= since).order_by(checkouts.c.host))
    files: dict[str, dict[str, str]] = {}
    for row in rows:
        files.setdefault(row.host, {})[row.campaign] = row.version
    found = []
    for host, have in files.items():
        old = [name for name, version in counts.items() if have.get(name, GONE) != version]
        if old:
            found.append(Behind(host, tuple(sorted(old))))
    return found


def _checkout(connection: Connection, host: str) -> dict[str, str]:
    rows = connection.execute(
        select(checkouts.c.campaign, checkouts.c.version).where(checkouts.c.host == host)
    )
    return {row.campaign: row.version for row in rows}


def _adopt(connection: Connection, campaign: str, version: str, host: str, now: datetime) -> None:
    this = versions.c.campaign == campaign
    last = connection.execute(
        select(versions.c.adopted_at).where(this).order_by(versions.c.adopted_at.desc()).limit(1)
    ).scalar()
    at = now if last is None else max(now, last + _JUST_AFTER)
    new = {"campaign": campaign, "version": version, "host": host, "adopted_at": at}
    if not insert_missing(connection, versions, [new]):
        connection.execute(
            update(versions).where(this, versions.c.version == version).values(adopted_at=at, host=host)
        )


def _remember(
    connection: Connection, host: str, before: Mapping[str, str], files: Mapping[str, str], now: datetime
) -> None:
    for campaign, version in files.items():
        new = {"host": host, "campaign": campaign, "version": version, "seen": now}
        if campaign not in before:
            insert_missing(connection, checkouts, [new])
        elif before[campaign] != version:
            connection.execute(
                update(checkouts)
                .where(checkouts.c.host == host, checkouts.c.campaign == campaign)
                .values(version=version)
            )
    alive(connection, host, now)
    connection.execute(delete(checkouts).where(checkouts.c.seen < now - FORGET))
