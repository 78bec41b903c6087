"""What the pages show: in both languages, of hostile posts, of a log of a hundred thousand rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import event, text

from campaign.core.lifecycle import State
from campaign.core.roles import Role
from campaign.review import story
from campaign.store import outbox, paging
from campaign.web.here import FIRST_DAY, LAST_DAY
from campaign.web.words import words
from tests.store.made import a_post, a_row, put
from tests.web.town import NOW, Town, small

SENT = "world-day/signs/2027-07-29T09:00/site"
HOSTILE = "world-day/hostile/2027-07-29T15:00/news"
PICTURE = "world-day/picture/2027-07-29T10:00/news"
TEMPLATES = sorted((Path(__file__).resolve().parents[2] / "campaign" / "web" / "templates").glob("*.html"))


def test_both_languages_say_the_same_things() -> None:
    for name, said in words("en").items():
        other = words("id")[name]
        assert said, name
        assert other, name

        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", other)), name


def test_what_happened_to_a_post_has_words() -> None:
    assert {f"event_{kind}" for kind in story._EVENT} <= set(words("en"))
    assert {f"outcome_{outcome or 'none'}" for outcome in story._OUTCOME} <= set(words("en"))


def test_every_state_and_every_word_that_a_template_names_is_there() -> None:
    for state in State:
        assert f"state_{state.value}" in words("en")
        assert f"about_{state.value}" in words("en")
    for template in TEMPLATES:
        source = template.read_text(encoding="utf-8")
        named = {*re.findall(r"\bword\.(\w+)", source), *re.findall(r"\bsay\('(\w+)'", source)}
        assert named - set(words("en")) - {"get"} == set(), template.name


@pytest.mark.parametrize(
    ("accepted", "chosen", "spoken"),
    [
        ("id-ID,id;q=0.9", None, "id"),
        ("de", None, "en"),
        ("", None, "en"),
        ("en", "id", "id"),
        ("id", "xx", "id"),
    ],
)
def test_the_language_is_the_browser_s_until_somebody_chooses(
    town: Town, accepted: str, chosen: str | None, spoken: str
) -> None:
    visitor = town.visitor("lia")
    if chosen == "xx":
        visitor.client.set_cookie("campaign-language", "xx", domain="127.0.0.1")
    elif chosen:
        visitor.get(f"/language/{chosen}")
    page = visitor.get("/log", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{spoken}">' in page
    assert words(spoken)["nav_log"] in page
    assert ("Kamis, 29 Juli 2027" if spoken == "id" else "29 July 2027") in page


def test_what_needs_a_person_comes_first(town: Town) -> None:
    page = town.visitor("lia").get("/").text
    assert "<h1>This needs a person</h1>" in page
    assert "Nothing is running." in page
    assert "Waiting for a person" in page
    assert "Bagikan di grup." in page


def test_a_month_and_a_week_show_what_was_is_and_will_be(town: Town) -> None:
    visitor = town.visitor("lia")
    month = visitor.get("/calendar?day=2027-07-15").text
    assert "<h1>July 2027</h1>" in month
    assert month.count('class="occasion sent"') >= 6
    assert "World Day against Trafficking" not in month  # no observances in this town
    week = visitor.get("/calendar/week?day=2027-08-01").text
    assert "/post/world-day/signs/2027-08-01T09:00/site" in week
    assert "planned" in week
    assert 'class="badge sent"' in week  # Thursday's
    for odd in ("x", "2027-13-01", "0001-01-01", "9999-12-31", "1e9", "2027-07-30T08:00", "%00"):
        assert visitor.get(f"/calendar?day={odd}").status_code == 200
        assert visitor.get(f"/upcoming?day={odd}").status_code == 200
        assert (
            visitor.get(f"/log?from={odd}&to={odd}&after={odd}&state={odd}&looked={odd}").status_code == 200
        )
    for edge in (FIRST_DAY, LAST_DAY):
        assert visitor.get(f"/calendar?day={edge}").status_code == 200
        assert visitor.get(f"/calendar/week?day={edge}").status_code == 200
        assert visitor.get(f"/log/week.csv?day={edge}").status_code == 200
    assert not town.reported


def test_a_moved_post_stands_where_it_goes_out(tmp_path: Path) -> None:
    town = Town(small(tmp_path / "town"))
    try:
        town.live(NOW - timedelta(hours=1))
        desk = town.site().desk(town.who("siti"))
        desk.move("world-day/picture/2027-08-02T10:00/news", NOW + timedelta(days=40))
        town.token("lia", Role.VIEWER)
        visitor = town.visitor("lia")
        assert "picture" not in visitor.get("/calendar/week?day=2027-08-02").text
        there = (NOW + timedelta(days=40)).date()
        assert "world-day/picture" in visitor.get(f"/calendar/week?day={there}").text
    finally:
        town.close()


def test_cards_of_what_is_coming_with_length_and_problems(town: Town) -> None:
    page = town.visitor("lia").get("/upcoming").text
    assert "Someone else keeps their passport: a sign, not a proof. 2027-07-31" in page
    assert "Paspornya disimpan orang lain" in page
    assert 'alt="Two people read a contract"' in page
    assert "the same text as on" in page  # a warning of `check`
    only = town.visitor("lia").get("/upcoming?account=news").text
    assert "passport" not in only
    assert "Read the contract" in only


def test_the_log_is_filtered_and_leafed_through(town: Town) -> None:
    visitor = town.visitor("lia")
    page = visitor.get("/log?from=2027-07-29&to=2027-07-29").text
    assert page.count('<li class="row">') == 4
    assert "Friday" not in page.split('<h2 id="d2027')[1]
    assert visitor.get("/log?account=site.id").text.count('<li class="row">') == 5
    assert visitor.get("/log?account=site").text.count('<li class="row">') == 10
    assert visitor.get("/log?state=held").text.count('<li class="row">') == 1
    assert visitor.get("/log?campaign=nope").text.count('<li class="row">') == 0
    assert visitor.get("/log?looked=flagged").text.count('<li class="row">') == 0
    assert visitor.get("/log?looked=not-yet").text.count('<li class="row">') == 10


def test_the_week_as_a_table_and_as_a_page(town: Town) -> None:
    visitor = town.visitor("rio")
    found = visitor.get("/log/week.csv?day=2027-07-29")
    assert found.headers["Content-Disposition"] == 'attachment; filename="log-2027-07-26.csv"'
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert [row["key"] for row in rows if row["slot"] == "picture"] == [PICTURE]
    assert {row["state"] for row in rows} == {"sent", "held", "missed"}
    assert str(town.folder) not in found.text
    assert "waiting for an approver" in found.text or "waiting for approver" in found.text
    page = visitor.get("/log/week.html?day=2027-07-29")
    assert page.headers["Content-Disposition"] == 'attachment; filename="log-2027-07-26.html"'
    assert "data:image/webp;base64," in page.text


def test_a_post_tells_its_story(town: Town) -> None:
    visitor = town.visitor("lia")
    page = visitor.get(f"/post/{SENT}").text
    assert "published" in page
    assert "What was tried" in page
    assert str(town.folder) not in page  # where a folder lies is nobody's business
    ahead = visitor.get("/post/world-day/signs/2027-08-03T09:00/site").text
    assert "2027-08-03" in ahead
    assert "planned" in ahead
    for nothing in (
        "x",
        "a/b/c/d",
        "world-day/signs/2027-08-03T09:01/site",
        f"{SENT}/..",
        quote(f"{SENT}#2"),
    ):
        assert visitor.get(f"/post/{nothing}").status_code == 404, nothing


# -- hostile texts ---------------------------------------------------------------------------------------

EVIL = "<img src=x onerror=alert(1)>\u202egnp.exe\u2066\x1b[31m\x9b2J\x07 \"'&{{ 7*7 }}"


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    town = Town(small(tmp_path / "town"))
    try:
        row = a_row("evil", "news", campaign="world-day", post=a_post(EVIL, warning=EVIL))
        put(town.station.store, row)
        with town.station.store.write() as connection:
            outbox.hold(connection, row.key, EVIL, NOW, town.who("siti"))
            connection.execute(
                text("UPDATE deliveries SET receipt = :receipt WHERE key = :key"),
                {"key": row.key, "receipt": '{"id": "1", "url": "javascript:alert(1)", "author": ""}'},
            )
        town.token("siti", Role.COORDINATOR)
        visitor = town.visitor("siti")
        assert visitor.post("/pause", {"reason": EVIL}).status_code == 303
        addresses = (
            "/",
            "/log",
            "/pause",
            "/calendar/week",
            f"/post/{row.key}",
            f"/log?campaign={quote(EVIL)}",
        )
        for address in addresses:
            page = visitor.get(address)
            assert page.status_code == 200, address
            assert "<img src=x" not in page.text, address
            assert "onerror=alert(1)&gt;" in page.text or address.startswith("/calendar"), address
            assert "&amp;49" not in page.text, address
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", page.text), (
                address
            )
            assert 'href="javascript:' not in page.text, address
        wrong = town.visitor().get(f"/sign-in?link={quote(EVIL)}&next={quote(EVIL)}")
        assert "<img" not in wrong.text
        assert not town.reported
    finally:
        town.close()


def test_only_pictures_that_a_post_names_are_served(town: Town) -> None:
    visitor = town.visitor("lia")
    found = visitor.get(f"/picture/1/0/{PICTURE}")
    assert (found.status_code, found.mimetype) == (200, "image/jpeg")
    # The same address may hold another picture a minute later: what is approved has to be what was seen.
    assert found.headers["Cache-Control"] == "no-store"
    assert (
        found.data != (town.folder / "posts/images/contract.jpg").read_bytes()
    )  # without what a camera wrote
    for other in (
        f"/picture/1/1/{PICTURE}",
        f"/picture/2/0/{PICTURE}",
        f"/picture/1/0/{SENT}",
        "/picture/1/0/../../config.yaml",
        "/picture/1/0/images/contract.jpg",
        "/picture/1/-1/" + PICTURE,
        "/static/../site.py",
        "/static/%2e%2e/site.py",
        "/static/..%2fsite.py",
    ):
        assert visitor.get(other).status_code == 404, other
    assert not town.reported


def test_a_picture_that_was_changed_since_is_not_shown(tmp_path: Path) -> None:
    town = Town(small(tmp_path / "town"))
    try:
        town.live(NOW - timedelta(days=2))
        town.token("lia", Role.VIEWER)
        visitor = town.visitor("lia")
        assert visitor.get(f"/picture/1/0/{PICTURE}").status_code == 200
        picture = town.folder / "posts/images/contract.jpg"
        other = Path(__file__).resolve().parents[2] / "posts" / "images" / "tea.jpg"
        picture.write_bytes(other.read_bytes())
        assert visitor.get(f"/picture/1/0/{PICTURE}").status_code == 404
        picture.write_bytes(b"<svg onload=alert(1)>")
        assert visitor.get(f"/picture/1/0/{PICTURE}").status_code == 404
    finally:
        town.close()


def test_files_that_broke_are_said_and_the_last_good_ones_shown(tmp_path: Path) -> None:
    town = Town(small(tmp_path / "town"))
    try:
        town.token("lia", Role.VIEWER)
        visitor = town.visitor("lia")
        assert visitor.get("/upcoming").status_code == 200
        (town.folder / "config.yaml").write_text("timezone: Nowhere/Atall\n", encoding="utf-8")
        page = visitor.get("/upcoming")
        assert page.status_code == 200
        assert "can&#39;t be used" in page.text
        assert "passport" in page.text
    finally:
        town.close()


def test_a_bug_is_one_line_and_a_report(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise ZeroDivisionError("a secret in a message")

    visitor = town.visitor("lia")
    monkeypatch.setattr("campaign.web.pages.log.page", broken)
    found = visitor.get("/log")
    assert found.status_code == 500
    assert "This is a bug in campaign (ZeroDivisionError)" in found.text
    assert "a secret in a message" not in found.text
    assert [type(error) for error in town.reported] == [ZeroDivisionError]
    town.reported.clear()


# -- a hundred thousand rows -----------------------------------------------------------------------------

ROWS = 100_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town with a hundred thousand posts of the last two years, one in a thousand of which failed."""
    town = Town(small(tmp_path_factory.mktemp("large")))
    put(town.station.store, a_row("first", "news", campaign="world-day"))
    with town.station.store.write() as connection:
        connection.execute(
            text(
                "INSERT INTO deliveries (key, network_key, campaign, slot, wall, target, account, network, language,"
                " state, due, not_before, deadline, post, receipt, sent_at, created_at, updated_at) "
                "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows), "
                "rows AS (SELECT n, datetime(first.due, '-' || (n * 10) || ' minutes') || '.000000' AS at, post "
                "FROM numbers, deliveries AS first) "
                "SELECT 'world-day/s/2027-07-01T00:00/n' || n, n, 'world-day', 's', n, 'news', 'news', 'feed', 'en', "
                "CASE WHEN n = 99000 THEN 'failed' ELSE 'sent' END, at, at, NULL, post, :receipt, at, at, at FROM rows"
            ),
            {"rows": ROWS, "receipt": '{"id": "1", "url": "https://e.example/1", "author": ""}'},
        )
    town.token("lia", Role.VIEWER)
    yield town
    town.close()


@contextmanager
def rows_read(town: Town) -> Iterator[dict[str, int]]:
    """How many statements are run, and how many rows come back."""
    seen = {"statements": 0, "rows": 0}
    engine = town.station.store.engine

    def after(connection: Any, cursor: Any, sql: str, *rest: Any) -> None:
        seen["statements"] += 1

    event.listen(engine, "after_cursor_execute", after)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", after)


def test_a_page_of_a_large_log_asks_little(large: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    real = paging.Delivery.of

    def counted(row: Any) -> Any:
        nonlocal made
        made += 1
        return real(row)

    monkeypatch.setattr("campaign.store.paging.Delivery.of", staticmethod(counted))
    visitor = large.visitor("lia")
    page = visitor.get("/log").text
    for _ in range(3):
        following = re.search(r'href="(/log\?[^"]*after=[^"]*)" rel="next"', page)
        assert following is not None
        made = 0
        with rows_read(large) as seen:
            page = visitor.get(following[1].replace("&amp;", "&")).text
        assert page.count('<li class="row">') == 50
        assert made <= 51
        assert seen["statements"] <= 30


def test_all_pages_together_are_the_log(large: Town) -> None:
    after, found = None, []
    with large.station.store.read() as connection:
        for _ in range(10):
            part = paging.page(connection, size=100, after=after)
            found += [row.key for row in part.rows]
            after = part.next
    assert len(found) == len(set(found)) == 1_000
    assert found[1] == "world-day/s/2027-07-01T00:00/n1"


def test_what_is_far_back_is_found_window_by_window(large: Town) -> None:
    after, windows = None, 0
    with large.station.store.read() as connection:
        while True:
            part = paging.page(connection, size=50, after=after, state=State.FAILED)
            windows += 1
            if part.rows or part.next is None:
                break
            assert part.cut
            after = part.next
    assert [row.key for row in part.rows] == ["world-day/s/2027-07-01T00:00/n99000"]
    assert windows == 99_000 // paging.WINDOW + 1


def test_the_database_walks_its_index_and_sorts_nothing(large: Town) -> None:
    spot = paging.Spot(NOW - timedelta(days=200), "x")
    asked: list[tuple[str, Any]] = []
    with large.station.store.read() as connection:

        def remember(conn: Any, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
            asked.append((sql, values))

        event.listen(connection, "before_cursor_execute", remember)
        paging.page(connection, size=50, after=spot, state=State.SENT, campaign="world-day")
        for sql, values in list(asked):
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
            told = " / ".join(str(row[-1]) for row in plan)
            assert "deliveries_pages" in told, told
            assert "TEMP B-TREE" not in told, told
            assert "SCAN" not in told, told


def test_other_pages_of_a_large_log_are_bounded_too(large: Town) -> None:
    visitor = large.visitor("lia")
    for address in ("/calendar?day=2027-07-01", "/calendar/week?day=2027-07-20", "/upcoming", "/pause", "/"):
        assert visitor.get(address).status_code == 200, address
        assert len(visitor.get(address).data) < 500_000, address
    assert "More than" not in visitor.get("/log/week.csv").text
    assert not large.reported
