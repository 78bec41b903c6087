"""A post is taken back from a real server and a real folder while `campaign run` is at work; then its words go too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.test_command import campaign, rows, wall
from tests.acceptance.test_loop import Loop
from tests.networks.mastodon_server import TOKEN, MastodonServer

NAME = "Wulandari"
CONSENTS = """\
consents:
  - {id: story-07, kind: story, networks: [feed, mastodon], languages: [en],
     until: 2099-12-31, status: given, held_by: ani}
"""


@pytest.fixture
def home(tmp_path: Path, mastodon_server: MastodonServer) -> Path:
    """A story of two parts on a page and on a Mastodon server, now and again in an hour, under a consent."""
    for name in ("posts", "schedules"):
        (tmp_path / name).mkdir()
    (tmp_path / "config.yaml").write_text(
        f"""\
timezone: Asia/Jakarta
languages: [en]
people: {{ani: {{can: [safeguard]}}}}
accounts:
  site: {{network: feed, folder: public, language: en}}
  fedi: {{network: mastodon, server: "{mastodon_server.url}", token: {{env: FEDI}}, language: en}}
""",
        encoding="utf-8",
    )
    (tmp_path / "posts" / "consents.yaml").write_text(CONSENTS, encoding="utf-8")
    text = f"{NAME} tells her story.\\n---\\nThe end of it."
    (tmp_path / "schedules" / "c.yaml").write_text(
        f"""\
posts:
  - {{id: story, consent: story-07, text: "{text}", at: [{wall(3600)}, {wall(7200)}], repeat_after: 1 s}}
""",
        encoding="utf-8",
    )
    return tmp_path


def online(home: Path, server: MastodonServer) -> list[str]:
    """Where the name can be read."""
    page = (home / "public" / "index.html").read_text(encoding="utf-8")
    found = ["site"] if NAME in page else []
    return found + ["fedi"] * sum(NAME in status["content"] for status in server.statuses())


def kept(home: Path) -> list[str]:
    """The files of the store in which the name stands."""
    return [path.name for path in home.glob("campaign.db*") if NAME.encode() in path.read_bytes()]


def test_a_consent_is_taken_back(home: Path, mastodon_server: MastodonServer) -> None:
    environment = {"FEDI": TOKEN, "CAMPAIGN_BY": "ani"}
    assert campaign(home, "run", "--once", "--new-store", **environment).returncode == 0
    loop = Loop(home, FEDI=TOKEN)
    try:
        loop.wait_for_hold()  # before it, `post` would find nobody at work and send by itself
        brought = campaign(home, "post", "c/story", **environment)
        assert brought.returncode == 0, brought.stderr
        for _ in range(4):
            loop.wait_for("published")
        assert online(home, mastodon_server) == ["site", "fedi"]

        done = campaign(home, "withdraw", "--consent", "story-07", "--yes", **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert online(home, mastodon_server) == []
        assert "status: withdrawn" in (home / "posts" / "consents.yaml").read_text(encoding="utf-8")
        assert "Still in the files" in done.stdout
        log = rows(home, "log")
        assert {(row["state"], row["say"]) for row in log} == {("sent", "published, then withdrawn")}

        key = next(row["key"] for row in log if row["account"] == "fedi" and row["part"] == 1)
        assert kept(home)
        for each in (key, key.replace("/fedi", "/site")):
            gone = campaign(home, "redact", each, "--yes", **environment)
            assert gone.returncode == 0, gone.stderr
        assert kept(home) == []
    finally:
        loop.stop()
    assert NAME not in campaign(home, "log", "--json").stdout + campaign(home, "log", key).stdout
    assert "(text removed by ani on" in campaign(home, "log", key).stdout
    # The later one does not go out under a consent that is gone.
    second = campaign(home, "post", "c/story", **environment)
    assert second.returncode == 1
    assert "was withdrawn" in second.stderr
    assert online(home, mastodon_server) == []
