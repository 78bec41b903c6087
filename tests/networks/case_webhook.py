"""The webhook in the contract suite: a receiver that keeps each key, as its documentation asks of one."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.outcome import Scope, Sent
from campaign.networks.webhook import Webhook, WebhookOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

SECRET = "hook-secret-J7/q+2pXz=="
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> Webhook:
    options = WebhookOptions(server=f"{bench.url}/hook", secret=secret(SECRET), timeout=bench.timeout)
    return Webhook(options, clock=lambda: NOW)


def accept(server: ScriptedServer) -> None:
    kept: dict[str, Reply] = {}

    def receive(request: Request) -> Reply:
        key = request.headers["Idempotency-Key"]
        number = len(kept) + 1
        return kept.setdefault(
            key, Reply(201, json={"id": f"n{number}", "url": f"https://example.org/p/{number}"})
        )

    server.on("POST", "/hook", receive)
    server.on("OPTIONS", "/hook", Reply(204))


def published(server: ScriptedServer) -> list[Seen]:
    bodies = {request.json()["key"]: request.json() for request in server.asked("POST", "/hook")}
    return [
        Seen(b["text"], tuple(m["alt"] for m in b["media"]), b["language"], b["warning"], b["key"])
        for b in bodies.values()
    ]


CASE = HttpCase(
    name="webhook",
    secrets=(SECRET,),
    make=make,
    accept=accept,
    publish=("POST", "/hook"),
    published=published,
    whoami=("OPTIONS", "/hook"),
    forbidden=Scope.ACCOUNT,
    empty=Sent,
    whoami_reads_nothing=True,
    keys="server: '{url}/hook', secret: {env: HOOK_SECRET}",
    environment={"HOOK_SECRET": SECRET},
)
