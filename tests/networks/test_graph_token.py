"""Tokens of 60 days: when they are exchanged, where the new one is kept, and that nobody reads it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from campaign.networks import redact
from campaign.networks.graph_token import Token
from campaign.networks.http import Client
from tests.networks.memory import Memory
from tests.networks.scripted import Reply, Request, Reset, ScriptedServer

START = datetime(2027, 7, 1, tzinfo=UTC)
REFRESH = "/refresh_access_token"
OLD = "IGAAold-token-of-60-days"


class Desk:
    """An account whose clock is in our hands."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.now = START
        self.vault = Memory()

    def token(self, original: str = OLD) -> Token:
        http = Client(self.server.url, secrets=[original])
        return Token(http, original, self.vault, "ig_refresh_token", lambda: self.now)

    def offered(self) -> list[str]:
        return [request.query["access_token"][0] for request in self.server.asked("GET", REFRESH)]


@pytest.fixture
def desk(server: ScriptedServer) -> Desk:
    def exchange(request: Request) -> Reply:
        assert request.query["grant_type"] == ["ig_refresh_token"]
        fresh = f"IGAAfresh-{len(server.asked('GET', REFRESH))}"
        return Reply(json={"access_token": fresh, "token_type": "bearer", "expires_in": 60 * 86400})

    server.on("GET", REFRESH, exchange)
    return Desk(server)


def bearer(token: Token) -> str:
    return token.header()["Authorization"].removeprefix("Bearer ")


TOO_YOUNG = Reply(400, json={"error": {"message": "less than 24 hours old", "code": 10}})


def test_before_anything_is_known_the_token_of_the_options_is_used(desk: Desk) -> None:
    assert bearer(desk.token()) == OLD
    assert desk.offered() == []  # from_account opens no connection


def test_a_token_of_unknown_age_is_exchanged_at_once(desk: Desk) -> None:
    token = desk.token()
    token.keep_fresh()
    assert desk.offered() == [OLD]
    assert bearer(token) == "IGAAfresh-1"
    assert bearer(desk.token()) == "IGAAfresh-1"  # after a restart too


def test_it_is_exchanged_again_in_the_last_thirty_days(desk: Desk) -> None:
    desk.token().keep_fresh()
    for days in (1, 10, 29):
        desk.now = START + timedelta(days=days)
        desk.token().keep_fresh()
    assert desk.offered() == [OLD]
    desk.now = START + timedelta(days=31)
    token = desk.token()
    token.keep_fresh()
    token.keep_fresh()
    assert desk.offered() == [OLD, "IGAAfresh-1"]
    assert bearer(token) == "IGAAfresh-2"


def test_a_token_that_is_too_young_is_kept_and_offered_a_day_later(desk: Desk) -> None:
    desk.server.fault("GET", REFRESH, TOO_YOUNG)
    desk.token().keep_fresh()
    desk.now += timedelta(hours=23)
    desk.token().keep_fresh()
    assert desk.offered() == [OLD]
    assert bearer(desk.token()) == OLD
    desk.now += timedelta(hours=1)
    token = desk.token()
    token.keep_fresh()
    assert bearer(token) == "IGAAfresh-2"


def test_a_refusal_late_in_its_life_does_not_forget_when_it_ends(desk: Desk) -> None:
    desk.token().keep_fresh()
    desk.now = START + timedelta(days=40)
    desk.server.fault("GET", REFRESH, TOO_YOUNG)
    desk.token().keep_fresh()
    desk.now = START + timedelta(days=61)  # dead: "tokens that have expired can no longer be refreshed"
    desk.token().keep_fresh()
    assert desk.offered() == [OLD, "IGAAfresh-1"]
    assert bearer(desk.token()) == "IGAAfresh-1"


def test_when_the_server_is_away_it_is_tried_at_the_next_post(desk: Desk) -> None:
    desk.server.fault("GET", REFRESH, Reset(), Reply(503))
    for _ in range(3):
        token = desk.token()
        token.keep_fresh()
    assert desk.offered() == [OLD, OLD, OLD]
    assert bearer(token) == "IGAAfresh-3"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": ""},
        {"access_token": "IGAAx"},
        {"access_token": "IGAAx", "expires_in": 0},
        {"access_token": 5, "expires_in": 9},
        [1],
    ],
)
def test_an_answer_without_a_token_changes_nothing(desk: Desk, answer: object) -> None:
    desk.server.fault("GET", REFRESH, Reply(json=answer))
    token = desk.token()
    token.keep_fresh()
    assert bearer(token) == OLD
    assert desk.vault.kept == {}


def test_a_new_token_in_the_options_counts_at_once(desk: Desk) -> None:
    desk.token().keep_fresh()
    assert bearer(desk.token("IGAAanother-one")) == "IGAAanother-one"


def test_a_token_of_facebook_is_never_offered() -> None:
    vault = Memory()
    token = Token(Client("https://graph.facebook.com"), OLD, vault, "ig_refresh_token", lambda: START)
    token.keep_fresh()  # would leave the machine
    assert bearer(token) == OLD
    assert vault.kept == {}


@pytest.mark.parametrize(
    "kept", ["", "no json", "{}", '{"token": "x"}', '{"token": "x", "expires": 5, "asked": "y"}']
)
def test_a_vault_that_nobody_can_read_is_an_empty_one(desk: Desk, kept: str) -> None:
    desk.token().keep_fresh()
    [name] = desk.vault.kept
    desk.vault.kept[name] = kept
    assert bearer(desk.token()) == OLD


def test_neither_token_is_ever_read(desk: Desk) -> None:
    desk.token().keep_fresh()
    [(name, value)] = desk.vault.kept.items()
    assert OLD not in name
    assert json.loads(value)["token"] == "IGAAfresh-1"
    assert "IGAAfresh-1" not in redact.scrub("the server repeats IGAAfresh-1 to us")
    assert OLD not in redact.scrub(f"and {OLD}")
    desk.token()
    assert "IGAA" not in repr(desk.token())
