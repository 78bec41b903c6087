"""The verbs after a launch: log, retry, resolve."""

import csv
import io
from collections.abc import Iterator

import pytest

from campaign.review.log import COLUMNS
from tests.cli.conftest import Place, day
from tests.networks.scripted import Reply, Reset, ScriptedServer, scripted


@pytest.fixture
def server(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A receiver on this machine; the campaign goes to it instead."""
    monkeypatch.setenv("HOOK", "s3cr3t-s3cr3t")
    with scripted() as running:
        running.on("POST", "/in", Reply(200, json={"id": "17", "url": "https://example.org/17"}))
        hook = (
            f"  hook: {{network: webhook, server: '{running.url}/in', secret: {{env: HOOK}}, language: en}}\n"
        )
        place.write("config.yaml", (place.folder / "config.yaml").read_text() + hook)
        place.campaign(accounts="[hook]")
        yield running


def test_log_of_nothing(place: Place) -> None:
    nothing = place("log")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "nothing yet\n")
    assert place("log", "--json").out == ""


def test_log_as_json_and_csv(place: Place) -> None:
    place.campaign(vigil='=HYPERLINK("http://evil") we light a candle')
    place("post", "c/vigil")
    [row] = place("log", "--json").rows()
    assert tuple(row) == COLUMNS
    assert row["say"] == "published"
    assert row["sent_at"].endswith("+07:00")
    [record] = csv.DictReader(io.StringIO(place("log", "--csv").out, newline=""))
    assert tuple(record) == COLUMNS
    assert record["text"] == '\'=HYPERLINK("http://evil") we light a candle'
    assert record["key"] == row["key"]
    assert place("log", "--csv", "--json").code == 2


def test_log_filters(place: Place) -> None:
    place.campaign(accounts="[site, wa]")
    place("post", "c/vigil")

    def accounts(*words: str) -> list[str]:
        return [row["account"] for row in place("log", "--json", *words).rows()]

    assert accounts() == ["site", "wa"]
    assert accounts("--account", "wa") == ["wa"]
    assert accounts("--account", "wa.id") == []
    assert accounts("--state", "held") == ["wa"]
    assert accounts("--campaign", "d") == []
    assert accounts("--from", day(2), "--to", day(2)) == ["site", "wa"]
    assert accounts("--from", day(3)) == []
    assert accounts("--to", day(1)) == []
    assert place("log", "--state", "lost").code == 2


def test_log_of_one_post_tells_its_story(place: Place) -> None:
    place("post", "c/vigil")
    [row] = place("log", "--json").rows()
    told = place("log", row["key"])
    assert told.code == 0
    assert "1. " in told.out and "published" in told.out
    assert row["url"] in told.out
    ahead = place("log", f"c/daily/{day(5)}T09:00/site")
    assert ahead.code == 1
    assert "is still ahead" in ahead.err
    assert place("log", "c/vigil/nonsense").code == 1


def test_a_refusal_keeps_the_network_s_words_and_is_retried(place: Place, server: ScriptedServer) -> None:
    server.fault("POST", "/in", Reply(422, json={"error": "no such channel"}))
    failed = place("post", "c/vigil")
    assert failed.code == 1
    assert "not published" in failed.out
    assert "no such channel" in failed.out
    assert place("status").code == 1
    [row] = place("log", "--json").rows()
    sent = place("retry", row["key"])
    assert sent.code == 0, sent.err
    assert "https://example.org/17" in sent.out
    assert place("retry", row["key"]).code == 1
    assert len(server.asked("POST", "/in")) == 2
    assert "s3cr3t" not in failed.out + failed.err + sent.out


def test_retry_with_todays_text_shows_the_difference(place: Place, server: ScriptedServer) -> None:
    server.fault("POST", "/in", Reply(422, json={"error": "too rude"}))
    place("post", "c/vigil")
    place.campaign(accounts="[hook]", vigil="Tonight we light a lamp.")
    [row] = place("log", "--json").rows()
    sent = place("retry", row["key"], "--new-text")
    assert sent.code == 0, sent.err
    assert "-Tonight we light a candle." in sent.err
    assert "+Tonight we light a lamp." in sent.err
    assert server.asked("POST", "/in")[-1].json()["text"] == "Tonight we light a lamp."


def test_what_may_be_published_is_shown_and_decided_by_a_person(place: Place, server: ScriptedServer) -> None:
    server.fault("POST", "/in", Reset())
    unsure = place("post", "c/vigil")
    assert unsure.code == 1
    assert "may be published: please look" in unsure.out
    [row] = place("log", "--json").rows()
    key = row["key"]
    assert place("retry", key).code == 1
    assert place("cancel", key).code == 1
    looked = place("resolve", key)
    assert looked.code == 0
    for piece in ("Tonight we light a candle.", "hook (webhook, en)", "no certain answer"):
        assert piece in looked.out
    assert f"campaign resolve {key} --published URL" in looked.err
    assert place("resolve", key, "--published", "somewhere").code == 1
    assert place("resolve", key, "--give-up", "--not-published").code == 2
    assert place("log", "--json").rows()[0]["state"] == "uncertain"
    done = place("resolve", key, "--published", "https://example.org/there")
    assert done.code == 0
    assert "https://example.org/there" in done.out
    [row] = place("log", "--json").rows()
    assert (row["state"], row["url"]) == ("sent", "https://example.org/there")


@pytest.mark.parametrize(("flag", "state"), [("--not-published", "pending"), ("--give-up", "failed")])
def test_what_is_not_there(place: Place, server: ScriptedServer, flag: str, state: str) -> None:
    server.fault("POST", "/in", Reset())
    place("post", "c/vigil")
    [row] = place("log", "--json").rows()
    [after] = place("resolve", row["key"], flag, "--json").rows()
    assert after["state"] == state


def test_what_a_person_posted_by_hand(place: Place) -> None:
    place.campaign(accounts="[wa]")
    place("post", "c/vigil")
    [row] = place("log", "--json").rows()
    done = place("resolve", row["key"], "--published", "https://chat.example/1")
    assert done.code == 0
    assert place("log", "--json").rows()[0]["url"] == "https://chat.example/1"


def test_retry_before_anything_ran(place: Place) -> None:
    early = place("retry", place.vigil)
    assert early.code == 1
    assert "there is no store yet" in early.err
