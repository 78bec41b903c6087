"""The dashboard as people meet it: the workspace of `make demo`, a real browser, and the two stories that it is for."""

from __future__ import annotations

import csv
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from campaign.core.lifecycle import State
from campaign.core.roles import Role
from campaign.store import history
from tests.browser import browser, tab
from tests.web.town import NOW, Town, of_demo

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


def demo(folder: Path, first: str) -> Town:
    """The workspace of `make demo`, its first post at a wall time in Jakarta; it has run since an hour before."""
    town = Town(of_demo(folder, first))
    town.live(NOW - timedelta(days=1, hours=3))
    town.token("ani", Role.REVIEWER)
    town.token("siti", Role.COORDINATOR)
    return town


def come_in(page: Page, address: str, token: str) -> None:
    page.goto(address)
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def test_a_new_volunteer_reviews_yesterday_s_post_and_takes_the_week_along(
    chromium: Browser, tmp_path: Path
) -> None:
    town = demo(tmp_path / "demo", "2027-07-29 10:00")
    with town.served() as address, tab(chromium, viewport=PHONE, locale="en-GB") as opened:
        page = opened.page
        come_in(page, address, town.tokens["ani"])
        # Find yesterday's post.
        page.get_by_role("link", name="Log", exact=True).click()
        page.get_by_role("link", name="Yesterday").click()
        expect(page.locator("h2", has_text="Thursday")).to_have_count(1)
        page.get_by_role("link", name=re.compile("A job abroad")).click()
        expect(page.locator("main")).to_contain_text("Read the contract with somebody you trust")
        expect(page.get_by_role("img")).to_have_attribute(
            "alt", "Two people sit at a table and read an employment contract together"
        )
        # Mark it reviewed.
        page.get_by_text("What to look at").click()
        page.get_by_role("button", name="I have looked: it is all right").click()
        expect(page.get_by_role("status")).to_contain_text("marked as reviewed")
        # Export the week.
        page.get_by_role("link", name="Log", exact=True).click()
        expect(page.locator("main")).to_contain_text("reviewed by ani")
        with page.expect_download() as coming:
            page.get_by_role("link", name="As a table (CSV)").click()
        rows = list(csv.DictReader(coming.value.path().read_text(encoding="utf-8").splitlines(keepends=True)))
        assert {row["slot"]: row["reviewed_by"] for row in rows if row["part"] == "1"} == {
            "hello": "",
            "contract": "reviewer",  # a role, not who that is
            "signs": "",
        }
        with page.expect_download() as coming:
            page.get_by_role("link", name="As a page with pictures").click()
        kept = tmp_path / "week.html"
        coming.value.save_as(kept)
    with tab(chromium) as opened:  # and it opens anywhere, on its own
        opened.page.goto(kept.as_uri())
        assert "Today we stand together" in opened.page.inner_text("body")
        assert opened.outside() == []
    with town.station.store.read() as connection:
        (mark,) = [event for event in history.events(connection) if event.kind == "reviewed"]
    assert (mark.by, mark.door, mark.key.split("/")[1]) == ("ani", "web token ani", "contract")
    town.close()


def test_a_coordinator_pauses_in_a_crisis_and_resumes_with_one_post_moved(
    chromium: Browser, tmp_path: Path
) -> None:
    town = demo(tmp_path / "demo", "2027-07-30 12:30")
    with town.served() as address, tab(chromium, viewport=PHONE, locale="en-GB") as opened:
        page = opened.page
        come_in(page, address, town.tokens["siti"])
        # The news turns: stop everything.
        page.get_by_role("link", name="Pause", exact=True).click()
        page.get_by_label("Why?").fill("Earthquake in Sulawesi")
        page.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_role("link", name="Now", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text(
            "PAUSED: everything · siti: Earthquake in Sulawesi"
        )
        # Half an hour later all three moments fall into it; nothing goes out.
        town.now = NOW + timedelta(hours=1)
        town.live(NOW, town.now)
        assert set(states(town).values()) == {State.HELD}
        page.goto(address + "/pause")
        page.get_by_role("button", name="End the pause").click()
        town.live(town.now, town.now + timedelta(minutes=1))
        assert set(states(town).values()) == {State.HELD}  # its end lets nothing go
        # Decide: one is moved to the afternoon, one goes now, one not at all.
        decisions = {"hello": "skip it, for good", "contract": "move it", "signs": "send it now"}
        for slot, what in decisions.items():
            box = page.locator("article", has_text=f"demo/{slot}")
            box.get_by_label(what).check()
            if what == "move it":
                box.get_by_label("Move to (Asia/Jakarta)").fill("2027-07-30T15:00")
        page.get_by_role("button", name="Do this").click()
        expect(page.get_by_role("status")).to_have_text("Done.")
        expect(page.locator("main")).to_contain_text("Nothing is paused.")
    town.live(town.now, town.now + timedelta(minutes=5))
    assert states(town) == {"hello": State.CANCELLED, "contract": State.PENDING, "signs": State.SENT}
    town.live(town.now + timedelta(minutes=5), NOW + timedelta(hours=3, minutes=1))
    assert states(town) == {"hello": State.CANCELLED, "contract": State.SENT, "signs": State.SENT}
    with town.station.store.read() as connection:
        rows = {row.slot: row for row in history.deliveries(connection)}
        doors = {event.door for event in history.events(connection) if event.by == "siti"} - {
            "cli siti@laptop"
        }
    assert rows["contract"].sent_at == NOW + timedelta(hours=3)  # 15:00 in Jakarta
    assert doors == {"web token siti"}
    town.close()


def states(town: Town) -> dict[str, State]:
    with town.station.store.read() as connection:
        return {row.slot: row.state for row in history.deliveries(connection) if row.part == 1}


def test_the_command_lets_in_by_its_link_and_stops_when_told(tmp_path: Path) -> None:
    folder = of_demo(tmp_path / "demo", "2027-07-29 10:00")
    words = [sys.executable, "-m", "campaign", "-w", str(folder), "--by", "siti", "web"]
    running = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    try:
        link = next(line.strip() for line in running.stderr if "/sign-in?link=" in line)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sign-in\?link=[\w-]{43}", link)
        origin, _, secret = link.partition("/sign-in?link=")
        with requests.Session() as visitor:
            form = re.search(r'name="form" value="([^"]+)"', visitor.get(link).text)
            assert form is not None
            came = visitor.post(
                f"{origin}/sign-in", {"form": form[1], "link": secret}, headers={"Origin": origin}
            )
            assert "Signed in as siti (coordinator)" in came.text
            assert came.headers["Server"] == "campaign"
            rebound = visitor.get(origin, headers={"Host": "evil.example"})
            assert rebound.status_code == 421
            large = visitor.post(
                f"{origin}/pause", data={"reason": "x" * 100_000}, headers={"Origin": origin}
            )
            assert large.status_code == 413
        assert "/sign-in?link=" in "".join(next(running.stderr) for _ in range(2))  # the next one
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.stderr.close()
    town = Town(folder)
    with town.station.store.read() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM web_sessions").scalar_one()
    assert left == 0  # who came by the link is signed out
    town.close()
