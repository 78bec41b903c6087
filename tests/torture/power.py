"""What the store's files may look like after a power cut.

What SQLite promises (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous): with
journal_mode=WAL and synchronous=FULL a commit returns after its frames in the -wal file, the last of them marked as
the commit, are flushed by fsync. So what is on the disk is a prefix of the commits with every one that returned.
Behind the last flushed frame there may be anything: frames in part, out of order, as zeros, or of an older round;
salts and running checksums tell them from good ones. A checkpoint flushes the -wal before it writes a page into the
database, and the database before it gives the -wal up; so the database may hold any mixture of old and new pages as
long as the -wal is whole. The -shm file is made anew by whoever opens first.

So at each point at which a process is killed, its files are replaced by one of these states, and the next run starts
there. "torn" and its like undo the commit that has just returned: as nothing happened between its first byte and its
return, that is a power cut in the middle of it. What this can't show: a disk or a controller that says "flushed" and
keeps the data in a cache without a battery. Against that no program helps; the network's own memory of our keys does.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

Damage = Callable[[Path, Path], None]
"""Of the store in a folder, given the folder with a copy of it from before it was closed."""

HEADER, FRAME = 32, 24  # bytes; https://www.sqlite.org/fileformat2.html#walformat


def commits(wal: bytes) -> list[int]:
    """Where each transaction in a -wal file ends (bytes), the first entry being where the first may begin: 0."""
    ends = [0]
    if len(wal) < HEADER:
        return ends
    page, salts = struct.unpack(">I", wal[8:12])[0], wal[16:24]
    at = HEADER
    while at + FRAME + page <= len(wal) and wal[at + 8 : at + 16] == salts:
        after_commit = struct.unpack(">I", wal[at + 4 : at + 8])[0]
        at += FRAME + page
        if after_commit:
            ends.append(at)
    return ends


def _garbage(random: Random, size: int) -> bytes:
    return random.randbytes(size)


def _files(folder: Path) -> tuple[Path, Path, Path]:
    return folder / "campaign.db", folder / "campaign.db-wal", folder / "campaign.db-shm"


def tail(random: Random) -> Damage:
    """All commits are there; behind them stands what was being written next, and the -shm file is garbage."""

    def damage(folder: Path, kept: Path) -> None:
        _, wal, shm = _files(folder)
        if wal.exists():
            whole = wal.read_bytes()
            ends = commits(whole)
            again = whole[ends[-2] : ends[-1]] if len(ends) > 1 else b""
            rest = random.choice(
                [b"", bytes(5000), _garbage(random, 5000), again[: random.randint(0, len(again))]]
            )
            wal.write_bytes(whole[: ends[-1]] + rest)
        if shm.exists():
            shm.write_bytes(random.choice([b"", _garbage(random, 32768)]))

    return damage


def torn(random: Random) -> Damage:
    """The last commit was cut off at some byte; behind it nothing, zeros, garbage, or all but its first frame."""

    def damage(folder: Path, kept: Path) -> None:
        _, wal, shm = _files(folder)
        whole = wal.read_bytes()
        ends = commits(whole)
        if len(ends) < 2:
            return
        start, end = ends[-2], ends[-1]
        match random.randint(0, 4):
            case 0:
                left = whole[: random.randint(start, end - 1)]
            case 1:  # within the head of its last frame
                page = struct.unpack(">I", whole[8:12])[0]
                left = whole[: end - page - random.randint(0, FRAME)]
            case 2:
                cut = random.randint(start, end - 1)
                left = whole[:cut] + bytes(end - cut)
            case 3:
                cut = random.randint(start, end - 1)
                left = whole[:cut] + _garbage(random, end - cut)
            case _:  # the blocks reached the disk in another order
                cut = random.randint(start + 1, min(start + 4096, end))
                left = whole[:start] + bytes(cut - start) + whole[cut:end]
        wal.write_bytes(left)
        shm.unlink(missing_ok=True)

    return damage


def mixed(random: Random) -> Damage:
    """Power went in the middle of the checkpoint at the end: some pages are written, and the -wal is still there."""

    def damage(folder: Path, kept: Path) -> None:
        base, wal, shm = _files(folder)
        old, new = (kept / base.name).read_bytes(), base.read_bytes()
        log = kept / wal.name
        if not log.exists() or not log.stat().st_size:
            return
        page = struct.unpack(">H", new[16:18])[0]
        pages = [
            random.choice([old[at : at + page] or bytes(page), new[at : at + page]])
            for at in range(0, len(new), page)
        ]
        base.write_bytes(b"".join(pages))
        wal.write_bytes(log.read_bytes())
        shm.unlink(missing_ok=True)

    return damage


def cut(where: str, random: Random) -> Damage:
    """What a power cut may leave at a fault point of that name."""
    match where:
        case "after commit":
            return random.choice([torn, torn, torn, tail])(random)
        case "after closing":
            return mixed(random)
        case _:
            return tail(random)
