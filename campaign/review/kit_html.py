"""The pages of a kit: one for each language, which need nothing but the files beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from campaign.core.languages import direction
from campaign.core.model import Media, Post, text_for
from campaign.networks.feed_page.words import language_name
from campaign.networks.handoff_page.render import shares
from campaign.review.cards import meter
from campaign.review.kit import Item, Kit, text_in
from campaign.review.kit_page import words as say
from campaign.review.words import first_line

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; "
    "media-src 'self' file:; base-uri 'none'; form-action 'none'"
)
"""Only what lies beside the page. ``file:`` because 'self' means nothing in Firefox where a page lies on the disk."""

ASSETS = ("kit.css", "kit.js")

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{2,}")
_TITLE = 70
_COLUMNS = 44
"""Letters in a line of a text field on a telephone: from it follows how many lines the field shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it lies in the kit."""

    file: str
    type: str
    alt: str


@dataclass(frozen=True, slots=True)
class Tool:
    """The CSV files of one planning tool for one network: set number -> file."""

    name: str
    network: str
    sets: tuple[tuple[int, str], ...]


def page_name(kit: Kit, language: str) -> str:
    """``index.html`` for the kit's first language, ``index.en.html`` for another."""
    return "index.html" if language == kit.languages[0] else f"index.{language}.html"


def asset(name: str) -> bytes:
    """The style or the script that lies beside the pages."""
    return files("campaign.review.kit_page").joinpath(name).read_bytes()


def page(
    kit: Kit,
    language: str,
    pictures: Mapping[Media, Shown],
    tools: Sequence[Tool],
    *,
    calendar: str,
    sheet: str,
) -> bytes:
    """The page of one language. ``pictures``: of each of its media. ``calendar``, ``sheet``: files beside it."""
    ui = say.interface(language)
    word = say.words(language)
    items = [item for item in kit.items if item.language == language]
    contact = text_in(kit.contact, language)
    # Its own words may hold {zone}; texts of the campaign are never formatted.
    word = word | {"tools_limits": word["tools_limits"].format(zone=kit.campaign.zone)}
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            kit=kit,
            ui=ui,
            language=language,
            word=word,
            policy=POLICY,
            title=text_for(kit.campaign.title, language) or kit.campaign.id,
            org=text_in(kit.org, language),
            contact=contact,
            contact_link=_link(contact),
            late=len([item for item in kit.late() if item.language == language]),
            others=[
                (language_name(other), page_name(kit, other), other)
                for other in kit.languages
                if other != language
            ],
            dos=say.dos(language),
            donts=say.donts(language),
            items=[_item(item, number, pictures) for number, item in enumerate(items, 1)],
            hashtags=kit.hashtags.get(language, ()),
            calendar=calendar,
            sheet=sheet,
            tools=[(tool.name, say.network_name(tool.network, language), tool.sets) for tool in tools],
            lines=_lines(kit, language),
            facts=[
                {
                    "text": text_in(fact.text, language),
                    "source": fact.source,
                    "url": fact.url if fact.url.startswith(("https://", "http://")) else "",
                    "year": fact.year,
                    "review_by": fact.review_by,
                }
                for _, fact in sorted(kit.knowledge.facts.items())
            ],
            direction=direction,
            rows=_rows,
            shares=shares,
            day=lambda day: say.day_text(day, language),
            when=lambda moment: say.moment_text(moment, language),
            counts=lambda post, networks: counts(kit, post, networks, language),
            name_of=lambda title, number, post, networks: _name(title, number, post, networks, word),
        )
    )
    return html.encode(errors="replace")


def counts(kit: Kit, post: Post, networks: Sequence[str], language: str) -> str:
    """``X 231 of 280, Website 240``: how long a text is, as each network counts."""
    of = say.words(language)["of"]
    said = []
    for network in networks:
        measured = meter(post, kit.rules[network])
        limit = f" {of} {measured.limit}" if measured.limit is not None else ""
        said.append(f"{say.network_name(network, language)} {measured.used}{limit}")
    return "; ".join(said)


def title_of(item: Item) -> str:
    """The beginning of its first wording, as a heading."""
    line = first_line(item.blocks[0].wordings[0][0].text)
    if len(line) <= _TITLE:
        return line
    return (
        line[: _TITLE - 1].rpartition(" ")[0].rstrip(" ,.;:") + "…"
        if " " in line[: _TITLE - 1]
        else line[: _TITLE - 1] + "…"
    )


def _item(item: Item, number: int, pictures: Mapping[Media, Shown]) -> dict[str, Any]:
    language = item.language
    return {
        "id": f"t{number}",
        "title": title_of(item),
        "dates": item.dates,
        "pictures": [pictures[media] for media in item.media],
        "blocks": [
            {
                "names": block.networks,
                "networks": [say.network_name(name, language) for name in block.networks],
                "wordings": block.wordings,
            }
            for block in item.blocks
        ],
    }


def _name(title: str, number: int, post: Post, networks: Sequence[str], word: Mapping[str, str]) -> str:
    """What a text is called for somebody who hears the page: its wording, its networks, what it begins with."""
    part = f", {word['part'].format(part=post.part, parts=post.parts)}" if post.parts > 1 else ""
    return f"{word['wording']} {number}{part}, {', '.join(networks)}, {title}"


def _lines(kit: Kit, language: str) -> list[dict[str, Any]]:
    return [
        {
            "name": text_in(line.hotline.names, language),
            "number": line.number,
            "checked": line.checked,
            "until": line.until,
            "page": line.hotline.page if line.hotline.page.startswith("https://") else "",
        }
        for _, line in sorted(kit.knowledge.lines.items())
    ]


def _link(contact: str) -> str:
    """The address under which a contact is reached, or "" where it is only words."""
    if _MAIL.fullmatch(contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S+", contact) else ""


def _rows(text: str) -> int:
    return min(sum(1 + len(line) // _COLUMNS for line in text.splitlines() or [""]), 24)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("campaign.review", "kit_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
