"""The pages of a rehearsal: hostile texts, any language, any length, and what is said of what would not go out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.core.lifecycle import State
from campaign.core.model import Media, Post
from campaign.errors import Level, Place, Problem
from campaign.review.rehearsal.lines import SHOWN, in_groups, rehearsal_lines, summary
from campaign.review.rehearsal.outcomes import Outcome, Stretch, outcome_row
from campaign.review.rehearsal.pages import ON_ONE_PAGE, Rehearsal, Shown, pages
from campaign.review.rehearsal.pictures import Shelf
from campaign.review.table import plain
from campaign.workspace.files import MediaFiles
from tests.networks.cases import PICTURE
from tests.review.places import read, write

DUE = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
STRETCH = Stretch(date(2027, 7, 20), date(2027, 8, 10), DUE - timedelta(days=10))
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \x1b[31m \u202e https://a.example/<b>"


def one(days: float = 0, account: str = "site", **more: Any) -> Outcome:
    due = DUE + timedelta(days=days)
    values: dict[str, Any] = {
        "key": f"c/s/{due + timedelta(hours=7):%Y-%m-%dT%H:%M}/{account}",
        "campaign": "c",
        "slot": "s",
        "account": account,
        "network": "feed",
        "language": "en",
        "zone": "Asia/Jakarta",
        "due": due,
        "at": due,
        "state": State.SENT,
        "reason": "",
        "posts": (Post("Tonight we light a candle.", "en"),),
    }
    return Outcome(**{**values, **more})


def missed(days: float = 0, account: str = "site", reason: str = "daily cap of site", **more: Any) -> Outcome:
    return one(days, account, at=None, state=State.MISSED, reason=reason, **more)


def rehearsal(folder: Path, *found: Outcome, wrong: tuple[Problem, ...] = ()) -> Rehearsal:
    return Rehearsal(found, wrong, read(write(folder)), STRETCH, date(2027, 7, 20))


def no_picture(media: Media) -> Shown | None:
    return None


def test_hostile_words_do_nothing(tmp_path: Path) -> None:
    post = Post(HOSTILE, "en", (Media("a.png", HOSTILE, "image/png"),), warning=HOSTILE)
    bad = Problem(Place(HOSTILE), HOSTILE, HOSTILE, Level.ERROR)
    made = pages(
        rehearsal(
            tmp_path,
            one(account=HOSTILE, posts=(post,)),
            one(1, at=DUE + timedelta(days=2), reason=HOSTILE),
            missed(account=HOSTILE, reason=HOSTILE),
            wrong=(bad,),
        ),
        lambda media: Shown("picture-1.png", "image/png"),
    )
    for name in ("index.html", "index.en.html"):
        page = made[name].decode()
        assert "<script" not in page
        assert "<img src=x" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert not re.search(r'(src|href)="(?!picture-|style\.css|index|#|https://a\.example/)', page)
    lines = "\n".join(plain(rehearsal_lines([missed(account=HOSTILE, reason=HOSTILE)], 80)))
    assert "\x1b" not in lines
    assert "\u202e" not in lines


def test_first_the_workspaces_language_then_the_other(tmp_path: Path) -> None:
    made = pages(rehearsal(tmp_path, one(), missed(1)), no_picture)
    assert set(made) == {"index.html", "index.en.html", "style.css"}
    indonesian, english = made["index.html"].decode(), made["index.en.html"].decode()
    assert '<html lang="id">' in indonesian and "Gladi bersih" in indonesian
    assert "Jumat, 30 Juli 2027" in indonesian and "08.00 WIB" in indonesian
    assert "Friday, 30 July 2027" in english and "08:00 WIB" in english
    assert "Terlambat, tidak dikirim" in indonesian
    assert '<span lang="en" dir="ltr">daily cap of site</span>' in indonesian  # the program's own words


@pytest.mark.parametrize("language", ["ar", "fa", "he", "ur"])
def test_posts_from_right_to_left_say_so(tmp_path: Path, language: str) -> None:
    found = one(posts=(Post("IOM: שלום", language, warning="אבל"),))
    page = pages(rehearsal(tmp_path, found), no_picture)["index.en.html"].decode()
    assert f'<span lang="{language}" dir="rtl">אבל</span>' in page
    assert f'<div lang="{language}" dir="rtl">' in page


def test_many_posts_are_shown_month_by_month(tmp_path: Path) -> None:
    found = [one(day * 0.04) for day in range(ON_ONE_PAGE + 1)]
    made = pages(rehearsal(tmp_path, *found), no_picture)
    assert {"2027-07.html", "2027-08.html", "2027-07.en.html", "2027-08.en.html"} < set(made)
    index = made["index.en.html"].decode()
    assert "<article" not in index
    assert 'href="2027-08.en.html#d-2027-08-01"' in index
    assert 'id="d-2027-08-01"' in made["2027-08.en.html"].decode()
    assert sum(made[f"2027-{month}.en.html"].decode().count("<article") for month in ("07", "08")) == len(
        found
    )


def test_lists_are_bounded_and_pages_say_that(tmp_path: Path) -> None:
    found = [missed(day * 0.1) for day in range(SHOWN + 7)]
    lines = plain(rehearsal_lines(found, 80))
    assert lines[-1] == "  and 7 more: see the page, or --json"
    page = pages(rehearsal(tmp_path, *found), no_picture)["index.en.html"].decode()
    assert "and 7 more: campaign rehearse --json lists all" in page


def test_the_calendar_counts_and_leads_to_the_day(tmp_path: Path) -> None:
    page = pages(rehearsal(tmp_path, one(), one(account="fedi"), missed(), missed(3)), no_picture)[
        "index.en.html"
    ]
    text = page.decode()
    assert (
        '<a href="#d-2027-07-30" aria-label="Friday, 30 July 2027: 2 posts, 1 would not go out">2!</a>'
        in text
    )
    assert '<a href="#failing" aria-label="Monday, 2 August 2027: 0 posts, 1 would not go out">0!</a>' in text


def test_pictures_are_shown_without_what_a_camera_wrote(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "posts" / "a.png").write_bytes(PICTURE)
    shelf = Shelf(MediaFiles(folder))
    post = Post(
        "See.", "en", (Media("a.png", "A candle", "image/png"), Media("gone.png", "Gone", "image/png"))
    )
    made = pages(rehearsal(tmp_path, one(posts=(post,))), shelf.put)
    ((name, data),) = shelf.made.items()
    page = made["index.en.html"].decode()
    assert f'<img src="{name}" alt="A candle"' in page
    assert data.startswith(b"\x89PNG")
    assert "not shown here: gone.png" in page


def test_what_matters_most_is_said_first() -> None:
    quiet = missed(reason="quiet day: 30 Jul 2027 is a day")
    held = replace(missed(1), state=State.HELD, reason="needs approval")
    failed = replace(missed(2), state=State.FAILED, reason="too long")
    waiting = replace(missed(3), state=State.PENDING)
    groups = in_groups([one(), quiet, missed(), held, failed, waiting])
    assert [title for title, _ in groups] == [
        "not published", "waiting for a person", "not sent", "too late, not sent", "waiting to be sent",
    ]  # fmt: skip


def test_the_sum_is_one_sentence() -> None:
    found = [one(), one(account="site.id"), one(1, at=DUE + timedelta(days=1, hours=1), reason="gap of site"),
             missed(), one(2, at=None, state=State.CANCELLED)]  # fmt: skip
    assert summary(found, STRETCH) == (
        "2027-07-20 to 2027-08-10: 3 posts on 1 account would go out, 1 of them at another time, 1 is cancelled,"
        " 1 would not go out"
    )


def test_json_has_local_and_utc_times() -> None:
    row = outcome_row(one(posts=(Post("One.", "en", parts=2), Post("Two.", "en", part=2, parts=2))))
    assert (row["goes_out"], row["goes_out_utc"]) == (
        "2027-07-30T08:00:00+07:00",
        "2027-07-30T01:00:00+00:00",
    )
    assert (row["text"], row["parts"]) == ("One.\n---\nTwo.", 2)
    assert outcome_row(missed())["goes_out"] is None
