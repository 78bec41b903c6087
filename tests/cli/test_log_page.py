"""From the record to a volunteer's browser and back: the page, the marks made in it, the file, the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import browser, tab
from tests.cli.conftest import CONFIG, Place, day

PEOPLE = "people: {ani: {can: [review]}, sari: {can: [review]}}\n"


@pytest.fixture
def out(place: Place) -> Place:
    """Two posts are out, one with a picture; the feed is on the web."""
    place.write(
        "config.yaml",
        CONFIG.replace("folder: public,", "folder: public, link: 'https://ngo.example',") + PEOPLE,
    )
    Image.new("RGB", (1600, 900), "navy").save(place.folder / "posts" / "lilin.jpg")
    text = (place.folder / "schedules/c.yaml").read_text()
    picture = "    image: {file: lilin.jpg, alt: {en: A dark blue field}}\n"
    place.write("schedules/c.yaml", text.replace("  - id: vigil\n", "  - id: vigil\n" + picture))
    for name in ("vigil", "daily"):
        assert place("post", f"c/{name}", "--by", "ani").code == 0
    return place


def test_a_volunteer_marks_two_posts_and_the_record_has_them(out: Place, tmp_path: Path) -> None:
    page = tmp_path / "week.html"
    made = out("log", "--html", str(page))
    assert (made.code, made.out) == (0, ""), made.err
    assert made.err.startswith(f"written to {page}")
    assert str(out.folder) not in page.read_text("utf-8").replace(str(page), "")
    with browser() as running, tab(running, viewport={"width": 360, "height": 700}) as one:
        one.page.goto(page.as_uri())
        expect(one.page.get_by_role("img", name="A dark blue field")).to_be_visible()
        links = one.page.get_by_role("link", name="Open the published post")
        assert [(link.get_attribute("href") or "")[:20] for link in links.all()] == [
            "https://ngo.example/"
        ] * 2
        vigil, daily = one.page.get_by_role("group", name="Your mark").all()
        one.page.get_by_label("Your handle").fill("sari")
        vigil.get_by_label("Something is wrong").check()
        vigil.get_by_label("What is wrong?").fill("The picture is <b>too</b> dark")
        daily.get_by_label("All right").check()
        files = []
        for number in range(2):  # saved twice, as people do
            with one.page.expect_download() as saved:
                one.page.get_by_role("button", name="Save my marks").click()
            files.append(tmp_path / f"{number}.json")
            saved.value.save_as(files[-1])
        assert one.outside() == [] and one.said == []
    taken = out("review", "--import", str(files[0]))
    assert (taken.code, taken.err) == (0, "2 taken, 0 there already, from sari\n")
    assert out("review", "--import", str(files[1])).err == "0 taken, 2 there already, from sari\n"
    assert [row["reviewed_by"] for row in out("log", "--json", "--names").rows()] == [["sari"], ["sari"]]
    assert [row["reviewed_by"] for row in out("log", "--json").rows()] == [["reviewer 2"], ["reviewer 2"]]
    [told] = out("status", "--json").rows()
    assert [flag["text"] for flag in told["flagged"][0]["flags"]] == ["The picture is <b>too</b> dark"]
    again = out("log", "--html", str(page), "--flagged", "--language", "id")
    assert again.code == 0
    text = page.read_text("utf-8")
    assert (
        "Sudah diperiksa oleh: peninjau 2." in text and "The picture is &lt;b&gt;too&lt;/b&gt; dark" in text
    )
    assert text.count("<article") == 1


def test_the_marks_of_one_workspace_are_not_taken_in_another(out: Place, tmp_path: Path) -> None:
    page = tmp_path / "week.html"
    assert out("log", out.vigil, "--html", str(page)).code == 0
    space = page.read_text("utf-8").partition('data-workspace="')[2].partition('"')[0]
    mark = {"id": "00000000-0000-4000-8000-000000000001", "key": out.vigil, "verdict": "ok", "text": ""}
    file = tmp_path / "marks.json"
    file.write_text(
        json.dumps({"format": "campaign marks 1", "workspace": space, "by": "sari", "marks": [mark]})
    )
    config = (out.folder / "config.yaml").read_text()
    out.write("config.yaml", config.replace("6d9f0f3e", "7d9f0f3e"))
    refused = out("review", "--import", str(file))
    assert (refused.code, "another workspace" in refused.err) == (1, True)
    out.write("config.yaml", config)
    assert out("review", "--import", str(file)).code == 0


def test_what_can_t_be_written_or_does_not_go_together(out: Place, tmp_path: Path) -> None:
    assert "is no web page" in out("log", "--html", str(tmp_path / "week.txt")).err
    refused = out("log", "--html", str(tmp_path / "nowhere" / "week.html"))
    assert (refused.code, "No such file" in refused.err) == (1, True)
    assert out("log", "--html", "a.html", "--json").code == 2
    assert out("log", "--language", "id").code == 2
    empty = tmp_path / "empty.html"
    assert out("log", "--html", str(empty), "--to", day(-1)).code == 0
    assert "No post is on this page." in empty.read_text("utf-8")
