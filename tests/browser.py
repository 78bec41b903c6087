"""A real browser for tests: Debian's Chromium, driven by Playwright; it writes down every request of a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import require

HINT = "apt install chromium"

WITHOUT = ["--disable-gpu"]
"""A machine that runs tests has no graphics card; its stand-in is one more part that can fail when it is busy."""


@dataclass
class Tab:
    """A page with what it asked for and what its console said."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        """The requests that were not for files on this disk."""
        return [url for url in self.asked if not url.startswith(("file:", "data:"))]

    def broken_rules(self) -> list[str]:
        """What axe-core finds: the rule and the first element that breaks it."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window; skipped with the reason where it is not installed."""
    program = require("chromium", HINT)
    # What Chromium itself says stands in the report of a test that fails: a browser that is gone gives no reason.
    with patch.dict(os.environ, DEBUG="pw:browser"):
        playwright = sync_playwright().start()
    try:
        yield playwright.chromium.launch(executable_path=program, args=WITHOUT)
    finally:
        playwright.stop()  # and with it the browser


@contextmanager
def tab(running: Browser, **settings: Any) -> Iterator[Tab]:
    """A page in a context of its own (``color_scheme``, ``viewport``, ``java_script_enabled``...)."""
    context = running.new_context(**settings)
    try:
        opened = Tab(context.new_page())
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        yield opened
    finally:
        context.close()
