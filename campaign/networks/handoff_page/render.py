"""One post as a page that needs nothing but itself: text to copy, pictures with their descriptions, links
to share."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from campaign.core.languages import direction
from campaign.core.model import Post
from campaign.networks.handoff_page.words import words, words_language

_EMBEDDED = 8 * 1024 * 1024
"""Bytes up to which a picture is put into the page itself; a larger one, or a film, only lies beside it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture as it lies beside the page."""

    file: str
    type: str
    alt: str
    data: bytes

    @property
    def address(self) -> str:
        if self.type.startswith("image/") and len(self.data) <= _EMBEDDED:
            return f"data:{self.type};base64,{base64.b64encode(self.data).decode()}"
        return self.file


def page(post: Post, to: str, key: str, pictures: Sequence[Copy]) -> bytes:
    """The HTML page for the person called ``to``."""
    style, script = _asset("page.css"), _asset("copy.js")
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            post=post,
            to=to,
            command=resolve_command(key, post.language),
            pictures=pictures,
            shares=shares(post),
            word=words(post.language),
            words_language=words_language(post.language),
            direction=direction(post.language),
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704
            policy=f"default-src 'none'; img-src data: file: 'self'; media-src file: 'self'; "
            f"style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'",
        )
    )
    return text.encode(errors="replace")


def shares(post: Post) -> list[tuple[str, str]]:
    """Name and address of pages that open with the text in place (wa.me: faq.whatsapp.com/5913398998672934;
    t.me/share: core.telegram.org/widgets/share)."""
    text = quote(post.text, safe="")
    found = [("WhatsApp", f"https://wa.me/?text={text}")]
    if post.link:
        found.append(("Telegram", f"https://t.me/share/url?url={quote(post.link, safe='')}&text={text}"))
    return [*found, (words(post.language)["mail"], f"mailto:?body={text}")]


def resolve_command(key: str, language: str) -> str:
    """What the person runs when the post is out."""
    return f"campaign resolve {key} --published {words(language)['address']}"


def message(post: Post, to: str, key: str) -> tuple[str, str]:
    """Title and body of the notification: all that is needed to post from a phone."""
    word = words(post.language)
    parts = [
        post.warning and f"{word['warning']}: {post.warning}",
        post.text,
        *(f"{name}: {address}" for name, address in shares(post)[:1]),
        f"{word['back']}: {resolve_command(key, post.language)}",
    ]
    return word["title"].format(to=to), "\n\n".join(part for part in parts if part)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return files("campaign.networks.handoff_page").joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("campaign.networks", "handoff_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
