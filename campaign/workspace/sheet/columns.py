"""What the columns of a table mean: the headings that teams use, and the layouts of planning tools.

The layouts are those that kits are written in (campaign/review/kit_csv.py), where their sources stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaign.core.daytext import Order
from campaign.errors import Level, Place
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.sheet.raw import RULE, Record, Table

_WORDS = {
    "date": "date, day, tanggal, tgl, hari, post date, publish date, tanggal tayang, tanggal posting",
    "time": "time, hour, jam, pukul, waktu, post time, publish time, time of day, jam tayang, jam posting",
    "moment": "datetime, date time, date and time, tanggal dan jam, tanggal jam, tanggal dan waktu, tanggal waktu,"
    " when, kapan, at, scheduled, scheduled at, scheduled for, schedule, posting time, publish at, jadwal,"
    " jadwal tayang, waktu tayang",
    "timezone": "timezone, time zone, zone, zona waktu",
    "account": "account, accounts, akun, channel, channels, kanal, saluran, profile, profiles, profil, network,"
    " networks, platform, platforms, jaringan, media sosial, social network",
    "language": "language, lang, bahasa",
    "text": "text, teks, post, posts, caption, captions, message, pesan, isi, konten, content, takarir, copy, tulisan,"
    " kiriman, naskah",
    "image": "image, images, picture, pictures, gambar, foto, photo, photos, media, image file, file gambar,"
    " berkas gambar",
    "video": "video, film",
    "alt": "alt, alt text, alt texts, alttext, teks alt, teks alternatif, image description, picture description,"
    " description, descriptions, deskripsi, deskripsi gambar, keterangan gambar",
    "card": "card, kartu",
    "shape": "shape, card shape",
    "link": "link, links, url, tautan, laman",
    "warning": "warning, content warning, peringatan, peringatan isi",
    "slot": "slot",
    "": "key, campaign, kampanye, id, no, nomor",
}
"""What a column is for -> its headings, English and Indonesian; "": nothing is taken from it."""

HEADINGS: Mapping[str, str] = {
    heading.strip(): name for name, headings in _WORDS.items() for heading in headings.split(",")
}
_MANY = frozenset({"image", "alt"})
"""Of these there may be several columns: image 1, image 2."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which tables are laid out. ``needs``: the headings by which it is known; ``order``: how its dates are
    written, if the tool says so."""

    name: str
    needs: frozenset[str] = frozenset()
    headings: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None


TABLE = Layout("table", headings=HEADINGS)
BUFFER = Layout(
    "Buffer",
    frozenset({"text", "posting time"}),
    {"text": "text", "image url": "image", "tags": "", "posting time": "moment"},
)
PUBLER = Layout(
    "Publer",
    frozenset({"date intl format or prompt", "text"}),
    {
        "date intl format or prompt": "moment",
        "text": "text",
        "link s separated by comma for fb carousels": "link",
        "media url s separated by comma": "image",
        "label s separated by comma": "",
        "alt text s separated by": "alt",
        "comment s separated by": "comments",
    },
)
HOOTSUITE = Layout("Hootsuite", order=Order.MDY)
_HOOTSUITE_HEAD = ("moment", "text", "link")
_HOOTSUITE_DATE = re.compile(r"'?\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells of a record are for what. ``rows``: the records below the head; ``width``: cells of the head."""

    layout: Layout
    at: Mapping[str, tuple[int, ...]]
    rows: tuple[Record, ...]
    width: int


def known(cells: Sequence[str]) -> int:
    """How many of these are headings of a layout."""
    plain = {_plain(cell) for cell in cells}
    if _HOOTSUITE_DATE.fullmatch(cells[0].strip() if cells else "") and len(cells) in (2, 3):
        return 1
    return max(sum(_field(layout, word) is not None for word in plain) for layout in (TABLE, BUFFER, PUBLER))


def columns(table: Table, findings: Findings) -> Columns | None:
    """What the columns of a table are for, or None with the reason in ``findings``."""
    head, *rows = table.records
    if _HOOTSUITE_DATE.fullmatch(head.cells[0].strip()):
        three = {name: (index,) for index, name in enumerate(_HOOTSUITE_HEAD)}
        return Columns(HOOTSUITE, three, table.records, len(_HOOTSUITE_HEAD))
    plain = [_plain(cell) for cell in head.cells]
    layout = next((each for each in (BUFFER, PUBLER) if each.needs <= set(plain)), TABLE)
    if layout is BUFFER and {_field(TABLE, word) for word in plain} & {"account", "date", "time"}:
        layout = TABLE  # a table of the team's own that happens to use the same words
    before = findings.errors()
    at: dict[str, tuple[int, ...]] = {}
    place = Place(table.name, head.line)
    for index, word in enumerate(plain):
        name = _field(layout, word)
        if name:
            if name in at and name not in _MANY:
                earlier = head.cells[at[name][0]]
                findings.add(
                    place,
                    f"the columns {quoted(earlier)} and {quoted(head.cells[index])} say the same",
                    "keep one of them",
                    rule=RULE,
                )
            at[name] = (*at.get(name, ()), index)
        elif name is None and any(len(row.cells) > index and row.cells[index].strip() for row in rows):
            shown = quoted(head.cells[index]) if head.cells[index].strip() else f"number {index + 1}"
            guess = did_you_mean(word, layout.headings) if word else ""
            findings.add(
                place,
                f"the column {shown} is not used{guess}",
                "it stays in your table",
                level=Level.ADVICE,
                rule=RULE,
            )
    if "time" in at and "date" not in at and "moment" not in at:  # `waktu` may be both
        at["moment"] = at.pop("time")
    _needed(at, place, findings)
    return None if findings.errors() > before else Columns(layout, at, tuple(rows), len(head.cells))


def _needed(at: Mapping[str, object], place: Place, findings: Findings) -> None:
    for names, what, example in (
        (("date", "moment"), "no column for the day", "date, time, account, text (tanggal, jam, akun, teks)"),
        (("text", "image", "video", "card"), "no column for the text", "date, time, account, text"),
    ):
        if not any(name in at for name in names):
            findings.add(
                place, f"there is {what}", f"name the columns in the first line: {example}", rule=RULE
            )
            return


def _field(layout: Layout, heading: str) -> str | None:
    """What a heading is for; None: nobody knows it."""
    found = layout.headings.get(heading)
    return found if found is not None else layout.headings.get(re.sub(r" ?\d+$", "", heading))


def _plain(heading: str) -> str:
    """A heading without case, marks and doubled blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", heading.casefold()).split())


def cells_of(record: Record, indexes: Iterable[int]) -> list[str]:
    """The cells of a record in these columns; those that it lacks are empty."""
    return [record.cells[index] if index < len(record.cells) else "" for index in indexes]
