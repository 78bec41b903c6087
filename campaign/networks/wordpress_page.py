"""A post as a WordPress article: its title, and its content in the blocks that the site's own editor reads."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from campaign.core.languages import direction
from campaign.core.model import Post
from campaign.networks.feed_page.words import linked

_TITLE = 90
"""Characters of a title at most; themes print titles large."""

_SENTENCE = re.compile(r"^.{12,}?(?:[.!?…।؟](?=\s|$)|[。！？])")
_LINK = re.compile(r"https?://\S+")
_PICTURE = re.compile(r"\bwp-image-(\d+)\b")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the site's media library: its number there, its address, its description."""

    id: int
    url: str
    alt: str


def title(text: str) -> str:
    """The first line without its links; of a long one the first sentence; of a long one of those the first words."""
    lines = [" ".join(_LINK.sub(" ", line).split()) for line in text.splitlines()]
    first = next((line for line in lines if line), " ".join(text.split()))
    if len(first) > _TITLE and (sentence := _SENTENCE.match(first)):
        first = sentence.group()
    if len(first) > _TITLE:
        cut = first[:_TITLE]
        first = (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-–—") + "…"
    # A heading does not end like a sentence, unless it asks, calls or breaks off.
    return first if first.endswith("..") else first.removesuffix(".").rstrip() or first


def heading(text: str) -> str:
    """``title`` as HTML, which WordPress takes a title for."""
    return _literal(html.escape(title(text), quote=False))


def content(post: Post, pictures: Sequence[Picture]) -> str:
    """The warning in bold, if there is one, the text, and the pictures, as blocks."""
    paragraphs = [_paragraph(post.warning, post.language, bold=True)] if post.warning else []
    text = post.text.replace("\r\n", "\n").strip("\n")
    paragraphs += [_paragraph(piece, post.language) for piece in re.split(r"\n[ \t]*\n+", text)]
    return "\n\n".join(paragraphs + [_figure(picture) for picture in pictures])


def pictures_in(content: str) -> list[str]:
    """The numbers of the pictures that a content of ours shows, as it was sent or as a reader gets it."""
    return list(dict.fromkeys(_PICTURE.findall(content)))


def _paragraph(text: str, language: str, *, bold: bool = False) -> str:
    # The language stands inside: the editor calls a paragraph broken that has an attribute it does not know.
    inner = f'<span lang="{html.escape(language)}">{_plain(linked(text))}</span>'
    inner = f"<strong>{inner}</strong>" if bold else inner
    if direction(language) == "rtl":  # this one it knows, if the block says so too
        return (
            f'<!-- wp:paragraph {{"direction":"rtl"}} -->\n<p dir="rtl">{inner}</p>\n<!-- /wp:paragraph -->'
        )
    return f"<!-- wp:paragraph -->\n<p>{inner}</p>\n<!-- /wp:paragraph -->"


def _figure(picture: Picture) -> str:
    url, alt = (_plain(html.escape(value)) for value in (picture.url, " ".join(picture.alt.split())))
    return (
        f'<!-- wp:image {{"id":{picture.id},"sizeSlug":"full","linkDestination":"none"}} -->\n'
        f'<figure class="wp-block-image size-full"><img src="{url}" alt="{alt}" class="wp-image-{picture.id}"/>'
        "</figure>\n<!-- /wp:image -->"
    )


def _plain(markup: str) -> str:
    """So that ``[gallery]`` is what somebody wrote and no shortcode (written as WordPress itself spells the sign)."""
    return _literal(markup).replace("[", "&#091;")


def _literal(markup: str) -> str:
    """So that an ampersand before a number sign stays one: WordPress takes ``&amp;#91;`` for a character
    (wp_kses_normalize_entities)."""
    return markup.replace("&amp;#", "&amp;&#035;")
