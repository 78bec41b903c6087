"""Pictures where a network can fetch them."""

from __future__ import annotations

import hashlib
import resource
from pathlib import Path
from threading import Thread

import pytest

from campaign.core.model import Public
from campaign.errors import CampaignError
from campaign.networks.media import Fitted
from campaign.networks.public import publish

PUBLIC = Public("https://example.org/fetch/", "public/fetch")
DATA = bytes(range(256)) * 200
FILE = Fitted("Foto 1.JPG", DATA, "image/jpeg", 40, 30)


def shelf(root: Path) -> list[str]:
    return sorted(path.name for path in (root / PUBLIC.folder).iterdir() if not path.name.startswith("."))


def test_the_address_is_that_of_the_bytes(tmp_path: Path) -> None:
    address = publish(FILE, PUBLIC, tmp_path)
    assert address == f"https://example.org/fetch/{hashlib.sha256(DATA).hexdigest()}.jpg"
    assert (tmp_path / "public/fetch" / address.rpartition("/")[2]).read_bytes() == DATA


def test_the_same_bytes_have_the_same_address(tmp_path: Path) -> None:
    first = publish(FILE, PUBLIC, tmp_path)
    assert publish(Fitted("other.jpg", DATA, "image/jpeg"), PUBLIC, tmp_path) == first
    assert publish(Fitted("other.jpg", DATA + b"x", "image/jpeg"), PUBLIC, tmp_path) != first
    assert len(shelf(tmp_path)) == 2


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """The disk is full in the middle of it: nobody can fetch half a picture, and later it goes well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, hard))
    try:
        with pytest.raises(CampaignError, match=r"public/fetch of media_url can't be written"):
            publish(FILE, PUBLIC, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert shelf(tmp_path) == []
    publish(FILE, PUBLIC, tmp_path)
    assert len(shelf(tmp_path)) == 1


def test_several_at_once(tmp_path: Path) -> None:
    addresses: list[str] = []
    senders = [Thread(target=lambda: addresses.append(publish(FILE, PUBLIC, tmp_path))) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(addresses) == 4
    assert len(set(addresses)) == len(shelf(tmp_path)) == 1


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file where the folder should be")
    with pytest.raises(CampaignError, match=r"public/fetch of media_url can't be written") as caught:
        publish(FILE, PUBLIC, tmp_path)
    assert "\n" not in caught.value.message


def test_no_address_is_known(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="fetches pictures from a public address") as caught:
        publish(FILE, None, tmp_path)
    assert "media_url: {url: " in caught.value.hint
    assert list(tmp_path.iterdir()) == []
