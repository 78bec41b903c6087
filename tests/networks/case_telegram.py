"""Telegram in the contract suite: a Bot API server, as far as posts are concerned."""

from __future__ import annotations

import json
from typing import Any

from campaign.core.outcome import Scope
from campaign.networks.telegram import Telegram, TelegramOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply, Request, ScriptedServer

TOKEN = "123456789:AAf-Zq3_x9Kp7w2"
CHAT = {"id": -1001234567890, "type": "channel", "title": "Harapan", "username": "harapan"}
BOT = {"id": 123456789, "is_bot": True, "username": "harapan_bot"}
PUBLISH = "/bot[^/]+/send(Message|Photo|Video|MediaGroup)"


def make(bench: Bench) -> Telegram:
    options = TelegramOptions(server=bench.url, chat="@harapan", token=secret(TOKEN), timeout=bench.timeout)
    return Telegram(options, bench.files)


def fields(request: Request) -> dict[str, Any]:
    """What a call says: its JSON, or its form, in which all but words is JSON."""
    if request.headers.get_content_type() == "application/json":
        return dict(request.json())
    files = ("photo", "video", "p0", "p1")
    form = {name: value.decode() for name, value in request.form().items() if name not in files}
    words = ("caption", "chat_id", "text")
    return {name: value if name in words else json.loads(value) for name, value in form.items()}


def accept(server: ScriptedServer) -> None:
    made: list[Request] = []

    def message(request: Request) -> dict[str, Any]:
        made.append(request)
        return {"message_id": len(made), "date": 1816909200, "chat": CHAT}

    def one(request: Request) -> Reply:
        return Reply(json={"ok": True, "result": message(request)})

    def album(request: Request) -> Reply:
        return Reply(json={"ok": True, "result": [message(request) for _ in fields(request)["media"]]})

    def told(result: object) -> Reply:
        return Reply(json={"ok": True, "result": result})

    server.on("POST", "/bot[^/]+/send(Message|Photo|Video)", one)
    server.on("POST", "/bot[^/]+/sendMediaGroup", album)
    server.on("POST", "/bot[^/]+/deleteMessages", told(True))
    server.on("GET", "/bot[^/]+/getMe", told(BOT))
    server.on("GET", "/bot[^/]+/getChat", told(CHAT))
    server.on("GET", "/bot[^/]+/getChatMember", told({"status": "administrator", "can_post_messages": True}))


def published(server: ScriptedServer) -> list[Seen]:
    posts = []
    for request in server.asked("POST", PUBLISH):
        said = fields(request)
        text = said.get("text") or said.get("caption") or said["media"][0]["caption"]
        posts.append(Seen(text, None, None, None, None))
    return posts


CASE = HttpCase(
    name="telegram",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", PUBLISH),
    published=published,
    whoami=("GET", "/bot[^/]+/getMe"),
    forbidden=Scope.ACCOUNT,
    keys="server: '{url}', chat: '@harapan', token: {env: TG_TOKEN}",
    environment={"TG_TOKEN": TOKEN},
)
