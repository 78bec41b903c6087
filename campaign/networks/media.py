"""The picture of a post as it is uploaded: nothing in it but the picture, and within the network's limits.

What a camera writes into a file (place, time, owner, serial number) can give away who took it or where a survivor
lives, so it is taken out of every picture, always. The orientation is applied before it goes.
"""

from __future__ import annotations

import hashlib
import mimetypes
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from campaign.core.media import AVIF, GIF, JPEG, PNG, WEBP, MediaRules, Picture, megabytes, unfit
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks import redact
from campaign.networks.base import Files
from campaign.networks.loading import loading

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP", AVIF: "AVIF"}
_ENDINGS = {JPEG: ".jpg", PNG: ".png", GIF: ".gif", WEBP: ".webp", AVIF: ".avif"}

_QUALITIES = (90, 82, 74, 66)
"""Of JPEG and WebP, tried before a picture is made smaller."""

_PIXELS = 89_478_485
_TOO_LARGE = f"has too many pixels: {_PIXELS / 1e6:.0f} million can be read at most"
"""As Pillow has it (a quarter of a GiB of RGB): what claims more may be small on the disk and fill the memory."""

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


def upload_note(number: int, media: Media) -> str:
    """The name of the note in which an adapter keeps where picture ``number`` was uploaded to. Another picture or
    description (of a text that is tried again in new words) has another note, so that it is uploaded anew."""
    seen = hashlib.sha256(f"{media.file}\0{media.sha256}\0{media.alt}".encode()).hexdigest()
    return f"media-{number}-{seen[:16]}"


def fitted(media: Media, files: Files, rules: MediaRules) -> Fitted | Refused:
    """The file of a picture without anything but the picture, re-encoded and scaled down as far as the rules ask; a
    film as it is. The same file gives the same bytes. Refused when it can't be read or can't be made to fit."""
    with loading():
        from PIL import UnidentifiedImageError
        from PIL.Image import DecompressionBombError

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
        wrong = unfit(Picture(kind, len(data)), rules)
        return Refused(f"posts/{media.file} {wrong}") if wrong else Fitted(name, data, kind)
    try:
        return _picture(media.file, data, rules)
    except _Unfit as error:
        return Refused(f"posts/{media.file} {error}")
    except UnidentifiedImageError:
        return Refused(f"posts/{media.file} is broken, or no picture that can be uploaded")
    except DecompressionBombError:
        return Refused(f"posts/{media.file} {_TOO_LARGE}")
    except Exception as error:  # noqa: BLE001 - there is nothing that a broken file can't make a decoder raise
        said = redact.one_line(f"{type(error).__name__}: {error}")
        return Refused(f"posts/{media.file} can't be read as a picture: {said}")


class _Unfit(Exception):
    """A sound picture that the network does not take."""


def _picture(file: str, data: bytes, rules: MediaRules) -> Fitted:
    with loading():
        from PIL import Image, ImageOps

    # For good: what catch_warnings changes for a while, it changes for all threads.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    with Image.open(BytesIO(data), formats=tuple(_FORMATS.values())) as opened:
        # A camera's JPEG may hold further ones (a preview, a gain map): those are left out.
        several = opened.format == "MPO"
        kind = JPEG if several else next(kind for kind, name in _FORMATS.items() if name == opened.format)
        if opened.width * opened.height > _PIXELS:
            raise _Unfit(_TOO_LARGE)
        moving = getattr(opened, "n_frames", 1) > 1 and not several
        size = opened.size if _orientation(opened) < 5 else (opened.height, opened.width)
        if wrong := unfit(Picture(kind, len(data), *size, moving), rules):
            raise _Unfit(wrong)
        if moving:
            return _moving(file, opened, kind, rules, lossless=_lossless(kind, data))
        opened.load()
        icc = opened.info.get("icc_profile")
        image: Image.Image = opened if _orientation(opened) == 1 else ImageOps.exif_transpose(opened)
        image.info = {name: value for name, value in image.info.items() if name in _SHOWN}
        if image.mode == "CMYK":  # for paper; not every network shows it, and those that do differ
            image, icc = _in_rgb(image, icc), None
        for candidate, wanted in _candidates(_within(image, rules), kind, rules):
            same = wanted == kind and candidate is opened and not several
            for options in _ways(wanted, same=same, lossless=_lossless(kind, data)):
                out = BytesIO()
                candidate.save(out, _FORMATS[wanted], icc_profile=_fitting(icc, candidate.mode), **options)
                if rules.max_bytes is None or out.tell() <= rules.max_bytes:
                    return Fitted(_name(file, wanted), out.getvalue(), wanted, *candidate.size)
        limit = f" into {megabytes(rules.max_bytes)}" if rules.max_bytes is not None else ""
        raise _Unfit(f"can't be made to fit{limit}")


def _orientation(image: Image) -> int:
    """1: upright; 5 to 8: on its side (Exif 2.3, tag 274)."""
    told = image.getexif().get(0x0112)
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _lossless(kind: str, data: bytes) -> bool:
    """Of WebP, which is either: whether it is of the kind that loses nothing."""
    return kind == WEBP and b"VP8L" in data


def _moving(file: str, image: Image, kind: str, rules: MediaRules, *, lossless: bool) -> Fitted:
    """All frames, in the same format: a moving picture is neither scaled nor turned nor thinned out."""
    if _factor(image, rules) < 1:
        raise _Unfit(f"moves and has {image.width} x {image.height} pixels, more than it takes")
    if _orientation(image) != 1:
        raise _Unfit("moves and lies on its side: save it upright")
    out = BytesIO()
    options = next(_ways(kind, same=False, lossless=lossless))
    options["icc_profile"] = _fitting(image.info.get("icc_profile"), image.mode)
    options |= {"loop": image.info["loop"]} if "loop" in image.info else {}
    options["duration"] = _durations(image)
    image.info = {name: value for name, value in image.info.items() if name in _SHOWN}
    image.save(out, _FORMATS[kind], save_all=True, **options)
    most = rules.max_bytes if rules.moving_bytes is None else rules.moving_bytes
    if most is not None and out.tell() > most:
        raise _Unfit(f"moves and has {megabytes(out.tell())}; it takes {megabytes(most)} at most")
    return Fitted(_name(file, kind), out.getvalue(), kind, *image.size)


def _durations(image: Image) -> list[int]:
    """Milliseconds of each frame. Stands at the first one again afterwards."""
    durations = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()  # not every format knows it earlier
        durations.append(int(image.info.get("duration", 0)))
    image.seek(0)
    return durations


def _within(image: Image, rules: MediaRules) -> Image:
    """The picture scaled down to the most pixels and the longest side."""
    factor = _factor(image, rules)
    return _scaled(image, factor) if factor < 1 else image


def _factor(image: Image, rules: MediaRules) -> float:
    factor = 1.0
    if rules.max_side is not None:
        factor = min(factor, rules.max_side / max(image.size))
    if rules.max_pixels is not None:
        factor = min(factor, (rules.max_pixels / (image.width * image.height)) ** 0.5)
    return factor


def _scaled(image: Image, factor: float) -> Image:
    with loading():
        from PIL import Image

    if image.mode in ("P", "1") or "transparency" in image.info:  # single colours can't be mixed
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    size = (max(int(image.width * factor), 1), max(int(image.height * factor), 1))
    return image.resize(size, Image.Resampling.LANCZOS)


def _candidates(image: Image, kind: str, rules: MediaRules) -> Iterator[tuple[Image, str]]:
    """Pictures and types to try in turn: as it is, as JPEG, and smaller and smaller."""
    while min(image.size) >= (rules.min_side or 1):
        if kind in rules.kinds:
            yield _savable(image, kind), kind
        other = next((other for other in (JPEG, PNG, WEBP, AVIF, GIF) if other in rules.kinds), kind)
        if other != kind:
            yield _savable(image, other), other
        if max(image.size) <= _LEAST:
            return
        image = _scaled(image, _SMALLER)


def _savable(image: Image, kind: str) -> Image:
    """In a mode that the type can hold; JPEG knows no transparency, so what shows through becomes white."""
    with loading():
        from PIL import Image

    if image.mode.startswith("I;16") and kind != PNG:  # Pillow would cut it off at 255
        image = image.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if kind != JPEG:
        return image
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return ground.convert("RGB")
    return image if image.mode in ("RGB", "L") else image.convert("RGB")


def _in_rgb(image: Image, icc: bytes | None) -> Image:
    with loading():
        from PIL import ImageCms

    if icc is None:
        return image.convert("RGB")
    try:
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, BytesIO(icc), srgb, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError):  # a broken profile
        return image.convert("RGB")


def _fitting(icc: bytes | None, mode: str) -> bytes | None:
    """The colour profile if it speaks of such colours (ICC.1, header: data colour space)."""
    space = b"GRAY" if mode in ("1", "L", "LA") or mode.startswith("I") else b"RGB "
    return icc if icc is not None and icc[16:20] == space else None


def _ways(kind: str, *, same: bool, lossless: bool) -> Iterator[dict[str, Any]]:
    """How to encode: with as little loss as possible first. ``same``: as it came, in the type that it came in."""
    if same and kind == JPEG:  # the very same compression: what changes is the last bit of some colours
        yield {"quality": "keep", "optimize": True}
    if lossless and kind == WEBP:
        yield {"lossless": True}
    if kind in (JPEG, WEBP, AVIF):
        yield from ({"quality": quality} for quality in _QUALITIES)
    else:
        yield {"optimize": True}


def _name(file: str, kind: str) -> str:
    path = PurePosixPath(file)
    same = mimetypes.guess_type(path.name)[0] == kind
    return path.name if same else path.stem + _ENDINGS[kind]
