"""Holding each post's row against its events: is its state the last one on record, and did just this go out?

Reads rows and events side by side in the order of their keys, so a long log takes time but not memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, collate, func, select

from campaign.core.lifecycle import Event, State
from campaign.store.evidence import bound, hashes, raw
from campaign.store.evidence.chain import Difference
from campaign.store.log import REDACTED, TAKEN_OVER
from campaign.store.tables import attempts, deliveries, events

_STREAM = {"yield_per": 500}
_STATES = frozenset(state.value for state in State)
_VOUCHED = frozenset(state.value for state in bound.VOUCHED)
_TRIES = (Event.CLAIM.value, Event.REPEAT.value)
_VOUCHES = frozenset({*(event.value for event in Event), TAKEN_OVER, REDACTED})
_INSTANTS = ("due", "sent_at", "redacted_at", "withdraw_at", "withdrawn_at")
_READ = (*bound.COLUMNS, "state", "redacted_at", "redacted_by", "withdraw_at", "withdrawn_at")


@dataclass
class _Told:
    """What the events of one post say about its row. ``vouched``: salt and detail of the last one that says what it is
    to hold; ``due``: the detail of the one that made it."""

    planned: bool = False
    state: str = ""
    due: Any = None
    tries: int = 0
    vouched: tuple[Any, Any] | None = None
    redacted: tuple[str, str] | None = None
    withdraw: str | None = None
    withdrawn: str | None = None


def differences(connection: Connection) -> Iterator[Difference]:
    """The posts whose row, or whose number of attempts, is not what their events say; in the order of their keys."""
    for key, told, row, tries in _beside(_told(connection), _rows(connection), _tries(connection)):
        for what in _wrong(told or _Told(), row, tries or 0):
            yield Difference(what, key=key)


def _wrong(told: _Told, row: dict[str, Any] | None, tries: int) -> Iterator[str]:
    if row is None:
        if told.planned:
            yield "the post is in the log, but its row is gone"
        return
    if not told.planned:
        yield "no event says how this post came here"
        return
    if row["state"] != told.state:
        yield f"its row says {row['state']!r}, the log says {told.state!r}"
    if (due := _due(told.due)) and due != row["due"]:
        yield "the time at which it was due was changed"
    if tries != told.tries:
        yield f"{tries} attempts are on record, the log says {told.tries}"
    if (row["redacted_at"], row["redacted_by"]) != (told.redacted or (None, None)):
        yield "its row and the log differ on who removed its text, and when"
    if (row["withdraw_at"], row["withdrawn_at"]) != (told.withdraw, told.withdrawn):
        yield "its row and the log differ on when it was withdrawn"
    if row["state"] in _VOUCHED or told.redacted:
        yield from _published(told, row)


def _published(told: _Told, row: dict[str, Any]) -> Iterator[str]:
    """Whether text, pictures, account, answer and time are those that went out."""
    if told.vouched is None:
        yield "nothing on record says what was sent"
        return
    salt, expected = str(told.vouched[0]), _detail(told.vouched[1]).get("content")
    try:
        values = {
            **row,
            **{name: json.loads(row[name]) for name in ("post", "receipt") if row[name] is not None},
        }
        content = bound.left(values) if told.redacted else bound.content(values)
    except (ValueError, TypeError, KeyError, AttributeError):  # no JSON, or none of ours
        content = {}
    if hashes.salted(salt, hashes.canonical(content)) != expected:
        yield "what was sent, or what the network answered, was changed"


def _told(connection: Connection) -> Iterator[tuple[str, _Told]]:
    c = events.c
    statement = (
        select(
            _key(connection, c.key),
            raw.moment(connection, c.at),
            *(raw.text(connection, c[name]) for name in ("kind", "before", "after", "by", "detail")),
            c.salt,
        )
        .where(c.key != "")
        .order_by(_key(connection, c.key), c.id)
    )
    rows = connection.execute(statement, execution_options=_STREAM)
    for key, group in groupby(rows, itemgetter(0)):
        told = _Told()
        for row in group:
            _follow(told, tuple(row))
        yield str(key), told


def _follow(told: _Told, row: Sequence[Any]) -> None:
    _, at, kind, before, after, by, detail, salt = row
    if kind == "planned":
        told.planned = True
        told.due = detail
    if after in _STATES and (before != after or kind == "planned"):
        told.state = after
    told.tries += kind in _TRIES
    if kind == "withdraw":
        told.withdraw = at
    elif kind == "withdrawn":
        told.withdrawn = at
    elif kind == REDACTED:
        told.redacted = (at, by)
    if kind in _VOUCHES and '"content"' in str(detail):
        told.vouched = (salt, detail)


def _due(detail: Any) -> str:
    try:
        return raw.instant(datetime.fromisoformat(_detail(detail)["due"]))
    except (KeyError, TypeError, ValueError):  # removed, or changed: the seals say so
        return ""


def _detail(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rows(connection: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    c = deliveries.c
    columns = [
        (raw.moment if name in _INSTANTS else raw.text)(connection, c[name]).label(name) for name in _READ
    ]
    key = _key(connection, c.key)
    statement = select(key.label("key"), *columns).order_by(key)
    for row in connection.execute(statement, execution_options=_STREAM).mappings():
        yield str(row["key"]), dict(row)


def _tries(connection: Connection) -> Iterator[tuple[str, int]]:
    key = _key(connection, attempts.c.key)
    statement = select(key, func.count()).group_by(key).order_by(key)
    for name, number in connection.execute(statement, execution_options=_STREAM):
        yield str(name), number


def _key(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """A key in an order that Python has as well, whatever language the database sorts by."""
    return collate(column, "C") if connection.dialect.name == "postgresql" else column


def _beside(
    one: Iterable[tuple[str, _Told]],
    two: Iterable[tuple[str, dict[str, Any]]],
    three: Iterable[tuple[str, int]],
) -> Iterator[tuple[str, _Told | None, dict[str, Any] | None, int | None]]:
    """Three ordered streams as one, by key; None where one of them has nothing for it."""
    streams: list[Iterator[tuple[str, Any]]] = [iter(one), iter(two), iter(three)]
    heads = [next(stream, None) for stream in streams]
    while any(heads):
        key = min(head[0] for head in heads if head)
        told, row, tries = (head[1] if head and head[0] == key else None for head in heads)
        yield key, told, row, tries
        heads = [
            next(stream, None) if head and head[0] == key else head
            for stream, head in zip(streams, heads, strict=True)
        ]
