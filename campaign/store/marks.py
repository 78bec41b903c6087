"""Review marks: added, never changed, but for their text, which a redaction blanks. Each is an event of the log too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select, update

from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict, by_post, post_of, reviewers
from campaign.store import log
from campaign.store.log import REMOVED, Who
from campaign.store.rows import Delivery
from campaign.store.tables import deliveries, events, marks
from campaign.store.upsert import batches, insert_missing

KINDS = {Verdict.OK: "reviewed", Verdict.FLAG: "flagged", Verdict.CLOSE: "flag-closed"}
"""How the events are called that tell of marks."""

REFUSAL = "review marks are only ever added"

_SAME = " AND ".join(
    f'NEW."{column.name}" IS NOT DISTINCT FROM OLD."{column.name}"'
    for column in marks.columns
    if column.name != "text"
)

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER marks_no_delete BEFORE DELETE ON marks BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks WHEN NOT (NEW.text = '' AND "
        f"{_SAME.replace('IS NOT DISTINCT FROM', 'IS')}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION marks_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF NEW.text = '' AND {_SAME} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks "
        "FOR EACH ROW EXECUTE FUNCTION marks_only_added()",
        "CREATE TRIGGER marks_no_delete BEFORE DELETE OR TRUNCATE ON marks "
        "FOR EACH STATEMENT EXECUTE FUNCTION marks_only_added()",
    ),
}
"""What makes the table append-only, by database."""

_m, _d = marks.c, deliveries.c
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
    added = {key for (key,) in insert_missing(connection, marks, [_values(mark) for mark in new])}
    kept = [mark for mark in new if mark.id in added]
    rows = [
        log.event(
            mark.at,
            KINDS[mark.verdict],
            key=mark.key,
            before=State.SENT.value,
            after=State.SENT.value,
            who=Who(mark.by, mark.door),
            detail={"mark": mark.id, "flag": mark.flag, "reason": mark.text},
        )
        for mark in kept
    ]
    log.write_all(connection, rows)
    return kept


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Mark]:
    """Marks by their ids; ids that are not there are left out."""
    found: list[Mark] = []
    for batch in batches(sorted(ids)):
        found += _read(connection, select(marks).where(_m.id.in_(batch)))
    return {mark.id: mark for mark in found}


def of_posts(connection: Connection, keys: Iterable[str]) -> dict[str, Sequence[Mark]]:
    """All marks of posts by key (of threads: their first part), the oldest first; posts without any are left out."""
    found: list[Mark] = []
    for batch in batches(sorted(set(keys))):
        found += _read(connection, select(marks).where(_m.key.in_(batch)))
    return dict(by_post(found))


def flagged(connection: Connection, campaign: str | None = None) -> list[Mark]:
    """The open flags, the oldest first."""
    statement = select(marks).where(_open())
    if campaign is not None:
        statement = statement.join(deliveries, _d.key == _m.key).where(_d.campaign == campaign)
    return _read(connection, statement)


def with_reviewers(connection: Connection, rows: Iterable[Delivery]) -> list[Delivery]:
    """The same rows, each saying who has looked at it."""
    rows = list(rows)
    out = {row.key: post_of(row.key) for row in rows if row.state is State.SENT}
    found = of_posts(connection, out.values())
    return [
        replace(row, reviewed_by=reviewers(found.get(out[row.key], ()))) if row.key in out else row
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
    statement = statement.where(_d.state == State.SENT.value, _d.part == 1)
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
    chosen = _out(select(deliveries), since, until, campaign, without).where(~_has_mark(*_LOOKED))
    rows = connection.execute(chosen.order_by(_d.sent_at.desc(), _d.key).limit(limit)).mappings()
    found = [Delivery.of(row) for row in rows]
    if limit is None or len(found) < limit:
        return found, len(found)
    counted = select(func.count()).select_from(chosen.subquery())
    return found, int(connection.execute(counted).scalar_one())


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
    it."""
    post = post_of(key)
    connection.execute(update(marks).where(_m.key == post, _m.text != "").values(text=""))
    told = select(events.c.id, events.c.detail).where(
        events.c.key == post, events.c.kind.in_(sorted(KINDS.values()))
    )
    for row in connection.execute(told).all():
        if "reason" in row.detail:
            connection.execute(update(events).where(events.c.id == row.id).values(detail=REMOVED))


def _values(mark: Mark) -> dict[str, Any]:
    return asdict(mark) | {"verdict": mark.verdict.value}  # psycopg would write an Enum's name


def _read(connection: Connection, statement: Select[Any]) -> list[Mark]:
    rows = connection.execute(statement.order_by(_m.at, _m.id)).mappings()
    return [Mark(**{**row, "verdict": Verdict(row["verdict"])}) for row in rows]
