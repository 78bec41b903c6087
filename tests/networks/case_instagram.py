"""Instagram in the contract suite. That pictures can be fetched is proved in test_instagram.py."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.model import Public
from campaign.core.outcome import Scope, Sent
from campaign.networks.instagram import Instagram, InstagramOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.double_meta import InstagramDouble, double_of
from tests.networks.memory import secret
from tests.networks.scripted import ScriptedServer

TOKEN = "IGAAinstagram-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
PUBLIC = Public("https://media.example/fetch/", "public/fetch")


def make(bench: Bench) -> Instagram:
    options = InstagramOptions(
        server=bench.url, user="17841400000000001", token=secret(TOKEN), timeout=bench.timeout
    )
    return Instagram(options, bench.vault, bench.files, PUBLIC, clock=lambda: NOW)


def accept(server: ScriptedServer) -> None:
    InstagramDouble(server, TOKEN, now=lambda: NOW)


def published(server: ScriptedServer) -> list[Seen]:
    return [Seen(post["caption"], post["alts"], None, None, None) for post in double_of(server).posts[::-1]]


CASE = HttpCase(
    name="instagram",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/v26.0/17841400000000001/media_publish"),
    published=published,
    whoami=("GET", "/v26.0/17841400000000001"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys='server: "{url}", user: "17841400000000001", token: {env: INSTAGRAM_TOKEN}',
    environment={"INSTAGRAM_TOKEN": TOKEN},
)
