"""A double of LinkedIn's Posts API, made from what is published of its behaviour; the source stands beside each.

[posts] learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
[little] .../shares/little-text-format; [images] .../shares/images-api; [version] .../marketing/versioning
[dup] composio#2710 and Linkedin-RSS#5: what the refusal of a duplicate says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.networks.scripted import Reply, Request, ScriptedServer

RESERVED = "|{}@[]()<>*_~"


@dataclass
class Double:
    """One author's posts. ``working``: how often a picture is still being worked on."""

    server: ScriptedServer
    author: str
    versions: frozenset[str] = frozenset({"202609", "202610"})
    working: int = 0
    now: datetime = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        on = self.server.on
        on("POST", "/rest/posts", self._versioned(self.create))
        on("GET", "/rest/posts", self._versioned(self.list))
        on("GET", "/rest/posts/.+", self._versioned(self.one))
        on("DELETE", "/rest/posts/.+", self._versioned(self.delete))
        on("POST", "/rest/images", self._versioned(self.initialize))
        on("PUT", "/dms-uploads/.+", self.upload)
        on("GET", "/rest/images/.+", self._versioned(self.image))
        on("GET", "/rest/organizations/.+", Reply(json={"id": 42, "localizedName": "Yayasan Harapan"}))
        on("GET", "/v2/userinfo", Reply(json={"sub": "abc", "name": "Ani"}))

    def _versioned(self, handler: Any) -> Any:
        def judge(request: Request) -> Reply:
            # [version]: a version that was sunset, or is none, is answered 426 NONEXISTENT_VERSION.
            if request.headers["LinkedIn-Version"] not in self.versions:
                words = f"Requested version {request.headers['LinkedIn-Version']} is not active"
                return Reply(426, json={"status": 426, "code": "NONEXISTENT_VERSION", "message": words})
            assert request.headers["X-Restli-Protocol-Version"] == "2.0.0"
            answer: Reply = handler(request)
            return answer

        return judge

    def create(self, request: Request) -> Reply:
        said = request.json()
        assert said["author"] == self.author
        kept = truncated(said["commentary"])
        for urn, post in self.posts.items():
            if post["commentary"] == kept:  # [dup]
                words = f"Content is a duplicate of {urn}"
                return Reply(422, json={"message": words, "status": 422, "code": "DUPLICATE_POST"})
        urn = f"urn:li:share:{7000 + len(self.posts)}"
        self.posts[urn] = {
            **said,
            "commentary": kept,
            "id": urn,
            "createdAt": int(self.now.timestamp() * 1000),
        }
        self.now += timedelta(seconds=1)
        return Reply(201, headers=(("x-restli-id", urn),))  # [posts]: no body, the id in a header

    def list(self, request: Request) -> Reply:
        assert request.headers["X-RestLi-Method"] == "FINDER"  # [posts]
        start, count = int(request.query["start"][0]), int(request.query["count"][0])
        newest = sorted(self.posts.values(), key=lambda post: -post["createdAt"])
        return Reply(json={"elements": newest[start : start + count]})

    def one(self, request: Request) -> Reply:
        post = self.posts.get(unquote(request.path.rpartition("/")[2]))
        return Reply(json=post) if post else Reply(404, json={"status": 404, "message": "Post not found"})

    def delete(self, request: Request) -> Reply:
        self.posts.pop(unquote(request.path.rpartition("/")[2]), None)
        return Reply(204)  # [posts]: deleting again answers 204, too

    def initialize(self, request: Request) -> Reply:
        assert request.query["action"] == ["initializeUpload"]
        urn = f"urn:li:image:C{len(self.images)}"
        self.images[urn] = "WAITING_UPLOAD"
        place = f"{self.server.url}/dms-uploads/{urn.rpartition(':')[2]}?sign=abc"
        return Reply(json={"value": {"uploadUrl": place, "image": urn, "uploadUrlExpiresAt": 1816999999000}})

    def upload(self, request: Request) -> Reply:
        self.images[f"urn:li:image:{request.path.rpartition('/')[2]}"] = (
            "PROCESSING" if self.working else "AVAILABLE"
        )
        return Reply(201)

    def image(self, request: Request) -> Reply:
        urn = unquote(request.path.rpartition("/")[2])
        state = self.images[urn]
        if self.working:
            self.working -= 1
        if not self.working and state == "PROCESSING":  # [images]: status
            self.images[urn] = "AVAILABLE"
        return Reply(json={"id": urn, "status": state})


def truncated(commentary: str) -> str:
    """[little]: a reserved sign that is not escaped begins markup; where that is none, the text ends without a word.
    A # before letters or digits begins a hashtag."""
    place = 0
    while place < len(commentary):
        sign = commentary[place]
        if sign == "\\":
            place += 2
            continue
        if sign in RESERVED or (sign == "#" and not re.match(r"#[^\W_]", commentary[place:])):
            return commentary[:place]
        place += 1
    return commentary


def seen(commentary: str) -> str:
    """What a reader sees."""
    return re.sub(r"\\(.)", r"\1", commentary, flags=re.DOTALL)


def sent_twice(server: ScriptedServer) -> list[dict[str, Any]]:
    """The bodies of all posts that were asked for."""
    return [json.loads(request.body) for request in server.asked("POST", "/rest/posts")]
