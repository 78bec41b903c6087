"""The pause: stop everything, or a part of it, at once; and afterwards decide about each post that fell into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from campaign.core.pause import Pause, tags_of
from campaign.core.timetable import to_utc
from campaign.dispatch.crisis import after_pause, pausefile, pausing
from campaign.dispatch.decide import Desk
from campaign.dispatch.station import checkout
from campaign.errors import CampaignError
from campaign.review.paused import Fallen, fallen
from campaign.store import pauses
from campaign.web.here import back, say, show, site, takes, visitor, workspace, zone

pages = Blueprint("pause", __name__)

LAST = 2**31 - 1
"""A pause with a higher number there is none: no database is asked for one that it can't hold."""

MOST = 30
"""Posts that are decided about at once; then the next ones are shown."""


@pages.get("/pause")
@takes("")
def overview() -> Response:
    """What is paused, what fell into it, and the button."""
    return _page()


def _page(http: int = 200, failed: dict[str, CampaignError] | None = None) -> Response:
    files, here, now = workspace(), site(), site().now()
    with here.station.store.read() as connection:
        there = pauses.standing(connection)
        fell = {row.key: number for number, row in pauses.fallen(connection)}
        shown = list(fell)[:MOST]
        waiting = {
            one.row.key: one for one in fallen(connection, files, here.composer(files), now, keys=shown)
        }
    return show(
        "pause.html",
        http,
        pauses=there,
        waiting=list(waiting.values()),
        left=len(fell) - len(shown),
        fell=Counter(fell.values()),
        going={pause.id for pause in there if pause.in_force(now)},
        failed=failed or {},
        gone={key: error.message for key, error in (failed or {}).items() if key not in shown},
        campaigns=sorted(files.campaigns),
        accounts=sorted(files.accounts),
        spoken=sorted({code for account in files.accounts.values() for code in account.languages}),
        tags=sorted({name for campaign, slot in files.slots() for name in tags_of(campaign, slot)}),
    )


@pages.post("/pause")
@takes("pause")
def begin() -> Response:
    """Pause."""
    _look()
    form = request.form
    scope = pausing.scope_of(
        workspace(),
        form.getlist("campaign"),
        form.getlist("account"),
        form.getlist("language"),
        form.getlist("tag"),
    )
    until = form.get("until", "")
    pausing.pause(_desk(), scope, form.get("reason", ""), _moment(until, workspace().zone) if until else None)
    return back("pause.overview", "paused")


@pages.post(f"/pause/keep/<int(max={LAST}):number>")
@takes("pause")
def keep(number: int) -> Response:
    """It is still wanted."""
    pausing.keep(_desk(), number)
    return back("pause.overview", "pause_kept")


@pages.post(f"/pause/end/<int(max={LAST}):number>")
@takes("pause")
def end(number: int) -> Response:
    """End it. What fell into it stays where it is until somebody has decided."""
    _look()
    desk = _desk()
    pausing.resume(desk, pausing.chosen(desk, number), checkout(site().station.directory))
    return back("pause.overview", "pause_ended")


@pages.post("/pause/decide")
@takes("pause")
def decide() -> Response:
    """What the form says about each post: send, skip, move, or nothing yet. Each one alone: what is refused of one
    (a colleague was faster, a safeguard) stands beside it, and the others are done."""
    failed: dict[str, CampaignError] = {}
    done = 0
    desk = _desk()
    for key, what, when in _answers():
        try:
            _decide(desk, key, what, when)
            done += 1
        except CampaignError as error:
            failed[key] = error
    if failed:
        return _page(409, failed)
    return back("pause.overview", "decided" if done else "decided_nothing")


def _answers() -> Iterator[tuple[str, str, str]]:
    form = request.form
    for number in count():
        key, what = form.get(f"key-{number}"), form.get(f"what-{number}", "later")
        if key is None or number >= MOST:
            return
        if what not in ("send", "skip", "move", "later"):
            raise BadRequest
        if what != "later":
            yield key, what, form.get(f"when-{number}", "")


def _decide(desk: Desk, key: str, what: str, when: str) -> None:
    if what == "skip":
        after_pause.skip(desk, [key])
    elif what == "move":
        after_pause.move(desk, key, _moment(when, zone(key.partition("/")[0])))
    else:
        barred = _barred(desk, key)
        if barred is not None:
            raise CampaignError(barred.problems[0].message, barred.problems[0].hint)
        after_pause.send(desk, [key])


def _barred(desk: Desk, key: str) -> Fallen | None:
    """What today's safeguards do not let go, looked at now and not when the page was made."""
    with desk.store.read() as connection:
        waiting = fallen(connection, desk.workspace, desk.composer, desk.now, keys=[key])
    return next((one for one in waiting if one.barred), None)


def _desk() -> Desk:
    return site().desk(visitor().who)


def _look() -> None:
    here = site().station
    pausefile.look(here.store, here.directory, site().now())


def _moment(text: str, zone_name: str) -> datetime:
    """A time of day as browsers send it (HTML, datetime-local): a wall time without a zone."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise CampaignError(say("no_time"), "2027-07-30 21:00")
    try:
        return to_utc(wall, zone_name)
    except OverflowError:  # year 1, or 9999
        raise CampaignError(say("no_time"), "2027-07-30 21:00") from None


def in_force() -> list[Pause]:
    """The pauses that stop something now, for the line on top of every page."""
    now, here = site().now(), site().station
    with here.store.read() as connection:
        there = [pause for pause in pauses.relevant(connection, now) if pause.in_force(now)]
    return [*there, *pausefile.unseen(here.store, here.directory, now)]
