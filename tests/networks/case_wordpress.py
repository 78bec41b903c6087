"""WordPress in the contract suite: as much of a site as answers are tried on. A real one is in test_wordpress.py."""

from __future__ import annotations

from typing import Any

from campaign.core.outcome import Scope, Sent
from campaign.networks.wordpress import WordPress, WordPressOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.reading import Reader
from tests.networks.scripted import Reply, Request, ScriptedServer

PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"
API = "/wp-json/wp/v2"
ME = {"id": 7, "name": "Harapan", "capabilities": {"publish_posts": True, "upload_files": True}}


def make(bench: Bench) -> WordPress:
    options = WordPressOptions(
        server=bench.url, user="harapan", password=secret(PASSWORD), timeout=bench.timeout
    )
    return WordPress(options, bench.vault, bench.files)


def accept(server: ScriptedServer) -> None:
    articles: dict[int, dict[str, Any]] = {}
    uploads: list[str] = []

    def upload(request: Request) -> Reply:
        uploads.append(request.form()["alt_text"].decode())
        number = 100 + len(uploads)
        return Reply(201, json={"id": number, "source_url": f"https://example.org/files/{number}.png"})

    def changed(number: int, body: dict[str, Any]) -> Reply:
        article = articles.setdefault(number, {"id": number, "author": 7})
        article |= {"link": f"https://example.org/?p={number}", **body}
        for name in {"title", "content"} & body.keys():
            article[name] = {"raw": body[name]}
        return Reply(json=article)

    def create(request: Request) -> Reply:
        return changed(len(articles) + 1, request.json())

    def update(request: Request) -> Reply:
        return changed(int(request.path.rpartition("/")[2]), request.json())

    def listing(request: Request) -> Reply:
        slugs, states = (request.query[name][0].split(",") for name in ("slug", "status"))
        return Reply(json=[a for a in articles.values() if a["slug"] in slugs and a["status"] in states])

    server.on("GET", f"{API}/users/me", Reply(json=ME))
    server.on("POST", f"{API}/media", upload)
    server.on("POST", f"{API}/posts", create)
    server.on("GET", f"{API}/posts", listing)
    server.on("POST", rf"{API}/posts/\d+", update)


def published(server: ScriptedServer) -> list[Seen]:
    slugs = [request.json()["slug"] for request in server.asked("POST", f"{API}/posts")]
    bodies = {r.path: r.json() for r in server.asked("POST", rf"{API}/posts/\d+")}
    return [
        read(body["content"], slugs[int(path.rpartition("/")[2]) - 1])
        for path, body in bodies.items()
        if body["status"] == "publish"
    ]


def read(content: str, key: str | None) -> Seen:
    """An article's content as a reader sees it."""
    reader = Reader(content)
    paragraphs = list(reader.paragraphs)
    warning = paragraphs.pop(0) if any(tag == "strong" for tag, _ in reader.tags) else ""
    [language] = {attributes["lang"] for tag, attributes in reader.tags if tag == "span"}
    return Seen("\n\n".join(paragraphs), tuple(reader.alts), language, warning, key)


CASE = HttpCase(
    name="wordpress",
    secrets=(PASSWORD, PASSWORD.replace(" ", "")),
    make=make,
    accept=accept,
    publish=("POST", rf"{API}/posts/\d+"),
    published=published,
    whoami=("GET", f"{API}/users/me"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys="server: '{url}', user: harapan, password: {env: WORDPRESS_PASSWORD}",
    environment={"WORDPRESS_PASSWORD": PASSWORD},
)
