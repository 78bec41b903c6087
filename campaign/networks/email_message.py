"""A post as a mail: plain text and HTML side by side, with the pictures in it. Pure: the same post, the same bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from campaign.core.languages import direction
from campaign.core.model import Post
from campaign.networks.media import Fitted

_SUBJECT = 78
"""Code points of a subject; telephones show 40 to 60."""

_LINK = re.compile(r"https?://[^\s<>\"]+")
_TRAILING = ".,;:!?)]}'\u2019\u201d\u00bb\u3002\uff0c"
_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s|(?<=[\u3002\uff01\uff1f])")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is not in the post. ``sender``: name and address; ``date``: aware; ``key``: the UUID text that names the
    message; ``domain``: that of the sender."""

    sender: str
    to: str
    date: datetime
    key: str
    domain: str
    subject: str


def subject(post: Post) -> str:
    """The content warning, where there is one (a subject is read by whoever looks over a shoulder); else the first
    sentence of the first line, cut between two words. Later parts answer the first."""
    if post.root is not None:
        first = dict(post.root.extra).get("subject", "")
        if first:
            return f"Re: {first}"
    text = post.warning or next((line for line in post.text.splitlines() if line.strip()), "")
    line = _one_line(text)
    if not post.warning:
        line = _SENTENCE.split(line)[0].strip() or line
    return _shortened(line)


def message(post: Post, letter: Letter, pictures: Sequence[Fitted]) -> bytes:
    """The whole message, lines ended by CRLF and no longer than 998 bytes (RFC 5322), in ASCII."""
    mail = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    mail["From"] = _address(letter.sender)
    mail["To"] = letter.to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.date)
    mail["Message-ID"] = f"<{letter.key}@{letter.domain}>"
    # A part that a person found in the list's archive is known by its address, which is no Message-ID.
    earlier = [part.id for part in (post.root, post.reply_to) if part is not None and part.id.startswith("<")]
    earlier = list(dict.fromkeys(earlier))
    if earlier:
        mail["In-Reply-To"] = earlier[-1]
        mail["References"] = " ".join(earlier)
    mail.set_content(_text(post), cte="quoted-printable")
    names = [f"{number}.{letter.key}@{letter.domain}" for number in range(1, len(pictures) + 1)]
    mail.add_alternative(_html(post, names), subtype="html", cte="quoted-printable")
    _, page = mail.iter_parts()
    for picture, name in zip(pictures, names, strict=True):
        kind, _, subtype = picture.type.partition("/")
        page.add_related(
            picture.data, kind, subtype, cid=f"<{name}>", filename=picture.name, disposition="inline"
        )
    mail["Content-Language"] = (
        post.language
    )  # RFC 3282; last, because it would move into the text with the others
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"={letter.key}-{number}=")  # chosen by chance otherwise
    return mail.as_bytes()


def _address(sender: str) -> Address:
    name, address = parseaddr(sender)
    return Address(display_name=name, addr_spec=address)


def _one_line(text: str) -> str:
    """Without line breaks and control characters, which could begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shortened(line: str) -> str:
    if len(line) <= _SUBJECT:
        return line
    cut = line[: _SUBJECT - 1]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > _SUBJECT // 2 else cut).rstrip(" ,;:") + "\u2026"


def _clean(text: str) -> str:
    """Line breaks of one kind, and no halves of characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _text(post: Post) -> str:
    """The plain text: the warning, the text, and what the pictures show."""
    shown = [f"[{_one_line(media.alt)}]" for media in post.media if media.alt]
    return "\n\n".join(filter(None, (_clean(post.warning), _clean(post.text), *shown))) + "\n"


def _html(post: Post, names: Sequence[str]) -> str:
    """The page: nothing is loaded from anywhere, so that nobody learns who reads it."""
    paragraphs = [p for p in re.split(r"\n{2,}", _clean(post.text)) if p.strip()]
    warning = f"<p><strong>{html.escape(_clean(post.warning))}</strong></p>" if post.warning else ""
    images = [
        f'<p><img src="cid:{name}" alt="{html.escape(_clean(media.alt))}" style="max-width:100%;height:auto"></p>'
        for media, name in zip(post.media, names, strict=True)
    ]
    # Twice, because webmail shows the inside of the body alone.
    spoken = f'lang="{html.escape(post.language)}" dir="{direction(post.language)}"'
    return "\n".join(
        [
            f"<!DOCTYPE html>\n<html {spoken}>",
            '<head><meta charset="utf-8"></head>',
            '<body style="font-family:sans-serif;line-height:1.5">',
            f"<div {spoken}>",
            warning,
            *(f"<p>{_linked(p)}</p>" for p in paragraphs),
            *images,
            "</div>\n</body>\n</html>\n",
        ]
    )


def _linked(text: str) -> str:
    """Escaped text with links that can be followed, without the full stop behind them."""
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_TRAILING)
        pieces.append(html.escape(text[end : match.start()]))
        shown = html.escape(address)
        pieces.append(f'<a href="{shown}">{shown}</a>')
        end = match.start() + len(address)
    pieces.append(html.escape(text[end:]))
    return "".join(pieces).replace("\n", "<br>\n")
