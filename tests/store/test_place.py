"""Where a store lies, from the text of /proc/mounts and from real files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from campaign.errors import StoreError
from campaign.store import place
from campaign.store.database import Store

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
nas:/export /srv/nas nfs4 rw 0 0
//nas/share /srv/win\\040share cifs rw 0 0
me@host:/ /home/me/far fuse.sshfs rw 0 0
/dev/sdb1 /srv/nas/local xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/srv/campaign.db", "ext4", False),
        ("/srv/nas/campaign.db", "nfs4", True),
        ("/srv/nasty/campaign.db", "ext4", False),
        ("/srv/nas/local/campaign.db", "xfs", False),
        ("/srv/win share/a/campaign.db", "cifs", True),
        ("/home/me/far/campaign.db", "fuse.sshfs", True),
    ],
)
def test_the_mount_that_is_nearest_counts(path: str, kind: str, remote: bool) -> None:
    assert place.file_system(Path(path), MOUNTS) == kind
    assert place.remote(kind) is remote


@pytest.mark.parametrize("kind", ["nfs", "smb3", "9p", "fuse.rclone", "ceph", "davfs", "vboxsf", "drvfs"])
def test_network_file_systems(kind: str) -> None:
    assert place.remote(kind)


@pytest.mark.parametrize(
    "kind", ["ext4", "btrfs", "overlay", "tmpfs", "zfs", "apfs", "fuse.ntfs", "f2fs", ""]
)
def test_disks(kind: str) -> None:
    assert not place.remote(kind)


def test_a_later_mount_covers_an_earlier_one() -> None:
    assert place.file_system(Path("/a"), "x / ext4 0 0\ny / nfs 0 0\n") == "nfs"
    assert place.file_system(Path("/a"), "") == ""
    assert place.file_system(Path("/a"), "damaged\n") == ""


def test_this_machine_says_where_its_files_are(tmp_path: Path) -> None:
    if not place.MOUNTS.exists():
        pytest.skip("this system has no /proc/self/mounts")
    assert place.file_system(tmp_path / "campaign.db", place.mounts())


def test_which_file_a_store_is(tmp_path: Path) -> None:
    assert place.file_of("sqlite:///a/b.db", tmp_path) == tmp_path / "a/b.db"
    assert place.file_of("sqlite:////srv/b.db", tmp_path) == Path("/srv/b.db")
    assert place.file_of("postgresql+psycopg://me@host/db", tmp_path) is None
    assert place.file_of("nonsense", tmp_path) is None


def test_real_files(tmp_path: Path) -> None:
    store = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    store.set("a", "b")
    path = tmp_path / "campaign.db"
    assert [file.name for file in place.beside(path)] == ["campaign.db", "campaign.db-wal", "campaign.db-shm"]
    store.close()
    assert not place.open_to_others(path)
    path.chmod(0o640)
    assert place.open_to_others(path)
    assert place.free(path) > 0
    assert place.unsound(path) == ""
    letter = tmp_path / "letter.db"
    letter.write_text("Dear reader,\n" * 99)
    with pytest.raises(StoreError, match="is not a database"):
        place.unsound(letter)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(64) * (size // 256))
    try:
        assert place.unsound(path)
    except StoreError as error:
        assert "damaged" in error.message
