"""The pages of the directory: one set a language, each whole in itself. Nothing is loaded from anywhere, the policy of
each page forbids it, and the script (the quick exit, which works as a link without it) is allowed by its hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign.core.hotlines import VALID, Hotline
from campaign.core.languages import direction
from campaign.core.model import Fact
from campaign.core.organisations import Organisation, Sort
from campaign.review.directory.calendar import ics
from campaign.review.directory.contents import Contents, Line
from campaign.review.directory.words import ENGLISH, Speech, own_name

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAGES = ("help", "facts", "organisations", "calendar")
_TOPICS = tuple(
    word.removeprefix("topic_") for word in ENGLISH if word.startswith("topic_") and word != "topic_"
)


def file_name(page: str, language: str, languages: Sequence[str], ending: str = "html") -> str:
    """``index.html`` (of the page with the help lines), ``facts.html``; ``facts.en.html`` in a further language."""
    stem = "index" if page == "help" else page
    return f"{stem}.{ending}" if language == languages[0] else f"{stem}.{language}.{ending}"


def pages(shown: Contents, leave_to: str) -> dict[str, bytes]:
    """Name -> bytes of all pages and calendar files. ``leave_to``: where the quick exit leads."""
    made: dict[str, bytes] = {}
    for language in shown.languages:
        speech = Speech.of(language)
        scene = _scene(shown, language, speech) | {"exit": leave_to}
        for page in PAGES:
            here = scene | {"page": page, "switch": _switch(shown, page, language)}
            text = _environment().get_template("page.html.j2").render(here)
            made[file_name(page, language, shown.languages)] = text.encode(errors="replace")
        title = speech.words["site"]
        name = file_name("calendar", language, shown.languages, "ics")
        made[name] = ics(shown.days, language, title, shown.day)
    return made


def _scene(shown: Contents, language: str, speech: Speech) -> dict[str, Any]:
    """Everything that the templates of one language name."""
    style, script = _inside("style.css"), _inside("exit.js")

    def names(codes: Iterable[str]) -> str:
        return ", ".join(name for name in (speech.tongue(code) for code in codes) if name)

    def spoken(one: Hotline | Organisation) -> str:
        return names(one.languages)

    def places(codes: Iterable[str]) -> str:
        return ", ".join(sorted(speech.country(code) for code in codes))

    def runs(one: Organisation) -> list[Line]:
        return [line for line in (shown.line(name) for name in one.hotlines) if line is not None]

    return {
        "shown": shown,
        "speech": speech,
        "word": speech.words,
        "say": _sayer(language, speech.language, shown.languages),
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "pages": {page: file_name(page, language, shown.languages) for page in PAGES},
        "ics": file_name("calendar", language, shown.languages, "ics"),
        "countries": _by_country(shown, speech),
        "fact_ids": {fact.id for fact in shown.facts},
        "topics": _by_topic(shown.facts, speech),
        "sorts": _by_sort(shown.organisations),
        "valid": VALID.days,
        "tongues": spoken,
        "places": places,
        "runs": runs,
    }


def _switch(shown: Contents, page: str, language: str) -> list[dict[str, Any]]:
    """The same page in each language."""
    return [
        {
            "code": code,
            "name": own_name(code),
            "dir": direction(code),
            "file": file_name(page, code, shown.languages),
            "here": code == language,
        }
        for code in shown.languages
    ]


def _by_country(shown: Contents, speech: Speech) -> list[tuple[str, list[Line]]]:
    """The country of the workspace's audience first (also without any line, so that this is said), then by name."""
    groups: dict[str, list[Line]] = {shown.home: []} if shown.home else {}
    for line in shown.lines:
        groups.setdefault(line.hotline.country, []).append(line)
    named = [(code != shown.home, speech.country(code), lines) for code, lines in groups.items()]
    return [(name, lines) for _, name, lines in sorted(named, key=lambda one: one[:2])]


def _by_topic(facts: Sequence[Fact], speech: Speech) -> list[tuple[str, list[Fact]]]:
    """The topics that the pages know, in their order; then countries by name; then the rest."""

    def order(fact: Fact) -> tuple[int, str]:
        if fact.topic in _TOPICS:
            return _TOPICS.index(fact.topic), ""
        return len(_TOPICS) + (not fact.topic.startswith("region-")), speech.topic(fact.topic)

    ordered = sorted(facts, key=order)
    return [(name, list(group)) for name, group in groupby(ordered, lambda fact: speech.topic(fact.topic))]


def _by_sort(organisations: Sequence[Organisation]) -> list[tuple[Sort, list[Organisation]]]:
    groups = [(sort, [one for one in organisations if one.sort is sort]) for sort in Sort]
    return [(sort, group) for sort, group in groups if group]


def _sayer(language: str, ours: str, others: Sequence[str]) -> Callable[[Mapping[str, str]], Markup]:
    """Gives a text in a language, else in the page's own, else in any; marked where it is not the page's own."""
    from markupsafe import Markup, escape

    def say(texts: Mapping[str, str]) -> Markup:
        code = next((code for code in (language, "", ours, *others, *texts) if code in texts), None)
        if code is None:
            return Markup("")
        if code in ("", ours):
            return escape(texts[code])
        return Markup('<span lang="{}" dir="{}">{}</span>').format(code, direction(code), texts[code])

    return say


def _policy(style: Markup, script: Markup) -> str:
    """Nothing may be loaded, sent or framed in; only this very style and this very script may be there."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _inside(name: str) -> Markup:
    """A file of ours as it stands inside of a page."""
    from markupsafe import Markup

    text = files("campaign.review.directory").joinpath(name).read_text(encoding="utf-8")
    return Markup(f"\n{text}")  # noqa: S704 - our own file


def _host(url: str) -> str:
    """The part of an address that a reader recognises."""
    return urlsplit(url).netloc.removeprefix("www.")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("campaign.review", "directory"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["host"] = _host
    return environment
