"""What pictures and films a network takes: the limits as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

JPEG, PNG, GIF, WEBP, AVIF = "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"
MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"


class Shape(StrEnum):
    """Width to height of a card, as people write it."""

    SQUARE = "1:1"
    WIDE = "1.91:1"
    UPRIGHT = "4:5"
    TALL = "9:16"


@dataclass(frozen=True, slots=True)
class FilmRules:
    """The films that a network takes; they are passed through as they are, so that what does not fit is refused.

    ``kinds``: MIME types. ``max_bytes``: of the file. How long a film is, and its codec, is not looked at.
    """

    kinds: frozenset[str] = frozenset({MP4})
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class MediaRules:
    """The pictures and films that a network takes, numbers only; the sources stand beside each adapter's rules.

    ``kinds``: MIME types of pictures; others are re-encoded to one of these. ``max_bytes``, ``max_side`` (pixels),
    ``max_pixels``: what is over is made smaller. ``min_side`` (pixels), ``ratio`` (least and greatest width / height):
    nothing is cut off or padded, so that what does not fit is refused. ``animated``: a GIF or WebP that moves may, up
    to ``moving_bytes`` (None: ``max_bytes``). ``film``: None: no films. ``fetched``: the network fetches pictures and
    films from a public address (``media_url`` of config.yaml). ``card``: the shape of a card whose slot names none.
    How many a post may carry and how long a description may be stands in ``TextRules``.
    """

    kinds: frozenset[str] = frozenset({JPEG, PNG, GIF, WEBP})
    max_bytes: int | None = None
    max_side: int | None = None
    max_pixels: int | None = None
    min_side: int | None = None
    ratio: tuple[float, float] | None = None
    animated: bool = False
    moving_bytes: int | None = None
    film: FilmRules | None = None
    fetched: bool = False
    card: Shape = Shape.SQUARE


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or film below posts/ as it is: MIME type by its first bytes ("": none that is known), bytes, pixels as
    it is shown (0 for a film), whether it moves. ``trouble``: why it can't be used ("is broken: …"), or ""."""

    type: str
    size: int = 0
    width: int = 0
    height: int = 0
    moving: bool = False
    trouble: str = ""


def unfit(picture: Picture, rules: MediaRules) -> str:
    """Why a network would not take a sound picture even when it is made smaller and re-encoded; "" if it would: what
    stands behind the file's name in a sentence ("has 200 x 100 pixels; it takes 320 or more")."""
    if picture.type.startswith("video/"):
        return _unfit_film(picture, rules.film)
    if picture.moving:
        if not rules.animated:
            return "moves, and it takes still pictures only"
        if picture.type not in rules.kinds:
            return f"is a moving {short(picture.type)}; it takes {names(rules.kinds)}"
    width, height = picture.width, picture.height
    if rules.min_side is not None and min(width, height) < rules.min_side:
        return f"has {width} x {height} pixels; it takes {rules.min_side} or more"
    if rules.ratio is not None and not rules.ratio[0] <= width / height <= rules.ratio[1]:
        low, high = rules.ratio
        return f"is {width / height:.2f} times as wide as high; it takes {low:.2f} to {high:.2f}"
    return ""


def _unfit_film(picture: Picture, rules: FilmRules | None) -> str:
    if rules is None:
        return "is a film, and it takes none"
    if picture.type not in rules.kinds:
        return f"is a {short(picture.type)} film; it takes {names(rules.kinds)}"
    if rules.max_bytes is not None and picture.size > rules.max_bytes:
        return f"has {megabytes(picture.size)}; it takes {megabytes(rules.max_bytes)} at most"
    return ""


def short(kind: str) -> str:
    """``JPEG`` for image/jpeg."""
    return kind.partition("/")[2].upper().replace("QUICKTIME", "MOV")


def names(kinds: frozenset[str]) -> str:
    """``JPEG, PNG``."""
    return ", ".join(sorted(short(kind) for kind in kinds))


def megabytes(size: int) -> str:
    """``1.5 MB``; ``size`` in bytes."""
    return f"{size / 1_000_000:.1f} MB"


ANY_MEDIA = MediaRules(
    kinds=frozenset({JPEG, PNG, GIF, WEBP, AVIF}), animated=True, film=FilmRules(frozenset({MP4, MOV, WEBM}))
)
"""Of a place that shows what a browser shows."""
