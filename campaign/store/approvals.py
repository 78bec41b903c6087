"""Approvals and rejections: one row per verdict of a person, only ever added to, and which content each was about.

A redaction blanks what a verdict showed, its hash (a short text could be guessed from it) and its reason; that somebody
approved or rejected the post stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    RowMapping,
    Select,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from campaign.core.approval import Verdict, Vote
from campaign.core.content import Content
from campaign.core.post import Post, parse_key
from campaign.store import log
from campaign.store.hints import bytewise
from campaign.store.log import Who
from campaign.store.rows import Delivery
from campaign.store.tables import approvals, cleared, deliveries, events
from campaign.store.transitions import current
from campaign.store.upsert import batches

_REFUSAL = "approvals are only ever added to"
_FIXED = ("id", "key", "verdict", "by", "door", "at")
_SAME = " AND ".join(f'NEW."{name}" = OLD."{name}"' for name in _FIXED)
_BLANKED = f"NEW.content = '' AND NEW.reason = '' AND NEW.shown IS NULL AND {_SAME}"

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        f"CREATE TRIGGER approvals_no_update BEFORE UPDATE ON approvals WHEN NOT ({_BLANKED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION approvals_only_blanked() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {_BLANKED} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER approvals_no_update BEFORE UPDATE ON approvals "
        "FOR EACH ROW EXECUTE FUNCTION approvals_only_blanked()",
        "CREATE TRIGGER approvals_no_delete BEFORE DELETE OR TRUNCATE ON approvals "
        "FOR EACH STATEMENT EXECUTE FUNCTION approvals_only_blanked()",
    ),
}
"""What makes the table append-only, by database."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """Under which approved content (hash; "": removed) a post was last let out, and whose approvals counted."""

    content: str
    by: tuple[str, ...]
    proof: str
    at: datetime


def root(key: str) -> str:
    """The key under which a post is approved: that of its first part."""
    return key.partition("#")[0]


# -- writing ---------------------------------------------------------------------------------------------


def add(connection: Connection, vote: Vote, now: datetime, *, proof: str = "", file: str = "") -> None:
    """Write down a verdict, and an event of its name. ``proof``: what the log says of it; ``file``: it came in this."""
    connection.execute(
        insert(approvals).values(
            key=vote.key,
            content=vote.content,
            verdict=vote.verdict.value,
            by=vote.by,
            door=vote.door,
            at=vote.at,
            reason=vote.reason,
            shown=vote.shown.as_json() if vote.shown is not None else None,
        )
    )
    row = current(connection, vote.key)
    state = row["state"] if row is not None else ""
    told = {
        "content": vote.content,
        "reason": vote.reason,
        "proof": proof,
        "file": file,
        "given": vote.at.isoformat() if file else "",
    }
    log.write(
        connection,
        now,
        vote.verdict.value,
        key=vote.key,
        before=state,
        after=state,
        who=Who(vote.by, vote.door),
        detail=told,
    )


def clear(
    connection: Connection, key: str, content: str, by: Sequence[str], proof: str, now: datetime
) -> None:
    """Note under which approved content a post is let out now."""
    values = {"content": content, "by": list(by), "proof": proof, "at": now}
    here = cleared.c.key == key
    if connection.execute(update(cleared).where(here).values(**values)).rowcount == 0:
        connection.execute(insert(cleared).values(key=key, **values))


def blank(connection: Connection, key: str) -> None:
    """Remove what was approved or rejected under a key, and why, from the record."""
    connection.execute(
        update(approvals)
        .where(approvals.c.key == key, (approvals.c.content != "") | (approvals.c.reason != ""))
        .values(content="", reason="", shown=None)
    )
    connection.execute(update(cleared).where(cleared.c.key == key).values(content=""))


def former(connection: Connection, row: RowMapping) -> list[str]:
    """The keys without a row under which something is kept that was shown of the same planned post on this account."""
    begin = f"{row['campaign']}/{row['slot']}/"
    found = connection.execute(
        select(approvals.c.key)
        .distinct()
        .where(
            func.substr(approvals.c.key, 1, len(begin)) == begin,
            (approvals.c.content != "") | (approvals.c.reason != ""),
            ~select(deliveries.c.key).where(deliveries.c.key == approvals.c.key).exists(),
        )
    ).scalars()
    return [key for key in found if parse_key(key).target == row["target"]]


# -- reading ---------------------------------------------------------------------------------------------


def votes(connection: Connection, keys: Iterable[str]) -> dict[str, list[Vote]]:
    """The verdicts on posts (keys of first parts), in the order in which they came in; a post without any is left
    out."""
    found: dict[str, list[Vote]] = {}
    for batch in batches(sorted(set(keys))):
        rows = connection.execute(
            select(approvals).where(approvals.c.key.in_(batch)).order_by(approvals.c.id)
        )
        for row in rows.mappings():
            found.setdefault(row["key"], []).append(_vote(row))
    return found


_ANY = select(approvals.c.id).limit(1)


def any_votes(connection: Connection) -> bool:
    """Whether there is any verdict at all."""
    return connection.execute(_ANY).first() is not None


_ON = select(approvals).where(approvals.c.key == bindparam("of_key")).order_by(approvals.c.id)


def votes_on(connection: Connection, key: str) -> list[Vote]:
    """The verdicts on one post."""
    return [_vote(row) for row in connection.execute(_ON, {"of_key": key}).mappings()]


# Asked before each claim as well.
_KEY = bytewise(approvals.c.key)
_OF_SLOT = (
    select(approvals).where(bindparam("first") <= _KEY, bindparam("behind") > _KEY).order_by(approvals.c.id)
)


def votes_on_slot(
    connection: Connection,
    campaign: str,
    slot: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, list[Vote]]:
    """The verdicts on the posts of a slot, by key: on all, or on those with since <= wall time <= until."""
    begin, end = _range(campaign, slot)
    first = f"{begin}{since:%Y-%m-%dT%H:%M}" if since is not None else begin
    behind = f"{begin}{until:%Y-%m-%dT%H:%M}~" if until is not None else end
    found: dict[str, list[Vote]] = {}
    for row in connection.execute(_OF_SLOT, {"first": first, "behind": behind}).mappings():
        found.setdefault(row["key"], []).append(_vote(row))
    return found


def slots(connection: Connection, of: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the slots (campaign, slot) on whose posts there is any verdict."""
    begins = {_range(*slot)[0]: slot for slot in of}
    statement = _spoken_of(connection.dialect.name)
    return {
        begins[each] for each in connection.execute(statement, {"begins": json.dumps(list(begins))}).scalars()
    }


@cache
def _spoken_of(dialect: str) -> Select[Any]:
    """Those of the beginnings of keys (``begins``, a JSON list: one value, however many) with which any key begins."""
    told = bindparam("begins", type_=Text())
    if dialect == "postgresql":
        asked = func.json_array_elements_text(cast(told, JSON)).table_valued("value")
    else:
        asked = func.json_each(told).table_valued("value")
    begin = type_coerce(asked.c.value, Text)
    behind = func.substr(begin, 1, func.length(begin) - 1).concat("0")  # which comes right after "/"
    return select(begin).where(select(approvals.c.id).where(begin <= _KEY, behind > _KEY).exists())


def _range(campaign: str, slot: str) -> tuple[str, str]:
    """The keys of a slot's posts, byte by byte: from here, and before there."""
    return f"{campaign}/{slot}/", f"{campaign}/{slot}0"


def all_votes(connection: Connection) -> list[Vote]:
    """All verdicts, in the order in which they came in."""
    return [_vote(row) for row in connection.execute(select(approvals).order_by(approvals.c.id)).mappings()]


def cleared_of(connection: Connection, keys: Iterable[str]) -> dict[str, Cleared]:
    """Under which approvals posts (keys of first parts) were let out; those that needed none are left out."""
    found: dict[str, Cleared] = {}
    for batch in batches(sorted(set(keys))):
        rows = connection.execute(select(cleared).where(cleared.c.key.in_(batch))).mappings()
        found |= {
            row["key"]: Cleared(row["content"], tuple(row["by"]), row["proof"], row["at"]) for row in rows
        }
    return found


def moved_to(connection: Connection, keys: Collection[str]) -> dict[str, datetime]:
    """When posts are to go out that a person moved (the last time); the others are left out."""
    found: dict[str, datetime] = {}
    for batch in batches(sorted(set(keys))):
        rows = connection.execute(
            select(events.c.key, events.c.detail)
            .where(events.c.key.in_(batch), events.c.kind == "moved")
            .order_by(events.c.id)
        )
        found |= {
            key: datetime.fromisoformat(told["not_before"]) for key, told in rows if "not_before" in told
        }
    return found


def thread(connection: Connection, row: Delivery) -> list[Post]:
    """The frozen posts of all parts of a delivery, whichever part it is; [] while they are not all frozen."""
    if row.parts == 1:
        return [row.post] if row.post is not None else []
    keys = [f"{root(row.key)}#{part}" if part > 1 else root(row.key) for part in range(1, row.parts + 1)]
    d = deliveries.c
    rows = connection.execute(select(d.post).where(d.key.in_(keys), d.post.is_not(None)).order_by(d.part))
    posts = [Post.from_json(post) for (post,) in rows]
    return posts if len(posts) == row.parts else []


def _vote(row: RowMapping) -> Vote:
    values: dict[str, Any] = dict(row)
    del values["id"]
    shown = values["shown"]
    return Vote(
        **{
            **values,
            "verdict": Verdict(values["verdict"]),
            "shown": Content.from_json(shown) if shown is not None else None,
        }
    )
