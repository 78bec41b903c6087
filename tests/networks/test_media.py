"""What leaves in a picture: the picture, and nothing else; and that it fits."""

from __future__ import annotations

import random
import statistics
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat, PngImagePlugin

from campaign.core.media import AVIF, GIF, JPEG, MP4, PNG, WEBP, FilmRules, MediaRules
from campaign.core.model import Media
from campaign.core.outcome import Refused, Scope
from campaign.networks.media import Fitted, fitted
from tests.networks.cases import drawn
from tests.networks.memory import Folder

KINDS = {"JPEG": JPEG, "PNG": PNG, "GIF": GIF, "WEBP": WEBP, "AVIF": AVIF}
ANY = MediaRules(kinds=frozenset(KINDS.values()), animated=True)
SECRET = b"CAMERA-OF-RINA"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def fit(
    folder: Folder, data: bytes, rules: MediaRules = ANY, name: str = "foto.png", kind: str = ""
) -> Fitted | Refused:
    folder.write(name, data)
    return fitted(Media(name, "alt", kind), folder, rules)


def good(result: Fitted | Refused) -> Fitted:
    assert isinstance(result, Fitted), result
    image = opened(result.data)
    assert (result.width, result.height) == image.size
    assert KINDS[str(image.format)] == result.type
    return result


def bad(result: Fitted | Refused) -> str:
    assert isinstance(result, Refused), result
    assert result.scope is Scope.POST
    assert "\n" not in result.reason
    return result.reason


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scene(size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """Smooth colours with an edge, another in each corner."""
    image = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (image, image.rotate(180), Image.new("L", size, 90)))
    image.paste((220, 20, 20), (0, 0, size[0] // 4, size[1] // 4))
    return image.convert(mode)


def noise(size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))


def distance(one: Image.Image, other: Image.Image) -> float:
    """How far their colours are from each other (0 to 255), in the mean; 0: they are the same."""
    return statistics.fmean(
        ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    )


def exif(orientation: int = 1) -> bytes:
    data = Image.Exif()
    data[0x010F] = SECRET.decode()  # Make
    data[0x9286] = SECRET.decode()  # UserComment
    data[0x0112] = orientation
    data.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 30.0), 3: "E", 4: (106.0, 49.0, 0.0)})  # GPS
    return data.tobytes()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_everything(kind: str, **options: Any) -> bytes:
    """A picture with all that may stand beside one in its format."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if kind == "GIF":
        return saved(scene(), kind, comment=SECRET) + SECRET
    options = {"exif": exif(), "icc_profile": profile, **options}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", SECRET.decode())
        text.add_text("Comment", SECRET.decode() * 9, zip=True)
        text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        text.add(b"tIME", b"\x07\xe7\x07\x1e\x08\x00\x00")
        return saved(scene(), kind, pnginfo=text, **options) + SECRET
    data = saved(scene(), kind, xmp=b"<x:xmpmeta>" + SECRET, **options)
    if kind == "JPEG":
        beside = segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET)  # IPTC
        beside += segment(0xFE, SECRET) + segment(0xE4, SECRET)  # a comment, something of a maker's own
        data = data[:2] + beside + data[2:] + SECRET  # and a film behind it, as phones append
    return data


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_picture_leaves(folder: Folder, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 90} if kind in ("JPEG", "AVIF") else {}
    data = with_everything(kind, **options)
    assert SECRET in data
    result = good(fit(folder, data))
    assert result.type == KINDS[kind]
    for trace in (
        SECRET,
        b"Exif",
        b"http://ns.adobe.com",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"eXIf",
        b"tIME",
        b"8BIM",
    ):
        assert trace not in result.data
    image = opened(result.data)
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {
        *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "icc_profile", "version", "background"),
        *("loop", "timestamp", "duration"),
    }
    before = opened(data)
    assert image.info.get("icc_profile") == before.info.get("icc_profile")
    # PNG, GIF and lossless WebP keep each pixel; a JPEG keeps its compression; AVIF has no way to.
    assert distance(image, before) <= {"JPEG": 0.6, "AVIF": 2}.get(kind, 0)


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "posts" / "images").glob("*.jpg")), ids=lambda path: path.name
)
def test_the_starter_pack_stays_as_it_is(folder: Folder, picture: Path) -> None:
    data = picture.read_bytes()
    result = good(fit(folder, data, name=picture.name))
    assert distance(opened(result.data), opened(data)) < 0.2
    assert len(result.data) < len(data) * 1.1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_before_it_goes(folder: Folder, kind: str, orientation: int) -> None:
    turned = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.transpose(Image.Transpose.ROTATE_270),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    }
    result = good(fit(folder, saved(scene(), kind, exif=exif(orientation), quality=95)))
    upright = turned[orientation](scene())
    assert opened(result.data).size == upright.size
    assert dict(opened(result.data).getexif()) == {}
    small = (12, 12)
    assert distance(opened(result.data).resize(small), upright.resize(small)) < 3


def test_an_orientation_that_says_nothing(folder: Folder) -> None:
    broken = saved(scene(), "JPEG", exif=exif(6)).replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x02")  # text
    assert (good(fit(folder, broken)).width, good(fit(folder, broken)).height) == (96, 64)


def test_the_shape_is_judged_as_it_is_seen(folder: Folder) -> None:
    tall = MediaRules(ratio=(0.5, 0.8))
    lying = saved(scene((90, 60)), "JPEG", exif=exif(6))
    assert good(fit(folder, lying, tall)).width == 60
    assert "1.50" in bad(fit(folder, saved(scene((90, 60)), "JPEG"), tall))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_gives_the_same_bytes(folder: Folder, kind: str) -> None:
    data = with_everything(kind)
    assert fit(folder, data) == fit(folder, data)
    small = MediaRules(kinds=ANY.kinds, max_side=40)
    assert fit(folder, data, small) == fit(folder, data, small)


def test_a_picture_without_anything_stays_as_it_is(folder: Folder) -> None:
    data = drawn(optimize=True)
    assert good(fit(folder, data)).data == data


# -- limits --


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "limit",
    [{"max_bytes": 6_000}, {"max_side": 100}, {"max_pixels": 10_000}, {"max_bytes": 3_000, "max_side": 90}],
)
def test_a_picture_is_made_to_fit(folder: Folder, kind: str, limit: dict[str, int]) -> None:
    data = saved(noise((200, 150)), kind)
    rules = MediaRules(kinds=ANY.kinds, **limit)
    result = good(fit(folder, data, rules))
    assert len(result.data) <= limit.get("max_bytes", len(data))
    assert max(result.width, result.height) <= limit.get("max_side", 200)
    assert result.width * result.height <= limit.get("max_pixels", 200 * 150)
    assert abs(result.width / result.height - 4 / 3) < 0.05


def test_quality_goes_before_size(folder: Folder) -> None:
    data = saved(noise((200, 150)), "JPEG", quality=95)
    result = good(fit(folder, data, MediaRules(max_bytes=len(data) * 3 // 4)))
    assert (result.width, result.height) == (200, 150)


def test_a_large_png_becomes_a_jpeg(folder: Folder) -> None:
    data = saved(noise((200, 150)), "PNG")
    result = good(fit(folder, data, MediaRules(max_bytes=40_000), name="poster.png"))
    assert (result.name, result.type) == ("poster.jpg", JPEG)
    assert result.part == ("poster.jpg", result.data, JPEG)


@pytest.mark.parametrize("kinds", [{JPEG}, {PNG}, {WEBP}, {GIF}, {AVIF}])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_not_taken_becomes_one_that_is(folder: Folder, kind: str, kinds: set[str]) -> None:
    result = good(fit(folder, saved(scene(), kind), MediaRules(kinds=frozenset(kinds)), name="foto.xyz"))
    assert {result.type} == kinds
    assert distance(opened(result.data), scene()) < 8


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (MediaRules(min_side=65), "96 x 64 pixels; it takes 65 or more"),
        (MediaRules(ratio=(1.6, 2.0)), "is 1.50 times as wide as high; it takes 1.60 to 2.00"),
        (MediaRules(max_bytes=100), "can't be made to fit into 0.0 MB"),
        (MediaRules(max_side=80, min_side=60), "can't be made to fit"),
        (MediaRules(max_bytes=1_400, min_side=64), "can't be made to fit into 0.0 MB"),
    ],
)
def test_what_can_not_be_made_to_fit_is_refused_with_words(
    folder: Folder, rules: MediaRules, says: str
) -> None:
    reason = bad(fit(folder, saved(noise((96, 64)), "PNG"), rules, name="signs/a.png"))
    assert reason.startswith("posts/signs/a.png ")
    assert says in reason


# -- colours --


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "RGB", "L"])
def test_what_shows_through_becomes_white_in_a_jpeg(folder: Folder, mode: str) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (0, 0, 20, 40))
    kind = "PNG"
    if mode in ("LA", "RGBA"):
        data = saved(image.convert(mode), kind)
    elif mode == "PA":
        data = saved(image, "WEBP", lossless=True)
    elif mode == "P":
        palette = Image.new("P", (40, 40), 1)
        palette.putpalette([10, 10, 10, 0, 0, 0])
        palette.paste(0, (0, 0, 20, 40))
        data = saved(palette, kind, transparency=bytes([255, 0]))
    else:  # one colour stands for nothing
        opaque = Image.new(mode, (40, 40), 0)
        opaque.paste(10 if mode == "L" else (10, 10, 10), (0, 0, 20, 40))
        data = saved(opaque, kind, transparency=0 if mode == "L" else (0, 0, 0))
    result = good(fit(folder, data, MediaRules(kinds=frozenset({JPEG}))))
    shown = opened(result.data).convert("L")
    assert shown.getpixel((30, 20)) == pytest.approx(255, abs=6)
    assert shown.getpixel((5, 20)) == pytest.approx(10, abs=6)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("side", [None, 20])
def test_what_shows_through_goes_on_to(folder: Folder, kind: str, side: int | None) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (0, 0, 20, 40))
    data = saved(image, kind)
    result = good(fit(folder, data, MediaRules(kinds=ANY.kinds, max_side=side)))
    shown = opened(result.data).convert("RGBA")
    assert shown.getpixel((shown.width * 3 // 4, 10))[3] == 0  # type: ignore[index]
    assert shown.getpixel((2, 10)) == pytest.approx((200, 30, 30, 255), abs=12)


@pytest.mark.parametrize("kinds", [{JPEG}, {PNG}, {WEBP}, {AVIF}])
def test_sixteen_bits_of_grey_become_eight_of_the_same_grey(folder: Folder, kinds: set[str]) -> None:
    image = Image.new("I;16", (64, 64), 0x4080)
    result = good(fit(folder, saved(image, "PNG"), MediaRules(kinds=frozenset(kinds))))
    shown = opened(result.data)
    assert (
        shown.getpixel((3, 3)) == 0x4080
        if kinds == {PNG}
        else shown.convert("L").getpixel((3, 3)) in (63, 64, 65)
    )


@pytest.mark.parametrize("kinds", [{JPEG}, {PNG}, {WEBP}])
@pytest.mark.parametrize("profile", [None, b"\0" * 200])
def test_colours_for_paper_become_those_of_a_screen(
    folder: Folder, kinds: set[str], profile: bytes | None
) -> None:
    data = saved(scene(mode="CMYK"), "JPEG", quality=95, icc_profile=profile)
    result = good(fit(folder, data, MediaRules(kinds=frozenset(kinds))))
    shown = opened(result.data)
    assert shown.mode == "RGB"
    assert "icc_profile" not in shown.info
    assert distance(shown, scene()) < 8


def test_a_profile_of_other_colours_is_left_out(folder: Folder) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = b"GRAY"
    assert (
        "icc_profile"
        not in opened(good(fit(folder, saved(scene(), "PNG", icc_profile=bytes(profile)))).data).info
    )
    grey = opened(good(fit(folder, saved(scene(mode="L"), "PNG", icc_profile=bytes(profile)))).data)
    assert grey.info["icc_profile"] == bytes(profile)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
@pytest.mark.parametrize("kinds", [{JPEG}, {PNG}, {WEBP}, {GIF}])
@pytest.mark.parametrize("side", [None, 40])
def test_few_colours(folder: Folder, mode: str, kinds: set[str], side: int | None) -> None:
    data = saved(scene(mode=mode), "PNG")
    result = good(fit(folder, data, MediaRules(kinds=frozenset(kinds), max_side=side)))
    assert max(result.width, result.height) == (side or 96)


# -- what moves --

COLOURS = ("white", "black", "red", "blue")
TIMES = [100, 200, 300, 400]


def film(kind: str, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    frames = [Image.new("RGB", size, colour) for colour in COLOURS]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=TIMES, loop=3, **options)


def frames(data: bytes) -> list[tuple[int, str]]:
    image = Image.open(BytesIO(data))
    found = []
    for number in range(image.n_frames):  # type: ignore[attr-defined]
        image.seek(number)
        image.load()
        colour = image.convert("RGB").getpixel((5, 5))
        name = min(COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(_rgb(name), colour, strict=True)))  # type: ignore[arg-type]
        found.append((int(image.info["duration"]), name))
    return found


def _rgb(name: str) -> tuple[int, ...]:
    return Image.new("RGB", (1, 1), name).getpixel((0, 0))  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_what_moves_goes_on_to_move(folder: Folder, kind: str) -> None:
    options = {"GIF": {"comment": SECRET}, "PNG": {"exif": exif()}}.get(kind, {"exif": exif(), "xmp": SECRET})
    data = film(kind, **options)
    assert SECRET in data
    result = good(fit(folder, data))
    assert SECRET not in result.data
    assert frames(result.data) == list(zip(TIMES, COLOURS, strict=True))
    assert opened(result.data).info.get("loop") == opened(data).info.get("loop")


def test_a_film_without_losses_stays_without(folder: Folder) -> None:
    still = [noise(), noise().rotate(180)]
    data = saved(still[0], "WEBP", save_all=True, append_images=still[1:], duration=500, lossless=True)
    image = opened(good(fit(folder, data)).data)
    image.seek(1)
    assert distance(image, still[1]) == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (MediaRules(kinds=ANY.kinds), "still pictures only"),
        (MediaRules(kinds=frozenset({JPEG}), animated=True), "it takes JPEG"),
        (MediaRules(kinds=ANY.kinds, animated=True, moving_bytes=90), "moves and has"),
        (MediaRules(kinds=ANY.kinds, animated=True, max_bytes=90), "moves and has"),
        (MediaRules(kinds=ANY.kinds, animated=True, max_side=50), "64 x 48 pixels, more than"),
        (MediaRules(kinds=ANY.kinds, animated=True, max_pixels=3000), "64 x 48 pixels, more than"),
    ],
)
def test_what_moves_is_refused_where_it_does_not_fit(
    folder: Folder, kind: str, rules: MediaRules, says: str
) -> None:
    assert says in bad(fit(folder, film(kind), rules))


def test_moving_bytes_go_before_all_bytes(folder: Folder) -> None:
    assert good(fit(folder, film("GIF"), MediaRules(animated=True, max_bytes=90, moving_bytes=9_000)))


def test_what_moves_and_lies_on_its_side_is_refused(folder: Folder) -> None:
    assert "on its side" in bad(fit(folder, film("WEBP", exif=exif(6))))


def test_the_pictures_behind_a_camera_s_first_are_left_out(folder: Folder) -> None:
    behind = noise()
    data = saved(scene(), "MPO", save_all=True, append_images=[behind], exif=exif(), quality=95)
    assert Image.open(BytesIO(data)).format == "MPO"
    result = good(fit(folder, data, MediaRules(), name="IMG_1.jpg"))
    assert (result.name, result.type) == ("IMG_1.jpg", JPEG)
    assert b"MPF" not in result.data
    assert SECRET not in result.data
    assert distance(opened(result.data), scene()) < 3
    assert len(result.data) < len(saved(behind, "JPEG", quality=95)) + 4_000


# -- files that are none --


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("a.png", "JPEG", "a.jpg"), ("a.jpeg", "JPEG", "a.jpeg"), ("a.jpg", "PNG", "a.png"), ("a", "GIF", "a.gif"),
     ("deep/a.b.webp", "AVIF", "a.b.avif"), ("a.bin", "WEBP", "a.webp"), ("foto baru.JPG", "JPEG", "foto baru.JPG")],
)  # fmt: skip
def test_the_name_follows_the_true_type(folder: Folder, name: str, kind: str, expected: str) -> None:
    assert good(fit(folder, saved(scene(), kind), name=name)).name == expected


def test_an_empty_file(folder: Folder) -> None:
    assert bad(fit(folder, b"", name="a.png")) == "posts/a.png is empty: it has 0 bytes"


@pytest.mark.parametrize(
    "data", [b"\0", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"RIFF"]
)
def test_no_picture(folder: Folder, data: bytes) -> None:
    assert "picture" in bad(fit(folder, data))


def test_no_file(folder: Folder) -> None:
    assert "can't be read" in bad(fitted(Media("there/is/none.png", ""), folder, ANY))
    (folder.path("a")).mkdir(parents=True)
    assert "can't be read" in bad(fitted(Media("a", ""), folder, ANY))


def test_other_formats_are_refused(folder: Folder) -> None:
    for kind in ("BMP", "TIFF", "ICO", "PPM"):
        assert "no picture that can be uploaded" in bad(fit(folder, saved(scene((32, 32)), kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_picture_is_none(folder: Folder, kind: str) -> None:
    data = saved(noise(), kind)
    for length in range(1, len(data) * 9 // 10, len(data) // 25):
        result = fit(folder, data[:length])
        assert isinstance(result, Refused) or kind == "GIF", length  # a GIF may end where it likes


@pytest.mark.filterwarnings("ignore:Truncated File Read", "ignore:Corrupt EXIF data")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("also", ["still", "moving"])
def test_a_broken_picture_is_refused_or_read_but_breaks_nothing(folder: Folder, kind: str, also: str) -> None:
    data = film(kind) if also == "moving" and kind != "JPEG" else with_everything(kind)
    step = 100 if len(data) > 5_000 else 20
    for at in range(0, len(data), step):
        for value in (0x00, 0xFF, data[at] ^ 0x01):
            broken = data[:at] + bytes([value]) + data[at + 1 :]
            result = fit(folder, broken)
            assert isinstance(result, Fitted) or bad(result), at
            assert not isinstance(result, Fitted) or SECRET not in result.data


def claims(width: int, height: int) -> bytes:
    """A small PNG that says that it is large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(9_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_600, 12_000, 20_000, 2**31 - 1])
def test_a_picture_that_would_fill_the_memory(folder: Folder, side: int) -> None:
    assert "too many pixels: 89 million can be read at most" in bad(fit(folder, claims(side, side)))


# -- films --

FILM = MediaRules(film=FilmRules(frozenset({MP4}), max_bytes=200_000))


def test_a_film_passes_as_it_is(folder: Folder) -> None:
    data = b"\0\0\0\x18ftypmp42" + bytes(500)
    assert fit(folder, data, FILM, "a.mp4", MP4) == Fitted("a.mp4", data, MP4)
    assert fit(folder, data, FILM, "b.mp4") == Fitted("b.mp4", data, MP4)  # its name says what it is


@pytest.mark.parametrize(
    ("size", "kind", "rules", "says"),
    [
        (200_001, MP4, FILM, "has 0.2 MB; it takes 0.2 MB at most"),
        (9, "video/webm", FILM, "is a WEBM film; it takes MP4"),
        (9, MP4, MediaRules(), "it takes none"),
        (0, MP4, FILM, "is empty"),
    ],
)
def test_a_film_that_does_not_fit(folder: Folder, size: int, kind: str, rules: MediaRules, says: str) -> None:
    assert says in bad(fit(folder, bytes(size), rules, "a.mp4", kind))


# -- whatever comes --

sizes = st.integers(1, 80)
limits = st.one_of(st.none(), st.integers(1, 90))


@settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]),
    size=st.tuples(sizes, sizes),
    kinds=st.frozensets(st.sampled_from(sorted(KINDS.values())), min_size=1),
    max_side=limits,
    min_side=limits,
    max_pixels=st.one_of(st.none(), st.integers(1, 6400)),
    max_bytes=st.one_of(st.none(), st.integers(1, 9_000)),
    orientation=st.integers(0, 9),
    seed=st.integers(0, 9),
)
def test_what_goes_out_fits(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    mode: str,
    size: tuple[int, int],
    kinds: frozenset[str],
    max_side: int | None,
    min_side: int | None,
    max_pixels: int | None,
    max_bytes: int | None,
    orientation: int,
    seed: int,
) -> None:
    image = Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
    try:
        data = saved(image.convert(mode), kind, **({} if kind == "GIF" else {"exif": exif(orientation)}))
    except (OSError, ValueError):  # not every format holds every mode
        data = saved(image, kind)
    rules = MediaRules(
        kinds=kinds, max_side=max_side, min_side=min_side, max_pixels=max_pixels, max_bytes=max_bytes
    )
    folder = Folder(tmp_path_factory.mktemp("any"))
    result = fit(folder, data, rules)
    if isinstance(result, Refused):
        bad(result)
        assert min_side is not None or max_bytes is not None
        return
    good(result)
    assert result.type in kinds
    assert SECRET not in result.data
    assert max_bytes is None or len(result.data) <= max_bytes
    assert max_side is None or max(result.width, result.height) <= max_side
    assert min_side is None or min(result.width, result.height) >= min_side
    assert max_pixels is None or result.width * result.height <= max(max_pixels, result.width, result.height)
    assert fit(folder, data, rules) == result
