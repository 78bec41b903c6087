"""Media files: their type by their bytes, and no way out of posts/."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from campaign.errors import CampaignError
from campaign.networks.base import Files
from campaign.workspace.files import MediaFiles
from tests.workspace.small import write

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
        (b"\x1aE\xdf\xa3" + bytes(20), "video/webm"),
    ],
)
def test_types(tmp_path: Path, data: bytes, kind: str) -> None:
    write(tmp_path, "posts/a.xyz", data)
    assert MediaFiles(tmp_path).describe("a.xyz") == (kind, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF\0\0\0\0WAVE", b"\x89PN", b"<svg/>"])
def test_no_picture(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, "posts/a.jpg", data)
    with pytest.raises(CampaignError, match="is not a picture"):
        MediaFiles(tmp_path).describe("a.jpg")


def test_it_is_what_adapters_expect(tmp_path: Path) -> None:
    write(tmp_path, "posts/deep/a.png", PNG)
    files: Files = MediaFiles(tmp_path)
    assert files.root == tmp_path
    assert files.path("deep/a.png").read_bytes() == PNG


OUTSIDE = [
    "",
    ".",
    "..",
    "../config.yaml",
    "deep/../../config.yaml",
    "deep/../a.png",
    "/etc/hostname",
    "\0",
    "x" * 5000,
]


@pytest.mark.parametrize("file", OUTSIDE)
def test_no_way_out(tmp_path: Path, file: str) -> None:
    write(tmp_path, "config.yaml", "x")
    write(tmp_path, "posts/deep/a.png", PNG)
    write(tmp_path, "posts/a.png", PNG)
    with pytest.raises(CampaignError):
        MediaFiles(tmp_path).path(file)


def test_no_way_out_through_links(tmp_path: Path) -> None:
    write(tmp_path, "config.yaml", "x")
    write(tmp_path, "posts/real.png", PNG)
    posts = tmp_path / "posts"
    (posts / "out.png").symlink_to(tmp_path / "config.yaml")
    (posts / "folder").symlink_to(tmp_path)
    (posts / "circle.png").symlink_to(posts / "circle.png")
    (posts / "in.png").symlink_to(posts / "real.png")
    files = MediaFiles(tmp_path)
    assert files.path("in.png") == posts.resolve() / "real.png"
    for file in ("out.png", "folder/config.yaml", "circle.png"):
        with pytest.raises(CampaignError):
            files.path(file)


def test_only_files(tmp_path: Path) -> None:
    write(tmp_path, "posts/deep/a.png", PNG)
    os.mkfifo(tmp_path / "posts" / "pipe.png")
    for file in ("deep", "pipe.png", "nothing.png"):
        with pytest.raises(CampaignError, match="there is no file"):
            MediaFiles(tmp_path).path(file)
