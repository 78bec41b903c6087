"""A crisis with a real `campaign run` at work: stopped by a verb, then by a file, and looked through afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.test_loop import Loop, campaign, folder, log

__all__ = ["folder"]  # the fixture


def test_a_running_loop_is_paused_and_the_end_of_a_pause_sends_nothing(folder: Path) -> None:
    said = folder / "said.txt"
    said.write_text("Come tonight")
    loop = Loop(folder)
    try:
        loop.wait_for_hold()
        assert campaign(folder, "pause", "--reason", "quake", "--by", "ani").returncode == 0
        loop.wait_for("PAUSED by ani: quake (everything; pause 1)")
        assert campaign(folder, "post", "--text", str(said), "--accounts", "site").returncode == 1
        loop.wait_for("paused by ani: quake")
        (folder / "PAUSE").write_text("Berita buruk\n")
        loop.wait_for("PAUSED by the file PAUSE on")
        # The file goes on when the other pause has ended: what fell in passes on to it.
        assert campaign(folder, "resume", "1", "--send-all", "--by", "ani").returncode == 0
        loop.wait_for("pause 1 has ended by ani")
        (folder / "PAUSE").unlink()
        loop.wait_for("pause 2 has ended: the file was removed")
        (one,) = map(json.loads, campaign(folder, "resume", "--list", "--json").stdout.splitlines())
        assert (one["pause"], one["state"], one["late_words"]) == (2, "held", ["tonight"])
        assert campaign(folder, "resume", "--send", one["key"], "--by", "ani").returncode == 0
        loop.wait_for("Come tonight")
    finally:
        code = loop.stop()
    assert code == 0 and not any("Traceback" in line for line in loop.lines), loop.lines
    assert log(folder)["text"]["state"] == "sent"
