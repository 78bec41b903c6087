"""``campaign import`` as people and scripts call it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

from campaign.cli.main import cli, main
from tests.cli.conftest import Place
from tests.workspace.packed import pack, zipped
from tests.workspace.test_packoffer import there


@pytest.fixture
def ready(place: Place) -> Place:
    """A workspace that has what the pack needs, and the pack beside it."""
    config = (place.folder / "config.yaml").read_text(encoding="utf-8")
    place.write("config.yaml", config + "vars: {org: Us}\n")
    send(place, "act.zip")
    return place


def send(place: Place, name: str, files: dict[str, str | bytes | None] | None = None, **about: str) -> str:
    path = place.folder / name
    path.write_bytes(zipped(pack(files or {}, **about)))
    return str(path)


def test_looking_then_taking(ready: Place) -> None:
    file = str(ready.folder / "act.zip")
    seen = ready("import", file, "--dry-run")
    assert seen.code == 0
    assert "act 1.0.0" in seen.out and "  + signs.j2" in seen.out
    assert "They do not\n  prove who sent it: packs are not signed." in seen.out
    assert seen.err == "Nothing was changed\n"
    assert not (ready.folder / "posts/packs").exists()
    assert all(len(line) <= 80 for line in seen.out.splitlines())
    done = ready("import", file, "--yes")
    assert (done.code, done.err) == (0, "act 1.0.0 is in posts/packs/act. Next: campaign check\n")
    assert there(ready.folder) == pack()
    assert ready("check").code == 0
    again = ready("import", file, "--yes")
    assert again.code == 0 and "there is nothing to do" in again.err


def test_facts_and_help_lines_show_which_pack_they_came_with(ready: Place) -> None:
    ready("import", str(ready.folder / "act.zip"), "--yes")
    assert [row["pack"] for row in ready("facts", "--json").rows()] == ["act"]
    assert [row["pack"] for row in ready("hotlines", "--json").rows()] == ["act"]
    assert "from the pack act" in ready("facts").out
    assert "from the pack act" in ready("hotlines").out


def test_nobody_can_be_asked(ready: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    done = ready("import", str(ready.folder / "act.zip"))
    assert done.code == 1
    assert "nobody can be asked here, so nothing was taken\n  hint: look at it, then add --yes" in done.err
    assert not (ready.folder / "posts/packs").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_somebody_is_asked(ready: Place, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [
        sys.executable,
        "-m",
        "campaign",
        "import",
        "-w",
        str(ready.folder),
        str(ready.folder / "act.zip"),
    ]
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=False, timeout=60)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == code, done.stderr
    assert "Take act 1.0.0? [y/N]" in done.stderr
    assert (ready.folder / "posts/packs/act").is_dir() == (code == 0)


def test_local_changes_are_never_lost_without_being_asked(ready: Place) -> None:
    ready("import", str(ready.folder / "act.zip"), "--yes")
    ready.write("posts/packs/act/foot.j2", "mine")
    newer = send(ready, "newer.zip", {"foot.j2": "theirs\x1b[31m"}, version="1.1.0")
    refused = ready("import", newer, "--yes")
    assert refused.code == 1  # a control character can't stand in a template
    newer = send(ready, "newer.zip", {"foot.j2": "theirs {{ vars.contact }}\n"}, version="1.1.0")
    refused = ready("import", newer, "--yes")
    assert refused.code == 1
    assert "Changed by hand in the pack that is there:\n  foot.j2 (changed)" in refused.out
    assert "-mine" in refused.out and "+theirs {{ vars.contact }}" in refused.out
    assert "1 file of the pack here changed by hand would be lost" in refused.err
    assert (ready.folder / "posts/packs/act/foot.j2").read_text() == "mine"
    assert ready("import", newer, "--yes", "--overwrite").code == 0
    assert there(ready.folder)["foot.j2"] == b"theirs {{ vars.contact }}\n"


def test_an_older_version_only_on_request(ready: Place) -> None:
    ready("import", send(ready, "newer.zip", version="1.10.0"), "--yes")
    older = send(ready, "older.zip", version="1.9.0")
    refused = ready("import", older, "--yes")
    assert refused.code == 1
    assert (
        "act 1.10.0 is here, and act 1.9.0 is older\n  hint: if you want to go back, say --downgrade"
        in refused.err
    )
    assert ready("import", older, "--yes", "--downgrade").code == 0


def test_json(ready: Place) -> None:
    file = str(ready.folder / "act.zip")
    assert ready("import", file, "--json").code == 2
    (row,) = ready("import", file, "--json", "--dry-run").rows()
    assert (row["kind"], row["id"], row["version"], row["installed"], row["written"]) == (
        "pack",
        "act",
        "1.0.0",
        None,
        False,
    )
    (row,) = ready("import", file, "--json", "--yes").rows()
    assert row["written"] is True and row["problems"] == []
    ready.write("posts/packs/act/foot.j2", "mine")
    done = ready("import", send(ready, "newer.zip", version="1.1.0"), "--json", "--yes")
    (row,) = done.rows()
    assert (done.code, row["written"], row["local"]) == (1, False, [{"file": "foot.j2", "change": "changed"}])
    bad = ready.folder / "bad.zip"
    bad.write_bytes(zipped({**pack(), "../x.j2": b""}))
    done = ready("import", str(bad), "--json", "--yes")
    (row,) = done.rows()
    assert (done.code, row["id"]) == (1, None)
    assert row["problems"][0]["message"] == "`../x.j2`: the name leads out of its folder"


@pytest.mark.parametrize("content", [None, b"", b"id,text\na,b\n", b"\x00" * 100, b"PK\x03\x04"])
def test_what_is_no_pack(ready: Place, content: bytes | None) -> None:
    path = ready.folder / "x.zip"
    if content is not None:
        path.write_bytes(content)
    done = ready("import", str(path), "--yes")
    assert done.code == 1
    assert "Traceback" not in done.err + done.out
    assert "hint:" in done.err + done.out


def test_a_hostile_pack_can_not_steer_the_terminal(ready: Place) -> None:
    path = ready.folder / "evil.zip"
    path.write_bytes(zipped(pack(issuer='Us"\x1b]0;owned\x07', licence="a\u202eb")))
    done = ready("import", str(path), "--dry-run")
    assert not any(char in done.out + done.err for char in "\x1b\x07\u202e")


def test_the_help_says_only_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--help"]) == 0
    text = capsys.readouterr().out
    assert "PACK.zip|POSTS.csv" in text
    assert "import" in cli.list_commands(None)  # type: ignore[arg-type]
    assert all(len(line) <= 80 for line in text.splitlines())
