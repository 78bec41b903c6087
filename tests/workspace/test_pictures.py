"""What a picture or film below posts/ is, seen in its bytes: never by its name, and broken ones say so."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from campaign.core.media import GIF, JPEG, MP4, PNG, WEBP, Picture
from campaign.workspace.findings import Findings
from campaign.workspace.pictures import Gallery
from campaign.workspace.templates import read_posts
from tests.networks.cases import drawn, moving


def gallery(folder: Path, **files: bytes) -> Gallery:
    (folder / "posts").mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / "posts" / f"{name}.jpg").write_bytes(data)
    return Gallery(read_posts(folder, Findings()).entries)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (drawn("PNG", (40, 30)), (PNG, 40, 30, False)),
        (drawn("JPEG", (40, 30)), (JPEG, 40, 30, False)),
        (drawn("WEBP", (40, 30)), (WEBP, 40, 30, False)),
        (drawn("GIF", (40, 30)), (GIF, 40, 30, False)),
        (moving("GIF"), (GIF, 64, 48, True)),
        (moving("WEBP"), (WEBP, 64, 48, True)),
    ],
)
def test_type_size_and_whether_it_moves(
    tmp_path: Path, data: bytes, expected: tuple[str, int, int, bool]
) -> None:
    found = gallery(tmp_path, a=data)["a.jpg"]
    assert (found.type, found.width, found.height, found.moving) == expected
    assert (found.size, found.trouble) == (len(data), "")


def test_the_sides_are_those_that_are_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a telephone held upright
    found = gallery(tmp_path, a=drawn("JPEG", (40, 30), exif=exif.tobytes()))["a.jpg"]
    assert (found.width, found.height) == (30, 40)


def test_a_film_is_not_opened(tmp_path: Path) -> None:
    data = b"\0\0\0\x18ftypisom" + b"\0" * 50
    assert gallery(tmp_path, a=data)["a.jpg"] == Picture(MP4, len(data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"hello", "is no picture and no film that can be posted"),
        (b"%PDF-1.7 and so on", "is no picture and no film that can be posted"),
        (drawn("PNG")[:-400], "is broken: "),
        (drawn("JPEG")[:600], "is broken: "),
        (drawn("JPEG")[:20], "is broken: "),
        (b"GIF89a" + b"\xff" * 40, "is broken: "),
    ],
)
def test_what_can_not_be_posted_says_so(tmp_path: Path, data: bytes, words: str) -> None:
    trouble = gallery(tmp_path, a=data)["a.jpg"].trouble
    assert trouble.startswith(words)
    assert "object at 0x" not in trouble


@pytest.mark.parametrize("side", [10_000, 14_000])
def test_a_picture_that_would_fill_the_memory(tmp_path: Path, side: int) -> None:
    out = BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    assert (
        gallery(tmp_path, a=out.getvalue())["a.jpg"].trouble
        == "is broken: it would have more than 89 million pixels"
    )


def test_what_a_camera_keeps_behind_a_picture_does_not_move(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("white", "black")]
    out = BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    found = gallery(tmp_path, a=out.getvalue())["a.jpg"]
    assert (found.type, found.moving, found.trouble) == (JPEG, False, "")


def test_an_orientation_that_says_nothing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    text = drawn("JPEG", (40, 30), exif=exif.tobytes()).replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x02")
    found = gallery(tmp_path, a=text)["a.jpg"]
    assert (found.width, found.height, found.trouble) == (40, 30, "")


def test_another_version_of_a_file_is_looked_at_anew(tmp_path: Path) -> None:
    assert gallery(tmp_path, a=drawn(size=(40, 30)))["a.jpg"].width == 40
    path = tmp_path / "posts" / "a.jpg"
    path.write_bytes(drawn(size=(50, 30)))
    os.utime(path, ns=(1, 1))
    again = gallery(tmp_path)
    assert again["a.jpg"].width == 50
    assert list(again) == ["a.jpg"]
    assert len(again) == 1
