"""Servers that write down every post they accept, one kind for each thing a network may promise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaign.networks.readback import plain
from tests.networks.fake_x import KEYS, FakeX
from tests.networks.mastodon_server import MastodonServer
from tests.networks.relay import Relay, relaying
from tests.networks.scripted import Reply, Request, ScriptedServer, scripted

NAMES = ("feed", "webhook", "mastodon", "deaf", "x", "mute")
"""deaf: a server that speaks Mastodon's API and ignores Idempotency-Key, as GoToSocial does."""


@dataclass
class Clock:
    """The time on all servers: that of the command which runs now."""

    ahead: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


@dataclass
class Place:
    """An account to publish to.

    ``tells``: what is unknown can be found out there without a person. ``script``: the server, None for a folder.
    ``publish``: method and path (a regular expression) of the request that publishes. ``fresh``: give the next trial
    an account of its own; the environment that leads to it. ``accepted``: the texts that are public now, given the
    trial's folder.
    """

    name: str
    account: str
    publish: tuple[str, str]
    accepted: Callable[[Path], list[str]]
    tells: bool = True
    script: ScriptedServer | None = None
    fresh: Callable[[], dict[str, str]] = dict

    def config(self, server: str = "", **keys: object) -> str:
        """Its line in config.yaml; another ``server`` and further ``keys`` may be given."""
        account = re.sub(r"server: '[^']*'", f"server: '{server}'", self.account) if server else self.account
        more = "".join(f", {name}: {json.dumps(value)}" for name, value in keys.items())
        return f"  {self.name}: {{{account}, language: en{more}}}\n"


def feed() -> Place:
    """The folder: an entry for each post, and the page that people see must show each once."""

    def accepted(folder: Path) -> list[str]:
        texts = [
            json.loads(file.read_text())["text"] for file in (folder / "public").glob("entries/*/*.json")
        ]
        if texts:
            page = (folder / "public" / "index.html").read_text()
            assert [page.count(f"{text}<") for text in texts] == [1] * len(texts), (
                "the page is not as the entries"
            )
        return texts

    return Place("feed", "network: feed", ("", ""), accepted)


def webhook(script: ScriptedServer, name: str, *, keeps_keys: bool) -> Place:
    """A receiver that deduplicates by key, as ours are asked to, or one that publishes whatever it gets."""
    kept: dict[str, str] = {}
    texts: list[str] = []

    def receive(request: Request) -> Reply:
        key, text = request.headers["Idempotency-Key"], request.json()["text"]
        if key not in kept or not keeps_keys:
            kept[key] = f"{len(texts)}"
            texts.append(text)
        return Reply(json={"id": kept[key], "url": f"https://example.org/{name}/{kept[key]}"})

    def fresh() -> dict[str, str]:
        texts.clear()
        return {"HOOK": "s3cr3t"}

    script.on("POST", "/hook", receive)
    account = f"network: {name}, server: '{script.url}/hook', secret: {{env: HOOK}}"
    return Place(name, account, ("POST", "/hook"), lambda _: list(texts), keeps_keys, script, fresh)


def x(script: ScriptedServer, clock: Clock) -> Place:
    """X: no keys, but the account's posts can be read, and a text is refused the second time."""
    fake = FakeX(script, now=clock.now)

    def fresh() -> dict[str, str]:
        fake.posts.clear()
        return {name.upper(): value for name, value in KEYS.items()}

    account = f"network: x, server: '{script.url}'" + "".join(f", {n}: {{env: {n.upper()}}}" for n in KEYS)
    texts: Callable[[Path], list[str]] = lambda _: [post["typed"] for post in fake.posts]  # noqa: E731
    return Place("x", account, ("POST", "/2/tweets"), texts, True, script, fresh)


@dataclass
class Mastodon:
    """mastodon-mock behind a relay; ``deaf``: it does not see our keys and calls itself GoToSocial."""

    server: MastodonServer
    relay: Relay
    clock: Clock
    deaf: bool
    user: MastodonServer = field(init=False)
    made: dict[str, str] = field(default_factory=dict)

    def place(self) -> Place:
        name = "deaf" if self.deaf else "mastodon"
        variable = name.upper()
        if self.deaf:
            self.relay.script.on("GET", "/nodeinfo/2.0", Reply(json={"software": {"name": "gotosocial"}}))
            self.relay.script.on("POST", "/api/v1/statuses", self.create)
            self.relay.script.on("GET", "/api/v1/accounts/[^/]+/statuses", self.listing)
        account = f"network: mastodon, server: '{self.relay.url}', token: {{env: {variable}}}"
        publish = ("POST", "/api/v1/statuses")

        def fresh() -> dict[str, str]:
            user = self.server.ask("POST", "/api/v1/_mock/dev_user", json={})
            self.user = replace(self.server, token=user["access_token"])
            return {variable: self.user.token}

        return Place(name, account, publish, self.accepted, True, self.relay.script, fresh)

    def accepted(self, _folder: Path) -> list[str]:
        return [plain(status["content"]).strip() for status in self.user.statuses()]

    def create(self, request: Request) -> Reply:
        del request.headers["Idempotency-Key"]
        reply = self.relay.pass_on(request)
        if reply.status == 200:
            self.made[json.loads(reply.body)["id"]] = self.clock.now().isoformat()
        return reply

    def listing(self, request: Request) -> Reply:
        """Its own list, with the time that it is in this trial."""
        reply = self.relay.pass_on(request)
        statuses: list[dict[str, Any]] = json.loads(reply.body)
        dated = [status | {"created_at": self.made[status["id"]]} for status in statuses]
        return replace(reply, body=json.dumps(dated).encode())


@contextmanager
def places(server: MastodonServer | None, clock: Clock, names: tuple[str, ...]) -> Iterator[dict[str, Place]]:
    """The places of those names, until the block ends. ``server``: mastodon-mock, where one of them needs it."""
    with ExitStack() as stack:
        made: dict[str, Place] = {}
        for name in names:
            match name:
                case "feed":
                    made[name] = feed()
                case "x":
                    made[name] = x(stack.enter_context(scripted()), clock)
                case "mastodon" | "deaf":
                    assert server is not None
                    relay = stack.enter_context(relaying(server.host, server.port))
                    made[name] = Mastodon(server, relay, clock, deaf=name == "deaf").place()
                case _:
                    script = stack.enter_context(scripted())
                    made[name] = webhook(script, name, keeps_keys=name == "webhook")
        yield made
