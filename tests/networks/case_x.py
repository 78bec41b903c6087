"""X in the contract suite."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.outcome import Sent
from campaign.networks.x import X, XOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.fake_x import KEYS, FakeX
from tests.networks.memory import secret
from tests.networks.scripted import ScriptedServer

NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> X:
    secrets = {name: secret(value) for name, value in KEYS.items()}
    options = XOptions.model_validate({"server": bench.url, "timeout": bench.timeout, **secrets})
    return X(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    FakeX(server, now=lambda: NOW)


def published(server: ScriptedServer) -> list[Seen]:
    described = {
        request.json()["id"]: request.json()["metadata"]["alt_text"]["text"]
        for request in server.asked("POST", "/2/media/metadata")
    }
    bodies = [request.json() for request in server.asked("POST", "/2/tweets")]
    alts = [tuple(described[media_id] for media_id in body["media"]["media_ids"]) for body in bodies]
    return [Seen(body["text"], alt, None, None, None) for body, alt in zip(bodies, alts, strict=True)]


CASE = HttpCase(
    name="x",
    secrets=tuple(KEYS.values()),
    make=make,
    accept=accept,
    publish=("POST", "/2/tweets"),
    published=published,
    whoami=("GET", "/2/users/me"),
    after_loss=Sent,
    tells_limits=True,
    keys="server: '{url}', " + ", ".join(f"{name}: {{env: {name.upper()}}}" for name in KEYS),
    environment={name.upper(): value for name, value in KEYS.items()},
)
