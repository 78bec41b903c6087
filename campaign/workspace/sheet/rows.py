"""From the rows of a table to planned posts: where each goes, what it says, and what keeps it from being taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign.core.cells import restored
from campaign.core.compose import FILM_TYPES
from campaign.core.languages import fallbacks
from campaign.core.media import Shape
from campaign.core.model import Target, Workspace
from campaign.core.variants import image_names
from campaign.errors import Place
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.sheet.columns import PUBLER, Columns, cells_of
from campaign.workspace.sheet.raw import RULE, Record
from campaign.workspace.targets import parse_target
from campaign.workspace.yamltext import UNPRINTABLE

PART = "---"
"""A line that begins the next part of a thread, as in templates."""

_BAR = re.compile(r" *\|\| *")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LONGEST_TAG = 35
"""Letters of a language tag (RFC 5646, section 4.4.1)."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that can be taken. ``at``: local; ``media``: file and description; ``base``: how its slot may be called."""

    line: int
    at: datetime
    targets: tuple[Target, ...]
    text: str
    media: tuple[tuple[str, str], ...] = ()
    film: bool = False
    card: str = ""
    shape: str = ""
    warning: str = ""
    base: str = ""

    @property
    def says(self) -> tuple[object, ...]:
        """When and what, without where."""
        return (self.at, self.text, self.media, self.film, self.card, self.shape, self.warning)


def fields_of(columns: Columns, record: Record) -> dict[str, str]:
    """What a record says, by what its columns are for, as texts: no formula marks, one kind of line end."""
    found = {}
    for name, indexes in columns.at.items():
        cells = [
            _BREAKS.sub("\n", restored(cell)).replace("\ufeff", "") for cell in cells_of(record, indexes)
        ]
        found[name] = "\n".join(cell for cell in cells if cell.strip())
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one table. ``accounts``: where a row goes that does not say it."""

    workspace: Workspace
    name: str
    columns: Columns
    accounts: tuple[str, ...]
    findings: Findings

    def draft(self, row: Mapping[str, str], record: Record, at: datetime | None) -> Draft | None:
        """The row as a draft, or None with the reasons in ``findings`` (``at`` None: its time could not
        be told, as is said there)."""
        before = self.findings.errors()
        place = Place(self.name, record.line)
        if any(cell.strip() for cell in record.cells[self.columns.width :]):
            self._error(
                place,
                f"this row has {len(record.cells)} cells, the head has {self.columns.width}",
                'put a cell that holds a comma in quotes: "…, …"',
            )
            return None
        for name, cell in row.items():
            if odd := UNPRINTABLE.search(cell):
                message = f"the {name} holds the invisible character U+{ord(odd[0]):04X}"
                self._error(place, message, "delete it and type the text around it again")
        targets = self._targets(row, place)
        media, film = self._media(row, targets, place)
        text = _text(row, self.columns)
        card, shape = _tidy(row.get("card", "")), row.get("shape", "").strip()
        if card and media:
            self._error(place, "a post has either a picture or a card", "keep one of them")
        if shape and (not card or shape not in list(Shape)):
            self._error(place, f"{quoted(shape)} is no shape of a card", f"one of: {', '.join(Shape)}")
        if not text and not media and not card:
            self._error(place, "this row says nothing: it has no text", "write one, or delete the row")
        if at is None or self.findings.errors() > before:
            return None
        warning = _tidy(row.get("warning", ""))
        base = row.get("slot", "").strip()
        return Draft(record.line, at, targets, text, media, film, card, shape, warning, base)

    # -- where --

    def _targets(self, row: Mapping[str, str], place: Place) -> tuple[Target, ...]:
        names = [word.strip() for word in re.split(r"[,;|\n]", row.get("account", "")) if word.strip()]
        language = row.get("language", "").strip()
        found: dict[str, Target] = {}
        for name in names or self.accounts:
            target = self._target(name, language)
            if isinstance(target, Target):
                found[target.name] = target
            else:
                self._error(place, *target)
        if not names and not self.accounts:
            self._error(
                place,
                "this row does not say where it goes",
                "name an account, or give --accounts site,fedi for all rows without one",
            )
        return tuple(found.values())

    def _target(self, name: str, language: str) -> Target | tuple[str, str]:
        """Where ``fedi``, ``fedi.en`` or ``Mastodon`` lead; or message and hint."""
        accounts = self.workspace.accounts
        spelled = next((word for word in (name, name.casefold()) if word.partition(".")[0] in accounts), name)
        if spelled.partition(".")[0] not in accounts:
            plain = name.casefold().replace(" ", "")
            there = [a for a in accounts.values() if not a.test and a.network == plain]
            spoken = [a for a in there if not language or _spoken(a.languages, language)]
            if len(spoken) == 1:
                spelled = spoken[0].id
            elif there:
                ids = ", ".join(account.id for account in there)
                return f"which account of {plain} is meant?", f"write one of: {ids}"
        target = parse_target(spelled, accounts)
        if isinstance(target, str):
            return target, f"accounts: {', '.join(accounts) or 'none yet'}"
        if not language:
            return target
        own = (target.language,) if "." in spelled else target.account.languages
        chosen = _spoken(own, language)
        if chosen is None:
            return f"`{spelled}` does not post in {quoted(language)}", f"it posts in {', '.join(own)}"
        return Target(target.account, chosen)

    # -- pictures --

    def _media(
        self, row: Mapping[str, str], targets: Sequence[Target], place: Place
    ) -> tuple[tuple[tuple[str, str], ...], bool]:
        """Pictures or a film with their descriptions, and whether it is a film."""
        cell = "\n".join(filter(None, (row.get("image", "").strip(), row.get("video", "").strip())))
        files = self._files(cell)
        alts = _split(row.get("alt", ""), len(files))
        film = [file for file in files if file.rpartition(".")[2].lower() in FILM_TYPES]
        if film and len(files) > 1:
            self._error(place, "a post has either pictures or one film", "keep one")
        found = []
        for number, file in enumerate(files):
            alt = alts[number] if number < len(alts) else ""
            if self._is_there(file, targets, place) and not alt and not self.workspace.described(file):
                self._error(
                    place,
                    f"the picture {quoted(file)} has no description",
                    "say in the column alt what it shows, for people who can't see it",
                )
            found.append((file, alt))
        if len(alts) > len(files):
            self._error(
                place, "there are more descriptions than pictures", "one line in the cell for each picture"
            )
        return tuple(found), bool(film)

    def _files(self, cell: str) -> list[str]:
        """The files that a cell names, one a line or with commas or || between."""
        if self._known(_file(cell)):
            return [_file(cell)]
        lines = [line for line in _BAR.sub("\n", cell).split("\n") if line.strip()]
        return [
            _file(name)
            for line in lines
            for name in ([line] if self._known(_file(line)) else re.split(r"[,;]", line))
            if name.strip()
        ]

    def _known(self, file: str) -> bool:
        return file in self.workspace.media

    def _is_there(self, file: str, targets: Sequence[Target], place: Place) -> bool:
        if _ADDRESS.match(file):
            self._error(
                place,
                f"{quoted(file)} is an address, and pictures are files here",
                "save it below posts/ and name that file",
            )
            return False
        media = self.workspace.media
        tried = {
            name
            for target in targets
            for name in image_names(file, target.account.network, target.language, self.workspace.pack_ids)
        }
        if self._known(file) or tried & media:
            return True
        near = did_you_mean(file, media) or next(
            (f" (did you mean {name!r}?)" for name in sorted(media) if name.rpartition("/")[2] == file), ""
        )
        self._error(place, f"there is no picture posts/{_plain(file)}{near}", "put the file there first")
        return False

    def _error(self, place: Place, message: str, hint: str) -> None:
        self.findings.add(place, message, hint, rule=RULE)


def _spoken(languages: Sequence[str], wanted: str) -> str | None:
    """Which of the languages is the wanted one, or serves it."""
    known = {language.casefold(): language for language in languages}
    if len(wanted) > _LONGEST_TAG:
        return None
    return next((known[code.casefold()] for code in fallbacks(wanted) if code.casefold() in known), None)


def _file(cell: str) -> str:
    return cell.strip().replace("\\", "/").removeprefix("./").removeprefix("/").removeprefix("posts/")


def _plain(file: str) -> str:
    return file if len(file) <= 80 else f"{file[:79]}…"


def _split(cell: str, count: int) -> list[str]:
    """The descriptions in a cell for so many pictures: one a line, or with || between."""
    lines = [line for line in _tidy(cell).split("\n") if line.strip()]
    if count <= 1:
        return [_tidy(cell)] if lines else []
    return lines if len(lines) == count else [part for part in _BAR.split(" ".join(lines)) if part.strip()]


def _text(row: Mapping[str, str], columns: Columns) -> str:
    """The words, with the link where they do not hold it yet; comments (Publer) are the next parts of a thread."""
    text, link = _tidy(row.get("text", "")), row.get("link", "").strip()
    for address in link.split("\n") if link else ():
        if address.strip() and address.strip() not in text:
            text = f"{text}\n\n{address.strip()}" if text else address.strip()
    comments = row.get("comments", "") if columns.layout is PUBLER else ""
    parts = [part for comment in _BAR.split(comments) if (part := _tidy(restored(comment)))]
    return f"\n{PART}\n".join([text, *parts]) if parts else text


def _tidy(text: str) -> str:
    """As every post is in the end: without blanks at ends of lines, without blank lines around or in a row."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
