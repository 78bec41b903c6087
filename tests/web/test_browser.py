"""The pages in a real browser: each page in both schemes and at both widths, each role, each action, without script.

What was seen is kept in .artifacts/web/ (not in git), for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from campaign.store import history
from tests.browser import Tab, browser, tab
from tests.web.town import NOW, ROLES, Town, small

KEPT = Path(__file__).resolve().parents[2] / ".artifacts" / "web"

SENT = "world-day/signs/2027-07-29T09:00/site"
PAGES = {
    "now": "/",
    "month": "/calendar",
    "week": "/calendar/week",
    "upcoming": "/upcoming",
    "log": "/log?state=sent",
    "post": "/post/world-day/picture/2027-07-29T10:00/news",
    "planned": "/post/world-day/signs/2027-08-03T09:00/site.id",
    "approvals": "/approvals",
    "pause": "/pause",
    "help": "/help",
    "nothing": "/post/x/y/z",
}
AGAIN = "axe.run().then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"
SEEN = (
    "Promise.all([...document.images].filter(i => i.getBoundingClientRect().top < innerHeight).map(i => i.decode()))"
    ".then(() => true, () => false)"
)

Looks = Sequence[tuple[Literal["light", "dark"], int]]
ALL_LOOKS: Looks = (("light", 1200), ("light", 360), ("dark", 360), ("dark", 1200))
KEPT_LOOKS: Looks = (("light", 1200), ("dark", 360))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def lively(tmp_path: Path) -> Iterator[Town]:
    """A town for one test, which may change it."""
    town = Town(small(tmp_path / "town"))
    town.live(NOW - timedelta(days=2))
    for name, role in ROLES.items():
        town.token(name, role)
    yield town
    town.close()


def sign_in(page: Page, address: str, token: str) -> None:
    page.goto(address + "/")
    page.fill("#token", token)
    page.click("main button")


def keep(page: Page, name: str) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=KEPT / f"{name}.png", full_page=True)


def looked_at(opened: Tab, name: str, looks: Looks) -> list[str]:
    """What is wrong with the page as it stands, in each of these schemes and widths."""
    wrong = []
    for number, (scheme, width) in enumerate(looks):
        opened.page.emulate_media(color_scheme=scheme)
        opened.page.set_viewport_size({"width": width, "height": 800})
        if (scheme, width) in KEPT_LOOKS:
            keep(opened.page, f"{name}-{scheme}-{width}")
        wide = opened.page.evaluate("document.documentElement.scrollWidth")
        # The first run brings axe-core into the page; it is still there for the other looks.
        broken = opened.broken_rules() if not number else opened.page.evaluate(AGAIN)
        wrong += [f"{name} {scheme} {width}: {rule}" for rule in broken]
        wrong += [f"{name} {scheme} {width}: {wide} pixels wide"] if wide != width else []
    return wrong


@pytest.mark.parametrize(("locale", "looks"), [("en-GB", ALL_LOOKS), ("id-ID", KEPT_LOOKS[1:])])
def test_every_page_is_accessible_and_asks_nobody_else(
    chromium: Browser, town: Town, locale: str, looks: Looks
) -> None:
    with town.served() as address, tab(chromium, locale=locale) as opened:
        opened.page.goto(address + "/")
        wrong = looked_at(opened, f"{locale}-sign-in", looks)
        sign_in(opened.page, address, town.tokens["siti"])
        for name, path in PAGES.items():
            opened.page.goto(address + path)
            if not opened.page.evaluate(SEEN):  # waits until they are there
                wrong.append(f"{name}: a picture is missing")
            wrong += looked_at(opened, f"{locale}-{name}", looks)
            assert opened.page.get_attribute("html", "lang") == locale[:2]
        assert wrong == []
        assert {url for url in opened.asked if not url.startswith(address)} == set()
        # The one thing that the console says is that there is no such page.
        assert [said for said in opened.said if "404" not in said] == []
    assert not town.reported


def test_the_accessibility_run_would_find_something(chromium: Browser, town: Town) -> None:
    with town.served() as address, tab(chromium) as opened:
        opened.page.goto(address + "/")
        opened.page.evaluate("document.querySelector('label').remove()")
        opened.page.evaluate("document.querySelector('h1').style.color = '#ccc'")
        found = {rule.partition(":")[0] for rule in opened.broken_rules()}
        assert {"label", "color-contrast"} <= found


def test_no_script_can_run(chromium: Browser, town: Town) -> None:
    with town.served() as address, tab(chromium) as opened:
        sign_in(opened.page, address, town.tokens["lia"])
        opened.page.goto(address + "/post/world-day/hostile/2027-07-29T15:00/news")
        assert "<script>alert(1)</script>" in opened.page.inner_text("article")
        opened.page.evaluate(
            "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
            " document.body.append(s) })()"
        )
        assert opened.page.evaluate("window.ran") is None
        assert any("Content Security Policy" in said for said in opened.said)


@pytest.mark.parametrize("name", ROLES)
def test_each_role_sees_its_own_buttons(chromium: Browser, town: Town, name: str) -> None:
    with town.served() as address, tab(chromium, viewport={"width": 360, "height": 800}) as opened:
        sign_in(opened.page, address, town.tokens[name])
        seen = {}
        for what, path in {"review": f"/post/{SENT}", "approve": "/approvals", "pause": "/pause"}.items():
            opened.page.goto(address + path)
            seen[what] = opened.page.locator("main button").count() > 0
            keep(opened.page, f"{name}-{what}")
        order = ("lia", "rio", "ani", "siti")
        assert list(seen.values()) == [order.index(name) > n for n in range(3)]


def test_by_keyboard_alone(chromium: Browser, lively: Town) -> None:
    with lively.served() as address, tab(chromium, viewport={"width": 360, "height": 800}) as opened:
        page, keys = opened.page, opened.page.keyboard
        page.goto(address + "/")
        for _ in range(3):  # skip link, brand, token
            keys.press("Tab")
        keys.type(lively.tokens["rio"])
        keys.press("Enter")
        page.wait_for_selector("header nav")
        page.goto(f"{address}/post/{SENT}")
        keys.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        keys.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        for _ in range(20):
            keys.press("Tab")
            if "I have looked" in page.evaluate("document.activeElement.textContent"):
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"  # where one is can be seen
        keys.press("Enter")
        page.wait_for_selector("[role=status]")
        expect(page.locator("[role=status]")).to_contain_text("reviewed")


def test_every_action_works_without_script(chromium: Browser, lively: Town) -> None:
    with lively.served() as address, tab(chromium, java_script_enabled=False) as opened:
        page = opened.page
        sign_in(page, address, lively.tokens["siti"])

        page.goto(f"{address}/post/{SENT}")
        page.click("summary:has-text('Something is wrong')")
        page.fill("#flag", "The picture of another day.")
        page.click("text=Tell the team")
        expect(page.locator("[role=status]")).to_contain_text("it is flagged")
        page.goto(address + "/")
        expect(page.locator("main")).to_contain_text("Reviewers found something wrong")
        page.goto(address + "/log?looked=flagged")
        expect(page.locator("li.row")).to_have_count(1)
        page.click("li.row a.title")
        page.fill("#close-1", "Changed it.")
        page.click("text=It is dealt with")
        expect(page.locator("[role=status]")).to_contain_text("dealt with")

        page.goto(address + "/approvals")
        page.check("text=reject it")
        page.click("text=Do this")
        expect(page.locator("[role=alert]")).to_contain_text("1 post could not be done")  # it says why
        page.check("text=reject it")
        page.fill("[name=reason-0]", "No candle without the sentence on help.")
        page.click("text=Do this")
        expect(page.locator("main")).to_contain_text("Rejected by siti")
        keep(page, "action-rejected")
        page.check("text=approve it as it stands here")
        page.click("text=Do this")
        expect(page.locator("main")).to_contain_text("Nothing of the next 30 days lacks approval")

        page.goto(address + "/pause")
        page.fill("#reason", "Earthquake")
        page.click("summary:has-text('Only a part')")
        page.check("text=news")
        page.click("summary:has-text('With an end')")
        page.fill("#until", "2027-08-01T08:00")
        page.click("main form:has(#reason) button")
        expect(page.locator("main")).to_contain_text("PAUSED: account news")
        keep(page, "action-paused")
        page.click("text=End the pause")
        expect(page.locator("main")).to_contain_text("Nothing is paused.")

        page.click("text=Bahasa Indonesia")
        expect(page.locator("html")).to_have_attribute("lang", "id")
        page.click("text=Keluar")
        expect(page).to_have_url(re.compile(re.escape(address + "/sign-in")))
        page.goto(address + "/log")
        expect(page).to_have_url(re.compile(re.escape(address + "/sign-in")))
    with lively.station.store.read() as connection:
        doors = {
            event.kind: (event.by, event.door) for event in history.events(connection) if event.by == "siti"
        }
    for kind in ("flagged", "flag-closed", "pause", "pause-ended"):
        assert doors[kind] == ("siti", "web token siti"), kind
