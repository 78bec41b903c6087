"""The report of a campaign: figures counted from rows of the log, charts with their words, one page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from campaign.core.lifecycle import State
from campaign.review.report import Report, report, report_row, without
from campaign.review.report_charts import bars
from campaign.review.report_html import MARK, report_page
from campaign.review.report_page.words import LANGUAGES, duration
from tests.browser import browser, tab

ZONE = "Asia/Jakarta"
DUE = datetime(2027, 7, 1, 1, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script>"&\x1b]0;x\x07\u202e'


def row(number: int, state: State, late: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
    """A row of the log: one post a day, from 1 July 2027 on."""
    due = DUE + timedelta(days=number)
    sent = state is State.SENT
    return {
        "key": f"c/s/{number}/site",
        "account": "site",
        "network": "feed",
        "language": "id",
        "state": state.value,
        "say": state.say,
        "due": due.isoformat(),
        "sent_at": (due + late).isoformat() if sent else None,
        "text": f"Text {number}",
        "media": [],
        "url": f"https://example.org/{number}" if sent else None,
        "reason": "",
        "approved_by": [],
        "reviewed_by": [],
        "accepted": [],
        "withdrawn_at": None,
        **more,
    }


def made(*rows: Mapping[str, Any], moved: frozenset[str] = frozenset()) -> Report:
    expected = {one["key"]: datetime.fromisoformat(one["due"]) for one in rows}
    return report("c", "World Day", ZONE, rows, expected, moved)


FULL = made(
    row(0, State.SENT, text=HOSTILE, media=[{"file": "a.jpg", "alt": "A"}, {"file": "b.mp4", "alt": " "}]),
    row(1, State.SENT, timedelta(minutes=5), network="x", language="en", url="javascript:alert(1)"),
    row(2, State.SENT, timedelta(hours=2, minutes=5), withdrawn_at="2027-07-09T08:00:00+07:00", text=None),
    row(3, State.SENT, -timedelta(hours=1), approved_by=["approver"], reviewed_by=["reviewer"], accepted=[
        {"rule": "SG12", "words": HOSTILE, "by": ["safeguarding"], "reason": "It is a quotation."}]),
    row(4, State.MISSED, reason="quiet day: a day of remembrance"),
    *(row(5 + n, state, reason=HOSTILE) for n, state in enumerate(s for s in State if s is not State.SENT)),
    moved=frozenset({"c/s/3/site"}),
)  # fmt: skip


def test_the_figures() -> None:
    found = report_row(FULL, None)
    assert (found["rows"], found["published"], len(found["not_published"])) == (12, 4, 8)
    assert (found["on_time"], found["late"], found["median_late"], found["worst_late"]) == (
        3,
        1,
        150.0,
        7500.0,
    )
    assert (found["worst_key"], found["withdrawn"], found["moved"]) == ("c/s/2/site", 1, 1)
    assert found["networks"] == {
        "feed": {"published": 3, "not_published": 8},
        "x": {"published": 1, "not_published": 0},
    }
    assert (found["media"], found["described"]) == (2, 1)
    assert (found["approved_by"], found["reviewed_by"]) == ({"approver": 1}, {"reviewer": 1})
    assert [one["rule"] for one in found["overrides"]] == ["SG12"]
    assert found["days"] == {f"2027-07-0{day}": 1 for day in (1, 2, 3, 4)}


ROWS = st.lists(
    st.builds(
        lambda number, state, late, network, language: row(
            number, state, timedelta(seconds=late), network=network, language=language
        ),
        st.integers(0, 60),
        st.sampled_from(State),
        st.integers(-100, 10_000),
        st.sampled_from(["x", "feed"]),
        st.sampled_from(["id", "en"]),
    ),
    unique_by=lambda one: str(one["key"]),
)


@given(ROWS)
def test_all_figures_add_up(rows: list[dict[str, Any]]) -> None:
    found = report_row(made(*rows), None)
    assert sum(found["states"].values()) == found["rows"] == len(rows)
    assert found["on_time"] + found["late"] == found["published"] == sum(found["days"].values())
    for name in ("networks", "languages"):
        assert sum(one["published"] for one in found[name].values()) == found["published"]
        assert sum(one["not_published"] for one in found[name].values()) == len(found["not_published"])
    if found["published"]:
        assert found["median_late"] <= found["worst_late"]
    else:
        assert found["median_late"] is None


@pytest.mark.parametrize(
    ("seconds", "english", "indonesian"),
    [
        (0, "0 s", "0 dtk"),
        (59, "59 s", "59 dtk"),
        (150, "2 min", "2 mnt"),
        (7500, "2 h 5 min", "2 jam 5 mnt"),
        (7200, "2 h", "2 jam"),
        (97_200, "1 d 3 h", "1 hari 3 jam"),
        (86_460, "1 d", "1 hari"),
    ],
)
def test_how_long(seconds: int, english: str, indonesian: str) -> None:
    assert [duration(timedelta(seconds=seconds), name) for name in ("en", "id")] == [english, indonesian]


def test_both_languages_say_the_same() -> None:
    english, indonesian = LANGUAGES["en"], LANGUAGES["id"]
    assert english.keys() == indonesian.keys()
    for name, text in english.items():
        fields = [
            {field for _, field, _, _ in Formatter().parse(one) if field} for one in (text, indonesian[name])
        ]
        assert fields[0] == fields[1], name
    assert {f"state_{state.value}" for state in State} - {"state_sent"} <= english.keys()


def test_a_chart_says_in_words_what_it_shows() -> None:
    svg = bars("here", "Where & when", "Bars.", [("<feed>", 12), ("x" * 40, 0)])
    assert svg.startswith(
        '<svg class="chart" viewBox="0 0 440 72" role="img" aria-labelledby="here-title here-desc">'
    )
    assert '<title id="here-title">Where &amp; when</title><desc id="here-desc">Bars.</desc>' in svg
    assert "&lt;feed&gt;" in svg and "…" in svg and ">12</text>" in svg
    assert "<script" not in svg and "<style" not in svg and "style=" not in svg
    assert svg == bars("here", "Where & when", "Bars.", [("<feed>", 12), ("x" * 40, 0)])


def test_a_reason_names_nobody_and_no_machine() -> None:
    said = without("waiting for ani, not animal: /srv/c/handoff/x.html", {"ani": "approver"}, "/srv/c")
    assert said == "waiting for approver, not animal: handoff/x.html"
    assert without("ani", {}, "/srv/c") == "ani"


@pytest.mark.parametrize(
    ("days", "kind", "periods"), [(10, "day", 10), (31, "day", 31), (100, "week", 15), (400, "month", 14)]
)
def test_the_timeline_has_no_more_bars_than_one_can_read(days: int, kind: str, periods: int) -> None:
    page = report_page(
        made(row(0, State.SENT), row(days - 1, State.SENT)), "en", "", date(2027, 8, 1), names=False
    )
    text = page.decode()
    assert LANGUAGES["en"][f"timeline_{kind}"] in text
    section = text[text.index(LANGUAGES["en"][f"timeline_{kind}"]) :]
    assert section[: section.index("</section>")].count('<tr><th scope="row">') == periods


def test_a_large_campaign_makes_no_endless_page() -> None:
    rows = [row(number, State.SENT if number % 2 else State.FAILED, reason="no") for number in range(5_000)]
    page = report_page(made(*rows), "en", "", date(2027, 8, 1), names=False)
    assert page.count(b"<tr>") < 2_200
    assert page.count(b"And 1500 more. All of them: campaign log --campaign c") == 2


# -- in a real browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_keeps_the_accessibility_rules(
    chromium: Browser, tmp_path: Path, language: str, scheme: str
) -> None:
    page = report_page(FULL, language, HOSTILE, date(2027, 8, 1), names=False)
    assert MARK in page[:1000]
    assert page == report_page(FULL, language, HOSTILE, date(2027, 8, 1), names=False)
    assert not any(char in page.decode() for char in "\x1b\x07\u202e")
    (tmp_path / "report.html").write_bytes(page)
    with tab(chromium, color_scheme=scheme, viewport={"width": 360, "height": 640}) as opened:
        opened.page.goto((tmp_path / "report.html").as_uri())
        assert opened.broken_rules() == []
        assert (opened.outside(), opened.said) == ([], [])
        assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
        assert opened.page.locator("html").get_attribute("lang") == language
        links = opened.page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        assert links == ["https://example.org/0", "https://example.org/2", "https://example.org/3"]
        assert opened.page.get_by_role("img").count() == 3
        assert "SG12" in opened.page.inner_text("main")
        assert opened.page.pdf().startswith(b"%PDF")


def test_the_accessibility_run_would_find_something(chromium: Browser, tmp_path: Path) -> None:
    page = report_page(FULL, "en", "", date(2027, 8, 1), names=False).replace(b' lang="en"', b"", 1)
    (tmp_path / "report.html").write_bytes(page.replace(b'role="img"', b'role="imag"'))
    with tab(chromium) as opened:
        opened.page.goto((tmp_path / "report.html").as_uri())
        assert {rule.partition(":")[0] for rule in opened.broken_rules()} >= {"html-has-lang", "aria-roles"}
