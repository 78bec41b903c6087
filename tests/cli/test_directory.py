"""`campaign directory`: the list, the site, and its links (asked of a server on this machine)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Place, day
from tests.cli.test_knowledge import FACTS, LINES
from tests.networks.scripted import Reply
from tests.networks.tls import secure, trust

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = """\
organisations:
  - id: hope
    name: {en: Hope House}
    formerly: Old Hope
    kind: help
    does: {en: Listens., id: Mendengar.}
    url: URL/hope
    hotlines: [id-sapa129]
    source: https://example.org/about
    checked: {on: 2026-11-20, how: opened}
    review_by: 2099-05-31
  - {id: late, name: Late, kind: media, does: Reports., url: "URL/late", source: "https://a.example",
     checked: {on: 2020-01-01, how: archived}, review_by: 2020-06-01}
"""


@pytest.fixture
def known(place: Place) -> Place:
    place.write("posts/hotlines.yaml", LINES)
    place.write("posts/facts.yaml", FACTS)
    place.write("posts/organisations.yaml", ENTRIES.replace("URL", "https://hope.example"))
    place.write("config.yaml", CONFIG + "audience: {country: ID}\nhotlines: [id-sapa129]\n")
    place.write(
        "posts/hotlines.checked.yaml",
        "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\n"
        f"checked:\n  - {{id: id-sapa129, number: '129', by: ani, on: {day(-1)}, how: called}}\n",
    )
    return place


def contract(verb: str) -> set[str]:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    (cell,) = re.findall(rf"^\| `{verb} --json` \| (.*) \|$", text, re.MULTILINE)
    return {name.strip() for name in re.sub(r"\([^)]*\)", "", cell).split(",")}


def test_the_list_shows_how_each_was_checked(known: Place) -> None:
    done = known("directory")
    assert done.code == 0
    assert "Hope House (formerly Old Hope)" in done.out
    assert "opened on 2026-11-20; review by 2099-05-31" in done.out
    assert "read in an archived copy, not opened, on 2020-01-01; review overdue since" in done.out
    assert "2 of 2 organisations" in done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert "Late" not in known("directory", "old hope").out
    rows = known("directory", "--json").rows()
    assert [(row["id"], row["stale"]) for row in rows] == [("hope", False), ("late", True)]


def test_the_site_is_written_and_says_what_it_left_out(known: Place) -> None:
    out = known.folder / "site"
    done = known("directory", "--out", str(out))
    assert (done.code, done.out) == (0, ""), done.err
    assert "left out: late was to be reviewed by 2020-06-01" in done.err
    assert "left out: old was to be reviewed by 2020-01-01" in done.err
    assert "left out: de-line has no confirmed number and no official page" in done.err
    assert "1 help lines (1 with numbers), 1 facts, 1 organisations, 0 dates" in done.err
    assert 'href="tel:129"' in (out / "index.html").read_text()
    assert 'href="https://www.google.com/"' in (out / "index.html").read_text()
    assert json.loads((out / "directory.json").read_text())["as_of"] == day(0)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    again = known("directory", "--out", str(out), "--json")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    (row,) = again.rows()
    assert set(row) == contract("directory --out DIR")
    assert sorted({*row["files"], "files.sha256"}) == sorted(before)
    assert [left["id"] for left in row["left_out"]] == ["de-line", "old", "late"]


def test_languages_and_the_way_out_are_options(known: Place) -> None:
    out = known.folder / "site"
    leave = "https://weather.example/today"
    done = known("directory", "--out", str(out), "--language", "id,en", "--leave-to", leave)
    assert done.code == 0, done.err
    assert '<html lang="id"' in (out / "index.html").read_text()
    assert f'href="{leave}"' in (out / "facts.en.html").read_text()


def test_without_a_checked_number_it_says_so(known: Place) -> None:
    (known.folder / "posts" / "hotlines.checked.yaml").unlink()
    done = known("directory", "--out", str(known.folder / "site"))
    assert done.code == 0
    assert "no number is printed: nobody of you has checked one in the last 90 days" in done.err
    assert "129" not in (known.folder / "site" / "index.html").read_text().replace("id-sapa129", "")


def test_with_an_error_in_its_files_nothing_is_written(known: Place) -> None:
    known.write("posts/organisations.yaml", "organisations:\n  - {id: hope, kind: suspect}\n")
    done = known("directory", "--out", str(known.folder / "site"))
    assert done.code == 1
    assert "posts/organisations.yaml:2:" in done.err
    assert not (known.folder / "site").exists()


def test_nobody_is_accused_on_it(known: Place) -> None:
    text = ENTRIES.replace("URL", "https://hope.example").replace(
        "Listens.", "Keeps a list of known traffickers."
    )
    known.write("posts/organisations.yaml", text)
    done = known("directory", "--out", str(known.folder / "site"))
    assert done.code == 1
    assert "posts/organisations.yaml:2:5: does (en): " in done.err
    assert not (known.folder / "site").exists()
    checked = known("check", "--json")
    assert checked.code == 1
    assert "SG03" in [row["rule"] for row in checked.rows() if row["file"] == "posts/organisations.yaml"]


def test_other_people_s_files_are_not_touched(known: Place) -> None:
    known.write("site/index.html", "mine")
    done = known("directory", "--out", str(known.folder / "site"))
    assert done.code == 1
    assert "holds index.html, which is none of the directory's files" in done.err
    assert "hint: name another folder" in done.err
    assert (known.folder / "site" / "index.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hope", "--out", "x"), "take one"),
        (("--out", "x", "--check-links"), "take one"),
        (("--language", "en"), "belong to --out"),
        (("--leave-to", "https://a.example"), "belong to --out"),
        (("--out", "x", "--language", "english!"), "english!"),
        (("--out", "x", "--language", ","), "name at least one"),
        (("--out", "x", "--leave-to", "http://a.example"), "is no https:// address"),
        (("--out", "x", "--leave-to", "javascript:alert(1)"), "is no https:// address"),
    ],
)
def test_wrong_uses(known: Place, words: tuple[str, ...], said: str) -> None:
    done = known("directory", *words)
    assert done.code == 2
    assert said in done.err
    assert not Path("x").exists()


def test_the_links_are_opened(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(known.folder, monkeypatch)
    with secure() as server:
        known.write(
            "posts/organisations.yaml", ENTRIES.replace("URL", server.url).replace("2020-06-01", "2099-06-01")
        )
        known.write("posts/hotlines.yaml", LINES.replace("https://sapa.example/help", f"{server.url}/sapa"))
        known.write("posts/facts.yaml", FACTS.replace("https://example.org/r", f"{server.url}/report"))
        server.on("HEAD", "/(hope|sapa|new)", Reply(200))
        server.on("HEAD", "/late", Reply(301, headers=(("Location", "/new"),)))
        done = known("directory", "--check-links")
        rows = known("directory", "--check-links", "--json")
    assert done.code == 1
    assert f"moved    {server.url}/late\n         now at {server.url}/new\n         late\n" in done.out
    assert f"silent   {server.url}/report\n" in done.out and "answered 404" in done.out
    assert "2 answers, 1 moved, 1 silent" in done.err
    states = {row["address"].removeprefix(server.url): row["state"] for row in rows.rows()}
    assert states == {"/sapa": "answers", "/hope": "answers", "/late": "moved", "/report": "silent"}
    assert all(set(row) == contract("directory --check-links") for row in rows.rows())
    assert rows.code == 1


def test_when_all_links_answer_it_ends_with_0(known: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(known.folder, monkeypatch)
    with secure() as server:
        known.write("posts/organisations.yaml", ENTRIES.replace("URL", server.url))
        known.write("posts/hotlines.yaml", LINES.replace("https://sapa.example/help", f"{server.url}/sapa"))
        known.write("posts/facts.yaml", FACTS.replace("https://example.org/r", f"{server.url}/report"))
        server.on("HEAD", "/.*", Reply(200))
        assert known("directory", "--check-links").code == 0
        assert {request.path for request in server.requests} == {"/hope", "/sapa", "/report"}
