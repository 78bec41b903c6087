"""A Facebook Page in the contract suite."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.outcome import Scope, Sent
from campaign.networks.facebook import Facebook, FacebookOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.double_meta import PageDouble, double_of
from tests.networks.memory import secret
from tests.networks.scripted import ScriptedServer

TOKEN = "EAAfacebook-page-token-Zq3"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> Facebook:
    options = FacebookOptions(server=bench.url, page="104857600", token=secret(TOKEN), timeout=bench.timeout)
    return Facebook(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    PageDouble(server, TOKEN, now=lambda: NOW)


def published(server: ScriptedServer) -> list[Seen]:
    return [Seen(post["message"], post["alts"], None, None, None) for post in double_of(server).posts[::-1]]


CASE = HttpCase(
    name="facebook",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/v26.0/104857600/feed"),
    published=published,
    whoami=("GET", "/v26.0/me"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys='server: "{url}", page: "104857600", token: {env: FACEBOOK_TOKEN}',
    environment={"FACEBOOK_TOKEN": TOKEN},
)
