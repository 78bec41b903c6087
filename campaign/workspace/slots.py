"""A slot of a campaign file as a value, with everything that it inherits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath

from campaign.core.card import CardText
from campaign.core.model import DEFAULT_REPEAT_AFTER, Approval, Image, QuietHours, Slot, Target, Thread
from campaign.core.observances import Observance, Tone
from campaign.core.packs import places
from campaign.core.safeguard.rules import Rule
from campaign.errors import Gap
from campaign.workspace import quiet
from campaign.workspace.accept import read_accept
from campaign.workspace.accounts import tighter
from campaign.workspace.cardkeys import card_of
from campaign.workspace.config import Settings
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.keys import links_of
from campaign.workspace.readers import ALWAYS
from campaign.workspace.schedules import ALT, CampaignHead, ImageKeys, SlotKeys
from campaign.workspace.targets import (
    Supports,
    by_template,
    by_text,
    default_targets,
    named_targets,
    silent_targets,
)
from campaign.workspace.when import read_when
from campaign.workspace.yamlfile import Document, Step


@dataclass(frozen=True, slots=True)
class Around:
    """What a campaign may refer to."""

    settings: Settings
    templates: Collection[str] = ()
    stems: frozenset[str] = frozenset()
    """What the templates may be called in a slot."""
    tables: Mapping[str, int] = field(default_factory=dict)
    """CSV name -> number of rows; -1 for one that is broken."""
    observances: Mapping[str, Observance] = field(default_factory=dict)
    hotlines: Collection[str] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """The safeguarding rules, by id."""
    packs: tuple[str, ...] = ()
    described: bool = False
    """Whether a pack describes pictures, so that a slot need not."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the posts of a campaign have in common: config.yaml's settings, where the campaign does not say else."""

    head: CampaignHead
    zone: str
    late: timedelta | None
    approval: Approval
    quiet: QuietHours | None
    quiet_on: tuple[str, ...]


def inherit(head: CampaignHead, settings: Settings) -> Inherited:
    late = settings.late if head.if_late is None else None if head.if_late == ALWAYS else head.if_late
    return Inherited(
        head,
        head.timezone or settings.zone,
        late,
        tighter(settings.approval, head.approval),
        head.quiet_hours or settings.quiet,
        settings.quiet_on if head.quiet_on is None else tuple(head.quiet_on),
    )


def read_slot(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    campaign: Inherited,
    around: Around,
    findings: Findings,
) -> Slot | None:
    """The slot as a value, or None when it has errors; they are in ``findings``."""
    before = findings.errors()
    table = _table(slot, around)
    rows = _rows(slot, table, path, document, around, findings)
    timetable = read_when(
        slot, path, document, campaign.head, campaign.zone, around.observances, rows, findings
    )
    supports = _supports(slot, path, document, around, findings)
    targets = (
        None
        if supports is None
        else _targets(slot, path, document, campaign.head, around, supports, findings)
    )
    images = _pictures(slot.image or [], (*path, "image"), document, around, findings)
    video = _pictures([slot.video], (*path, "video"), document, around, findings) if slot.video else ()
    card = _card(slot, path, document, campaign.head, around, findings)
    quiet_on = _quiet_on(slot, path, document, campaign, around, targets or (), findings)
    _approval(slot, path, document, campaign.approval, findings)
    accept = read_accept(slot.accept or [], (*path, "accept"), document, around, findings)
    if timetable is None or targets is None or findings.errors() > before:
        return None
    return Slot(
        id=slot.id,
        timetable=timetable,
        targets=targets,
        place=document.place((*path, "id")),
        template=slot.template,
        text=slot.text,
        wordings=tuple(slot.wordings or ()),
        rows=table,
        images=images,
        video=video[0] if video else None,
        card=card,
        warning=slot.warning or {},
        tags={language: tuple(words) for language, words in slot.tags.items()},
        vars=slot.vars,
        links=links_of(slot.links),
        if_late=campaign.late if slot.if_late is None else None if slot.if_late == ALWAYS else slot.if_late,
        approval=tighter(campaign.approval, slot.approval),
        quiet=None if slot.quiet == "ignore" else campaign.quiet,
        repeat_after=DEFAULT_REPEAT_AFTER if slot.repeat_after is None else slot.repeat_after,
        page_if_stale=slot.if_stale == "page",
        consents=tuple(dict.fromkeys(slot.consent or ())),
        consent_at=document.place((*path, "consent")),
        thread=slot.thread or Thread.AS_WRITTEN,
        pillar=slot.pillar,
        accept=accept,
        explicit=slot.on is not None or (slot.at is not None and slot.rrule is None),
        on=slot.on if slot.on is not None and slot.on in around.observances else "",
        tone=slot.tone or Tone.NEUTRAL,
        quiet_on=quiet_on,
    )


def _quiet_on(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    campaign: Inherited,
    around: Around,
    targets: Sequence[Target],
    findings: Findings,
) -> tuple[str, ...]:
    quiet.must_be_there(slot.quiet_on, path, document, around.observances, findings)
    found = campaign.quiet_on if slot.quiet_on is None else tuple(slot.quiet_on)
    own = campaign.head.audience.value() if campaign.head.audience else around.settings.audience
    audiences = [target.account.audience or own for target in targets]
    quiet.holidays_known(found, audiences, path, document, findings)
    return found


def _table(slot: SlotKeys, around: Around) -> str | None:
    """The table that wins: the workspace's own, else that of the first pack that has it."""
    if slot.rows is None:
        return None
    return next((name for name in places([slot.rows], around.packs) if name in around.tables), slot.rows)


def _rows(
    slot: SlotKeys,
    table: str | None,
    path: Sequence[Step],
    document: Document,
    around: Around,
    findings: Findings,
) -> int | None:
    if slot.rows is None or table is None:
        if slot.repeat:
            findings.add(
                document.place((*path, "repeat"), key=True),
                "`repeat` belongs to `rows`",
                "remove it",
                rule="rows",
            )
        return None
    count = around.tables.get(table)
    if count is None:
        guess = did_you_mean(slot.rows, around.tables)
        findings.add(
            document.place((*path, "rows")),
            f"no table called {quoted(slot.rows)} below posts/{guess}",
            "it is a CSV file, for example signs.csv",
            rule="unknown-table",
        )
    elif count < 0:
        findings.add(
            document.place((*path, "rows")),
            f"the table {quoted(slot.rows)} has problems",
            "mend it first",
            rule="rows",
        )
    return count


def _supports(
    slot: SlotKeys, path: Sequence[Step], document: Document, around: Around, findings: Findings
) -> Supports | None:
    if (slot.template is None) == (slot.text is None):
        both = slot.text is not None
        findings.add(
            document.place((*path, "text"), key=True) if both else document.place(path),
            f"`{slot.id}` has both a template and a text" if both else f"`{slot.id}` has nothing to say",
            "a post has exactly one of `template` and `text`",
            rule="text",
        )
        return None
    if slot.text is not None:
        return by_text(slot.text)
    if slot.wordings is not None:
        findings.add(
            document.place((*path, "wordings"), key=True),
            "`wordings` belongs to `text`",
            f"other words of a template stand in files of their own: posts/{slot.template}.2.j2",
            rule="wordings",
        )
        return None
    template = str(slot.template)
    stems = around.stems
    if template in stems:
        return by_template(template, around.templates, around.packs)
    bare = template.removesuffix(".j2")
    hint = "it is a file below posts/ that ends in .j2, named here without .j2 and without language"
    if bare in stems:
        hint = f"write template: {bare}"
    findings.add(
        document.place((*path, "template")),
        f"no template called {quoted(template)}{did_you_mean(template, stems)}",
        hint,
        rule="unknown-template",
    )
    return None


def stems_of(name: str) -> list[str]:
    """What a template file may be called in a slot: ``signs.x.id.j2`` -> signs.x.id, signs.x, signs."""
    folder, _, last = name.removesuffix(".j2").rpartition("/")
    words = last.split(".")
    return [
        f"{folder}/{stem}" if folder else stem
        for n in range(len(words))
        if (stem := ".".join(words[: n + 1]))
    ]


def _targets(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    around: Around,
    supports: Supports,
    findings: Findings,
) -> tuple[Target, ...] | None:
    before = findings.errors()
    accounts = around.settings.accounts
    languages = slot.language
    if languages is None and slot.accounts is None and head.audience is not None:
        languages = head.audience.languages

    def missing(language: str) -> Gap:
        what = "text" if slot.text is not None else "template"
        return Gap(PurePosixPath(document.name).stem, slot.id, language, what)

    if slot.accounts is not None or head.accounts is not None:
        names = slot.accounts if slot.accounts is not None else head.accounts
        where = (*path, "accounts") if slot.accounts is not None else ("accounts",)
        targets = named_targets(
            names or [],
            where,
            document,
            accounts,
            languages,
            supports,
            findings,
            inherited=slot.accounts is None,
            missing=missing,
        )
    else:
        targets = default_targets(accounts, languages, supports)
        for language, silent in silent_targets(accounts, languages, supports).items() if targets else ():
            findings.warn(
                document.place((*path, "id")),
                f"`{slot.id}` has no text in `{language}`: {', '.join(target.name for target in silent)} stays silent",
                f"write one, or say for whom it is meant: language: [{', '.join(_spoken(targets))}]",
                rule="translation",
                gap=missing(language),
            )
    if not targets and findings.errors() == before:
        findings.add(
            document.place(path),
            f"`{slot.id}` would go nowhere: no account posts in a language that it has a text in",
            "add an account, or a text in the language of one",
            rule="no-account",
        )
    return targets if findings.errors() == before else None


def _spoken(targets: Iterable[Target]) -> list[str]:
    return list(dict.fromkeys(target.language for target in targets))


def _pictures(
    pictures: Sequence[ImageKeys],
    path: Sequence[Step],
    document: Document,
    around: Around,
    findings: Findings,
) -> tuple[Image, ...]:
    found: list[Image] = []
    for index, picture in enumerate(pictures):
        place = document.place((*path, index, "file"))
        if (
            PurePosixPath(picture.file).is_absolute()
            or ".." in picture.file.split("/")
            or "\\" in picture.file
        ):
            findings.add(
                place, f"{quoted(picture.file)} leads out of posts/", "name a file below posts/", rule="path"
            )
        if picture.alt is None and not around.described:
            findings.add(document.place((*path, index)), "`alt` is missing", ALT)
        found.append(Image(picture.file, picture.alt or {}, place))
    return tuple(found)


def _card(
    slot: SlotKeys,
    path: Sequence[Step],
    document: Document,
    head: CampaignHead,
    around: Around,
    findings: Findings,
) -> CardText | None:
    networks = around.settings.networks
    shown = "image" if slot.image else "video" if slot.video else ""
    if slot.card is not None and shown:
        findings.add(
            document.place((*path, "card"), key=True),
            f"a post has either `{shown}` or `card`",
            "keep one",
            rule="card",
        )
    if slot.card is not None:
        return card_of(slot.card, (*path, "card"), document, around.stems, networks, findings)
    return None if shown else card_of(head.card, ("card",), document, around.stems, networks, findings)


def _approval(
    slot: SlotKeys, path: Sequence[Step], document: Document, outer: Approval, findings: Findings
) -> None:
    if slot.approval is None:
        return
    if tighter(outer, slot.approval) is not slot.approval:
        findings.warn(
            document.place((*path, "approval")),
            f"`approval: {slot.approval}` changes nothing: {outer} is asked for already",
            "a narrower place may only tighten it",
            rule="approval",
        )
