"""Tokens of `campaign web`, and what its options refuse. The pages themselves: tests/web."""

from __future__ import annotations

import json
import socket

import pytest

from tests.cli.conftest import Place

PEOPLE = "people: {ani: {can: [review, approve]}, siti: {can: [review, approve, pause]}, lia: {can: []}}\n"


@pytest.fixture
def team(place: Place) -> Place:
    place.write("config.yaml", (place.folder / "config.yaml").read_text(encoding="utf-8") + PEOPLE)
    return place


def web(place: Place, *words: str) -> tuple[int, str, str]:
    found = place("web", *words)
    return found.code, found.out, found.err


def test_a_token_is_shown_once_and_listed_without_itself(team: Place) -> None:
    code, out, err = web(
        team, "token", "add", "ani-phone", "--role", "reviewer", "--for", "ani", "--by", "siti"
    )
    assert code == 0, err
    assert out.startswith("cw_")
    assert len(out.strip()) == 46
    assert "that is the token of ani" in err
    listed = team("web", "token", "list")
    assert "ani-phone" in listed.out
    assert "made by siti on" in listed.out
    assert out.strip() not in listed.out
    (row,) = team("web", "token", "list", "--json").rows()
    assert {
        name: row[name] for name in ("name", "handle", "role", "made_by", "revoked_at", "revoked_by")
    } == {
        "name": "ani-phone",
        "handle": "ani",
        "role": "reviewer",
        "made_by": "siti",
        "revoked_at": None,
        "revoked_by": None,
    }
    code, _, err = web(team, "token", "revoke", "ani-phone", "--by", "siti")
    assert (code, err) == (0, "ani-phone is revoked\n")
    code, _, err = web(team, "token", "revoke", "ani-phone", "--by", "siti")
    assert (code, err) == (0, "ani-phone was revoked before\n")
    assert "revoked by siti" in web(team, "token", "list")[1]
    # What leaves the team says neither whose it is nor what it is called; at this terminal both are told.
    exported = [row for row in team("log", "--events", "--json").rows() if row["kind"] == "web-token-added"]
    assert exported[0]["detail"] == {"door": "web", "held_by": "approver 1", "role": "reviewer"}
    assert "ani" not in json.dumps(exported)
    assert "a token for the browser was made by siti" in team("log", "--events").out
    # The log means one token by a name.
    code, _, err = web(team, "token", "add", "ani-phone", "--role", "viewer", "--for", "ani", "--by", "siti")
    assert code == 1
    assert "choose another name" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "x!", "--role", "viewer", "--for", "ani"), "'x!' is no name of a token"),
        (("add", "Ani", "--role", "viewer", "--for", "ani"), "is no name of a token"),
        (("add", "nobody", "--role", "viewer"), "nobody called 'nobody' in `people`"),
        (("add", "an", "--role", "viewer"), "did you mean 'ani'?"),
        (("add", "ani", "--role", "coordinator"), "does not have the right pause"),
        (("add", "lia", "--role", "reviewer"), "does not have the right review"),
        (("revoke", "nobody"), "there is no token 'nobody'"),
    ],
)
def test_what_can_t_be_is_one_line_with_a_hint(team: Place, words: tuple[str, ...], said: str) -> None:
    code, out, err = web(team, "token", *words, "--by", "siti")
    assert (code, out) == (1, "")
    assert said in err
    assert "hint:" in err


def test_who_decides_must_be_one_of_the_people(team: Place) -> None:
    code, _, err = web(team, "token", "add", "ani", "--role", "viewer", "--by", "eve")
    assert code == 1
    assert "nobody called 'eve'" in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--listen", "0.0.0.0"), 2, "without TLS in front it stays on this machine"),
        (
            ("--behind-proxy", "http://example.org", "--port", "8741"),
            1,
            "is not the address of a site with TLS",
        ),
        (("--behind-proxy", "https://[x", "--port", "8741"), 1, "is not the address of a site with TLS"),
        (
            ("--behind-proxy", "https://example.org/sub", "--port", "8741"),
            1,
            "the whole host belongs to these pages",
        ),
        (("--behind-proxy", "https://example.org", "--open"), 2, "not both"),
        (("--behind-proxy", "https://example.org"), 2, "needs --port"),
        (("--port", "70000"), 2, "70000"),
        (("--open", "token", "list"), 2, "do not belong to `web token`"),
        (("--by", "eve"), 1, "nobody called 'eve'"),
    ],
)
def test_what_would_not_be_safe_is_refused(team: Place, words: tuple[str, ...], code: int, said: str) -> None:
    found = web(team, *words)
    assert (found[0], said in found[2]) == (code, True), found[2]


def test_a_port_that_is_taken_is_said_so(team: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, _, err = web(team, "--port", str(other.getsockname()[1]), "--by", "siti")
    assert code == 1
    assert "can't be listened at: Address already in use" in err
    assert "choose another --port" in err
