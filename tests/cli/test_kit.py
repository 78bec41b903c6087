"""``campaign kit build``: where the kit goes, what is said, and that nothing is written while something is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from campaign.cli.main import main
from tests.cli.conftest import Place, day

CONTACT = "vars: {org: Yayasan Harapan, contact: mitra@harapan.example}\n"
SAID = ("Tonight we light a candle.", "A light in each window.", "Join us with your neighbours.")


@pytest.fixture
def kits(place: Place) -> Place:
    """A workspace whose campaign ``vigil`` has a kit."""
    place.write("config.yaml", CONTACT + (place.folder / "config.yaml").read_text(encoding="utf-8"))
    say(place, *SAID)
    return place


def say(place: Place, first: str, *others: str) -> None:
    lines = ", ".join(json.dumps({"en": text}) for text in others)
    wordings = f"    wordings: [{lines}]\n" if others else ""
    place.write(
        "schedules/vigil.yaml",
        f"title: {{en: Candle night}}\nposts:\n  - id: vigil\n    at: {day(2)} 20:00\n    language: en\n"
        f"    text: {json.dumps({'en': first})}\n{wordings}",
    )


def test_it_goes_into_the_workspace_with_a_zip_beside_it(kits: Place) -> None:
    said = kits("kit", "build", "vigil")
    folder = kits.folder / "kits" / "vigil"
    assert (said.code, said.out.splitlines()) == (0, [str(folder / "index.html"), str(folder) + ".zip"])
    assert said.err.startswith("1 texts in en, to be used until ") or said.err.startswith("1 text in en, ")
    with zipfile.ZipFile(f"{folder}.zip") as archive:
        inside = {name.removeprefix("vigil-kit/"): archive.read(name) for name in archive.namelist()}
    there = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert inside == there
    rows = list(csv.reader(io.StringIO(there["csv/set-3/buffer.feed.en.csv"].decode())))
    assert rows[1][0] == SAID[2]


def test_it_goes_where_one_says(kits: Place, tmp_path: Path) -> None:
    only = kits.folder / "for-partners.zip"
    assert kits("kit", "build", "vigil", "--out", str(only)).out == f"{only}\n"
    assert only.is_file()
    assert not (kits.folder / "kits").exists()
    assert kits("kit", "build", "vigil", "--out", str(kits.folder / "a" / "b")).code == 0
    assert (kits.folder / "a" / "b" / "index.html").is_file()
    assert (kits.folder / "a" / "b.zip").read_bytes() == only.read_bytes()


def test_the_workspace_may_stand_behind_either_word(kits: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kit", "-w", str(kits.folder), "build", "vigil"]) == 0
    assert main(["kit", "build", "-w", str(kits.folder), "vigil"]) == 0
    assert main(["kit", "biuld"]) == 2
    assert main(["kit"]) == 2
    assert "build  Make a kit" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["posts", "schedules/kit", "posts/../schedules/x.zip"])
def test_it_never_goes_where_the_files_are_read(kits: Place, name: str) -> None:
    said = kits("kit", "build", "vigil", "--out", str(kits.folder / name))
    assert (said.code, said.out) == (1, "")
    assert "whose files are read" in said.err
    assert not list((kits.folder / "posts").iterdir())


def test_what_is_no_kit_stays(kits: Place) -> None:
    said = kits("kit", "build", "vigil", "--out", str(kits.folder))
    assert said.code == 1
    assert "holds files that are no kit" in said.err
    assert (kits.folder / "config.yaml").is_file()
    assert kits("kit", "build", "vigil", "--out", "/").code == 1


def test_with_an_error_nothing_is_written_and_all_of_them_are_said(kits: Place) -> None:
    say(kits, SAID[0], SAID[1], "Call 0812 3456 7890 now.")
    said = kits("kit", "build", "vigil")
    assert said.code == 1
    assert "'0812 3456 7890' looks like a phone number" in said.out
    assert said.err == "1 error: no kit was written\n"
    assert not (kits.folder / "kits").exists()
    say(kits, SAID[0])
    said = kits("kit", "build", "vigil")
    assert "`vigil` has 1 wording in 'en', a kit carries at least 3" in said.out
    assert "schedules/vigil.yaml:3:9: " in said.out
    assert max(map(len, said.out.splitlines())) <= 110


def test_an_older_kit_stays_while_the_new_one_has_an_error(kits: Place) -> None:
    assert kits("kit", "build", "vigil").code == 0
    before = (kits.folder / "kits" / "vigil.zip").read_bytes()
    say(kits, SAID[0])
    assert kits("kit", "build", "vigil").code == 1
    assert (kits.folder / "kits" / "vigil.zip").read_bytes() == before


def test_partners_networks_are_named(kits: Place) -> None:
    (row,) = kits("kit", "build", "vigil", "--network", "bluesky", "--network", "x", "--json").rows()
    assert row["networks"] == ["bluesky", "feed", "handoff", "x"]
    page = (kits.folder / "kits" / "vigil" / "index.html").read_text(encoding="utf-8")
    assert "Bluesky 26 of 300; Website 26" in page


def test_json_says_the_same_to_programs(kits: Place) -> None:
    said = kits("kit", "build", "vigil", "--json")
    (row,) = said.rows()
    assert (row["campaign"], row["languages"], row["networks"], row["texts"]) == (
        "vigil",
        ["en"],
        ["feed", "handoff"],
        1,
    )
    folder, archive = (Path(path) for path in row["written"])
    assert archive.is_file()
    for one in row["files"]:
        assert hashlib.sha256((folder.parent / one["file"]).read_bytes()).hexdigest() == one["sha256"]
    assert row["problems"] == []
    say(kits, SAID[0])
    broken = kits("kit", "build", "vigil", "--json")
    (row,) = broken.rows()
    assert (broken.code, row["written"], row["files"], row["review_by"]) == (1, [], [], None)
    assert [problem["rule"] for problem in row["problems"]] == ["kit-wordings"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["vigill"], 1, "there is no campaign 'vigill'"),
        (["vigil", "--network", "myspace"], 1, "no network called myspace"),
        (["vigil", "--language", "fr"], 1, "campaign 'vigil' says nothing in 'fr'"),
        (["vigil", "--from", "2020-01-01"], 1, "a kit holds what is ahead, and 2020-01-01 is over"),
        (["vigil", "--from", "2100-01-01"], 1, "vigil has nothing planned from 2100-01-01"),
        (["vigil", "--from", "2100-01-02", "--to", "2100-01-01"], 2, "--to is before --from"),
        (["vigil", "--from", "soon"], 2, "'soon' is no day"),
        ([], 2, "missing argument 'CAMPAIGN'"),
    ],
)
def test_what_is_asked_wrongly_gets_one_line(kits: Place, words: list[str], code: int, message: str) -> None:
    said = kits("kit", "build", *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err.splitlines()[0]


def test_it_needs_no_store_and_no_secret(kits: Place) -> None:
    config = (kits.folder / "config.yaml").read_text(encoding="utf-8")
    keys = ", ".join(
        f"{key}: {{env: NOT_SET}}"
        for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    )
    kits.write("config.yaml", f"{config}  x: {{network: x, {keys}, language: en}}\n")
    assert kits("kit", "build", "vigil").code == 0
    assert not list(kits.folder.glob("campaign.db*"))
