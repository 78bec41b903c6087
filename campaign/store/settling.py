"""What came of an attempt, whenever its answer arrives, and what a look at the network found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from campaign.core.lifecycle import MAX_ATTEMPTS, PARKED_RETRY, SETTLING, Event, State, backoff
from campaign.core.outcome import Handed, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.store import breaker, log, pacing
from campaign.store.log import LOOP
from campaign.store.tables import attempts, deliveries
from campaign.store.transitions import (
    UNKNOWN_OUTCOMES,
    current,
    lock,
    published,
    published_all,
    spent,
    step,
    transition,
    unknown_attempts,
)
from campaign.store.upsert import batches

_THIS = (attempts.c.key == bindparam("of_key"), attempts.c.attempt == bindparam("number"))
_TRIED = lock(select(attempts).where(*_THIS))
_ENDED = update(attempts).where(*_THIS)


class Answered(NamedTuple):
    """What a network said to an attempt of a delivery, and the gap that its account keeps after a post."""

    key: str
    attempt: int
    outcome: Outcome
    gap: timedelta = timedelta()


def settle_all(connection: Connection, answers: Sequence[Answered], now: datetime) -> None:
    """``settle`` each of them, in a few statements those that simply went out (nearly all, nearly always)."""
    plain = _plainly_sent(connection, answers)
    if plain:
        _settle_sent(connection, plain, now)
    done = {answer.key for _, answer, _ in plain}
    for answer in answers:
        if answer.key not in done:
            settle(connection, answer.key, answer.attempt, answer.outcome, now, gap=answer.gap)


_Plain = tuple[RowMapping, Answered, Sent]


def _plainly_sent(connection: Connection, answers: Sequence[Answered]) -> list[_Plain]:
    """Those that went out at the attempt that their row waits for, with nothing in doubt before it: with the row,
    locked."""
    keys = Counter(answer.key for answer in answers)
    sent = {
        answer.key: (answer, answer.outcome)
        for answer in answers
        if isinstance(answer.outcome, Sent) and keys[answer.key] == 1
    }
    found: list[_Plain] = []
    for batch in batches(sorted(sent)):
        waiting = (
            select(deliveries)
            .join(
                attempts, (attempts.c.key == deliveries.c.key) & (attempts.c.attempt == deliveries.c.attempt)
            )
            .where(
                deliveries.c.key.in_(batch),
                deliveries.c.state == State.SENDING.value,
                deliveries.c.unresolved.is_(False),
                attempts.c.outcome.is_(None),
            )
            .order_by(deliveries.c.key)
        )
        for row in connection.execute(lock(waiting)).mappings():
            answer, outcome = sent[row["key"]]
            if row["attempt"] == answer.attempt:
                found.append((row, answer, outcome))
    return found


def _settle_sent(connection: Connection, plain: Sequence[_Plain], now: datetime) -> None:
    connection.execute(
        _ENDED,
        [
            {
                "outcome": _word(sent),
                "ended": now,
                "receipt": sent.receipt.as_json(),
                "of_key": answer.key,
                "number": answer.attempt,
            }
            for _, answer, sent in plain
        ],
    )
    for row, _, sent in plain:
        breaker.spend(connection, row["account"], sent.wait, now)
    for account in breaker.not_clean(connection, {row["account"] for row, _, _ in plain}):
        breaker.works(connection, account, now)
    published_all(connection, [(row, sent.receipt, answer.gap) for row, answer, sent in plain], now)


def settle(
    connection: Connection,
    key: str,
    attempt: int,
    outcome: Outcome,
    now: datetime,
    *,
    gap: timedelta = timedelta(),
) -> State | None:
    """Write what came of an attempt: the attempt's row, then the delivery if it still waits for this attempt.

    Retry -> pending with backoff (or failed when the attempts are spent); Refused(account) -> pending and the account
    parked; with an earlier unknown attempt unresolved, anything but Sent leaves it uncertain. A late Sent makes the row
    sent whatever it was; if another id is there already, event ``doubled``. Returns the state it led to, or None when
    nothing changed but the attempt's row."""
    row = current(connection, key)
    tried = connection.execute(_TRIED, {"of_key": key, "number": attempt}).mappings().one_or_none()
    if row is None or tried is None or tried["outcome"] not in (None, *UNKNOWN_OUTCOMES):
        return None  # a second answer of the same sender says nothing new
    _write_attempt(connection, tried, outcome, now)
    if isinstance(outcome, Sent | Retry):
        breaker.spend(connection, row["account"], outcome.wait, now)
    in_time = row["state"] == State.SENDING.value and row["attempt"] == attempt
    match outcome:
        case Sent(receipt):
            return _sent(connection, row, receipt, now, gap, in_time=in_time)
        case Unknown() if in_time:
            return _unknown(connection, row, outcome.reason, now, gap)
        case Unknown():
            return None
        case _ if in_time:
            return _not_sent(connection, row, outcome, now)
        case _:
            return _late_not_sent(connection, row, attempt, outcome, now)


def _write_attempt(connection: Connection, tried: RowMapping, outcome: Outcome, now: datetime) -> None:
    values: dict[str, Any] = {"outcome": _word(outcome), "ended": tried["ended"] or now}
    if isinstance(outcome, Sent):
        values["receipt"] = outcome.receipt.as_json()
    else:
        values["reason"] = outcome.reason
    if not isinstance(outcome, Unknown) and tried["outcome"] is not None and tried["resolved"] is None:
        values["resolved"] = now
    connection.execute(_ENDED, values | {"of_key": tried["key"], "number": tried["attempt"]})


def _word(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "sent"
        case Retry():
            return "retry"
        case Refused(scope=Scope.ACCOUNT):
            return "parked"
        case Refused():
            return "refused"
        case Handed():
            return "handed"
        case Unknown():
            return "unknown"


# -- published -------------------------------------------------------------------------------------------


def _sent(
    connection: Connection, row: RowMapping, receipt: Receipt, now: datetime, gap: timedelta, *, in_time: bool
) -> State | None:
    breaker.works(connection, row["account"], now)
    if row["state"] == State.SENT.value:
        known = Receipt.from_json(row["receipt"])
        if known.id != receipt.id:
            log.write(
                connection,
                now,
                "doubled",
                key=row["key"],
                before=row["state"],
                after=row["state"],
                detail={"id": receipt.id, "url": receipt.url, "other_id": known.id, "other_url": known.url},
            )
        return None
    event = Event.SENT if in_time else Event.LATE_SENT
    return State.SENT if published(connection, row, event, receipt, now, now, LOOP, gap) else None


# -- not known, or not published -------------------------------------------------------------------------


def _unknown(
    connection: Connection, row: RowMapping, reason: str, now: datetime, gap: timedelta
) -> State | None:
    state = transition(
        connection, row, Event.UNKNOWN, now, reason=reason, unresolved=True, look_at=now + SETTLING
    )
    if state and gap:
        pacing.pace_at_least(connection, row["account"], now + gap)  # it is probably out
    breaker.no_verdict(connection, row["account"], now + PARKED_RETRY)
    return state


def _not_sent(
    connection: Connection, row: RowMapping, outcome: Retry | Refused | Handed, now: datetime
) -> State | None:
    """The attempt that the row waits for was certainly not accepted."""
    if isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT:
        breaker.park(connection, row["account"], outcome.reason, now)
    if row["unresolved"]:
        # This one failed, but an earlier one may be published: that has to be known first.
        after = outcome.after if isinstance(outcome, Retry) else None
        wait = backoff(_repeats(connection, row["key"]), after)
        breaker.no_verdict(connection, row["account"], now + wait)
        return transition(
            connection,
            row,
            Event.UNKNOWN,
            now,
            reason=outcome.reason,
            detail={"outcome": _word(outcome)},
            look_at=now + wait,
        )
    return _certainly_not(connection, row, outcome, now)


def _certainly_not(
    connection: Connection, row: RowMapping, outcome: Retry | Refused | Handed, now: datetime
) -> State | None:
    """Lead a row in ``sending`` of which nothing is unresolved to where the outcome leads."""
    tries = row["tries"] + 1
    match outcome:
        case Retry(reason, after):
            if tries >= MAX_ATTEMPTS:
                breaker.refused(connection, row["account"], row["key"], reason, now)
                return transition(
                    connection, row, Event.REFUSED, now, reason=spent(reason, tries), tries=tries
                )
            later = max(row["not_before"], now + backoff(tries, after))
            breaker.no_verdict(connection, row["account"], later)
            return transition(connection, row, Event.RETRY, now, reason=reason, tries=tries, not_before=later)
        case Refused(reason, Scope.ACCOUNT):
            return transition(connection, row, Event.PARKED, now, reason=reason)
        case Refused(reason, scope):
            if scope is Scope.POST:
                breaker.refused(connection, row["account"], row["key"], reason, now)
            return transition(connection, row, Event.REFUSED, now, reason=reason, tries=tries)
        case Handed(reason):
            breaker.works(connection, row["account"], now)
            # It waits for its person, not for the clock.
            return transition(connection, row, Event.HANDED, now, reason=reason, deadline=None)


def _late_not_sent(
    connection: Connection, row: RowMapping, attempt: int, outcome: Retry | Refused | Handed, now: datetime
) -> State | None:
    """An attempt given up for lost was certainly not accepted. If it was the only unknown one, that is known now."""
    if not row["unresolved"] or unknown_attempts(connection, row["key"]):
        return None
    if row["state"] == State.SENDING.value:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.key == row["key"], deliveries.c.attempt == row["attempt"])
            .values(unresolved=False, updated_at=now)
        )
        log.write(
            connection,
            now,
            "late",
            key=row["key"],
            before=row["state"],
            after=row["state"],
            detail={"attempt": attempt, "outcome": _word(outcome), "reason": outcome.reason},
        )
        return None
    tries = row["tries"] + 1
    state = transition(
        connection,
        row,
        Event.ABSENT,
        now,
        reason=outcome.reason,
        detail={"attempt": attempt, "outcome": _word(outcome)},
        unresolved=False,
        tries=tries,
    )
    match outcome:
        case Retry(reason, after) if tries < MAX_ATTEMPTS:
            later = max(row["not_before"], now + backoff(tries, after))
            connection.execute(
                update(deliveries).where(deliveries.c.key == row["key"]).values(not_before=later)
            )
            return state
        case Retry(reason):
            breaker.refused(connection, row["account"], row["key"], reason, now)
            return step(connection, row["key"], Event.REFUSED, now, reason=spent(reason, tries))
        case Refused(reason, Scope.ACCOUNT):
            breaker.park(connection, row["account"], reason, now)
            return state
        case Refused(reason, scope):
            if scope is Scope.POST:
                breaker.refused(connection, row["account"], row["key"], reason, now)
            return step(connection, row["key"], Event.REFUSED, now, reason=reason)
        case Handed(reason):
            return step(connection, row["key"], Event.HOLD, now, reason=reason, deadline=None)


def _repeats(connection: Connection, key: str) -> int:
    """How many repeats in a row there were last."""
    numbers = connection.execute(
        select(
            func.max(attempts.c.attempt), func.max(attempts.c.attempt).filter(attempts.c.repeat.is_(False))
        ).where(attempts.c.key == key)
    ).one()
    return int(numbers[0] - (numbers[1] or 0))
