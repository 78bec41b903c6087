"""An older store gets seals: what it holds is taken over as it is found, and the log says since when it is sealed."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, text

from campaign.store import log
from campaign.store.evidence import bound
from campaign.store.tables import deliveries, events, metadata

_SALT = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}


def take_over(connection: Connection) -> None:
    """The table of seals, a salt for each event whose detail is still there, and an event ``taken-over`` with the
    number of events found; one more for each post that may be out, which vouches for the row as it is now.
    ``events.salt`` is there already. The next loop makes the seals."""
    from campaign.store.holding import clock  # it needs what migrations need

    now = clock(connection)
    for statement in log.LIFTED[connection.dialect.name]:
        connection.execute(text(statement))
    metadata.tables["seals"].create(connection)
    blanked = "CAST(detail AS TEXT) = :blanked"
    salt = _SALT[connection.dialect.name]
    connection.execute(
        text(f"UPDATE events SET salt = {salt} WHERE NOT {blanked}"),  # noqa: S608 - our own words
        {"blanked": log.BLANKED},
    )
    for statement in log.SEALED[connection.dialect.name]:
        connection.execute(text(statement))
    found = connection.execute(select(func.count()).select_from(events)).scalar_one()
    if not found:
        return
    log.write(connection, now, log.TAKEN_OVER, detail={"events": found})
    c = deliveries.c
    vouched = select(c.key, c.state, c.redacted_at, *(c[name] for name in bound.COLUMNS)).where(
        or_(c.state.in_([state.value for state in bound.VOUCHED]), c.redacted_at.is_not(None))
    )
    for rows in connection.execute(vouched.order_by(c.key)).mappings().partitions(500):
        log.write_all(
            connection,
            [
                log.event(
                    now,
                    log.TAKEN_OVER,
                    key=row["key"],
                    before=row["state"],
                    after=row["state"],
                    content=bound.content(row) if row["redacted_at"] is None else bound.left(row),
                )
                for row in rows
            ],
        )
