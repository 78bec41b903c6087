"""What people do in a crisis: pause, and end a pause. Its end releases nothing: see ``after_pause``.

Like all decisions these write rows and ring the bell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from campaign.core.lifecycle import State
from campaign.core.model import AD_HOC, Workspace, utc
from campaign.core.pause import Pause, Scope, clean_reason, names_of, tag, tags_of
from campaign.core.suggest import did_you_mean
from campaign.dispatch.crisis.halt import Halt, about
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError, RefusedChange
from campaign.store import outbox, pauses
from campaign.store.database import Store
from campaign.store.history import Delivery, EventRow

RIGHTS = ("pause",)
"""Who may pause, end a pause and decide about what fell into it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A pause that was just made. ``finishing``: what had begun before and will finish."""

    pause: Pause
    finishing: tuple[Delivery, ...]


# -- pausing ---------------------------------------------------------------------------------------------


def scope_of(
    workspace: Workspace,
    campaigns: Collection[str] = (),
    accounts: Collection[str] = (),
    languages: Collection[str] = (),
    tags: Collection[str] = (),
) -> Scope:
    """A scope of names that the files know; none at all: everything. CampaignError with the nearest one otherwise."""
    scope = Scope(frozenset(campaigns), frozenset(accounts), frozenset(languages), frozenset(map(tag, tags)))
    known = _known(workspace)
    for kind, name in names_of(scope):
        if name not in known[kind]:
            there = ", ".join(sorted(known[kind])[:10]) or "none"
            raise CampaignError(
                f"there is no {kind} {name!r}{did_you_mean(name, known[kind])}",
                f"nothing was changed; there are: {there}",
            )
    return scope


def _known(workspace: Workspace) -> dict[str, set[str]]:
    accounts = workspace.accounts.values()
    spoken = {language for account in accounts for language in account.languages}
    return {
        "campaign": {*workspace.campaigns, *workspace.broken, AD_HOC},
        "account": {a.id for a in accounts}
        | {f"{a.id}.{code}" for a in accounts for code in a.languages[1:]},
        "language": spoken | {code.partition("-")[0] for code in spoken},
        "tag": {name for campaign, slot in workspace.slots() for name in tags_of(campaign, slot)},
    }


def pause(desk: Desk, scope: Scope, reason: str, until: datetime | None = None) -> Begun:
    """Stop what the scope covers, at once and on every host, until ``until`` (aware; None: until somebody ends it)."""
    said = clean_reason(reason)
    if not said:
        raise RefusedChange(
            "a pause needs a reason", "say in a few words why: it is shown wherever it holds a post"
        )
    if until is not None and utc(until) <= desk.now:
        raise RefusedChange(f"{until:%Y-%m-%d %H:%M} has passed", "give a time ahead, or leave out the end")
    with desk.store.write() as connection:
        made = pauses.add(
            connection, scope, said, desk.now, desk.who, until=utc(until) if until is not None else None
        )
    desk.store.nudge()
    with desk.store.read() as connection:
        going_on = pauses.finishing(connection)
    return Begun(made, tuple(row for row in going_on if scope.covers(about(desk.workspace, row))))


def keep(desk: Desk, number: int) -> Pause:
    """Somebody was asked whether a pause is still wanted, and says yes."""
    with desk.store.write() as connection:
        if not pauses.keep(connection, number, desk.now, desk.who):
            raise _unknown(connection, number)
        found = pauses.get(connection, number)
    assert found is not None  # noqa: S101
    return found


def stopped(store: Store, workspace: Workspace, rows: Sequence[Delivery], now: datetime) -> dict[str, Pause]:
    """Of these rows, those that wait and that a pause keeps from going out now, by key: for who has just asked that
    they be sent."""
    with store.read() as connection:
        halt = Halt.going(connection, workspace, now)
        found = {
            row.key: halt.stopping(connection, row)
            for row in rows
            if row.state in (State.PENDING, State.HELD)
        }
    return {key: pause for key, pause in found.items() if pause is not None}


# -- ending ----------------------------------------------------------------------------------------------


def chosen(
    desk: Desk, number: int | None = None, scope: Scope | None = None, *, ending: bool = True
) -> list[Pause]:
    """The pauses that a person means: by number, by scope, or (neither) the one there is and those that have ended but
    wait for decisions. CampaignError where that is none, or where several go on and one is meant to end."""
    with desk.store.read() as connection:
        there = pauses.standing(connection)
        if number is not None:
            found = [one for one in there if one.id == number]
            if not found:
                raise _unknown(connection, number)
            return found
    if scope is not None:
        found = [one for one in there if one.scope == scope]
        if not found:
            raise CampaignError(f"no pause has the scope {scope.say}", _listed(there))
        return found
    going = [one for one in there if one.ended is None]
    if ending and len(going) > 1:
        raise CampaignError(f"there are {len(going)} pauses: say which", _listed(going))
    return there


def _unknown(connection: Connection, number: int) -> CampaignError:
    found = pauses.get(connection, number)
    there = pauses.standing(connection)
    if found is not None:
        return RefusedChange(f"pause {number} has ended, and nothing waits for a decision", _listed(there))
    return CampaignError(f"there is no pause {number}", _listed(there))


def _listed(there: Sequence[Pause]) -> str:
    said = "; ".join(f"campaign resume {one.id} ({one.scope.say}, by {one.who})" for one in there[:5])
    return said or "nothing is paused"


def resume(desk: Desk, ending: Sequence[Pause], host: str = "") -> list[Pause]:
    """End pauses, and release nothing. What fell into them and into another one that goes on passes on to that.
    ``host``: this checkout, whose file PAUSE is to be removed first. The pauses as they are then."""
    for one in ending:
        if one.host and one.ended is None:
            _must_be_removed(desk, one, host)
    with desk.store.write() as connection:
        for one in ending:
            pauses.end(connection, one.id, desk.now, desk.who)
        _pass_on(connection, desk, [one.id for one in ending])
        ended = [pauses.get(connection, one.id) for one in ending]
    desk.store.nudge()
    return [one for one in ended if one is not None]


def _must_be_removed(desk: Desk, one: Pause, host: str) -> None:
    """A file that is still there would make its pause again within a second."""
    there = one.host.partition(":")[0]
    if one.host == host or any(runner.host == there for runner in desk.store.runners()):
        raise RefusedChange(
            f"pause {one.id} is the file PAUSE on {there}",
            f"remove it there ({one.host}), then: campaign resume",
        )


def _pass_on(connection: Connection, desk: Desk, numbers: Sequence[int]) -> None:
    halt = Halt.going(connection, desk.workspace, desk.now)
    for _, row in pauses.fallen(connection, numbers) if halt.pauses else ():
        other = halt.stopping(connection, row)
        if other is not None:
            if row.state is State.HELD:
                outbox.hold_on(connection, row.key, other.because, desk.now)
            pauses.decide(connection, row.key, "passed on", desk.now)
            pauses.fell(connection, other.id, [row.key], desk.now)


# -- telling ---------------------------------------------------------------------------------------------


def told(event: EventRow, zone: str) -> str:
    """What whoever watches a loop hears of an event that is about a pause; "" for others. Times in ``zone``."""
    number, reason = event.detail.get("pause"), str(event.detail.get("reason", ""))
    match event.kind:
        case "pause":
            until = event.detail.get("until")
            return _begun(
                event.by or event.door.partition(":")[0],
                reason,
                Scope.from_json(event.detail.get("scope", {})),
                datetime.fromisoformat(str(until)) if until else None,
                number,
                zone,
            )
        case "pause-ended":
            who = f" by {event.by}" if event.by else f": {reason}" if reason else ""
            return f"pause {number} has ended{who}; what fell into it waits: campaign resume"
    return ""


def going(store: Store, zone: str, now: datetime) -> list[str]:
    """The same of the pauses that are in force, for a loop that begins."""
    with store.read() as connection:
        there = [one for one in pauses.relevant(connection, now) if one.in_force(now)]
    return [_begun(one.who, one.reason, one.scope, one.until, one.id, zone) for one in there]


def _begun(who: str, reason: str, scope: Scope, until: datetime | None, number: object, zone: str) -> str:
    end = f", until {_local(until, zone)}" if until else ""
    why = f": {reason}" if reason else ""
    return f"PAUSED by {who}{why} ({scope.say}{end}; pause {number})"


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
