"""posts/: tables with their usual mistakes, and nothing that leads out of the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from campaign.workspace.findings import Findings
from campaign.workspace.load import load
from campaign.workspace.templates import MAX_TABLE_BYTES, MAX_TEMPLATE_BYTES, read_table
from tests.workspace.small import SPECS, every_problem, lines, one, write


def table(text: str) -> tuple[object, list[str]]:
    findings = Findings()
    return read_table("t.csv", text, findings), lines(findings.sorted())


def test_a_table_is_its_rows() -> None:
    rows, problems = table('id,text\r\n 1 ,"a, ""b""\r\nc"\r\n\r\n2,d\r\n')
    assert problems == []
    assert rows == ({"id": "1", "text": 'a, "b"\r\nc'}, {"id": "2", "text": "d"})


def test_a_table_may_have_no_rows_yet() -> None:
    assert table("id,text\n") == ((), [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "t.csv:1:1: the table has no header"),
        ("\n\n", "t.csv:1:1: the table has no header"),
        ("id,text\n1,a\n1,b\n", "t.csv:3:1: the id `1` is in line 2 already"),
        ("id,text\n,a\n", "t.csv:2:1: this row has no id"),
        ('id,text\n1,"a\nb"\n2\n', "t.csv:4:1: this row has 1 cells, the header has 2"),
        ("id,text\n1,a, b\n", "t.csv:2:1: this row has 3 cells, the header has 2"),
        ("text,alt\na,b\n", "t.csv:1:1: the table has no column `id`"),
        ("id;text\n1;a\n", "t.csv:1:1: the table has no column `id`"),
        ("id,text,text\n1,a,b\n", "t.csv:1:1: the column `text` is there twice"),
        ("id,,text\n1,a,b\n", "t.csv:1:1: a column has no name"),
        ('id,text\n1,"a\n', "t.csv:2:1: this is not CSV"),
        ('id,text\n1,"a"b\n', "t.csv:2:1: this is not CSV"),
    ],
)
def test_mistakes_in_a_table(text: str, problem: str) -> None:
    rows, problems = table(text)
    assert rows is None
    assert problems
    assert problem in problems[0]


def test_a_table_of_a_spreadsheet(folder: Path) -> None:
    write(folder, "posts/signs.csv", b"\xef\xbb\xbfid,text_id\r\n1,caf\xc3\xa9\r\n")
    assert load(folder, SPECS).tables["signs.csv"] == ({"id": "1", "text_id": "café"},)
    write(folder, "posts/signs.csv", b"id;text_id\r\n1;x\r\n")
    assert any("semicolons" in problem.hint for problem in every_problem(folder))
    write(folder, "posts/signs.csv", b"id,text_id\r\n1,caf\xe9\r\n")
    found = every_problem(folder)
    assert str(found[0].place) == "posts/signs.csv:2:6"
    assert "has problems" in found[1].message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("posts/a.j2", b"\xff"),
        ("posts/a.j2", b"a\0b"),
        ("posts/a.j2", b"x" * (MAX_TEMPLATE_BYTES + 1)),
        ("posts/a.csv", b"x" * (MAX_TABLE_BYTES + 1)),
        ("posts/a.csv", b"id,a\n1," + b"x" * 200_000),
    ],
)
def test_unreadable_files(folder: Path, name: str, data: bytes) -> None:
    write(folder, name, data)
    problem = one(folder)
    assert problem.place.file == name
    assert problem.hint


def test_what_lies_below_posts(folder: Path) -> None:
    write(folder, "posts/deep/er/a.id.j2", "halo")
    write(folder, "posts/deep/b.jpg", b"x")
    write(folder, "posts/.hidden.j2", b"\xff")
    write(folder, "posts/.git/x.j2", b"\xff")
    workspace = load(folder, SPECS)
    assert workspace.problems == ()
    assert workspace.templates["deep/er/a.id.j2"] == "halo"
    assert workspace.media == {"deep/b.jpg", "facts.yaml"}


def test_links_that_lead_out_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.j2").write_text("s3cr3t")
    posts = folder / "posts"
    (posts / "file.j2").symlink_to(outside / "secret.j2")
    (posts / "folder").symlink_to(outside)
    (posts / "loop").symlink_to(posts)
    (posts / "circle.j2").symlink_to(posts / "circle.j2")
    (posts / "gone.j2").symlink_to(posts / "nowhere.j2")
    (posts / "fine.j2").symlink_to(posts / "signs.id.j2")
    workspace = load(folder, SPECS)
    assert set(workspace.templates) == {"signs.id.j2", "signs.en.j2", "fine.j2"}
    assert "s3cr3t" not in repr(workspace)
    assert len(workspace.problems) == 5
    assert {problem.rule for problem in workspace.problems} == {"path"}


def test_special_files_and_odd_names(folder: Path) -> None:
    os.mkfifo(folder / "posts" / "pipe.j2")
    os.mkfifo(folder / "schedules" / "pipe.yaml")
    (folder / "posts" / "a\nb.j2").write_text("x")
    (folder / "posts" / os.fsdecode(b"caf\xe9.j2")).write_text("x")
    (folder / "posts" / "dir.j2").mkdir()
    found = lines(every_problem(folder))
    assert len(found) == 4
    assert "posts/a?b.j2: this name holds" in found[0]
    "\n".join(found).encode("utf-8")


def test_folders_without_an_end(folder: Path) -> None:
    write(folder, "posts/" + "a/" * 20 + "b.jpg", "x")
    assert "nested more than" in one(folder).message


def test_endings(folder: Path) -> None:
    write(folder, "config.yml", "")
    write(folder, "posts/facts.yml", "")
    write(folder, "schedules/a.yml", "")
    write(folder, "schedules/b.YAML", "")
    write(folder, "schedules/sub/c.yaml", "")
    write(folder, "schedules/My Day.yaml", "")
    write(folder, "schedules/notes.txt", "")
    hints = {problem.place.file: problem.hint for problem in every_problem(folder)}
    assert hints["config.yml"] == "rename it to config.yaml"
    assert hints["posts/facts.yml"] == "rename it to posts/facts.yaml"
    assert hints["schedules/a.yml"] == "rename it to a.yaml"
    assert hints["schedules/b.YAML"] == "rename it to b.yaml"
    assert "schedules/ itself" in hints["schedules/sub/c.yaml"]
    assert "my-day" in hints["schedules/My Day.yaml"]
    assert len(hints) == 6
