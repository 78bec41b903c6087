"""Meta's Graph API as its documentation describes it, as far as Pages, Instagram and Threads need it: written from the
published behaviour, which is named beside each, not from our adapters.

[err] Graph API, error handling; [ig-err] Instagram Platform, error codes; [ig-pub] content publishing; [ig-media] IG
User media; [ig-cont] IG Container; [th-pub] Threads, posts and publishing reference; [th-tr] Threads, troubleshooting;
[pages] Pages API, posts; [paging] Graph API, paginated results. Where nothing is published the double does what would
show a mistake of ours best, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import Image

from tests.networks.scripted import Instead, Reply, Request, ScriptedServer

Handler = Callable[[Request], Reply]


def refusal(status: int, code: int, subcode: int | None = None, message: str = "", **more: Any) -> Reply:
    """An error as the Graph API writes it [err]."""
    told = {
        "message": message or f"(#{code}) something is wrong",
        "type": "OAuthException",
        "code": code,
        **more,
    }
    if subcode is not None:
        told["error_subcode"] = subcode
    return Reply(status, json={"error": {**told, "fbtrace_id": "A6LJylpZRKw2xKLFsAP-cJh"}})


def although(answer: Reply) -> Instead:
    """Carry the request out, but answer this. (The connection is closed behind it, so the answer says so.)"""
    return Instead(replace(answer, headers=(*answer.headers, ("Connection", "close"))))


def unsupported(method: str, object_id: str) -> Reply:
    """What is not there, or must not be seen, or can't do that [err: code 100, subcode 33]."""
    words = (
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation"
    )
    return refusal(400, 100, 33, words)


@dataclass
class Meta:
    """What the three have in common. ``tokens``: those that are good. ``fetch``: how pictures are fetched from a public
    address (None: they are believed). ``posts``: what is published, newest first."""

    server: ScriptedServer
    token: str
    version: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    fetch: Callable[[str], bytes] | None = None
    tokens: set[str] = field(default_factory=set)
    posts: list[dict[str, Any]] = field(default_factory=list)
    last_id: int = 17_900_000_000_000_000

    def __post_init__(self) -> None:
        self.tokens.add(self.token)
        _DOUBLES[self.server.url] = self
        self.build()

    def build(self) -> None:
        raise NotImplementedError

    def on(self, method: str, path: str, handler: Handler) -> None:
        def checked(request: Request) -> Reply:
            assert "access_token" not in request.query, "a token in an address"
            scheme, _, token = (request.headers["Authorization"] or "").partition(" ")
            if scheme != "Bearer" or token not in self.tokens:
                # [err]: 190, access token has expired; get a new one
                return refusal(400, 190, 463, "Error validating access token: Session has expired")
            return handler(request)

        self.server.on(method, f"/{re.escape(self.version)}/{path}", checked)

    def new_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S+0000")

    def paged(self, request: Request, rows: list[dict[str, Any]]) -> Reply:
        """A page of a list [paging]: cursors are opaque, ``next`` is there while there is more. The address in it is
        somebody else's, with the token in it as the real one has: nobody may follow it."""
        size = int(request.query.get("limit", ["25"])[0])
        assert 1 <= size <= 100  # Page feed: "the limit field is limited to 100"
        wanted = request.query["fields"][0]
        while "{" in wanted:  # fields of fields
            wanted = re.sub(r"\{[^{}]*\}", "", wanted)
        fields = {"id", *wanted.split(",")}
        start = int(request.query.get("after", ["c0"])[0].removeprefix("c"))
        page = [{name: value for name, value in row.items() if name in fields} for row in rows]
        body: dict[str, Any] = {"data": page[start : start + size]}
        if body["data"]:
            body["paging"] = {"cursors": {"before": f"c{start}", "after": f"c{start + size}"}}
            if start + size < len(rows):
                body["paging"]["next"] = f"https://elsewhere.example/next?access_token={self.token}"
        return Reply(json=body)

    def fields(self, request: Request) -> dict[str, str]:
        """What was posted, as a form or as JSON: the API takes both."""
        if request.headers.get_content_type() == "application/json":
            return {str(name): value for name, value in request.json().items()}
        return {name: value.decode() for name, value in request.form().items()}


_DOUBLES: dict[str, Meta] = {}


def double_of(server: ScriptedServer) -> Meta:
    """The double that plays on a server."""
    return _DOUBLES[server.url]


def clean(data: bytes) -> Image.Image:
    """The picture in some bytes; fails when anything but the picture is in them."""
    image = Image.open(BytesIO(data))
    image.load()
    assert not image.getexif()
    assert not {"exif", "xmp", "comment", "photoshop"} & set(image.info)
    return image


@dataclass
class PageDouble(Meta):
    """A Facebook Page. ``photos``: unpublished ones, id -> (format, description). ``duplicates``: whether the same
    message twice in a row is refused. ``owner``: whose token it is."""

    version: str = "v26.0"
    page: str = "104857600"
    owner: dict[str, str] = field(default_factory=lambda: {"id": "104857600", "name": "Yayasan Harapan"})
    photos: dict[str, tuple[str, str]] = field(default_factory=dict)
    duplicates: bool = False
    may_delete: bool = True

    def build(self) -> None:
        self.on("GET", "me", lambda request: Reply(json=self.owner))
        self.on("POST", f"{self.page}/photos", self._upload)
        self.on("POST", f"{self.page}/feed", self._post)
        self.on("GET", f"{self.page}/published_posts", lambda request: self.paged(request, self.posts))
        self.on("GET", r"[\d_]+", self._read)
        self.on("DELETE", r"[\d_]+", self._delete)

    def _upload(self, request: Request) -> Reply:
        """[pages]: published=false uploads a photo without making a post of it."""
        form = request.form()
        assert set(form) <= {"source", "published", "alt_text_custom", "caption", "url"}
        assert form["published"] == b"false", "a picture would go out alone"
        assert len(form["source"]) <= 10_000_000
        photo = self.new_id()
        self.photos[photo] = (str(clean(form["source"]).format), form.get("alt_text_custom", b"").decode())
        return Reply(json={"id": photo})

    def _post(self, request: Request) -> Reply:
        """[pages]: message, link, published, attached_media; the answer is the id PAGE_POST."""
        body = request.json()
        if not set(body) <= {"message", "link", "published", "scheduled_publish_time", "attached_media"}:
            return refusal(400, 100, None, "(#100) Param is not one that is known")
        photos = [one["media_fbid"] for one in body.get("attached_media", ())]
        if not set(photos) <= set(self.photos):
            return refusal(400, 100, None, "(#100) attached_media[0]: photo could not be found")
        if self.duplicates and self.posts and self.posts[0]["message"] == body["message"]:
            # [err]: "506 Duplicate Post: duplicate posts cannot be published consecutively"
            return refusal(400, 506, None, "Duplicate status message")
        assert not (photos and "link" in body), "a post has pictures or a card"
        kinds = [{"media_type": "photo"} for _ in photos]
        attachments = (
            [{"media_type": "album", "subattachments": {"data": kinds}}] if len(photos) > 1 else kinds
        )
        if "link" in body:
            attachments = [{"media_type": "link"}]
        post = {
            "id": f"{self.page}_{self.new_id()}",
            "message": body["message"],
            "created_time": self.stamp(),
            "alts": tuple(self.photos[photo][1] for photo in photos),
            "link": body.get("link"),
            **({"attachments": {"data": attachments}} if attachments else {}),
        }
        self.posts.insert(0, post)
        return Reply(json={"id": post["id"]})

    def _read(self, request: Request) -> Reply:
        object_id = request.path.rpartition("/")[2]
        known = {post["id"] for post in self.posts} | set(self.photos)
        return Reply(json={"id": object_id}) if object_id in known else unsupported("GET", object_id)

    def _delete(self, request: Request) -> Reply:
        object_id = request.path.rpartition("/")[2]
        kept = [post for post in self.posts if post["id"] != object_id]
        if len(kept) == len(self.posts) or not self.may_delete:
            return unsupported("DELETE", object_id)
        self.posts = kept
        return Reply(json={"success": True})


@dataclass
class Container:
    """What is not published yet. ``looks``: how often it still says that it is being worked on."""

    fields: dict[str, str]
    state: str = "FINISHED"
    looks: int = 0
    words: str = ""
    media_id: str = ""


@dataclass
class TwoSteps(Meta):
    """What Instagram and Threads have in common. ``working``: how often new containers say IN_PROGRESS. ``spoils``: new
    ones end as ERROR, with these words. ``used``, ``total``: the quota. ``lost``: how many publishing requests do not
    find their container. ``turns``: a published container can't be asked for its status any more (seen on Threads,
    exileum/meta-mcp#143). ``young``: the token can't be exchanged yet."""

    user: str = "17841400000000001"
    username: str = "harapan"
    containers: dict[str, Container] = field(default_factory=dict)
    working: int = 0
    spoils: str = ""
    used: int = 0
    total: int = 100
    lost: int = 0
    turns: bool = False
    young: bool = True
    may_delete: bool = True
    fetched: list[Image.Image] = field(default_factory=list)

    grant, create, publish, quota, status, words = "", "", "", "", "", ""

    def build(self) -> None:
        self.server.on("GET", "/refresh_access_token", self._refresh)
        user = f"({self.user}|me)"
        self.on("GET", r"\d+", self._read)
        self.on("DELETE", r"\d+", self._delete)
        self.on("GET", user, lambda request: Reply(json={"id": self.user, "username": self.username}))
        self.on("POST", f"{user}/{self.create}", self._create)
        self.on("POST", f"{user}/{self.publish}", self._publish)
        self.on("GET", f"{user}/{self.quota}", self._quota)

    def _refresh(self, request: Request) -> Reply:
        """Long-lived tokens: at least 24 hours old, not expired; the new one lives for 60 days from now."""
        assert request.query["grant_type"] == [self.grant]
        [token] = request.query["access_token"]
        if token not in self.tokens:
            return refusal(400, 190, 463, "Error validating access token: Session has expired")
        if self.young:
            return refusal(400, 10, None, "Session key invalid: the token is less than 24 hours old")
        fresh = f"{self.token}-fresh-{self.new_id()}"
        self.tokens.add(fresh)
        return Reply(json={"access_token": fresh, "token_type": "bearer", "expires_in": 5_183_944})

    def _quota(self, request: Request) -> Reply:
        """[ig-pub] content_publishing_limit, [th-tr] threads_publishing_limit."""
        usage, config = request.query["fields"][0].split(",")
        return Reply(
            json={"data": [{usage: self.used, config: {"quota_total": self.total, "quota_duration": 86400}}]}
        )

    def picture(self, address: str) -> Reply | None:
        """ "We cURL media used in publishing attempts, so the media must be hosted on a publicly accessible server"."""
        if self.fetch is None:
            return None
        try:
            data = self.fetch(address)
        except OSError:
            # [ig-err]: 9004/2207052, the media could not be fetched from this URI
            return refusal(400, 9004, 2207052, "Only photo or video can be accepted as media type.")
        image = clean(data)
        self.fetched.append(image)
        return self.fits(image, len(data))

    def fits(self, image: Image.Image, size: int) -> Reply | None:
        raise NotImplementedError

    def wrong(self, fields: dict[str, str]) -> Reply | None:
        raise NotImplementedError

    def _create(self, request: Request) -> Reply:
        fields = self.fields(request)
        problem = self.wrong(fields) or (self.picture(fields["image_url"]) if "image_url" in fields else None)
        if problem is not None:
            return problem
        made = Container(fields, looks=self.working)
        if self.spoils:
            made.state, made.words = "ERROR", self.spoils
        container = self.new_id()
        self.containers[container] = made
        return Reply(json={"id": container})

    def _state(self, container: str) -> str:
        made = self.containers[container]
        if made.looks and made.state == "FINISHED":
            return "IN_PROGRESS"
        return made.state

    def _publish(self, request: Request) -> Reply:
        container = self.fields(request)["creation_id"]
        if container not in self.containers or self.lost:
            self.lost -= 1
            return self.not_found(container)
        state = self._state(container)
        if state == "IN_PROGRESS":
            # [ig-err]: 9007/2207027, the media is not ready for publishing, please wait for a moment
            return refusal(400, 9007, 2207027, "Media ID is not available")
        # A second publishing of one container is described nowhere: refused here, so that it shows.
        assert state == "FINISHED", f"a container that is {state} is published"
        if self.used >= self.total:
            # [ig-err]: 9/2207042, "You reached maximum number of posts that is allowed to be published"
            return refusal(400, 9, 2207042, "Application request limit reached")
        self.used += 1
        made = self.containers[container]
        made.state, made.media_id = "PUBLISHED", self.new_id()
        self.posts.insert(0, self.post(made))
        return Reply(json={"id": made.media_id})

    def not_found(self, container: str) -> Reply:
        raise NotImplementedError

    def post(self, made: Container) -> dict[str, Any]:
        raise NotImplementedError

    def alts(self, made: Container) -> tuple[str, ...]:
        """The descriptions of what a container shows, in order."""
        if "children" in made.fields:
            return tuple(
                alt
                for child in made.fields["children"].split(",")
                for alt in self.alts(self.containers[child])
            )
        return (made.fields.get("alt_text", ""),) if "image_url" in made.fields else ()

    def children(self, made: Container) -> dict[str, Any]:
        ids = made.fields.get("children", "")
        return {"children": {"data": [{"id": self.new_id()} for _ in ids.split(",")]}} if ids else {}

    def _read(self, request: Request) -> Reply:
        object_id = request.path.rpartition("/")[2]
        if object_id in self.containers:
            made, state = self.containers[object_id], self._state(object_id)
            made.looks = max(made.looks - 1, 0)
            if state == "PUBLISHED" and self.turns:
                return refusal(
                    400, 100, None, "Tried accessing nonexisting field (status)", type="THApiException"
                )
            return Reply(
                json={"id": object_id, self.status: state, **({self.words: made.words} if made.words else {})}
            )
        post = next((post for post in self.posts if post["id"] == object_id), None)
        if post is None:
            return unsupported("GET", object_id)
        wanted = request.query["fields"][0].split(",")
        return Reply(json={name: post[name] for name in wanted if name in post})

    def _delete(self, request: Request) -> Reply:
        object_id = request.path.rpartition("/")[2]
        kept = [post for post in self.posts if post["id"] != object_id]
        if len(kept) == len(self.posts) or not self.may_delete:
            return unsupported("DELETE", object_id)
        self.posts = kept
        return Reply(json={"success": True, "deleted_id": object_id})


@dataclass
class InstagramDouble(TwoSteps):
    """A professional account."""

    version: str = "v26.0"
    grant, create, publish, quota = "ig_refresh_token", "media", "media_publish", "content_publishing_limit"
    status, words = "status_code", "status"  # [ig-cont]

    def build(self) -> None:
        super().build()
        self.on("GET", f"({self.user}|me)/media", lambda request: self.paged(request, self.posts))

    def wrong(self, fields: dict[str, str]) -> Reply | None:
        known = {"image_url", "caption", "alt_text", "is_carousel_item", "media_type", "children"}
        if not set(fields) <= known:
            return refusal(400, 100, None, f"(#100) unknown: {set(fields) - known}")
        if len(fields.get("caption", "").encode("utf-16-le")) // 2 > 2200:
            return refusal(400, 36004, 2207010, "The caption was too long")  # [ig-err]
        assert len(fields.get("alt_text", "")) <= 1000
        if fields.get("media_type") != "CAROUSEL":
            return (
                None if fields.get("image_url") else refusal(400, 100, None, "(#100) image_url is required")
            )
        children = fields["children"].split(",")
        ready = all(self._state(child) == "FINISHED" for child in children if child in self.containers)
        marked = all(self.containers[child].fields.get("is_carousel_item") == "true" for child in children)
        if not 2 <= len(children) <= 10 or not ready or not marked:
            return refusal(400, 100, 2207028, "Your post won't work as a carousel")  # [ig-err]
        return None

    def fits(self, image: Image.Image, size: int) -> Reply | None:
        """[ig-media], image specifications; the errors are those of [ig-err]."""
        if image.format != "JPEG":
            return refusal(400, 36001, 2207005, "The image format is not supported")
        if size > 8 * 1024 * 1024:
            return refusal(400, 36000, 2207004, "The image size is too large.")
        if not 0.8 <= image.width / image.height <= 1.91:
            return refusal(400, 36003, 2207009, "The submitted image has an invalid aspect ratio")
        return None

    def not_found(self, container: str) -> Reply:
        return refusal(
            400, 24, 2207008, f"The media builder with creation id = {container} does not exist"
        )  # [ig-err]

    def post(self, made: Container) -> dict[str, Any]:
        media_id = made.media_id
        return {
            "id": media_id,
            "caption": made.fields.get("caption", ""),
            "timestamp": self.stamp(),
            "permalink": f"https://www.instagram.com/p/C{media_id[-8:]}/",
            "username": self.username,
            "media_type": "CAROUSEL_ALBUM" if "children" in made.fields else "IMAGE",
            "alts": self.alts(made),
            **self.children(made),
        }


@dataclass
class ThreadsDouble(TwoSteps):
    """A profile. ``replies``: what answers other posts, newest first: they stand in a list of their own (retrieve
    posts; reply management)."""

    version: str = "v1.0"
    total: int = 250
    grant, create, publish, quota = (
        "th_refresh_token",
        "threads",
        "threads_publish",
        "threads_publishing_limit",
    )
    status, words = "status", "error_message"  # [th-tr]

    def build(self) -> None:
        super().build()
        user = f"({self.user}|me)"
        roots = lambda: [post for post in self.posts if "replied_to" not in post]  # noqa: E731
        replies = lambda: [post for post in self.posts if "replied_to" in post]  # noqa: E731
        self.on("GET", f"{user}/threads", lambda request: self.paged(request, roots()))
        self.on("GET", f"{user}/replies", lambda request: self.paged(request, replies()))

    def wrong(self, fields: dict[str, str]) -> Reply | None:
        """[th-pub]"""
        known = {"media_type", "text", "image_url", "alt_text", "is_carousel_item", "children", "reply_to_id"}
        if not set(fields) <= known:
            return refusal(400, 100, None, f"(#100) unknown: {set(fields) - known}")
        if len(fields.get("text", "")) > 500:
            return refusal(400, 100, None, "Param text must be at most 500 characters long.")
        assert len(fields.get("alt_text", "")) <= 1000
        replied = fields.get("reply_to_id")
        if replied is not None and replied not in {post["id"] for post in self.posts}:
            return refusal(400, 24, 4279009, "The requested resource does not exist")
        if fields["media_type"] == "TEXT":
            assert fields["text"] and "image_url" not in fields
        elif fields["media_type"] == "IMAGE":
            assert fields["image_url"]
        else:
            children = fields["children"].split(",")
            assert fields["media_type"] == "CAROUSEL" and 2 <= len(children) <= 20
            assert all(self._state(child) == "FINISHED" for child in children)
            assert all(self.containers[child].fields.get("is_carousel_item") == "true" for child in children)
        return None

    def fits(self, image: Image.Image, size: int) -> Reply | None:
        assert image.format in ("JPEG", "PNG") and size <= 8_000_000
        return None

    def not_found(self, container: str) -> Reply:
        """As fbsamples/threads_api#70 shows it."""
        words = f"The media with id {container} cannot be found."
        return refusal(400, 24, 4279009, "The requested resource does not exist", error_user_msg=words)

    def post(self, made: Container) -> dict[str, Any]:
        media_id, kind = made.media_id, made.fields["media_type"]
        replied = made.fields.get("reply_to_id")
        return {
            "id": media_id,
            "text": made.fields.get("text", ""),
            "timestamp": self.stamp(),
            "permalink": f"https://www.threads.net/@{self.username}/post/C{media_id[-8:]}",
            "username": self.username,
            "media_type": {"CAROUSEL": "CAROUSEL_ALBUM", "TEXT": "TEXT_POST"}.get(kind, kind),
            "alts": self.alts(made),
            **({"replied_to": {"id": replied}} if replied else {}),
            **self.children(made),
        }
