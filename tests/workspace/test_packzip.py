"""ZIPs of packs that lie, lead out, explode or are broken: one line each, and nothing is unpacked."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.workspace.findings import Findings
from campaign.workspace.packnames import MAX_FILES, clashes, limit, wrong_name
from campaign.workspace.packzip import MAX_TOLD, unzip
from tests.workspace.packed import pack, zipped

GOOD = pack()


def problems(data: bytes) -> list[str]:
    """What is said of a ZIP; each is one printable line."""
    findings = Findings()
    files = unzip(data, "act.zip", findings)
    told = [str(problem) for problem in findings.problems]
    assert (files is None) == bool(told)
    for line in told:
        assert line.startswith("act.zip: ")
        assert line.isprintable()
    return told


def with_entry(name: str | zipfile.ZipInfo, content: bytes = b"x", kind: int = zipfile.ZIP_STORED) -> bytes:
    """A good pack with one entry more."""
    file = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(file, "a", kind) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def test_a_good_one() -> None:
    for folder in ("", "act-1.0.0/"):
        findings = Findings()
        assert unzip(zipped(GOOD, folder), "act.zip", findings) == GOOD
        assert findings.problems == []


OUT = (
    "../evil.j2",
    "a/../../evil.j2",
    "a/../evil.j2",
    "..",
    "/etc/evil.j2",
    "//server/share/evil.j2",
    "..\\evil.j2",
    "a\\..\\..\\evil.j2",
    "C:\\evil.j2",
    "C:/evil.j2",
    "c:evil.j2",
    "\\\\server\\share\\evil.j2",
    "./evil.j2",
    "a//evil.j2",
    "evil.j2\0.jpg",
    "a/./evil.j2",
    "signs.j2:stream",
)


@pytest.mark.parametrize("name", OUT)
def test_a_name_that_leads_out(name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name  # ZipInfo() itself would cut it at NUL
    (told,) = problems(with_entry(info))
    assert told.endswith("the name leads out of its folder")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("con.j2", "device on Windows"),
        ("images/NUL", "device on Windows"),
        ("COM1.txt", "device on Windows"),
        ("lpt9.j2.txt", "device on Windows"),
        (".hidden.j2", "begins with a letter or digit"),
        ("a/.git/config.txt", "begins with a letter or digit"),
        ("tips .j2", "a name holds letters"),
        ("tips.j2.", "a name holds letters"),
        ("tıps.j2", "a name holds letters"),
        ("e\u0301.j2", "a name holds letters"),
        ("a\u202egpj.j2", "a name holds letters"),
        ("x\n.j2", "a name holds letters"),
        ("a/b/c/d/e/f/g.j2", "nested more than 5 deep"),
        ("a" * 201 + ".j2", "too long"),
        ("run.py", "packs hold no files of this kind"),
        ("config.yaml", "packs hold no files of this kind"),
        ("schedules/c.yaml", "packs hold no files of this kind"),
        ("a/facts.yaml", "packs hold no files of this kind"),
        ("a/pack.yaml", "packs hold no files of this kind"),
        ("picture.svg", "packs hold no files of this kind"),
        ("page.html", "packs hold no files of this kind"),
        ("signs", "packs hold no files of this kind"),
        ("hotlines.checked.yaml", "a pack can't say that a help line was checked"),
        ("a/hotlines.checked.yaml", "a pack can't say that a help line was checked"),
        ("SIGNS.j2", "can't both be files"),
        ("Images/tea.jpg", "can't both be files"),
        ("signs.j2/more.j2", "can't both be files"),
        ("signs.j2", "is in it twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_can_not_be(name: str, said: str) -> None:
    told = problems(with_entry(name))
    assert len(told) == 1 and said in told[0]


def entry(
    mode: int, name: str = "link.j2", content: bytes = b"/etc/passwd", system: int = 3
) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = system
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR]
)
@pytest.mark.parametrize("system", [0, 3, 19])
def test_links_and_devices(mode: int, system: int) -> None:
    (told,) = problems(with_entry(entry(mode | 0o777, system=system), b"/etc/passwd"))
    assert "`link.j2`: this is a link or a device, not a file" in told


def test_folders_are_fine_and_have_no_content() -> None:
    assert problems(with_entry("images/", b"")) == []
    assert "a folder has no content" in problems(with_entry("images/", b"x"))[0]
    assert "leads out" in problems(with_entry("../", b""))[0]


# -- bombs -------------------------------------------------------------------------------


def test_a_file_that_grows_too_much() -> None:
    (told,) = problems(with_entry("bomb.txt", bytes(200_000), zipfile.ZIP_DEFLATED))
    assert "would become more than 100 times as large" in told
    (told,) = problems(with_entry("bomb.txt", bytes(1_000_000), zipfile.ZIP_DEFLATED))
    assert "is larger than 256 KiB" in told


def test_many_files_and_much_of_it() -> None:
    many = zipped({**GOOD, **{f"a{n}.txt": b"" for n in range(MAX_FILES)}})
    assert "a pack has at most 1,000" in problems(many)[0]
    million = zipped(GOOD) + b"PK\x01\x02" * 5000
    assert problems(million) == ["act.zip: it holds more than 1,000 files"]
    noise = b"".join(bytes([n % 251]) * 97 for n in range(250_000))[: 24 * 1024 * 1024]
    large = zipped({**GOOD, **{f"a{n}.mp4": noise for n in range(6)}})
    assert any("larger than 128 MiB together" in line for line in problems(large))


def test_a_wrong_pack_with_a_thousand_wrong_names_is_told_in_twenty_lines() -> None:
    assert len(problems(zipped({f"../{n}.j2": b"" for n in range(900)}))) == MAX_TOLD + 1


def field(data: bytes, magic: bytes, offset: int, value: bytes, name: bytes) -> bytes:
    """The ZIP with a field of the record (local: PK34, list: PK12) of a file overwritten."""
    start = 0
    at = 30 if magic == b"PK\x03\x04" else 46
    while (start := data.index(magic, start)) >= 0:
        if data[start + at : start + at + len(name)] == name:
            break
        start += 4
    return data[: start + offset] + value + data[start + offset + len(value) :]


def smaller(data: bytes) -> bytes:
    return field(data, b"PK\x01\x02", 24, struct.pack("<L", 3), b"bomb.txt")


def larger(data: bytes) -> bytes:
    return field(data, b"PK\x01\x02", 24, struct.pack("<L", 4000), b"bomb.txt")


def encrypted(data: bytes) -> bytes:
    return field(data, b"PK\x01\x02", 8, struct.pack("<H", 1), b"bomb.txt")


def renamed(data: bytes) -> bytes:
    return field(data, b"PK\x03\x04", 30, b"evil.txt", b"bomb.txt")


def overlapping(data: bytes) -> bytes:
    """The list gives the file the bytes of all the others too."""
    return field(data, b"PK\x01\x02", 20, struct.pack("<L", len(data)), b"bomb.txt")


def strange(data: bytes) -> bytes:
    return field(data, b"PK\x01\x02", 10, struct.pack("<H", 98), b"bomb.txt")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (smaller, "damaged"),
        (larger, "size is not what the ZIP says"),
        (encrypted, "this is encrypted"),
        (renamed, "damaged"),
        (overlapping, "lie over one another"),
        (strange, "compressed in an unusual way"),
    ],
)
def test_a_list_that_lies(change: Callable[[bytes], bytes], said: str) -> None:
    data = with_entry("bomb.txt", bytes(range(256)) * 8, zipfile.ZIP_DEFLATED)
    assert problems(data) == []
    told = problems(change(data))
    assert len(told) == 1 and said in told[0]


def test_other_files_and_broken_ones() -> None:
    good = zipped(GOOD)
    for data in (b"", b"PK", b"%PDF-1.7", b"\x1f\x8b" + good, b"MZ" + good, zlib.compress(good)):
        assert problems(data) == ["act.zip: this is no ZIP file"]
    for data in (good[:-1], good[: len(good) // 2], b"PK\x03\x04", b"PK\x03\x04" + bytes(100)):
        assert "damaged" in problems(data)[0]
    assert problems(zipped({"signs.j2": b"x"})) == ["act.zip: it holds no pack.yaml, so it is no pack"]
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert problems(empty.getvalue()) == ["act.zip: this is no ZIP file"]


# -- whatever it is ------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_any_bytes_changed_give_files_or_one_line(data: st.DataObject) -> None:
    good = bytearray(zipped({name: GOOD[name] for name in ("pack.yaml", "signs.j2", "images/tea.jpg")}))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(good) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                good[place] = data.draw(st.integers(0, 255))
            case 1:
                del good[place : place + data.draw(st.integers(1, 40))]
            case 2:
                good[place:place] = data.draw(st.binary(max_size=20))
    problems(bytes(good))


NAMES = st.text(
    st.sampled_from("ab./\\:\0\n ~$é\u202e\u0301CONcon12.jJ"), min_size=1, max_size=24
) | st.sampled_from((*OUT, *GOOD))


@given(st.lists(st.tuples(NAMES, st.binary(max_size=50), st.integers(0, 0xFFFF)), max_size=6))
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_names_and_modes_never_lead_out(entries: list[tuple[str, bytes, int]]) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("pack.yaml", GOOD["pack.yaml"])
        for name, content, mode in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.external_attr = name, mode << 16
            archive.writestr(info, content)
    findings = Findings()
    files = unzip(file.getvalue(), "act.zip", findings)
    assert (files is None) == bool(findings.problems)
    for name in files or ():
        assert not wrong_name(name) and limit(name) is not None
        assert not clashes(files or ())


@given(st.text(max_size=40))
def test_a_name_that_is_taken_is_below_its_folder_everywhere(name: str) -> None:
    if not wrong_name(name):
        assert name.isascii() and not name.startswith("/") and ".." not in name.split("/")
        assert "\\" not in name and ":" not in name and "" not in name.split("/")
