"""Slack in the contract suite, as a bot: as much of its Web API as answers are tried on."""

from __future__ import annotations

from typing import Any

from campaign.core.outcome import Scope, Sent
from campaign.networks.slack import Slack, SlackOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

TOKEN = "xoxb-123-slack-Zq3x9Kp7w2"
CHANNEL = "C0123456789"
ME = {"ok": True, "url": "https://harapan.slack.com/", "user": "kabar", "user_id": "U1", "bot_id": "B1"}


def make(bench: Bench) -> Slack:
    options = SlackOptions(server=bench.url, token=secret(TOKEN), channel=CHANNEL, timeout=bench.timeout)
    return Slack(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    kept: list[dict[str, Any]] = []
    uploads: list[str] = []

    def create(request: Request) -> Reply:
        said = request.json()
        ts = f"1816909200.{len(kept):06d}"
        message = {"ts": ts, "bot_id": "B1", "text": said["text"], "metadata": said["metadata"]}
        kept.append(message)
        return Reply(json={"ok": True, "channel": CHANNEL, "ts": ts, "message": message})

    def where(_: Request) -> Reply:
        uploads.append(f"F{len(uploads)}")
        place = f"{server.url}/upload/v1/{uploads[-1]}"
        return Reply(json={"ok": True, "upload_url": place, "file_id": uploads[-1]})

    def history(_: Request) -> Reply:
        return Reply(json={"ok": True, "messages": kept, "has_more": False})

    server.on("GET", "/api/auth.test", Reply(json=ME))
    server.on(
        "GET",
        "/api/conversations.info",
        Reply(json={"ok": True, "channel": {"name": "kabar", "is_member": True}}),
    )
    server.on("GET", "/api/files.getUploadURLExternal", where)
    server.on("POST", "/upload/v1/.*", Reply(200, body=b"OK - 9"))
    server.on("POST", "/api/files.completeUploadExternal", Reply(json={"ok": True, "files": []}))
    server.on("POST", "/api/chat.postMessage", create)
    server.on("GET", "/api/conversations.(history|replies)", history)


def plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def published(server: ScriptedServer) -> list[Seen]:
    return [
        Seen(
            plain(said["text"]),
            tuple(block["alt_text"] for block in said.get("blocks", ()) if block["type"] == "image"),
            None,
            None,
            said["metadata"]["event_payload"]["key"],
        )
        for said in (request.json() for request in server.asked("POST", "/api/chat.postMessage"))
    ]


CASE = HttpCase(
    name="slack",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/api/chat.postMessage"),
    published=published,
    whoami=("GET", "/api/auth.test"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys=f"server: '{{url}}', channel: {CHANNEL}, token: {{env: SLACK_TOKEN}}",
    environment={"SLACK_TOKEN": TOKEN},
)
