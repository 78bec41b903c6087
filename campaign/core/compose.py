"""From a slot, a moment and a target to posts: text, media and checks; faults of content are problems, never raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from campaign.core import card as cards
from campaign.core import scripts
from campaign.core import text as texts
from campaign.core.consents import NO_RECORD
from campaign.core.echo import Echoes, Judged, Key, key
from campaign.core.helpline import Numbers
from campaign.core.helplinks import RULE as HELP_LINK
from campaign.core.helplinks import tracked_help, ways_to_help
from campaign.core.links import first_link
from campaign.core.media import PNG, unfit
from campaign.core.model import (
    Account,
    Approval,
    Campaign,
    Image,
    Media,
    Post,
    Slot,
    Target,
    Text,
    Thread,
    Workspace,
    delivery_key,
    language_of,
    text_for,
)
from campaign.core.packs import locks, pack_of
from campaign.core.render import INLINE, Renderer, RenderError, hides
from campaign.core.safeguard.judge import Rulebook, Said, rulebook
from campaign.core.safeguard.reading import MOST_HASHTAGS
from campaign.core.safeguard.rules import Accepted
from campaign.core.scope import Scope
from campaign.core.split import split
from campaign.core.suggest import did_you_mean
from campaign.core.text import TextRules
from campaign.core.timetable import Moment, to_wall
from campaign.core.variants import best_columns, image_names, template_names
from campaign.errors import Gap, Level, Place, Problem

MEDIA_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
"""Pictures that can be posted, by extension."""

FILM_TYPES = {"mov": "video/quicktime", "mp4": "video/mp4", "webm": "video/webm"}
"""Films that can be posted, by extension."""

DESCRIBED = {"en": "Picture", "id": "Gambar"}
"""What stands before a description where it is part of the text; in other languages it stands alone."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What is published at one occurrence on one target.

    ``posts``: the parts; empty when a problem of level error stops them. ``drafts``: the parts as far as they could be
    made, for a preview of what is wrong. ``lengths``: of each draft, in the network's unit. ``explain``: which file,
    column and layer won. ``row_id``: the ``id`` of the row that was used.
    """

    posts: tuple[Post, ...]
    problems: tuple[Problem, ...] = ()
    explain: tuple[str, ...] = ()
    row_id: str | None = None
    lengths: tuple[int, ...] = ()
    drafts: tuple[Post, ...] = ()


class Composer:
    """Composes the posts of one workspace. ``rules``: the limits that hold for an account."""

    def __init__(self, workspace: Workspace, rules: Callable[[Account], TextRules]) -> None:
        self.workspace = workspace
        self.rules = rules
        self._renderer = Renderer(workspace.templates, locks(workspace.packs, workspace.templates))
        self._book = rulebook(workspace.rules)
        self._numbers = Numbers(workspace.hotlines, workspace.calling)
        self._echoes: Echoes | None = None
        self._files: dict[tuple[str, str, str], Named] = {}

    def compose(
        self, campaign: Campaign, slot: Slot, moment: Moment, target: Target, now: datetime | None = None
    ) -> Composition:
        """The posts of one occurrence. ``now`` (aware): it goes out now, not when it was planned, so facts and help
        lines are judged on this day. Raises nothing for what files say: that is in ``problems``."""
        echoes = self._echoes
        if echoes is None or not echoes.of(campaign, slot, moment, now):
            echoes = self._echoes = Echoes(campaign, slot, moment, now)
        work = _Work(
            self.workspace,
            self._renderer,
            self._book,
            self.rules(target.account),
            campaign,
            slot,
            moment,
            target,
            now,
            numbers=self._numbers,
            echoes=echoes,
            files=self._files,
        )
        drafts = work.drafts()
        stopped = any(problem.level is Level.ERROR for problem in work.problems)
        return Composition(
            posts=() if stopped else drafts,
            problems=tuple(work.problems),
            explain=tuple(work.explain),
            row_id=work.row_id,
            lengths=work.lengths if drafts else (),
            drafts=drafts,
        )


def descriptions(media: Sequence[Media], language: str) -> str:
    """What pictures show, as it stands behind the text where a network has no field for it."""
    word = text_for(DESCRIBED, language)
    return "\n".join(f"[{word}: {item.alt}]" if word and not item.card else f"[{item.alt}]" for item in media)


@dataclass(frozen=True, slots=True)
class Named:
    """The file that a template's name means for a network and a language ("": there is none), among which names it was
    looked for, how `explain` says so, and why it can't be used, if so."""

    file: str
    tried: tuple[str, ...]
    explain: str = ""
    wrong: RenderError | None = None


@dataclass(slots=True)
class _Work:
    """One composition under way."""

    workspace: Workspace
    renderer: Renderer
    book: Rulebook
    rules: TextRules
    campaign: Campaign
    slot: Slot
    moment: Moment
    target: Target
    now: datetime | None
    numbers: Numbers
    echoes: Echoes
    files: dict[tuple[str, str, str], Named]
    """By name, network and language."""
    problems: list[Problem] = field(default_factory=list)
    explain: list[str] = field(default_factory=list)
    row_id: str | None = None
    place: Place = field(init=False)
    scope: Scope = field(init=False)
    echo: Key | None = None
    """Under what the text is kept for accounts to which the same is said."""
    lengths: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    """Which columns of the row won."""

    @property
    def network(self) -> str:
        return self.target.account.network

    @property
    def language(self) -> str:
        return self.target.language

    @property
    def _known(self) -> str:
        """The network as far as the safeguarding rules know of it."""
        return self.network if self.network in MOST_HASHTAGS else ""

    @property
    def card(self) -> cards.CardText | None:
        return self.slot.card_on(self.network)

    def __post_init__(self) -> None:
        self.place = self.slot.place  # until a template is found

    def drafts(self) -> tuple[Post, ...]:
        row = self._row()
        if self.problems:
            return ()
        today = to_wall(self.now, self.campaign.zone).date() if self.now is not None else None
        scope = self.scope = Scope(
            self.workspace,
            self.campaign,
            self.slot,
            self.moment,
            self.target,
            row,
            today=today,
            explain=self.explain,
        )
        self._check_consents(scope)
        parts = self._text()
        noted = scope.echo((), 0)
        warning = self._warning()
        media = self._media()
        if parts is None:
            return ()
        if not parts and not media:
            self._problem("empty", "there is nothing to post: the text is empty")
        if self.rules.needs_media and not (self.slot.images or self.slot.video or self.card):
            hint = "give it an image: or a card:, or leave this account out"
            self._problem("media", f"{self.network} takes no text without a picture", hint)
        parts = self._threaded(parts or ("",), warning, media)
        # A picture or a card that came to nothing may have printed facts and help lines, too.
        words_alone = not (warning or media) and scope.echo((), 0) == noted
        again = (self.echo, parts, self._known) if self.echo and words_alone else None
        judged = self.echoes.judged.get(again) if again else None
        if judged is not None:
            self._repeat(judged.by_rules)
            self._check_text(parts, warning, media)
            self._repeat(judged.by_words)
            return judged.posts
        begin = len(self.problems)
        accepted = self._safeguard(parts, warning, media, scope)
        by_rules = self.problems[begin:]
        parts = self._with_descriptions(parts, media)
        self._check_text(parts, warning, media)
        begin = len(self.problems)
        self._check_language(parts)
        self._check_numbers((*parts, warning, *(item.alt for item in media)))
        posts = self._posts(parts, warning, media, accepted)
        if again:
            by_words = self.problems[begin:]
            self.echoes.judged[again] = Judged(posts, tuple(by_rules), tuple(by_words))
        return posts

    def _repeat(self, problems: Sequence[Problem]) -> None:
        """What was found of the same words on another account, as found here."""
        self.problems += [replace(problem, key=self._key()) for problem in problems]

    def _posts(
        self,
        parts: tuple[str, ...],
        warning: str,
        media: tuple[Media, ...],
        accepted: tuple[Accepted, ...],
    ) -> tuple[Post, ...]:
        scope = self.scope
        return tuple(
            Post(
                text=part,
                language=self.language,
                media=media if number == 1 else (),
                warning=warning,
                link=first_link(part),
                part=number,
                parts=len(parts),
                facts=tuple(scope.facts),
                hotlines=tuple(scope.hotlines),
                cited=dict(scope.cited),
                consents=self.slot.consents,
                accepted=accepted,
            )
            for number, part in enumerate(parts, 1)
        )

    # -- the row ------------------------------------------------------------------------------------------------------

    def _row(self) -> Mapping[str, str] | None:
        name, index = self.slot.rows, self.moment.index
        if name is None:
            return None
        table = self.workspace.tables.get(name)
        if table is None:
            self._problem(
                "rows", f"there is no table posts/{name}{did_you_mean(name, self.workspace.tables)}"
            )
            return None
        if index is None or not table or (self.slot.timetable.count is not None and index >= len(table)):
            self._problem("rows", f"posts/{name} has no row for this moment: it has {len(table)} rows")
            return None
        number = index % len(table)
        row = table[number]
        self.row_id = row.get("id") or None
        columns = best_columns(row, self.network, self.language)
        named = [f"{short} is {column}" for short, column in columns.items() if short != column]
        self.columns = tuple(columns.values())
        self.explain.append(
            f"row {number + 1} of posts/{name}{self._from(name)}"
            + (f" ({', '.join(named)})" if named else "")
        )
        return {short: row[column] for short, column in columns.items()}

    # -- the text -----------------------------------------------------------------------------------------------------

    def _text(self) -> tuple[str, ...] | None:
        """The parts of the text; None when there is none to be had, which is a problem then."""
        try:
            if self.slot.template is None:
                source = self._in_language(self.slot.text or {}, "text")
                return None if source is None else self._said(source)
            name = self._template(self.slot.template)
            if name is None:
                return None
            if wrong := self._named(self.slot.template).wrong:
                raise wrong.with_traceback(None)  # it is raised again and again, and would keep every frame
            self.place = Place(f"posts/{name}")
            return self._said(name)
        except RenderError as error:
            self._render_error(error, self.slot.place)
            return None

    def _said(self, source: str) -> tuple[str, ...]:
        """The parts that the slot's template (its name) or its text makes: rendered, or as said to another account that
        the template can't tell from this one. Raises RenderError."""
        renderer, written = self.renderer, self.slot.template is None
        kept = key(source, self.target, self.columns) if len(self.slot.targets) > 1 else None
        if kept is not None and (echo := self.echoes.said.get(kept)) is not None:
            self.echo = kept
            return self.scope.again(echo)
        explained = len(self.explain)
        names = self.scope.names()
        parts = renderer.render_text(source, names) if written else renderer.render(source, names)
        if kept is not None and self.scope.alike and renderer.same_for_all(source, written=written):
            self.echoes.said[kept] = self.scope.echo(parts, explained)
            self.echo = kept
        return parts

    def _named(self, wanted: str) -> Named:
        place = wanted, self.network, self.language
        if place not in self.files:
            self.files[place] = self._look_up(wanted)
        return self.files[place]

    def _look_up(self, wanted: str) -> Named:
        tried = template_names(wanted, self.network, self.language, self.workspace.pack_ids)
        name = self._first(tried, self.workspace.templates)
        if name is None:
            return Named("", tried)
        explain = f"template posts/{name}{self._from(name)}, the first there is of {', '.join(tried)}"
        try:
            wrong = hides(name, self.workspace.templates, self.workspace.packs)
        except RenderError as error:
            wrong = error
        return Named(name, tried, explain, wrong)

    def _template(self, wanted: str) -> str | None:
        named = self._named(wanted)
        if not named.file:
            known = sorted({file.removesuffix(".j2").partition(".")[0] for file in self.workspace.templates})
            message = f"there is no template {wanted!r} for {self.network} in {self.language!r}"
            self._problem(
                "template",
                message + did_you_mean(wanted, known),
                f"looked for {', '.join(named.tried)} in posts/",
                missing="template",
            )
            return None
        self.explain.append(named.explain)
        return named.file

    def _warning(self) -> str:
        if not self.slot.warning:
            return ""
        source = self._in_language(self.slot.warning, "content warning")
        return "" if source is None else self._line(source, self.slot.place)

    def _threaded(self, parts: tuple[str, ...], warning: str, media: tuple[Media, ...]) -> tuple[str, ...]:
        """The parts, split further where they are too long and the slot says so. A network without threads gets them as
        the paragraphs of one post."""
        if not self.rules.threads:
            if len(parts) > 1:
                self.explain.append(f"{self.network} has no threads: {len(parts)} parts are one post")
            return ("\n\n".join(parts),)
        if self.slot.thread is Thread.AS_WRITTEN:
            return parts

        def fits(text: str, number: int) -> bool:
            beside = media if number == 1 else ()
            (whole,) = self._with_descriptions((text,), beside)
            return not texts.problems(whole, warning, self.rules, media=bool(beside))

        return split(parts, fits, numbered=self.slot.thread is Thread.NUMBERED)

    def _with_descriptions(self, parts: tuple[str, ...], media: tuple[Media, ...]) -> tuple[str, ...]:
        """Where a network has no field for descriptions they stand behind the text that goes with the pictures."""
        if not media or not self.rules.alt_in_text:
            return parts
        said = descriptions(media, self.language)
        return ("\n\n".join(filter(None, (parts[0], said))), *parts[1:])

    def _check_text(self, parts: tuple[str, ...], warning: str, media: tuple[Media, ...]) -> None:
        self.lengths = tuple(texts.measure(part, warning, self.rules) for part in parts)
        for number, (part, length) in enumerate(zip(parts, self.lengths, strict=True), 1):
            beside = bool(media) and number == 1
            for excess in texts.problems(part, warning, self.rules, media=beside, measured=length):
                where = f" (part {number} of {len(parts)})" if len(parts) > 1 else ""
                hint = "shorten it"
                if self.rules.threads:
                    hint += (
                        ", or write thread: auto"
                        if self.slot.thread is Thread.AS_WRITTEN
                        else ": there is no place to split it at"
                    )
                if self.slot.template is not None:
                    hint += f", or write posts/{self.slot.template}.{self.network}.{self.language}.j2 for it alone"
                self._problem("length", f"too long for {self.network}: {excess}{where}", hint)

    def _check_language(self, parts: tuple[str, ...]) -> None:
        """One post, one language (AX11), as far as letters tell."""
        for part in parts:
            if wrong := scripts.mismatch(part, self.language):
                self._problem(scripts.RULE, *wrong, level=Level.WARN)

    def _safeguard(
        self, parts: tuple[str, ...], warning: str, media: tuple[Media, ...], scope: Scope
    ) -> tuple[Accepted, ...]:
        """Hold the post against the safeguarding rules; what people let pass is returned, and said as advice."""
        said = Said(
            parts=parts,
            language=self.language,
            network=self._known,
            warning=warning,
            alts=tuple(item.alt for item in media),
            pillar=self.slot.pillar,
            help=scope.help_addresses(),
            facts=scope.printed_facts(),
            numbers=self.workspace.calling,
            approved=self.slot.approval is not Approval.NONE,
            consent=" ".join(self.slot.consents),
        )
        accepted: dict[Accepted, None] = {}
        for verdict in self.book.post(said, self.slot.accept):
            rule = verdict.finding.rule
            if verdict.accepted is not None:
                accepted[verdict.accepted] = None
            self._problem(
                rule.id, verdict.message, rule.instead, self._found(verdict.finding.words), verdict.level
            )
        return tuple(accepted)

    def _found(self, words: str) -> Place | None:
        """Where the words stand, if they are written in the template as they are; None: somewhere in it."""
        source = self.workspace.templates.get(self.place.file.removeprefix("posts/"), "")
        at = source.find(words) if words else -1
        if at < 0:
            return None
        return Place(self.place.file, source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at))

    def _check_numbers(self, said: tuple[str, ...]) -> None:
        audience = self.workspace.speaks_to(self.campaign, self.target.account)
        for message, hint in self.numbers.stray(said, audience):
            self._problem("phone", message, hint)
        for message, hint in tracked_help(
            said, lambda: ways_to_help(self.workspace, self.campaign, self.slot)
        ):
            self._problem(HELP_LINK, message, hint)

    def _check_consents(self, scope: Scope) -> None:
        known = self.workspace.consents
        for name in self.slot.consents:
            consent = known.get(name)
            if consent is None:
                message = f"there is no consent {name!r}{did_you_mean(name, known)}"
                hint = (
                    "it stands in posts/consents.yaml: id, kind, networks, languages, until, status, held_by"
                )
                self._problem(NO_RECORD, message, hint, self.slot.consent_at)
            elif (against := consent.against(self.network, self.language, scope.day)) is not None:
                rule, message, hint = against
                self._problem(rule, message, hint, self.slot.consent_at)

    # -- pictures -----------------------------------------------------------------------------------------------------

    def _media(self) -> tuple[Media, ...]:
        images, film, card = self.slot.images, self.slot.video, self.card
        if not (images or film or card):
            return ()
        account = self.target.account
        if account.media.fetched and account.public is None:
            message = f"{self.network} fetches pictures from a public address, and there is none"
            hint = "add media_url: {url: https://example.org/fetch/, folder: public/fetch} to config.yaml"
            self._problem("media", message, hint, account.place)
        if film is not None:
            if images:
                self._problem("media", "a post has either image: or video:", "keep one", film.place)
            made = self._item(film, FILM_TYPES)
            return (made,) if made is not None else ()
        if (images or card) and not self.rules.images:
            message = f"{self.network} carries no pictures: this goes out without its own"
            place = card.place if card else images[0].place
            self._problem("media", message, place=place, level=Level.WARN)
            return ()
        if card is not None:
            drawn = self._card(card)
            return (drawn,) if drawn is not None else ()
        if len(images) > self.rules.images:
            message = (
                f"{self.network} carries at most {self.rules.images} pictures, and this has {len(images)}"
            )
            self._problem("media", message, place=images[self.rules.images].place)
        return tuple(media for image in images if (media := self._item(image, MEDIA_TYPES)) is not None)

    def _item(self, image: Image, types: Mapping[str, str]) -> Media | None:
        """A picture or film; ``types``: what it may be, by extension."""
        file = self._file(image)
        alt = self._alt(image, file)
        if file is None or alt is None:
            return None
        kind = types.get(file.rpartition(".")[2].lower())
        if kind is None:
            what = "film" if types is FILM_TYPES else "picture"
            hint = f"use one of {', '.join(sorted(types))}"
            self._problem("media", f"posts/{file} is no {what} that can be posted", hint, image.place)
            return None
        picture = self.workspace.pictures.get(file)
        if picture is not None and picture.trouble:
            self._problem("media", f"posts/{file} {picture.trouble}", "save it anew", image.place)
            return None
        if picture is not None and (why := unfit(picture, self.target.account.media)):
            hint = f"put another one beside it for {self.network} alone: {image_names(file, self.network, '')[2]}"
            self._problem("media", f"{self.network} can't take posts/{file}: it {why}", hint, image.place)
            return None
        return Media(file=file, alt=alt, type=kind)

    def _file(self, image: Image) -> str | None:
        before = len(self.problems)
        wanted = self._line(image.file, image.place).removeprefix("./")
        if not wanted:
            if len(self.problems) == before:
                self._problem("media", "the picture's file name is empty", place=image.place)
            return None
        tried = image_names(wanted, self.network, self.language, self.workspace.pack_ids)
        file = self._first(tried, self.workspace.media)
        if file is None:
            near = did_you_mean(wanted, sorted(self.workspace.media))
            hint = f"looked for {', '.join(tried)} in posts/"
            self._problem("media", f"there is no picture posts/{wanted}{near}", hint, image.place)
            return None
        self.explain.append(
            f"picture posts/{file}{self._from(file)}, the first there is of {', '.join(tried)}"
        )
        return file

    def _alt(self, image: Image, file: str | None) -> str | None:
        hint = "say what it shows, for people who can't see it"
        source = text_for(image.alt, self.language)
        if source is None and file is not None:
            source = text_for(self.workspace.described(file), self.language)
        if source is None:
            message = f"the picture has no description in {self.language!r}"
            self._problem("alt", message, hint, image.place, missing="alt")
            return None
        self._serves("the picture's description", image.alt)
        before = len(self.problems)
        alt = self._line(source, image.place)
        if len(self.problems) > before:
            return None
        base = (file or image.file).rpartition("/")[2]
        if not alt.strip():
            self._problem(
                "alt", f"the picture's description in {self.language!r} is empty", hint, image.place
            )
            return None
        if alt.casefold() in {
            name.casefold() for name in (base, base.partition(".")[0], file or "", image.file)
        }:
            self._problem("alt", "the picture's description is its file's name", hint, image.place)
            return None
        return alt if self._alt_fits(alt, image.place) else None

    def _alt_fits(self, alt: str, place: Place) -> bool:
        limit = self.rules.alt_limit
        if limit is None or len(alt) <= limit:
            return True
        message = (
            f"the picture's description is too long for {self.network}: {len(alt)} of {limit} code points"
        )
        self._problem("alt", message, "shorten it", place)
        return False

    # -- cards --------------------------------------------------------------------------------------------------------

    def _card(self, wanted: cards.CardText) -> Media | None:
        """The card as a picture of the post; it is drawn when its file is needed."""
        before, press = len(self.problems), self.workspace.press
        style, shape = self.workspace.cards, wanted.shape or self.target.account.media.card
        words, place = self._card_words(wanted)
        card = cards.made(words, self.language, shape, style, self._organisation(style))
        if press is None:
            self._problem("card", "this workspace has nothing to draw cards with", place=place)
        if len(self.problems) > before or press is None:
            return None
        account = self.target.account
        if against := cards.against(card, account.network, account.media, press):
            self._problem("card", *against, place)
        if len(self.problems) > before or not self._alt_fits(alt := card.described(), place):
            return None
        self.explain.append(f"card {shape}, drawn from its words")
        return Media(file=card.name(press.edition(card.logo)), alt=alt, type=PNG, card=card)

    def _card_words(self, wanted: cards.CardText) -> tuple[str, Place]:
        """The words and where they stand; "" with a problem when there are none to be had."""
        try:
            if wanted.template is None:
                source, place = self._in_language(wanted.text or {}, "card"), wanted.place
                parts = () if source is None else self.renderer.render_text(source, self.scope.names())
            else:
                name = source = self._template(wanted.template)
                place = wanted.place if name is None else Place(f"posts/{name}")
                parts = () if name is None else self.renderer.render(name, self.scope.names())
        except RenderError as error:
            self._render_error(error, wanted.place)
            return "", wanted.place
        if len(parts) > 1:
            self._problem(
                "card", f"a card is one picture, and this has {len(parts)} parts", "remove ---", place
            )
        elif not parts and source is not None:
            self._problem("card", "the card has no words", "write them, or leave card: out", place)
        return "\n\n".join(parts), place

    def _organisation(self, style: cards.Style) -> str:
        source = text_for(style.organisation, self.language)
        if source is None and style.organisation:
            message = f"`organisation` of the cards has no text in {self.language!r}"
            self._problem("card", message, "write one text, or one by language", style.place)
        return "" if source is None else self._line(source, style.place)

    # -- small things -------------------------------------------------------------------------------------------------

    def _from(self, file: str) -> str:
        """Which pack a file is of, for those who ask what won."""
        pack = next((pack for pack in self.workspace.packs if pack.id == pack_of(file)), None)
        return f" of the pack {pack}" if pack else ""

    def _first(self, names: tuple[str, ...], known: Mapping[str, str] | frozenset[str]) -> str | None:
        return next((name for name in names if name in known), None)

    def _in_language(self, text: Text, what: str) -> str | None:
        found = text_for(text, self.language)
        if found is None:
            there = ", ".join(repr(language) for language in sorted(text)) or "none"
            message = f"there is no {what} in {self.language!r}, only in {there}"
            hint = f"{self.target.name} posts in {self.language!r}"
            self._problem("language", message, hint, self.slot.place, missing=what.rpartition(" ")[2])
        self._serves(what, text)
        return found

    def _serves(self, what: str, text: Text) -> None:
        """Say so where the text of another language (``pt``) serves that of the target (``pt-BR``)."""
        chosen = language_of(text, self.language)
        if chosen and chosen != self.language:
            self.explain.append(f"{what} in {chosen!r}, for there is none in {self.language!r}")

    def _line(self, source: str, place: Place) -> str:
        try:
            return self.renderer.render_line(source, self.scope.names())
        except RenderError as error:
            self._render_error(error, place)
            return ""

    def _render_error(self, error: RenderError, place: Place) -> None:
        message = error.message
        if error.template != INLINE:
            place = Place(f"posts/{error.template}", error.line)
        elif error.line > 1:
            message = f"line {error.line} of the text: {message}"
        self._problem(error.rule, message, error.hint, place)

    def _problem(
        self,
        rule: str,
        message: str,
        hint: str = "",
        place: Place | None = None,
        level: Level = Level.ERROR,
        missing: str = "",
    ) -> None:
        """``missing``: what has no translation, if it is that."""
        gap = Gap(self.campaign.id, self.slot.id, self.language, missing) if missing else None
        self.problems.append(Problem(place or self.place, message, hint, level, rule, self._key(), gap))

    def _key(self) -> str:
        return delivery_key(self.campaign.id, self.slot.id, self.moment.wall, self.target.name)
