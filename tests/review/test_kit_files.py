"""The files of a kit, read back as strangers would: tables, calendars, pictures, the zip, and how they are written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from PIL import Image

from campaign.errors import CampaignError
from campaign.networks import registry
from campaign.review.kit_csv import COLUMNS, table
from campaign.review.kit_files import MANIFEST, write_folder, write_zip, zipped
from campaign.review.kit_gather import Wanted
from tests.networks.reading import Reader
from tests.review.kits import HOTLINES, IDENTITY, THREE, VIGIL, Place, slots, worded


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "workspace")
    made.write("schedules/vigil.yaml", VIGIL)
    return made


def made(place: Place) -> dict[str, bytes]:
    return place.files(place.kit())


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


# -- tables ---------------------------------------------------------------------------------


def test_the_tools_get_their_own_layouts(place: Place) -> None:
    files = made(place)
    first = "Malam ini kami menyalakan lilin. #MalamLilin"
    assert read(files["csv/set-1/buffer.x.id.csv"]) == [
        ["Text", "Image URL", "Tags", "Posting Time"],
        [first, "", "", "2027-07-30 20:00"],
    ]
    assert read(files["csv/set-1/hootsuite.x.id.csv"]) == [["07/30/2027 20:00", first, ""]]
    head, row = read(files["csv/set-1/publer.x.id.csv"])
    assert len(head) == len(row) == 12
    assert (head[0], head[1], head[7]) == (
        "Date - Intl. format or prompt",
        "Text",
        "Comment(s) - Separated by ||",
    )
    assert row[:2] == ["2027-07-30 20:00", first]


def test_each_set_says_it_in_other_words(place: Place) -> None:
    files = made(place)
    said = [read(files[f"csv/set-{number}/buffer.feed.en.csv"])[1][0] for number in (1, 2, 3)]
    assert said == [
        "Tonight we light a candle. #CandleNight",
        "One candle in each window this evening. #CandleNight",
        "Join your neighbours with a light. #CandleNight",
    ]
    assert not [name for name in files if name.startswith("csv/set-4")]


def test_a_thread_is_only_where_a_tool_has_a_place_for_its_parts(place: Place) -> None:
    for number, text in zip(("", ".2", ".3"), THREE, strict=True):
        place.write(f"posts/a{number}.id.j2", f"{text}\n---\nLanjutan {text}")
    place.write(
        "schedules/vigil.yaml", slots("  - {id: a, template: a, language: id, at: 2027-07-30 20:00}\n")
    )
    files = made(place)
    assert "csv/set-1/buffer.x.id.csv" not in files
    assert "csv/set-1/hootsuite.x.id.csv" not in files
    row = read(files["csv/set-2/publer.x.id.csv"])[1]
    assert (row[1], row[7]) == (THREE[1], f"Lanjutan {THREE[1]}")
    parts = [(row[4], row[5], row[7]) for row in read(files["texts.id.csv"])[1:] if row[3] == "feed, x"]
    assert parts[:2] == [("1", "1", THREE[0]), ("1", "2", f"Lanjutan {THREE[0]}")]


def test_hootsuite_gets_minutes_that_end_in_0_or_5(place: Place) -> None:
    place.write(
        "schedules/vigil.yaml", slots(worded("a", "at: [2027-07-30 20:58, 2027-07-30 10:05]", *THREE))
    )
    files = place.files(place.kit(wanted=Wanted(last=date(2027, 7, 31))))
    assert [row[0] for row in read(files["csv/set-1/hootsuite.x.id.csv"])] == [
        "07/30/2027 10:05",
        "07/30/2027 21:00",
    ]
    assert read(files["csv/set-1/buffer.x.id.csv"])[2][3] == "2027-07-30 20:58"


def test_the_table_of_all_texts_has_every_wording_and_its_pictures(place: Place) -> None:
    place.picture("lilin.jpg")
    image = "    image: {file: lilin.jpg, alt: Lilin menyala.}\n"
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *THREE, image)))
    head, *rows = read(made(place)["texts.id.csv"])
    assert tuple(head) == COLUMNS
    assert [dict(zip(head, row, strict=True)) for row in rows][1] == {
        "date": "2027-07-30",
        "time": "20:00",
        "language": "id",
        "networks": "feed, x",
        "wording": "2",
        "part": "1",
        "parts": "1",
        "text": THREE[1],
        "warning": "",
        "link": "",
        "pictures": "pictures/lilin.jpg",
        "descriptions": "Lilin menyala.",
    }


DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "|", "%")


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=1, max_size=5
    )
)
def test_no_cell_is_a_formula_and_nothing_else_is_lost(cells: list[str]) -> None:
    (back,) = read(table((), [cells]))
    for cell, told in zip(cells, back, strict=True):
        assert not told.lstrip().startswith(DANGEROUS)
        assert told in (cell, f"'{cell}")


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("https://evil.example")', "+62 lilin", "-1 lilin", "@semua lilin"]
)
def test_a_text_that_begins_like_a_formula_has_an_apostrophe_in_every_table(place: Place, text: str) -> None:
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", text, *THREE[:2])))
    files = made(place)
    tables = [name for name in files if name.endswith(".csv") and "set-2" not in name and "set-3" not in name]
    assert len(tables) == 7
    for name in tables:
        cells = [cell for row in read(files[name]) for cell in row]
        assert f"'{text}" in cells, name
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))], name
    # The page has no tables: there the words are as they are.
    assert Reader(files["index.html"].decode()).fields[0] == text


# -- calendar ---------------------------------------------------------------------------------


def test_the_calendar_has_the_posts_and_the_day_on_which_the_kit_is_too_old(place: Place) -> None:
    files = made(place)
    calendar = Calendar.from_ical(files["calendar.en.ics"])
    post, renew = calendar.walk("VEVENT")
    assert post["summary"] == "Post: Tonight we light a candle. #CandleNight"
    assert post.decoded("dtstart") == datetime(2027, 7, 30, 13, tzinfo=UTC)
    assert post.decoded("dtstamp") == datetime(2027, 7, 1, tzinfo=UTC)
    assert "in your own words" in post["description"]
    assert renew.decoded("dtstart") == date(2027, 9, 29)
    other = Calendar.from_ical(files["calendar.id.ics"]).walk("VEVENT")
    assert len({event["uid"] for event in (post, renew, *other)}) == 4
    again = Calendar.from_ical(made(place)["calendar.en.ics"]).walk("VEVENT")
    assert [event["uid"] for event in again] == [post["uid"], renew["uid"]]


# -- share links ---------------------------------------------------------------------------------


def test_share_links_carry_the_exact_text(place: Place) -> None:
    texts = (
        "Lilin & terang? 100% #Satu + dua = tiga https://example.org/a?b=c&d=e#f",
        "Baris satu\n\nBaris dua: “kutip” 🕯️ ñ",
        "Bersama tetangga malam ini.",
    )
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *texts)))
    links = [
        values["href"] or ""
        for tag, values in Reader(made(place)["index.html"].decode()).tags
        if tag == "a" and values.get("class") == "share"
    ]
    whatsapp = [link for link in links if urlsplit(link).netloc == "wa.me"]
    assert [parse_qs(urlsplit(link).query)["text"] for link in whatsapp] == [[text] for text in texts]
    telegram = [parse_qs(urlsplit(link).query) for link in links if urlsplit(link).netloc == "t.me"]
    assert telegram == [{"url": ["https://example.org/a?b=c&d=e#f"], "text": [texts[0]]}]
    assert [unquote(link) for link in links if link.startswith("mailto:")] == [
        f"mailto:?body={t}" for t in texts
    ]


# -- pictures and secrets ---------------------------------------------------------------------------------


def test_pictures_have_safe_names_and_nothing_of_the_camera(place: Place) -> None:
    for name in ("Foto Lilin (1).jpg", "b/foto-lilin-1.jpg", "ñ.jpg"):
        place.picture(name)
    said = [
        worded(f"p{n}", f"at: 2027-07-{20 + n} 10:00", *(f"{n} {text}" for text in THREE)) for n in range(3)
    ]
    files = ("Foto Lilin (1).jpg", "b/foto-lilin-1.jpg", "ñ.jpg")
    images = [f"    image: {{file: {json.dumps(file)}, alt: Gambar {n}.}}\n" for n, file in enumerate(files)]
    place.write("schedules/vigil.yaml", slots("".join(a + b for a, b in zip(said, images, strict=True))))
    kit_files = made(place)
    pictures = {name: data for name, data in kit_files.items() if name.startswith("pictures/")}
    assert list(pictures) == [
        "pictures/foto-lilin-1-2.jpg",
        "pictures/foto-lilin-1.jpg",
        "pictures/picture.jpg",
    ]
    for data in pictures.values():
        assert b"CameraOfAni" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert not image.getexif()
    assert all(re.fullmatch(r"[a-z0-9./-]+", name) for name in kit_files)


def test_a_broken_picture_stops_the_kit(place: Place) -> None:
    place.write("posts/lilin.jpg", "no picture")
    image = "    image: {file: lilin.jpg, alt: Lilin menyala.}\n"
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *THREE, image)))
    kit, problems = place.gather()
    assert kit is None
    assert any("posts/lilin.jpg" in problem.message for problem in problems)


def test_no_login_no_person_and_no_path_of_this_machine_is_in_it(place: Place) -> None:
    place.write("posts/hotlines.yaml", HOTLINES)
    place.checked("2027-06-01", by="petugas-kadek")
    place.picture("lilin.jpg")
    image = "    image: {file: lilin.jpg, alt: Lilin menyala.}\n"
    said = [f"{text} {{{{ hotline() }}}}" for text in THREE]
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *said, image)))
    everything = b"\n".join(made(place).values())
    assert b"Layanan 129: 129" in everything
    for secret in ("our-own", "our-trial", "consumer", "public", "kadek", str(IDENTITY), str(place.folder)):
        assert secret.encode() not in everything, secret


def test_the_manifest_names_every_other_file_with_its_hash(place: Place) -> None:
    files = made(place)
    told = json.loads(files[MANIFEST])
    assert {one["file"]: one["sha256"] for one in told["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != MANIFEST
    }
    assert (told["kit"], told["campaign"], told["made"], told["review_by"]) == (
        1,
        "vigil",
        "2027-07-01",
        "2027-09-29",
    )


# -- bytes on the disk ---------------------------------------------------------------------------------


def test_the_same_files_and_day_give_the_same_bytes(place: Place, tmp_path: Path) -> None:
    place.picture("lilin.jpg")
    image = "    image: {file: lilin.jpg, alt: Lilin menyala.}\n"
    place.write("schedules/vigil.yaml", slots(worded("a", "at: 2027-07-30 20:00", *THREE, image)))
    one = zipped(made(place), "vigil-kit")
    other = Place(tmp_path / "elsewhere")
    other.write("schedules/vigil.yaml", (place.folder / "schedules/vigil.yaml").read_text())
    (other.folder / "posts/lilin.jpg").write_bytes((place.folder / "posts/lilin.jpg").read_bytes())
    assert zipped(made(other), "vigil-kit") == one
    later = other.files(other.kit(today=date(2027, 7, 2)))
    assert zipped(later, "vigil-kit") != one


def test_the_zip_holds_the_files_in_one_folder_without_the_time_of_making(place: Place) -> None:
    files = made(place)
    with zipfile.ZipFile(io.BytesIO(zipped(files, "vigil-kit"))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"vigil-kit/{name}" for name in sorted(files)]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("vigil-kit/index.html") == files["index.html"]


def test_a_newer_kit_takes_the_place_of_an_older_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "kit"
    write_folder(folder, {MANIFEST: b"1", "old.txt": b"x", "a/b.txt": b"y"})
    write_folder(folder, {MANIFEST: b"2", "new.txt": b"z"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {MANIFEST: b"2", "new.txt": b"z"}
    assert [path.name for path in folder.parent.iterdir()] == ["kit"]


def test_what_is_no_kit_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(CampaignError, match="holds files that are no kit"):
        write_folder(tmp_path / "mine", {MANIFEST: b"1"})
    with pytest.raises(CampaignError, match="is no folder"):
        write_folder(tmp_path / "mine" / "thesis.txt", {MANIFEST: b"1"})
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    (tmp_path / "empty").mkdir()
    write_folder(tmp_path / "empty", {MANIFEST: b"1"})


def test_where_nothing_can_be_written_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CampaignError, match="can't be written: File exists"):
        write_zip(tmp_path / "file" / "kit.zip", b"")
    (tmp_path / "dir.zip").mkdir()
    with pytest.raises(CampaignError, match="can't be written: Is a directory"):
        write_zip(tmp_path / "dir.zip", b"")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "dir.zip"}


def test_cards_are_drawn_for_partners_in_the_shape_of_each_network(place: Place) -> None:
    card = '    card: {id: "Satu lilin di jendela.", en: "One candle in the window."}\n'
    place.write("schedules/vigil.yaml", VIGIL + card)
    kit = place.kit(wanted=Wanted(networks=(registry.network("instagram"),)))
    files = place.files(kit)
    sizes = {
        name: Image.open(io.BytesIO(data)).size
        for name, data in files.items()
        if name.startswith("pictures/")
    }
    square, upright = (1080, 1080), (1080, 1350)
    assert set(sizes) == {f"pictures/card-{which}.png" for which in ("en", "en-2", "id", "id-2")}
    assert sorted(sizes.values()) == [square, square, upright, upright]
    assert "Kartu bertuliskan: Satu lilin di jendela." in files["texts.id.csv"].decode("utf-8-sig")
    assert place.files(kit) == files
