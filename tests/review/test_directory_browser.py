"""The directory in a real browser: opened from the disk, without any network, by people with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from campaign.review.directory.contents import contents
from campaign.review.directory.data import as_bytes
from campaign.review.directory.folder import put
from campaign.review.directory.pages import PAGES, file_name, pages
from tests.browser import Tab, browser, tab
from tests.review.test_directory import LEAVE_TO, TODAY, pack

LANGUAGES = ("id", "en")
PHONE = {"width": 360, "height": 640}
EVERY_PAGE = [file_name(page, language, LANGUAGES) for language in LANGUAGES for page in PAGES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    shown = contents(pack(folder / "workspace"), TODAY, LANGUAGES)
    put(folder / "site", pages(shown, LEAVE_TO) | {"directory.json": as_bytes(shown)})
    return folder / "site"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


def elsewhere(opened: Tab) -> None:
    """Stands in for the place where the quick exit leads: no test asks anybody outside of this machine."""
    opened.page.route(f"{LEAVE_TO}**", lambda route: route.fulfill(body="<title>Weather</title>Sunny"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_it_keeps_the_accessibility_rules_and_asks_nobody(
    chromium: Browser, site: Path, name: str, scheme: str
) -> None:
    with tab(chromium, color_scheme=scheme, viewport=PHONE) as opened:
        opened.page.goto((site / name).as_uri())
        assert opened.broken_rules() == []
        assert opened.outside() == []
        assert opened.said == []  # a style or script against the policy would be told here
        seen = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (seen == "rgb(21, 23, 26)") == (scheme == "dark")


def test_the_accessibility_run_would_find_something(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        opened.page.goto((site / "index.html").as_uri())
        opened.page.evaluate(
            "document.querySelector('h1').style.color = '#ccc'; document.documentElement.lang = ''"
        )
        assert {rule.partition(":")[0] for rule in opened.broken_rules()} == {
            "color-contrast",
            "html-has-lang",
        }


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_narrow_screen_never_scrolls_sideways(chromium: Browser, site: Path, name: str) -> None:
    with tab(chromium, viewport=PHONE) as opened:
        opened.page.goto((site / name).as_uri())
        for size in ("100%", "200%"):  # also with letters twice as large
            opened.page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], size


def test_the_button_leaves_and_back_does_not_return(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        elsewhere(opened)
        opened.page.goto("about:blank")
        opened.page.goto((site / "facts.html").as_uri())
        opened.page.click("#exit")
        opened.page.wait_for_url(LEAVE_TO)
        assert opened.page.title() == "Weather"
        opened.page.go_back()
        assert opened.page.url == "about:blank"


def test_while_the_next_page_loads_nothing_is_to_be_seen(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        opened.page.goto((site / "index.html").as_uri())
        # A place on this very page: everything happens that happens before another page has come.
        opened.page.evaluate("exit = document.getElementById('exit'), exit.href = '#', exit.click()")
        assert not opened.page.is_visible("h1")
        assert opened.page.title() == ""


def test_escape_three_times_leaves_and_less_or_slower_does_not(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        elsewhere(opened)
        opened.page.goto((site / "index.en.html").as_uri())
        for key in ("Escape", "Escape", "a", "Escape", "Escape"):
            opened.page.keyboard.press(key)
        assert opened.page.url.endswith("index.en.html")
        assert opened.page.is_visible("h1")
        opened.page.keyboard.press("Escape")
        opened.page.wait_for_url(LEAVE_TO)


def test_without_script_the_button_is_a_link(chromium: Browser, site: Path) -> None:
    with tab(chromium, java_script_enabled=False) as opened:
        elsewhere(opened)
        opened.page.goto((site / "index.html").as_uri())
        assert opened.page.is_visible("h1")
        opened.page.click("#exit")
        opened.page.wait_for_url(LEAVE_TO)


def test_the_exit_tells_nobody_from_where(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        headers: list[dict[str, str]] = []
        elsewhere(opened)
        opened.page.on("request", lambda request: headers.append(request.headers))
        opened.page.goto((site / "index.html").as_uri())
        opened.page.click("#exit")
        opened.page.wait_for_url(LEAVE_TO)
        assert all("referer" not in one for one in headers)


def test_by_keyboard_alone(chromium: Browser, site: Path) -> None:
    with tab(chromium, viewport=PHONE) as opened:
        opened.page.goto((site / "organisations.html").as_uri())
        opened.page.keyboard.press("Tab")
        assert opened.page.evaluate("document.activeElement.className") == "skip"
        box = opened.page.locator(".skip").bounding_box()
        assert box is not None and box["x"] >= 0
        opened.page.keyboard.press("Tab")
        assert opened.page.evaluate("document.activeElement.id") == "exit"
        opened.page.keyboard.press("Shift+Tab")
        opened.page.keyboard.press("Enter")
        assert opened.page.evaluate("document.activeElement.id") == "main"


def test_the_button_stays_in_sight(chromium: Browser, site: Path) -> None:
    with tab(chromium, viewport=PHONE) as opened:
        opened.page.goto((site / "facts.html").as_uri())
        opened.page.mouse.wheel(0, 3000)
        opened.page.wait_for_function("scrollY > 2000")
        box = opened.page.locator("#exit").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 100
        assert box["height"] >= 24  # WCAG 2.2, 2.5.8


def test_languages_and_pages_lead_to_each_other_from_the_disk(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        opened.page.goto((site / "index.html").as_uri())
        for page in ("facts.html", "organisations.html", "calendar.html"):
            opened.page.click(f'nav a[href="{page}"]')
            opened.page.click("nav a[hreflang=en]")
            assert opened.page.get_attribute("html", "lang") == "en"
            opened.page.click("nav a[hreflang=id]")
            assert opened.page.url == (site / page).as_uri()
        assert opened.outside() == []


def test_on_paper_only_what_is_of_use_there(chromium: Browser, site: Path) -> None:
    with tab(chromium) as opened:
        opened.page.goto((site / "index.html").as_uri())
        opened.page.emulate_media(media="print")
        assert not opened.page.is_visible("#exit")
        assert not opened.page.is_visible("nav >> nth=0")
        assert opened.page.is_visible("h1")
        shown = "getComputedStyle(document.querySelector('main a[href^=https]'), '::after').content"
        assert "https://" in opened.page.evaluate(shown)
