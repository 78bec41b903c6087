"""What the directory may show on a day: confirmed help lines, facts that hold, organisations that were looked at.

A number stands in it only as ``{{ hotline() }}`` would print it: green, and checked by this organisation within 90
days. Else the official page is named, and where there is none the entry is left out and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from campaign.core.claims import Claim
from campaign.core.hotlines import Channel, Check, Hotline, Kind, Status, confirmed, latest
from campaign.core.model import Fact, Workspace
from campaign.core.organisations import Organisation
from campaign.core.phones import digits_of
from campaign.errors import CampaignError
from campaign.review.directory.calendar import Day, coming
from campaign.review.facts import stale


@dataclass(frozen=True, slots=True)
class Way:
    """A channel that may be shown, and the check that allows it."""

    channel: Channel
    check: Check

    @property
    def href(self) -> str:
        """The direct link, never through anybody else's address; "" for WhatsApp, whose links are redirects."""
        match self.channel.kind:
            case Kind.PHONE:
                return f"tel:{self._dialled}"
            case Kind.SMS:
                return f"sms:{self._dialled}"
            case Kind.WEB:
                return web_address(self.channel.show)
            case Kind.WHATSAPP:
                return ""

    @property
    def _dialled(self) -> str:
        plus = "+" if self.channel.show.startswith("+") else ""
        return self.channel.e164 or plus + digits_of(self.channel.show)


@dataclass(frozen=True, slots=True)
class Line:
    """A help line: its confirmed ways in, or (with none of them) its official page."""

    hotline: Hotline
    ways: tuple[Way, ...]

    @property
    def page(self) -> str:
        """The official page; shown alone while nothing else is confirmed."""
        return self.hotline.page

    @property
    def only_web(self) -> bool:
        """Whether it is a page and nothing that could be called."""
        return all(channel.kind is Kind.WEB for channel in self.hotline.channels)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the files hold and the directory does not show: its id, and what would change that."""

    id: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the site says, judged on ``day``. ``name``: the organisation that makes it, or ""."""

    day: date
    languages: tuple[str, ...]
    name: str
    home: str
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    organisations: tuple[Organisation, ...]
    days: tuple[Day, ...]
    claims: tuple[Claim, ...]
    left_out: tuple[LeftOut, ...]

    def line(self, name: str) -> Line | None:
        """The help line with an id, if it is shown."""
        return next((line for line in self.lines if line.hotline.id == name), None)


def contents(workspace: Workspace, day: date, languages: Sequence[str]) -> Contents:
    """What may be shown on a day. ``languages``: of the pages, the first is that of the pages without a language in
    their names. CampaignError when there is nothing to show."""
    left: list[LeftOut] = []
    lines = tuple(_lines(workspace, day, left))
    facts = tuple(_facts(workspace, day, left))
    organisations = tuple(_organisations(workspace, day, left))
    if not (lines or facts or organisations):
        raise CampaignError(
            "there is nothing that the directory could show",
            "it is made from posts/hotlines.yaml, facts.yaml and organisations.yaml, which campaign init brings",
        )
    org = workspace.vars.get("org")
    return Contents(
        day=day,
        languages=tuple(languages),
        name=org if isinstance(org, str) else "",
        home=workspace.audience.country if workspace.audience else "",
        lines=lines,
        facts=facts,
        organisations=organisations,
        claims=tuple(workspace.claims.values()),
        days=coming(workspace.observances.values(), day),
        left_out=tuple(left),
    )


def addresses(shown: Contents) -> dict[str, list[str]]:
    """Every address that the site leads to -> the ids of what names it, in the order of the pages."""
    found: dict[str, list[str]] = {}

    def add(url: str, name: str) -> None:
        if url and name not in found.setdefault(url, []):
            found[url].append(name)

    for line in shown.lines:
        for way in line.ways:
            if way.channel.kind is Kind.WEB:
                add(way.href, line.hotline.id)
        add(line.page, line.hotline.id)
    for organisation in shown.organisations:
        add(organisation.url, organisation.id)
    for fact in shown.facts:
        add(fact.url, fact.id)
    return found


def web_address(show: str) -> str:
    """The address of a page as a browser takes it; entries may leave ``https://`` out."""
    return show if show.startswith(("https://", "http://")) else f"https://{show}"


def _lines(workspace: Workspace, day: date, left: list[LeftOut]) -> Iterator[Line]:
    """The preferred ones first, then in the order of the file."""
    order = {name: number for number, name in enumerate(workspace.preferred)}
    for hotline in sorted(workspace.hotlines.values(), key=lambda one: order.get(one.id, len(order))):
        ways = tuple(_ways(hotline, workspace.checks, day))
        if ways or (hotline.page and hotline.status is not Status.RED):
            yield Line(hotline, ways)
        elif hotline.status is not Status.GREEN:
            left.append(LeftOut(hotline.id, f"is marked {hotline.status}", "find a better source first"))
        else:
            hint = f"campaign hotlines verify {hotline.id}"
            left.append(LeftOut(hotline.id, "has no confirmed number and no official page", hint))


def _ways(hotline: Hotline, checks: Sequence[Check], day: date) -> Iterator[Way]:
    for channel in confirmed(hotline, checks, day):
        check = latest(hotline, channel, checks)
        if check is not None:
            yield Way(channel, check)


def _facts(workspace: Workspace, day: date, left: list[LeftOut]) -> Iterator[Fact]:
    for fact in workspace.facts.values():
        if not stale(fact, day):
            yield fact
        elif fact.publishable:
            left.append(LeftOut(fact.id, f"was to be reviewed by {fact.review_by}", "open its source again"))


def _organisations(workspace: Workspace, day: date, left: list[LeftOut]) -> Iterator[Organisation]:
    for one in workspace.organisations.values():
        if not one.stale(day):
            yield one
        else:
            hint = "open its page, then set checked: and review_by:"
            left.append(LeftOut(one.id, f"was to be reviewed by {one.review_by}", hint))
