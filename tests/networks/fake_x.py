"""X as its documentation describes it, as far as we use it: it verifies each OAuth 1.0a signature and each body.

The field names are those of its OpenAPI description 2.167 (which may not be copied), unknown ones refused as there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from oauthlib.oauth1 import RequestValidator, ResourceEndpoint  # type: ignore[import-untyped]

from tests.networks.scripted import Reply, Request, ScriptedServer

KEYS = {
    "consumer_key": "consumer-key-of-the-app",
    "consumer_secret": "consumer/secret+of=the&app",
    "access_token": "777-token-of-the-account",
    "access_token_secret": "secret of the token ÄÖ",
}
USER = {"id": "777", "name": "Yayasan Harapan", "username": "harapan"}

_ID = {"type": "string", "pattern": "^[0-9]{1,19}$"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_POST = Draft202012Validator(
    _object(
        [],
        text={"type": "string", "minLength": 1},
        media=_object(["media_ids"], media_ids={"type": "array", "minItems": 1, "maxItems": 4, "items": _ID}),
        reply=_object(["in_reply_to_tweet_id"], in_reply_to_tweet_id=_ID),
    )
)
_METADATA = Draft202012Validator(
    _object(
        ["id"],
        id=_ID,
        metadata=_object([], alt_text=_object(["text"], text={"type": "string", "maxLength": 1000})),
    )
)


class _Keys(RequestValidator):  # type: ignore[misc]
    """What the server's side of OAuth asks for; everything else is oauthlib's own."""

    enforce_ssl = False
    client_key_length = nonce_length = access_token_length = (3, 100)
    safe_characters = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    dummy_client = dummy_access_token = "nobody"

    def __init__(self) -> None:
        self.nonces: set[str] = set()

    def check_client_key(self, client_key: str) -> bool:
        return True

    check_access_token = check_nonce = check_client_key

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == KEYS["consumer_key"]

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token == KEYS["access_token"]

    def validate_realms(self, *args: Any, **kwargs: Any) -> bool:
        return True

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, request: Any, **tokens: Any
    ) -> bool:
        fresh = nonce not in self.nonces
        self.nonces.add(nonce)
        return fresh and abs(int(timestamp) - datetime.now(UTC).timestamp()) < 300

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return KEYS["consumer_secret"]

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return KEYS["access_token_secret"]


@dataclass
class FakeX:
    """``posts``: newest first, as X lists them. ``alts``: media id -> description. ``working``: how often X says
    that it is not done with an animation."""

    server: ScriptedServer
    posts: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, str] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    working: int = 0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _last_id: int = 1_900_000_000_000_000_000

    def __post_init__(self) -> None:
        endpoint = ResourceEndpoint(_Keys())
        for method, path, handler in (
            ("POST", "/2/tweets", self._create),
            ("DELETE", r"/2/tweets/\d+", self._delete),
            ("POST", "/2/media/upload", self._upload),
            ("GET", "/2/media/upload", self._status),
            ("POST", "/2/media/metadata", self._describe),
            ("GET", "/2/users/me", lambda _request: Reply(json={"data": USER})),
            ("GET", f"/2/users/{USER['id']}/tweets", self._list),
        ):
            self.server.on(method, path, self._signed(endpoint, handler))

    def _signed(
        self, endpoint: ResourceEndpoint, handler: Callable[[Request], Reply]
    ) -> Callable[[Request], Reply]:
        def handle(request: Request) -> Reply:
            valid, _ = endpoint.validate_protected_resource_request(
                self.server.url + request.target, request.method, None, dict(request.headers.items()), []
            )
            if not valid:
                return _problem(401, "Unauthorized", "Unauthorized")
            try:
                return handler(request)
            except ValidationError as error:
                return _problem(400, "Invalid Request", f"One or more parameters is invalid: {error.message}")

        return handle

    def _next_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _create(self, request: Request) -> Reply:
        body = request.json()
        _POST.validate(body)
        text = body.get("text", "")
        if any(post["typed"] == text for post in self.posts):
            return _problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        pictures = body.get("media", {}).get("media_ids", [])
        if not set(pictures) <= set(self.media):
            return _problem(400, "Invalid Request", "Your media IDs are invalid.")
        post_id = self._next_id()
        links = [
            {"url": f"https://t.co/{number}{post_id[-6:]}", "expanded_url": link}
            for number, link in enumerate(re.findall(r"https?://\S+", text))
        ]
        shown = html.escape(text, quote=False)
        for link in links:
            shown = shown.replace(html.escape(link["expanded_url"], quote=False), link["url"])
        if pictures:
            picture = f"https://x.com/{USER['username']}/status/{post_id}/photo/1"
            links.append(
                {"url": f"https://t.co/p{post_id[-6:]}", "expanded_url": picture, "media_key": "3_1"}
            )
            shown = f"{shown} {links[-1]['url']}".strip()
        post = {
            "typed": text,
            "id": post_id,
            "text": shown,
            "created_at": self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "entities": {"urls": links},
            "attachments": {"media_keys": [f"3_{number}" for number in pictures]},
            "reply": body.get("reply", {}).get("in_reply_to_tweet_id"),
        }
        self.posts.insert(0, post)
        return Reply(201, json={"data": {"id": post_id, "text": shown, "edit_history_tweet_ids": [post_id]}})

    def _delete(self, request: Request) -> Reply:
        post_id = request.path.rpartition("/")[2]
        kept = [post for post in self.posts if post["id"] != post_id]
        if len(kept) == len(self.posts):
            return _problem(404, "Not Found Error", f"Could not find tweet with id: [{post_id}].")
        self.posts = kept
        return Reply(json={"data": {"deleted": True}})

    def _upload(self, request: Request) -> Reply:
        form = request.form()
        category = form["media_category"].decode()
        if set(form) != {"media", "media_category"} or category not in ("tweet_image", "tweet_gif"):
            return _problem(400, "Invalid Request", "One or more parameters is invalid")
        media_id = self._next_id()
        self.media[media_id] = category
        return self._done(media_id)

    def _status(self, request: Request) -> Reply:
        media_id = request.query["media_id"][0]
        if request.query["command"] != ["STATUS"] or media_id not in self.media:
            return _problem(400, "Invalid Request", "The media id is not valid")
        return self._done(media_id)

    def _done(self, media_id: str) -> Reply:
        found: dict[str, Any] = {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}
        if self.media[media_id] == "tweet_gif":
            state = "in_progress" if self.working else "succeeded"
            self.working = max(self.working - 1, 0)
            found["processing_info"] = {"state": state, "check_after_secs": 3}
        return Reply(json={"data": found})

    def _describe(self, request: Request) -> Reply:
        body = request.json()
        _METADATA.validate(body)
        if body["id"] not in self.media:
            return _problem(400, "Invalid Request", "The media id is not valid")
        self.alts[body["id"]] = body["metadata"]["alt_text"]["text"]
        return Reply(json={"data": {"id": body["id"], "associated_metadata": body["metadata"]}})

    def _list(self, request: Request) -> Reply:
        size = int(request.query["max_results"][0])
        assert 5 <= size <= 100
        wanted = {"id", "text", *request.query["tweet.fields"][0].split(",")}
        start = int(request.query.get("pagination_token", ["0"])[0])
        page = self.posts[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + size < len(self.posts):
            meta["next_token"] = str(start + size)
        if not page:
            return Reply(json={"meta": meta})
        return Reply(json={"data": [{k: v for k, v in p.items() if k in wanted} for p in page], "meta": meta})


def _problem(status: int, title: str, detail: str) -> Reply:
    """An error as X writes it (RFC 9457)."""
    return Reply(status, json={"title": title, "type": "about:blank", "status": status, "detail": detail})
