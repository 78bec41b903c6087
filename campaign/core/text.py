"""How long a text is for a network: the limits as data, one counter per unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from campaign.core.links import links


class Unit(StrEnum):
    """What a network counts."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    GRAPHEMES = "characters"
    BYTES = "bytes"
    WEIGHTED = "weighted characters"  # X: twitter-text configuration v3
    MASTODON = "Mastodon characters"  # graphemes; a link counts url_length, @user@host counts @user
    EMOJI_BYTES = "characters, emoji in bytes"  # Threads: code points; an emoji counts its UTF-8 bytes


@dataclass(frozen=True, slots=True)
class TextRules:
    """The limits of one network, numbers only; the sources stand beside each adapter's rules.

    ``limit`` None: none known. ``url_length``: what any link counts (MASTODON, WEIGHTED).
    ``max_bytes``: a second limit in UTF-8 bytes. ``images``: pictures that one part may carry.
    ``alt_limit``: code points of a description. ``warning_counts``: a content warning counts too.
    ``threads``: parts can be chained.
    ``duplicates``: the network refuses the same text twice. ``twins``: several accounts that say the same within a day
    break its rules.
    ``media_limit``: instead of ``limit`` for a text that goes with a picture or film (a caption).
    ``needs_media``: a text alone can't be posted. ``alt_in_text``: there is no field for descriptions, so that they
    stand behind the text and count. ``escaped``: characters that count twice, because they are sent with a backslash.
    ``hashtags``, ``links``: how many different ones a part may hold.
    """

    limit: int | None = None
    unit: Unit = Unit.CODE_POINTS
    url_length: int | None = None
    max_bytes: int | None = None
    images: int = 0
    alt_limit: int | None = None
    warning_counts: bool = False
    threads: bool = True
    duplicates: bool = False
    twins: bool = False
    media_limit: int | None = None
    needs_media: bool = False
    alt_in_text: bool = False
    escaped: str = ""
    hashtags: int | None = None
    links: int | None = None


def length(text: str, rules: TextRules) -> int:
    """The length of a text in the unit of the rules, with the backslashes that it is sent with."""
    length = _length(text, rules)
    for character in rules.escaped:
        length += text.count(character)
    return length


def _length(text: str, rules: TextRules) -> int:
    match rules.unit:
        case Unit.CODE_POINTS:
            return len(text)
        case Unit.UTF16:
            return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Unit.GRAPHEMES:
            return _graphemes(text)
        case Unit.BYTES:
            return _bytes(text)
        case Unit.WEIGHTED:
            return _weighted(text, rules.url_length or _URL_LENGTH)
        case Unit.MASTODON:
            return _mastodon(text, rules.url_length or _URL_LENGTH)
        case Unit.EMOJI_BYTES:
            return _emoji_bytes(text)


def measure(text: str, warning: str, rules: TextRules) -> int:
    """What a post counts towards the limit: its text, and its content warning where that counts too."""
    if not (warning and rules.warning_counts):
        return length(text, rules)
    if rules.unit is Unit.MASTODON:
        return length(text, rules) + _graphemes(warning)  # links and mentions in a warning count in full
    return length(text, rules) + length(warning, rules)


def limit(rules: TextRules, *, media: bool) -> int | None:
    """How long a text may be, in the unit of the rules: with pictures or a film it may be another length."""
    return rules.media_limit if media and rules.media_limit is not None else rules.limit


def problems(
    text: str, warning: str, rules: TextRules, *, media: bool = False, measured: int | None = None
) -> list[str]:
    """What is too much about a text, with numbers: ``312 of 280 weighted characters``. Empty: it fits.

    ``media``: it goes with pictures or a film; ``measured``: what it counts, where that is known already.
    """
    found = []
    most = limit(rules, media=media)
    if most is not None and (count := measure(text, warning, rules) if measured is None else measured) > most:
        found.append(f"{count} of {most} {rules.unit.value}" + (" beside a picture" * (most != rules.limit)))
    if rules.max_bytes is not None and (count := _bytes(text)) > rules.max_bytes:
        found.append(f"{count} of {rules.max_bytes} {Unit.BYTES.value}")
    if rules.hashtags is not None and (count := len(hashtags(text))) > rules.hashtags:
        found.append(f"{count} of {rules.hashtags} hashtags")
    if rules.links is not None and (count := len(set(links(text)))) > rules.links:
        found.append(f"{count} of {rules.links} links")
    return found


def hashtags(text: str) -> list[str]:
    """The hashtags of a text without their #, in order."""
    return HASHTAG.findall(text)


_URL_LENGTH = (
    23  # X: transformed_url_length of twitter-text v3; Mastodon: characters_reserved_per_url by default
)

HASHTAG = re.compile(r"(?<![\w#&/])[#\uff03](\w*[^\W\d_]\w*)")  # at least one letter: "#1" is none anywhere

_PERHAPS_EMOJI = re.compile(
    "[^\x00-\xa8\xaa-\xad\xaf-\u10ff\u2010-\u2027\u3000-\u3029\u4e00-\u9fff\uac00-\ud7a3]"
)
_PERHAPS_LINK = re.compile(
    r"\.[^\W\d_]"
)  # what twitter-text takes for one has a dot before its top level domain
_HEAVY = re.compile(
    "[^\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]"
)  # weight 200 in twitter-text's config v3
_MENTION = re.compile(r"(^|[^/\w])@([a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]+", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_ALONE = "\x00-\u02ff\u2010-\u2027\u20a0-\u20bf"
"""Characters that stand for themselves: nothing in them joins with what stands beside it, but CR with LF (Unicode's
annex 29: none of them is Extend, Prepend, SpacingMark, ZWJ, Hangul, or a regional indicator)."""

_JOINING = re.compile(f"[{_ALONE}]?[^{_ALONE}]+(?:[{_ALONE}][^{_ALONE}]+)*[{_ALONE}]?")
"""The others, and what stands right beside them."""


def _graphemes(text: str) -> int:
    """What readers take for one character: an emoji of several signs, a letter with its accents.

    Between two characters that stand for themselves there is always a border, so only the rest is taken apart.
    """
    count = len(text) - text.count("\r\n")
    if text.isascii():
        return count
    import regex  # costs start-up time

    for some in _JOINING.findall(text):
        count += len(regex.findall(r"\X", some)) - len(some)
    return count


_EMOJI = r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u20e3]"
"""What makes a grapheme an emoji: pictures, flags, skin tones, keycaps. Signs such as (c) in a circle are pictures for
Unicode: whether Threads takes them for emoji is not published, so they count more, which is the safe side."""


_PERHAPS_A_PICTURE = re.compile("[^\x00-\xa8\xaa-\xad\xaf-\u02ff\u2010-\u2027\u20a0-\u20bf]")


def may_hold_emoji(text: str) -> bool:
    """Whether it is worth looking for emoji: a quick no for most texts, also for those with accents and dashes."""
    return not text.isascii() and _PERHAPS_A_PICTURE.search(text) is not None


def _emoji_bytes(text: str) -> int:
    """Code points, and the UTF-8 bytes of whatever belongs to an emoji (a family of four is one, with its joiners)."""
    if not may_hold_emoji(text):
        return len(text)
    import regex  # costs start-up time

    emoji = regex.compile(_EMOJI)
    return sum(_bytes(one) if emoji.search(one) else len(one) for one in regex.findall(r"\X", text))


@lru_cache(maxsize=4096)  # a text is measured for its limit, for its length, and again at the next look
def _weighted(text: str, url_length: int) -> int:
    """X's count: NFC, a link counts 23, an emoji 2, a character 1 or 2 by its code point.

    The library's parse_tweet takes most of a millisecond to look for emoji; a text without is counted here.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _PERHAPS_LINK.search(text) and not _PERHAPS_EMOJI.search(text):
        return len(text) + len(_HEAVY.findall(text))
    import twitter_text  # costs start-up time

    if _PERHAPS_EMOJI.search(text):
        options = {**twitter_text.config.config["defaults"], "transformed_url_length": url_length}
        return int(twitter_text.parse_tweet(text, options).weightedLength)
    links = twitter_text.extract_urls_with_indices(text)
    plain = _without(text, links)
    return len(plain) + len(_HEAVY.findall(plain)) + url_length * len(links)


@lru_cache(maxsize=4096)
def _mastodon(text: str, url_length: int) -> int:
    """Mastodon's count (its StatusLengthValidator): graphemes; a link is 23, ``@user@host`` is ``@user``.

    A link has http(s) and is what twitter-text takes for one, there as here: with a top level domain that
    does not exist it counts in full.
    """
    if "://" in text:
        import twitter_text  # costs start-up time

        links = twitter_text.extract_urls_with_indices(text, extract_urls_without_protocol=False)
        # Replaced, not cut out: what stands beside a link must not grow together into one grapheme.
        text = _without(text, links, "x" * url_length)
    return _graphemes(_MENTION.sub(r"\1@\2", text))


def _without(text: str, links: list[dict[str, Any]], instead: str = "") -> str:
    """A text with its links (as twitter_text finds them, in order) replaced."""
    pieces, end = [], 0
    for link in links:
        start, stop = link["indices"]
        pieces.append(text[end:start])
        end = stop
    pieces.append(text[end:])
    return instead.join(pieces)
