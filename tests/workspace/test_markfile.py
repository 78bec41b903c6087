"""Files of review marks come from anybody: what is no mark is refused in one line that repeats nothing hostile."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from campaign.core.marks import MAX_FILE, MAX_MARKS, MAX_TEXT, Verdict
from campaign.errors import CampaignError
from campaign.workspace.markfile import read_marks

MARK = {"id": str(uuid.UUID(int=7)), "key": "c/vigil/2027-07-30T20:00/site", "verdict": "ok", "text": ""}
FILE = {"format": "campaign marks 1", "workspace": str(uuid.UUID(int=1)), "by": "sari"}


def a_file(folder: Path, *marks: dict[str, Any], **head: Any) -> str:
    file = folder / "marks.json"
    file.write_text(json.dumps(FILE | {"marks": list(marks)} | head), encoding="utf-8")
    return str(file)


def test_a_file_as_a_page_saves_it(tmp_path: Path) -> None:
    flag = MARK | {"id": str(uuid.UUID(int=8)), "verdict": "flag", "text": "Gambarnya salah."}
    found = read_marks(a_file(tmp_path, MARK, flag))
    assert (found.space, found.by) == (str(uuid.UUID(int=1)), "sari")
    assert [(one.key, one.verdict, one.text) for one in found.marks] == [
        (MARK["key"], Verdict.OK, ""),
        (MARK["key"], Verdict.FLAG, "Gambarnya salah."),
    ]


HOSTILE = {
    "another format": ({"format": "campaign marks 2"}, {}, "this version reads"),
    "a name that steers": ({"by": "\x1b[31mani"}, {}, "by: a handle has small letters"),
    "no marks": ({"marks": []}, {}, "at least 1 item"),
    "too many": ({"marks": [MARK] * (MAX_MARKS + 1)}, {}, "at most 1000 items"),
    "the same id twice": ({"marks": [MARK, MARK]}, {}, "mark 2 has the id of an earlier one"),
    "a close": ({}, {"verdict": "close"}, "'ok' or 'flag'"),
    "a key of nothing": ({}, {"key": "../../etc/passwd"}, "mark 1, key: that is no key of a post"),
    "a key without end": ({}, {"key": "x" * 5000}, "at most 300 characters"),
    "a text without end": ({}, {"text": "x" * (MAX_TEXT + 1)}, f"at most {MAX_TEXT} characters"),
    "a flag of nothing": ({}, {"verdict": "flag", "text": "\u001b"}, "mark 1 does not say what is wrong"),
    "half a letter": ({}, {"text": "\ud800"}, "no file of marks"),
    "an id of its own": ({}, {"id": "1; DROP TABLE marks"}, "mark 1, id:"),
    "more than a mark": ({}, {"by\x1b[31m": "ani"}, "mark 1, by[31m: Extra inputs"),
}


@pytest.mark.parametrize(("head", "mark", "says"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused(
    tmp_path: Path, head: dict[str, Any], mark: dict[str, Any], says: str
) -> None:
    with pytest.raises(CampaignError) as refused:
        read_marks(a_file(tmp_path, MARK | mark, **head))
    message = refused.value.message
    assert says in message
    assert message.isprintable() and len(message) < 400 and refused.value.hint


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b"[]", b'{"format": 1e999}', b"x" * (MAX_FILE + 1)]
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(data)
    with pytest.raises(CampaignError) as refused:
        read_marks(str(file))
    assert refused.value.message.isprintable() and refused.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="No such file"):
        read_marks(str(tmp_path / "nothing.json"))
