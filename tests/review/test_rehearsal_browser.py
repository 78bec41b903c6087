"""The pages of a rehearsal in a real browser: opened from the disk, on a telephone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from campaign.core.model import Media, Post
from campaign.errors import Level, Place, Problem
from campaign.review.directory.folder import put
from campaign.review.rehearsal.pages import ON_ONE_PAGE, pages
from campaign.review.rehearsal.pictures import Shelf
from campaign.workspace.files import MediaFiles
from tests.browser import browser, tab
from tests.networks.cases import PICTURE
from tests.review.places import write
from tests.review.test_rehearsal import DUE, missed, no_picture, one, rehearsal

PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rehearsal")
    (write(folder / "ws") / "posts" / "a.png").write_bytes(PICTURE)
    media = (Media("a.png", "A candle", "image/png"),)
    shelf = Shelf(MediaFiles(folder / "ws"))
    shown = rehearsal(
        folder / "ws",
        one(posts=(Post(f"Tonight.\n\nhttps://example.org/{'long' * 20}", "en", media),)),
        one(account="fedi", posts=(Post("One.", "en", parts=2), Post("Two.", "en", part=2, parts=2))),
        one(1, account="fedi.ar", posts=(Post("IOM: هل يحتفظ شخص آخر بجواز سفرك؟", "ar", warning="شمعة"),)),
        one(2, network="handoff", at=DUE + timedelta(days=2, hours=1), reason="gap of site"),
        missed(),
        wrong=(Problem(Place("schedules/d.yaml", 1, 1), "unknown key `txt`", "did you mean `text`?", Level.ERROR),),
    )  # fmt: skip
    made = pages(shown, shelf.put)
    put(folder / "site", made | shelf.made, "the rehearsal")
    long = rehearsal(folder / "long", *(one(day * 0.02) for day in range(ON_ONE_PAGE + 1)))
    put(folder / "site-long", pages(long, no_picture), "the rehearsal")
    return folder


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("site/index.html", "dark"), ("site/index.en.html", "light"), ("site-long/index.html", "light")],
)
def test_it_keeps_the_accessibility_rules_and_asks_nobody(
    chromium: Browser, site: Path, name: str, scheme: str
) -> None:
    with tab(chromium, color_scheme=scheme, viewport=PHONE) as opened:
        opened.page.goto((site / name).as_uri())
        assert opened.said == []
        for size in ("100%", "200%"):  # also with letters twice as large
            opened.page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], size
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert opened.broken_rules() == []
        assert opened.outside() == []
        dark = opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"
        assert dark == (scheme == "dark")


def test_one_account_alone_and_from_the_calendar_to_a_day(chromium: Browser, site: Path) -> None:
    with tab(chromium, java_script_enabled=False) as opened:
        opened.page.goto((site / "site" / "index.en.html").as_uri())
        assert opened.page.locator("article:visible").count() == 4
        assert opened.page.locator("article img").evaluate("image => image.naturalWidth") > 0
        opened.page.get_by_label("fedi", exact=True).check()
        assert opened.page.locator("article:visible").count() == 1
        opened.page.click("text=2!")
        assert opened.page.url.endswith("#d-2027-07-30")
        opened.page.goto((site / "site-long" / "index.en.html").as_uri())
        opened.page.click('table a[href$="#d-2027-08-02"]')
        assert opened.page.url.endswith("2027-08.en.html#d-2027-08-02")
