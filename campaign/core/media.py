"""What pictures and films a network takes: the limits as data."""

from __future__ import annotations

from dataclasses import dataclass

JPEG, PNG, GIF, WEBP, AVIF = "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"
MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"


@dataclass(frozen=True, slots=True)
class FilmRules:
    """The films that a network takes; they are passed through as they are, so that what does not fit is refused.

    ``kinds``: MIME types. ``max_bytes``: of the file. ``seconds``: shortest and longest.
    """

    kinds: frozenset[str] = frozenset({MP4})
    max_bytes: int | None = None
    seconds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class MediaRules:
    """The pictures and films that a network takes, numbers only; the sources stand beside each adapter's rules.

    ``kinds``: MIME types of pictures; others are re-encoded to one of these. ``max_bytes``, ``max_side`` (pixels),
    ``max_pixels``: what is over is made smaller. ``min_side`` (pixels), ``ratio`` (least and greatest width / height):
    nothing is cut off or padded, so that what does not fit is refused. ``animated``: a GIF or WebP that moves may, up
    to ``moving_bytes`` (None: ``max_bytes``). ``film``: None: no films. ``fetched``: the network fetches pictures and
    films from a public address (``media_url`` of config.yaml).
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


ANY_MEDIA = MediaRules(
    kinds=frozenset({JPEG, PNG, GIF, WEBP, AVIF}), animated=True, film=FilmRules(frozenset({MP4, MOV, WEBM}))
)
"""Of a place that shows what a browser shows."""
