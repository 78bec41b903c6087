"""The picture of a post as it is uploaded: nothing in it but the picture, and within the network's limits.

What a camera writes into a file (place, time, owner, serial number) can give away who took it or where a survivor
lives, so it is taken out of every picture, always. The orientation is applied before it goes.
"""

from __future__ import annotations

import mimetypes
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from campaign.core.media import AVIF, GIF, JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks.base import Files
from campaign.networks.loading import loading

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP", AVIF: "AVIF"}
_ENDINGS = {JPEG: ".jpg", PNG: ".png", GIF: ".gif", WEBP: ".webp", AVIF: ".avif"}

_QUALITIES = (90, 82, 74, 66)
"""Of JPEG and WebP, tried before a picture is made smaller."""

_SMALLER = 0.8
_LEAST = 64  # pixels; a picture that is still too large then has no sensible limit to fit

_SHOWN = frozenset({"transparency", "duration", "loop", "background", "disposal", "gamma"})
"""What of a file's information changes how the picture looks; all else is dropped."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture ready for upload. ``width`` and ``height`` in pixels, 0 for a film."""

    name: str
    data: bytes
    type: str
    width: int = 0
    height: int = 0

    @property
    def part(self) -> tuple[str, bytes, str]:
        """What requests takes for a file: name, bytes, MIME type."""
        return self.name, self.data, self.type


def fitted(media: Media, files: Files, rules: MediaRules) -> Fitted | Refused:
    """The file of a picture without anything but the picture, re-encoded and scaled down as far as the rules ask; a
    film as it is. The same file gives the same bytes. Refused when it can't be read or can't be made to fit."""
    with loading():
        from PIL import UnidentifiedImageError

    name = PurePosixPath(media.file).name
    kind = media.type or mimetypes.guess_type(name)[0] or ""
    try:
        data = files.path(media.file).read_bytes()
    except CampaignError as error:
        return Refused(error.message)
    except OSError as error:
        return Refused(f"posts/{media.file} can't be read: {error.strerror}")
    if not data:
        return Refused(f"posts/{media.file} is empty: it has 0 bytes")
    if kind.startswith("video/"):
        return _film(media.file, data, kind, rules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error"
            )  # Pillow warns of a picture that would fill the memory, and of a broken one
            return _picture(media.file, data, rules)
    except _Unfit as error:
        return Refused(f"posts/{media.file} {error}")
    except UnidentifiedImageError:
        return Refused(f"posts/{media.file} is broken, or no picture that can be uploaded")
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, Warning, struct.error) as error:
        return Refused(f"posts/{media.file} can't be read as a picture: {error}")


class _Unfit(Exception):
    """A sound picture that the network does not take."""


def _film(file: str, data: bytes, kind: str, rules: MediaRules) -> Fitted | Refused:
    film = rules.film
    if film is None:
        return Refused(f"posts/{file} is a film, and this network takes none")
    if kind not in film.kinds:
        return Refused(f"posts/{file} is {kind}; this network takes {_list(film.kinds)}")
    if film.max_bytes is not None and len(data) > film.max_bytes:
        return Refused(
            f"posts/{file} has {_size(len(data))}; this network takes {_size(film.max_bytes)} at most"
        )
    return Fitted(PurePosixPath(file).name, data, kind)


def _picture(file: str, data: bytes, rules: MediaRules) -> Fitted:
    with loading():
        from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=tuple(_FORMATS.values())) as opened:
        kind = next(kind for kind, name in _FORMATS.items() if name == opened.format)
        moving = getattr(opened, "n_frames", 1) > 1
        if moving and not rules.animated:
            raise _Unfit("moves, and this network takes still pictures only")
        _check_shape(opened, rules)
        if moving:
            return _moving(file, opened, kind, rules)
        opened.load()
        icc = opened.info.get("icc_profile")
        untouched = opened.getexif().get(0x0112, 1) == 1  # Orientation
        image: Image.Image = opened if untouched else ImageOps.exif_transpose(opened)
        image.info = {name: value for name, value in image.info.items() if name in _SHOWN}
        smaller = _within(image, rules)
        untouched = untouched and smaller is image
        for candidate, wanted in _candidates(smaller, kind, rules):
            for options in _ways(wanted, keep=untouched and candidate is image and kind == wanted == JPEG):
                out = BytesIO()
                candidate.save(out, _FORMATS[wanted], icc_profile=icc, **options)
                if rules.max_bytes is None or out.tell() <= rules.max_bytes:
                    return Fitted(_name(file, wanted), out.getvalue(), wanted, *candidate.size)
        raise _Unfit(f"can't be made to fit into {_size(rules.max_bytes or 0)}")


def _check_shape(image: Image, rules: MediaRules) -> None:
    width, height = image.size
    if image.getexif().get(0x0112, 1) >= 5:  # lies on its side
        width, height = height, width
    if rules.min_side is not None and min(width, height) < rules.min_side:
        raise _Unfit(f"has {width} x {height} pixels; this network takes {rules.min_side} or more")
    if rules.ratio is not None and not rules.ratio[0] <= width / height <= rules.ratio[1]:
        low, high = rules.ratio
        raise _Unfit(
            f"has {width} x {height} pixels; width / height is {width / height:.2f}, and this network takes "
            f"{low:.2f} to {high:.2f}"
        )


def _moving(file: str, image: Image, kind: str, rules: MediaRules) -> Fitted:
    """All frames, in the same format: a moving picture is neither scaled nor thinned out."""
    if kind not in rules.kinds:
        raise _Unfit(f"is a moving {_FORMATS[kind]}; this network takes {_list(rules.kinds)}")
    out = BytesIO()
    options: dict[str, Any] = {name: image.info[name] for name in ("duration", "loop") if name in image.info}
    image.info = {name: value for name, value in image.info.items() if name in _SHOWN}
    image.save(out, _FORMATS[kind], save_all=True, **options)
    most = rules.max_bytes if rules.moving_bytes is None else rules.moving_bytes
    if most is not None and out.tell() > most:
        raise _Unfit(f"moves and has {_size(out.tell())}; this network takes {_size(most)} at most")
    return Fitted(_name(file, kind), out.getvalue(), kind, *image.size)


def _within(image: Image, rules: MediaRules) -> Image:
    """The picture scaled down to the most pixels and the longest side."""
    factor = 1.0
    if rules.max_side is not None:
        factor = min(factor, rules.max_side / max(image.size))
    if rules.max_pixels is not None:
        factor = min(factor, (rules.max_pixels / (image.width * image.height)) ** 0.5)
    return _scaled(image, factor) if factor < 1 else image


def _scaled(image: Image, factor: float) -> Image:
    with loading():
        from PIL import Image

    if image.mode in ("P", "1"):  # a palette can't be mixed
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    size = (max(int(image.width * factor), 1), max(int(image.height * factor), 1))
    return image.resize(size, Image.Resampling.LANCZOS)


def _candidates(image: Image, kind: str, rules: MediaRules) -> Iterator[tuple[Image, str]]:
    """Pictures and types to try in turn: as it is, as JPEG, and smaller and smaller."""
    while min(image.size) > 0:
        if kind in rules.kinds:
            yield _savable(image, kind), kind
        for other in (JPEG, PNG, WEBP):
            if other != kind and other in rules.kinds:
                yield _savable(image, other), other
                break
        if max(image.size) <= _LEAST:
            return
        image = _scaled(image, _SMALLER)


def _savable(image: Image, kind: str) -> Image:
    """In a mode that the type can hold; JPEG knows no transparency, so what shows through becomes white."""
    with loading():
        from PIL import Image

    if kind != JPEG or image.mode in ("RGB", "L", "CMYK"):
        return image if kind not in (PNG, GIF) or image.mode != "CMYK" else image.convert("RGB")
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return ground.convert("RGB")
    return image.convert("RGB")


def _ways(kind: str, *, keep: bool) -> Iterator[dict[str, Any]]:
    """How to encode: with as little loss as possible first."""
    if keep:  # the very same compression: nothing is lost but what was written beside the picture
        yield {"quality": "keep", "optimize": True}
    if kind in (JPEG, WEBP, AVIF):
        yield from ({"quality": quality} for quality in _QUALITIES)
    else:
        yield {"optimize": True}


def _name(file: str, kind: str) -> str:
    path = PurePosixPath(file)
    same = mimetypes.guess_type(path.name)[0] == kind
    return path.name if same else path.stem + _ENDINGS[kind]


def _list(kinds: frozenset[str]) -> str:
    return ", ".join(sorted(kind.partition("/")[2].upper() for kind in kinds))


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
