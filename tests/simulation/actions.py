"""What may happen in a step: to the servers, the machine, the files, and by people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from campaign.core.lifecycle import Event, State
from campaign.dispatch import withdraw
from campaign.errors import CampaignError
from campaign.store.history import Delivery
from tests.simulation.crises import pause, resume
from tests.simulation.files import EDITS
from tests.simulation.invariants import Invariants, due_keys
from tests.simulation.oracle import Almanac
from tests.simulation.servers import Fault, Server
from tests.simulation.world import Died, World

DOWNTIMES = (
    timedelta(0),
    timedelta(seconds=3),
    timedelta(minutes=2),
    timedelta(minutes=40),
    timedelta(hours=5),
)
LONG_DOWNTIMES = (timedelta(minutes=5), timedelta(hours=3), timedelta(hours=26), timedelta(days=4))
SECONDS = (0, 1, 20, 29, 60, 170, 185, 600, 3000)
"""How late an answer may come (a lease is 180 s), and what Retry-After may say."""


@dataclass
class Stage:
    """All that an action may touch."""

    world: World
    almanac: Almanac
    invariants: Invariants


Action = Callable[[Random, Stage], str]
"""Does something; what it did, or "" if there was nothing to do."""


# -- servers -------------------------------------------------------------------------------------------------


def _server(chance: Random, stage: Stage) -> tuple[str, Server]:
    name = chance.choice(sorted(stage.world.servers))
    return name, stage.world.servers[name]


def faults(chance: Random, stage: Stage) -> str:
    name, server = _server(chance, stage)
    for _ in range(chance.choice((1, 1, 2, 3))):
        server.faults.append((chance.choice(tuple(Fault)), chance.choice(SECONDS)))
    return f"{name} will meet {', '.join(fault.name for fault, _ in server.faults)}"


def retry_storm(chance: Random, stage: Stage) -> str:
    name, server = _server(chance, stage)
    fault = chance.choice((Fault.BUSY, Fault.DOWN, Fault.LOST_BEFORE, Fault.FORBIDDEN))
    server.faults.extend([(fault, chance.choice(SECONDS[:4]))] * chance.choice((3, 8, 12)))
    return f"{name} will meet {len(server.faults)} times {fault.name}"


def token(chance: Random, stage: Stage) -> str:
    name, server = _server(chance, stage)
    server.revoked = not server.revoked
    stage.world.tally["faults"] += server.revoked
    return f"the token of {name} is {'revoked' if server.revoked else 'good'}"


def muteness(chance: Random, stage: Stage) -> str:
    name, server = _server(chance, stage)
    server.mute = not server.mute
    stage.world.tally["faults"] += server.mute
    return f"{name} {'does not answer' if server.mute else 'answers'} questions"


def secret(chance: Random, stage: Stage) -> str:
    name, _ = _server(chance, stage)
    stage.world.nets.without_secret ^= {name}
    missing = name in stage.world.nets.without_secret
    stage.world.tally["faults"] += missing
    return f"the secret of {name} is {'missing' if missing else 'there'}"


# -- the machine ---------------------------------------------------------------------------------------------


def crash_soon(chance: Random, stage: Stage) -> str:
    stage.world.fuse = chance.choice((0, 1, 2, 3, 5, 8, 13, 30))
    stage.world.downtime = chance.choice(DOWNTIMES)
    return f"will die {stage.world.fuse} points on"


def crash_now(chance: Random, stage: Stage) -> str:
    world = stage.world
    if world.engine is None:
        return ""
    world.kill()
    world.now += chance.choice(DOWNTIMES + LONG_DOWNTIMES)
    return f"killed while waiting, until {world.now:%m-%d %H:%M}"


def restart(chance: Random, stage: Stage) -> str:
    world = stage.world
    if world.engine is None:
        return ""
    world.stop()
    world.now += chance.choice(DOWNTIMES + LONG_DOWNTIMES)
    return f"stopped, until {world.now:%m-%d %H:%M}"


def edited_while_down(chance: Random, stage: Stage) -> str:
    told = restart(chance, stage)
    return f"{told}; {edit(chance, stage)}"


def asleep(chance: Random, stage: Stage) -> str:
    stage.world.now += chance.choice(LONG_DOWNTIMES)
    stage.world.tally["faults"] += 1
    return f"the machine slept until {stage.world.now:%m-%d %H:%M}"


def nap(chance: Random, stage: Stage) -> str:
    stage.world.nap = timedelta(minutes=chance.choice((1, 4, 300)))
    stage.world.tally["faults"] += 1
    return "will fall asleep before a request"


def jam(chance: Random, stage: Stage) -> str:
    stage.world.jam = chance.choice((0, 1, 2, 4))
    return "the store will be locked once"


# -- files ---------------------------------------------------------------------------------------------------


def edit(chance: Random, stage: Stage) -> str:
    """One edit or several at once; the loop reads them at its next look, with or without time in between."""
    world = stage.world
    told = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        (work,) = chance.choices([work for work, _ in EDITS], [weight for _, weight in EDITS])
        local = world.now.astimezone(ZoneInfo(world.files.zone)).replace(tzinfo=None)
        told.append(work(chance, world.files, local, stage.almanac))
    world.reread()
    world.tally["edits"] += 1
    return "files: " + "; ".join(filter(None, told))


# -- people --------------------------------------------------------------------------------------------------


def decide(chance: Random, stage: Stage) -> str:
    """A person decides; a refusal with a reason is an answer too, and their process may die as well."""
    act = chance.choice(DECISIONS)
    stage.world.tally["decisions"] += 1
    try:
        return act(chance, stage)
    except CampaignError as error:
        stage.world.tally["refusals"] += 1
        return f"{act.__name__}: refused: {error.message}"
    except Died:
        return f"{act.__name__}: the person's own process died"


def _some_row(chance: Random, stage: Stage, *states: State) -> Delivery | None:
    rows = [row for row in stage.invariants.rows.values() if not states or row.state in states]
    near = sorted(rows, key=lambda row: (row.updated_at, row.key))[-20:]
    return chance.choice(near) if near else None


def _some_key(chance: Random, stage: Stage, *states: State) -> str | None:
    ahead = due_keys(stage.almanac, stage.world, timedelta(days=3))
    if ahead and chance.random() < 0.4:
        return chance.choice(ahead)
    row = _some_row(chance, stage, *states)
    return row.key if row is not None else None


def cancel(chance: Random, stage: Stage) -> str:
    key = _some_key(chance, stage, State.PENDING, State.HELD)
    if key is None:
        return ""
    desk = stage.world.desk("ani")
    if chance.random() < 0.4:
        # Rather something else, in whatever state it is: nobody may send it any more.
        row = _some_row(chance, stage)
        wanted = withdraw.parts_of(desk, [row.key if row is not None else key])
        done = withdraw.withdraw(desk, wanted, "it names somebody", lambda one: None)
        stage.world.tally["withdrawals"] += len(done)
        return "ani withdraws " + ", ".join(f"{one.key} ({one.result})" for one in done)
    desk.cancel([key], "not this one")
    return f"ani cancels {key}"


def move(chance: Random, stage: Stage) -> str:
    key = _some_key(chance, stage, State.PENDING, State.HELD)
    if key is None:
        return ""
    to = stage.world.now + timedelta(minutes=chance.choice((1, 30, 300, 3000)))
    stage.world.desk("ani").move(key, to)
    return f"ani moves {key} to {to:%m-%d %H:%M}"


def retry(chance: Random, stage: Stage) -> str:
    row = _some_row(chance, stage, State.FAILED, State.MISSED)
    if row is None:
        return ""
    if any(stage.world.servers[row.account].by_key(key) for key in _network_keys(stage, row)):
        # Given up although it is out: whoever sends it all the same means to.
        stage.invariants.lied.update(_parts(stage, row))
    stage.world.desk("ani").retry(row.key, new_text=chance.random() < 0.3)
    return f"ani retries {row.key}"


def _parts(stage: Stage, row: Delivery) -> list[str]:
    stem = row.key.partition("#")[0]
    return [key for key in stage.invariants.rows if key.partition("#")[0] == stem]


def _network_keys(stage: Stage, row: Delivery) -> list[str]:
    return [stage.invariants.rows[key].network_key for key in _parts(stage, row)]


def resolve(chance: Random, stage: Stage) -> str:
    """Mostly what is so; now and then ani is wrong, or tired of it."""
    row = _some_row(chance, stage, State.UNCERTAIN, State.HELD)
    if row is None:
        return ""
    server = stage.world.servers[row.account]
    server.settle()
    there = server.by_key(row.network_key)
    coming = any(key == row.network_key for _, _, key, _ in server.coming)
    lies = chance.random() < 0.15
    if chance.random() < 0.1:
        how, url = Event.RESOLVE_GIVE_UP, ""
    elif bool(there) != lies:
        how, url = Event.RESOLVE_PUBLISHED, server.url(there[0].id if there else "0")
    else:
        how, url = Event.RESOLVE_ABSENT, ""
    wrong = coming or bool(there) != (how is Event.RESOLVE_PUBLISHED)
    stage.world.desk("ani").resolve(row.key, how, url=url, reason="ani looked")
    if wrong:
        stage.invariants.lied.add(row.key)
    return f"ani says {how} of {row.key}" + (", wrongly" if wrong else "")


def post_next(chance: Random, stage: Stage) -> str:
    known = stage.world.files.slots()
    if not known:
        return ""
    campaign, slot = chance.choice(known)
    made = stage.world.desk("ani").post_next(campaign, slot.id, None, extra=chance.random() < 0.4)
    return f"ani posts {', '.join(row.key for row in made)} now"


def post_text(chance: Random, stage: Stage) -> str:
    names = sorted(stage.world.files.accounts)
    if not names:
        return ""
    chosen = chance.sample(names, chance.randint(1, len(names)))
    made = stage.world.desk("ani").post_text(f"words {chance.randrange(10**6)}", chosen)
    return f"ani says {', '.join(row.key for row in made)}"


DECISIONS: tuple[Action, ...] = (
    cancel,
    move,
    move,
    retry,
    retry,
    resolve,
    resolve,
    resolve,
    post_next,
    post_text,
    pause,
    resume,
    resume,
)

ACTIONS: tuple[tuple[Action, int], ...] = (
    (faults, 10),
    (retry_storm, 2),
    (token, 2),
    (muteness, 2),
    (secret, 2),
    (crash_soon, 6),
    (crash_now, 2),
    (restart, 2),
    (edited_while_down, 2),
    (asleep, 2),
    (nap, 1),
    (jam, 2),
    (edit, 9),
    (decide, 9),
)


def step(seed: int, stage: Stage) -> str:
    """One step: time passes, then something happens, of which the loop hears within a second (or a while later)."""
    chance = Random(seed)
    world = stage.world
    world.go(_until(chance, stage))
    world.idle_until_now()
    _mend(chance, stage)
    (action,) = chance.choices([action for action, _ in ACTIONS], [weight for _, weight in ACTIONS])
    told = action(chance, stage)
    stage.invariants.observe()
    world.story(f"{world.now:%Y-%m-%d %H:%M:%S}Z {told or action.__name__ + ': nothing to do'}")
    if world.engine is not None and action is not asleep:
        world.now += timedelta(seconds=chance.choice((0, 1, 2)))
    return told


def _until(chance: Random, stage: Stage) -> datetime:
    """How far the next step lies ahead. What does not work is tried every quarter of an hour, and two days of that tell
    as much as a month."""
    until = _somewhere(chance, stage)
    return min(until, stage.world.now + timedelta(days=2)) if _ailing(stage.world) else until


def _somewhere(chance: Random, stage: Stage) -> datetime:
    """Near something that is due, or a share of the whole time ahead."""
    world = stage.world
    span = datetime.combine(world.files.end, time()) - datetime.combine(world.files.begin, time())
    if chance.random() < 0.6:
        due = [
            moment
            for _, slot in world.running.slots()
            if (moment := stage.almanac.next(slot, world.now)) is not None
        ]
        if due:
            near = min(due) if chance.random() < 0.7 else chance.choice(due)
            offset = chance.choice((-60, -1, 0, 0.5, 10, 31, 60, 200, 1000))
            return max(world.now, near + timedelta(seconds=offset))
    share = span * chance.choice((0.0, 0.001, 0.01, 0.05, 0.1))
    return world.now + share + timedelta(seconds=chance.choice((1, 59, 3600)))


def _ailing(world: World) -> bool:
    servers = world.servers.values()
    return bool(world.nets.without_secret) or any(server.revoked or server.mute for server in servers)


def _mend(chance: Random, stage: Stage) -> None:
    """What does not work is mended sooner or later."""
    world = stage.world
    if not _ailing(world) or chance.random() < 0.5:
        return
    world.nets.without_secret.clear()
    for server in world.servers.values():
        server.revoked = server.mute = False
    world.story("    accounts work again")
