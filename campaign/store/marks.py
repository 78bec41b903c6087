"""Review marks: added, never changed, but for their text, which a redaction blanks. Each is an event of the log too."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select, text, update

from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict, by_post, post_of
from campaign.store import log
from campaign.store.evidence.hashes import salted
from campaign.store.log import Who
from campaign.store.rows import Delivery
from campaign.store.tables import deliveries, marks
from campaign.store.upsert import batches, insert_missing

KINDS = {Verdict.OK: "reviewed", Verdict.FLAG: "flagged", Verdict.CLOSE: "flag-closed"}
"""How the events are called that tell of marks."""

REFUSAL = "review marks are only ever added"

_SAME = " AND ".join(
    f'NEW."{column.name}" IS NOT DISTINCT FROM OLD."{column.name}"'
    for column in marks.columns
    if column.name not in ("text", "salt")
)

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER marks_no_delete BEFORE DELETE ON marks BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks WHEN NOT (NEW.text = '' AND NEW.salt = '' AND "
        f"{_SAME.replace('IS NOT DISTINCT FROM', 'IS')}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION marks_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF TG_OP = 'UPDATE' THEN "
        f"IF NEW.text = '' AND NEW.salt = '' AND {_SAME} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks "
        "FOR EACH ROW EXECUTE FUNCTION marks_only_added()",
        "CREATE TRIGGER marks_no_delete BEFORE DELETE OR TRUNCATE ON marks "
        "FOR EACH STATEMENT EXECUTE FUNCTION marks_only_added()",
    ),
}
"""What makes the table append-only, by database."""

_m, _d = marks.c, deliveries.c
_OUT = text("deliveries.sent_at IS NOT NULL AND deliveries.part = 1")
"""Only what is ``sent`` has a moment at which it went out. As the index says it, and without the state, for whose index
SQLite would take that."""

_READ = [column for column in marks.columns if column.name != "salt"]
_LOOKED = (Verdict.OK.value, Verdict.FLAG.value)


def _has_mark(*verdicts: str) -> ColumnElement[bool]:
    return select(_m.id).where(_m.key == _d.key, _m.verdict.in_(verdicts)).exists()


def _open() -> ColumnElement[bool]:
    closing = marks.alias("closing")
    return and_(
        _m.verdict == Verdict.FLAG.value, ~select(closing.c.id).where(closing.c.flag == _m.id).exists()
    )


def add(connection: Connection, new: Sequence[Mark]) -> list[Mark]:
    """Add those marks whose ids are not there yet, each with its event; the ones added."""
    salts = {mark.id: secrets.token_hex(16) if mark.text else "" for mark in new}
    values = [_values(mark, salts[mark.id]) for mark in new]
    added = {key for (key,) in insert_missing(connection, marks, values)}
    kept = [mark for mark in new if mark.id in added]
    rows = [
        log.event(
            mark.at,
            KINDS[mark.verdict],
            key=mark.key,
            before=State.SENT.value,
            after=State.SENT.value,
            who=Who(mark.by, mark.door),
            detail={"mark": mark.id, "flag": mark.flag, "said": vouched(mark.text, salts[mark.id])},
        )
        for mark in kept
    ]
    log.write_all(connection, rows)
    return kept


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Mark]:
    """Marks by their ids; ids that are not there are left out."""
    found: list[Mark] = []
    for batch in batches(sorted(ids)):
        found += _read(connection, select(*_READ).where(_m.id.in_(batch)))
    return {mark.id: mark for mark in found}


def of_posts(connection: Connection, keys: Iterable[str]) -> dict[str, Sequence[Mark]]:
    """All marks of posts by key (of threads: their first part), the oldest first; posts without any are left out."""
    found: list[Mark] = []
    for batch in batches(sorted(set(keys))):
        found += _read(connection, select(*_READ).where(_m.key.in_(batch)))
    return dict(by_post(found))


def flagged(connection: Connection, campaign: str | None = None) -> list[Mark]:
    """The open flags, the oldest first."""
    statement = select(*_READ).where(_open())
    if campaign is not None:
        statement = statement.join(deliveries, _d.key == _m.key).where(_d.campaign == campaign)
    return _read(connection, statement)


def with_reviewers(connection: Connection, rows: Iterable[Delivery]) -> list[Delivery]:
    """The same rows, each saying who has looked at it."""
    rows = list(rows)
    out = sorted({post_of(row.key) for row in rows if row.state is State.SENT})
    found: dict[str, dict[str, None]] = {}
    for batch in batches(out):
        looked = (
            select(_m.key, _m.by).where(_m.key.in_(batch), _m.verdict.in_(_LOOKED)).order_by(_m.at, _m.id)
        )
        for key, by in connection.execute(looked):
            found.setdefault(key, {})[by] = None
    return [
        replace(row, reviewed_by=tuple(by))
        if row.state is State.SENT and (by := found.get(post_of(row.key))) is not None
        else row
        for row in rows
    ]


# -- what went out ---------------------------------------------------------------------------------------


def _out(
    statement: Select[Any],
    since: datetime | None,
    until: datetime | None,
    campaign: str | None,
    without: Collection[str],
) -> Select[Any]:
    """Posts (a thread is one) that went out in since <= t < until, not on the accounts ``without``."""
    statement = statement.where(_OUT)
    if since is not None:
        statement = statement.where(_d.sent_at >= since)
    if until is not None:
        statement = statement.where(_d.sent_at < until)
    if campaign is not None:
        statement = statement.where(_d.campaign == campaign)
    return statement.where(_d.account.not_in(sorted(without))) if without else statement


def unreviewed(
    connection: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    campaign: str | None = None,
    without: Collection[str] = (),
    limit: int | None = None,
) -> tuple[list[Delivery], int]:
    """The newest ``limit`` posts that went out in since <= t < until (aware) and nobody has looked at, of threads the
    first part, the latest first; and how many there are in all. ``without``: accounts that don't count."""

    def chosen(what: Any) -> Select[Any]:
        return _out(select(what), since, until, campaign, without).where(~_has_mark(*_LOOKED))

    rows = connection.execute(
        chosen(deliveries).order_by(_d.sent_at.desc(), _d.key.desc()).limit(limit)
    ).mappings()
    found = [Delivery.of(row) for row in rows]
    if limit is None or len(found) < limit:
        return found, len(found)
    return found, int(connection.execute(chosen(func.count(_d.key))).scalar_one())


@dataclass(frozen=True, slots=True)
class Counted:
    """How many posts of a campaign went out, how many of them somebody looked at, how many were flagged, and how many
    of those have a flag open."""

    campaign: str
    sent: int
    reviewed: int
    flagged: int
    open: int


def counted(
    connection: Connection, since: datetime, until: datetime, without: Collection[str] = ()
) -> list[Counted]:
    """What went out in since <= t < until (aware), by campaign."""

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    still = select(_m.id).where(_m.key == _d.key, _open()).exists()
    chosen = select(
        _d.campaign,
        func.count().label("sent"),
        number(_has_mark(*_LOOKED)).label("reviewed"),
        number(_has_mark(Verdict.FLAG.value)).label("flagged"),
        number(still).label("open"),
    )
    statement = _out(chosen, since, until, None, without).group_by(_d.campaign).order_by(_d.campaign)
    return [
        Counted(row.campaign, row.sent, int(row.reviewed), int(row.flagged), int(row.open))
        for row in connection.execute(statement)
    ]


# -- redaction -------------------------------------------------------------------------------------------


def blank(connection: Connection, key: str) -> None:
    """Remove what people wrote about a post whose text is removed (of any part of its thread): they may have quoted
    it. With the salt goes what its events could be guessed from."""
    written = (_m.text != "") | (_m.salt != "")
    connection.execute(update(marks).where(_m.key == post_of(key), written).values(text="", salt=""))


def vouched(text: str, salt: str) -> str:
    """What the event of a mark holds instead of its text ("" for none): sealed with it, the text can't be changed
    unnoticed, and it can still be removed."""
    return salted(salt, text) if text else ""


def _values(mark: Mark, salt: str) -> dict[str, Any]:
    return asdict(mark) | {"verdict": mark.verdict.value, "salt": salt}  # psycopg would write an Enum's name


def _read(connection: Connection, statement: Select[Any]) -> list[Mark]:
    rows = connection.execute(statement.order_by(_m.at, _m.id)).mappings()
    return [Mark(**{**row, "verdict": Verdict(row["verdict"])}) for row in rows]
