"""A workspace on disk that has lived through some days, its pages, and visitors: with a test client, or by HTTP."""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign.cli.main import main
from campaign.core.roles import Role
from campaign.dispatch.admission import add_token
from campaign.dispatch.station import Station, read
from campaign.dispatch.tick import Engine
from campaign.store.log import Who
from campaign.web.access import FORM
from campaign.web.app import make_app
from campaign.web.links import Links
from campaign.web.serve import listening, server
from campaign.web.site import Address, Site
from tests.dispatch.world import Inline

NOW = datetime(2027, 7, 30, 5, 0, tzinfo=UTC)
"""Friday 12:00 in Jakarta."""

PORT = 8123
HERE = f"http://127.0.0.1:{PORT}"
DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo.py"

CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [en, id]
accounts:
  site: {network: feed, folder: public, languages: [en, id]}
  news: {network: feed, folder: news, language: en}
  wa: {network: handoff, to: ani, language: id}
people:
  lia: {can: []}
  rio: {can: [review]}
  ani: {can: [review, approve]}
  siti: {can: [review, approve, pause]}
"""

HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0"

SCHEDULE = """\
title: {en: World Day, id: Hari Sedunia}
accounts: [site, site.id]
starts: 2027-07-20
ends: 2027-08-31
posts:
  - id: signs
    every: {days: [day], at: "09:00"}
    text: {en: "Someone else keeps their passport: a sign, not a proof. {{ occurrence.date }}",
           id: "Paspornya disimpan orang lain: tanda, bukan bukti. {{ occurrence.date }}"}
  - id: picture
    at: [2027-07-29 10:00, 2027-08-02 10:00]
    accounts: [news]
    text: {en: "Read the contract before you sign."}
    image: {file: images/contract.jpg, alt: {en: Two people read a contract}}
  - id: hand
    at: 2027-07-30 11:00
    accounts: [wa]
    text: {id: "Bagikan di grup."}
  - id: asked
    at: 2027-07-31 10:00
    approval: one
    accounts: [news]
    text: {en: "A candle for those who did not come home.  https://example.org/candle"}
    image: {file: images/contract.jpg, alt: {en: Two people read a contract}}
  - id: hostile
    at: 2027-07-29 15:00
    accounts: [news]
    text: {en: "HOSTILE"}
""".replace("HOSTILE", HOSTILE)

ROLES = {"lia": Role.VIEWER, "rio": Role.REVIEWER, "ani": Role.APPROVER, "siti": Role.COORDINATOR}
"""Who visits, with which role; each has a token of the same name."""


def demo() -> Any:
    """docs/demo.py, as a module."""
    spec = importlib.util.spec_from_file_location("demo", DEMO)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small(folder: Path) -> Path:
    """A workspace of one campaign, three accounts and four people."""
    (folder / "schedules").mkdir(parents=True)
    (folder / "posts" / "images").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "schedules" / "world-day.yaml").write_text(SCHEDULE, encoding="utf-8")
    picture = DEMO.parent.parent / "posts" / "images" / "contract.jpg"
    (folder / "posts" / "images" / "contract.jpg").write_bytes(picture.read_bytes())
    return folder


def of_demo(folder: Path, first: str) -> Path:
    """The workspace of `make demo`, its first moment at a wall time; ani and siti may do everything in it."""
    assert main(["init", str(folder)]) == 0
    demo().fill(folder, datetime.fromisoformat(first))
    with (folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("\npeople: {ani: {can: [review]}, siti: {can: [review, approve, pause]}}\n")
    return folder


@dataclass
class Town:
    """A workspace with its open store, at a moment that the test sets."""

    folder: Path
    now: datetime = NOW
    reported: list[BaseException] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    station: Station = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.station = Station.open(self.folder, read(self.folder), {}, create=True)

    def close(self) -> None:
        self.station.store.close()

    def live(self, since: datetime, until: datetime | None = None) -> None:
        """Let the real planner and the real networks (folders on this disk) work from one moment to another."""
        until = until or self.now
        at = since
        engine = Engine(
            self.station.store,
            self.station.adapters,
            self.station.files,
            "host:1",
            Inline(),
            self.now.timestamp,
        )
        engine.adopt(self.station.planner(read(self.folder)), at)
        while at <= until:
            wake = engine.tick(at)
            if engine.in_flight:
                continue
            if wake is None:
                break
            at = max(wake, at + timedelta(seconds=1))

    def who(self, handle: str) -> Who:
        return Who(handle, f"cli {handle}@laptop")

    def token(self, name: str, role: Role, handle: str | None = None) -> str:
        """A new token."""
        desk = self.site().desk(self.who("siti"))
        self.tokens[name] = add_token(desk, name, role, handle or name)
        return self.tokens[name]

    def site(self, address: Address | None = None) -> Site:
        return Site(
            self.station,
            lambda: self.now,
            address or Address.local(PORT),
            Who("siti", "web link siti@laptop"),
            Links(self.links.append),
        )

    def app(self, address: Address | None = None) -> Flask:
        site = self.site(address)
        site.links.new()
        return make_app(site, self.reported.append)

    def visitor(self, name: str | None = None, app: Flask | None = None) -> Visitor:
        """A browser, signed in with the token of that name."""
        visitor = Visitor((app or self.app()).test_client())
        if name is not None:
            assert visitor.sign_in(token=self.tokens[name]).status_code == 303
        return visitor

    @contextmanager
    def served(self, address: Address | None = None) -> Iterator[str]:
        """The pages by HTTP on a free port; where they are. ``address``: of the proxy that the test plays."""
        with listening("127.0.0.1", 0) as here:
            local = Address.local(here.getsockname()[1])
            with server(self.app(address or local), here, proxied=address is not None) as run:
                thread = threading.Thread(target=run, daemon=True)
                thread.start()
                yield local.origin
            thread.join(10)
            assert not thread.is_alive()


@dataclass
class Visitor:
    """A browser without a window: it keeps cookies, says where a form comes from, and sends what the form holds."""

    client: FlaskClient
    origin: str = HERE
    host: str = f"127.0.0.1:{PORT}"

    def get(self, path: str, **more: Any) -> TestResponse:
        headers = {"Host": self.host, **more.pop("headers", {})}
        return self.client.get(path, base_url=self.origin, headers=headers, buffered=True, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """A form as it is sent; what ``form`` holds is taken from a page, unless ``data`` has it."""
        values = {FORM: self.proof(), **(data or {})}
        headers = {"Host": self.host, "Origin": self.origin, **more.pop("headers", {})}
        return self.client.post(
            path, base_url=self.origin, headers=headers, data=values, buffered=True, **more
        )

    def proof(self, path: str = "/help") -> str:
        page = self.get(path)
        if page.status_code == 303:
            page = self.get("/sign-in")
        found = re.search(r'name="form" value="([^"]*)"', page.text)
        return found[1] if found else ""

    def sign_in(self, **shown: str) -> TestResponse:
        return self.post("/sign-in", {FORM: self.proof("/sign-in"), **shown})
