"""Tables of posts: layouts and encodings recognised, rows taken or named, texts that are only texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from campaign.core.cells import defused
from campaign.core.daytext import Order
from campaign.core.model import Account, Target, Workspace
from campaign.core.render import Renderer
from campaign.networks import registry
from campaign.workspace.load import load
from campaign.workspace.sheet.offer import Offer, Wishes, consider
from campaign.workspace.sheet.rows import Draft
from campaign.workspace.sheet.written import campaign_file, literal, slots_of
from campaign.workspace.yamlfile import read

CONFIG = """\
timezone: Asia/Jakarta
languages: [id, en]
accounts:
  site: {network: feed, folder: public, languages: [id, en]}
  fedi: {network: mastodon, server: https://m.example, token: {env: T}, language: id}
  trial: {network: mastodon, server: https://m.example, token: {env: T}, language: id, test: true}
"""
HEAD = "date,time,account,text\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("sheet")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "posts" / "signs").mkdir(parents=True)
    (folder / "schedules").mkdir()
    for name in ("01.jpg", "02.jpg"):
        Image.new("RGB", (8, 8)).save(folder / "posts" / "signs" / name)
    (folder / "posts" / "film.mp4").write_bytes(b"")
    return load(folder, registry.specs())


def offer(workspace: Workspace, text: str | bytes, **wishes: object) -> Offer:
    data = text.encode() if isinstance(text, str) else text
    return consider(workspace, "posts.csv", data, Wishes(**wishes))  # type: ignore[arg-type]


def said(found: Offer) -> list[str]:
    return [str(problem) for problem in found.problems]


def rows(found: Offer) -> list[tuple[str, tuple[str, ...], str]]:
    return [(f"{s.drafts[0].at:%Y-%m-%d %H:%M}", s.accounts, s.drafts[0].text) for s in found.slots]


ONE = [("2027-07-30 20:00", ("site",), "Kafé, ya")]


@pytest.mark.parametrize(
    "data",
    [
        'date,time,account,text\n2027-07-30,20:00,site,"Kafé, ya"\n'.encode(),
        "Tanggal;Jam;Akun;Teks\n30/07/2027;20.00;site;Kafé, ya\n".encode(),
        "Date\tTime\tAccount\tCaption\n30 July 2027\t8 pm\tSITE\tKafé, ya\n".encode("utf-8-sig"),
        "tanggal\tjam\takun\tisi\n30 Juli 2027\tpukul 20.00\tsite\tKafé, ya\n".encode("utf-16"),
        "waktu;kanal;teks\n2027-07-30 20:00;site;Kafé, ya\n".encode(),
        "sep=;\r\ndate;account;text\r\n2027-07-30T20:00;site;Kafé, ya\r\n".encode(),
        "scheduled at,platform,language,message\n2027-07-30T13:00Z,Feed,id,\"Kafé, ya\"\n".encode(),
        "date,time,timezone,account,text\n2027-07-30,15:00,Europe/Berlin,site,\"Kafé, ya\"\n".encode(),
    ],
)  # fmt: skip
def test_columns_as_teams_have_them(workspace: Workspace, data: bytes) -> None:
    found = offer(workspace, data)
    assert said(found) == []
    assert rows(found) == ONE


def test_windows_1252_is_guessed_with_a_warning(workspace: Workspace) -> None:
    found = offer(workspace, f'{HEAD}2027-07-30,20:00,site,"Kafé, ya"\n'.encode("cp1252"))
    assert said(found) == ["posts.csv: this is not UTF-8, and was read as Windows-1252"]
    assert rows(found) == ONE


def test_an_account_may_be_named_by_its_network_or_for_all_rows(workspace: Workspace) -> None:
    text = "date,time,network,language,text\n2027-07-30,20:00,Mastodon; feed,,Halo\n2027-07-31,20:00,site,EN,Hello\n"
    assert [accounts for _, accounts, _ in rows(offer(workspace, text))] == [("fedi", "site"), ("site.en",)]
    bare = "date,time,text\n2027-07-30,20:00,Halo\n"
    assert said(offer(workspace, bare)) == ["posts.csv:2: this row does not say where it goes"]
    assert rows(offer(workspace, bare, accounts=("fedi", "site")))[0][1] == ("fedi", "site")


def test_the_same_words_at_one_time_are_one_post(workspace: Workspace) -> None:
    text = f"{HEAD}2027-07-30,20:00,site,Halo\n2027-07-30,20:00,fedi,Halo\n2027-07-31,20:00,fedi,Halo\n"
    found = offer(workspace, text)
    assert [(slot.accounts, slot.lines) for slot in found.slots] == [
        (("site", "fedi"), (2, 3)),
        (("fedi",), (4,)),
    ]
    twice = offer(workspace, f"{text}2027-07-30,20:00,site,Halo\n")
    assert said(twice) == ["posts.csv:5: this says the same as line 2, to site at the same time"]
    assert len(twice.slots) == 2


def test_pictures_have_to_be_there_and_described(workspace: Workspace) -> None:
    head = "date,time,account,text,image,alt\n2027-07-30,20:00,site,Halo"
    good = offer(workspace, f'{head},posts/signs/01.jpg || signs\\02.jpg,"Satu\nDua"\n')
    assert said(good) == []
    assert good.slots[0].drafts[0].media == (("signs/01.jpg", "Satu"), ("signs/02.jpg", "Dua"))
    assert offer(workspace, f"{head},film.mp4,Sebuah film\n").slots[0].drafts[0].film
    for cells, message in {
        "signs/1.jpg,Satu": "there is no picture posts/signs/1.jpg (did you mean 'signs/01.jpg'?)",
        "01.jpg,Satu": "there is no picture posts/01.jpg (did you mean 'signs/01.jpg'?)",
        "../config.yaml,Satu": "there is no picture posts/../config.yaml",
        "https://x.example/1.jpg,Satu": "`https://x.example/1.jpg` is an address, and pictures are files here",
        "signs/01.jpg,": "the picture `signs/01.jpg` has no description",
        ",Satu": "there are more descriptions than pictures",
        "film.mp4 || signs/01.jpg,A || B": "a post has either pictures or one film",
    }.items():
        assert said(offer(workspace, f"{head},{cells}\n")) == [f"posts.csv:2: {message}"]


def test_the_link_is_added_where_the_text_lacks_it(workspace: Workspace) -> None:
    text = "date,time,account,text,link\n2027-07-30,20:00,site,Halo,https://x.example/a\n"
    assert rows(offer(workspace, text))[0][2] == "Halo\n\nhttps://x.example/a"
    there = text.replace("Halo", "Halo https://x.example/a !")
    assert rows(offer(workspace, there))[0][2] == "Halo https://x.example/a !"


def test_nobody_guesses_which_number_is_the_month(workspace: Workspace) -> None:
    text = f"{HEAD}03/04/2027,20:00,site,Halo\n05/04/2027,20:00,site,Hai\n"
    assert said(offer(workspace, text)) == [
        "posts.csv:2: 03/04/2027 may be 3 April or 4 March, and so may 1 more"
    ]
    assert "--dates dmy" in offer(workspace, text).problems[0].hint
    assert [row[0][:10] for row in rows(offer(workspace, text, order=Order.DMY))] == [
        "2027-04-03",
        "2027-04-05",
    ]
    assert [row[0][:10] for row in rows(offer(workspace, text, order=Order.MDY))] == [
        "2027-03-04",
        "2027-05-04",
    ]
    settled = offer(workspace, f"{text}30/04/2027,20:00,site,Hei\n")
    assert [row[0][:10] for row in rows(settled)] == ["2027-04-03", "2027-04-05", "2027-04-30"]
    torn = offer(workspace, f"{text}30/04/2027,20:00,site,Hei\n04/30/2027,20:00,site,Hoi\n")
    assert said(torn) == ["posts.csv:5: this row writes days in another order than line 4"]
    wrong = offer(workspace, f"{HEAD}30/04/2027,20:00,site,Hei\n", order=Order.MDY)
    assert said(wrong) == ["posts.csv:2: there is no day 30/4/2027 when the column is read as mdy"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2027-07-30,,site,Halo", "this row has no time"),
        (",20:00,site,Halo", "this row has no day"),
        ("2027-07-30,25:00,site,Halo", "`25:00` is not a time of day"),
        ("46233,20:00,site,Halo", "`46233` is a day as spreadsheets count them"),
        ("1066-10-14,20:00,site,Halo", "1066-10-14 is too far away"),
        ("2027-07-30,20:00,sit,Halo", "no account called `sit` (did you mean 'site'?)"),
        ("2027-07-30,20:00,fedi.en,Halo", "`fedi` does not post in `en`"),
        ("2027-07-30,20:00,site,", "this row says nothing: it has no text"),
        ("2027-07-30,20:00,site,Halo,ya", "this row has 5 cells, the head has 4"),
        ("2027-07-30,20:00,site,a\x1b[31m", "the text holds the invisible character U+001B"),
        ("2027-07-30,20:00,site,a\0b", "this is not a text file (it holds a NUL byte)"),
        (
            '2027-07-30,20:00,site,"Halo\n2027-07-30,20:00,site,x',
            "a quotation mark is opened in this row and not",
        ),
        ('2027-07-30,20:00,site,"Ha"lo', "this row is not CSV"),
    ],
)
def test_what_can_not_be_taken_is_named_with_its_line(workspace: Workspace, row: str, message: str) -> None:
    found = offer(workspace, f"{HEAD}2027-07-29,20:00,site,Fine\n{row}\n")
    assert found.wrong and not found.data
    assert [problem.place.line for problem in found.problems] == [3]
    assert found.problems[0].message.startswith(message)
    assert found.problems[0].hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "posts.csv: the table is empty"),
        ("\n\n", "posts.csv: the table is empty"),
        (HEAD, "posts.csv: the table has no rows below its head"),
        ("a,b\n1,2\n", "posts.csv:1: there is no column for the day"),
        ("date,time,account\n1,2,3\n", "posts.csv:1: there is no column for the text"),
        (
            "date,tanggal,account,text\n1,2,3,4\n",
            "posts.csv:1: the columns `date` and `tanggal` say the same",
        ),
        (
            HEAD + "2027-07-30,08:00,site,x\n" * 2_001,
            "posts.csv:2002: the table has more than 2,000 rows",
        ),
        ("x" * 5_000_000, "posts.csv: the table is larger than 4 MiB"),
        (b"\x81\x8d\xff\xfe", "posts.csv:1: this is not text"),
    ],
)
def test_what_is_no_table(workspace: Workspace, text: str | bytes, message: str) -> None:
    found = offer(workspace, text)
    assert found.wrong
    errors = [str(problem) for problem in found.problems if problem.level == "error"]
    assert errors == [message]


BUFFER = '"Text","Image URL","Tags","Posting Time"\n"\'=Halo","","","2027-07-30 20:00"\n'
HOOTSUITE = '"07/30/2027 20:00","\'=Halo",""\n"08/03/2027 20:00","Hai","https://x.example"\n'


def test_the_layouts_of_planning_tools(workspace: Workspace) -> None:
    from campaign.review.kit_csv import LAYOUTS

    found = offer(workspace, BUFFER, accounts=("fedi",))
    assert (found.layout, said(found), rows(found)) == (
        "Buffer",
        [],
        [("2027-07-30 20:00", ("fedi",), "=Halo")],
    )
    found = offer(workspace, HOOTSUITE, accounts=("fedi",))
    assert found.layout == "Hootsuite"
    assert rows(found)[1] == ("2027-08-03 20:00", ("fedi",), "Hai\n\nhttps://x.example")
    unclear = offer(workspace, HOOTSUITE.splitlines()[1], accounts=("fedi",))
    assert said(unclear) == ["posts.csv:1: days were read as Hootsuite has them: 8/3/2027 is 3 August"]
    publer = next(layout for layout in LAYOUTS if layout.name == "Publer")
    cells = ["2027-07-30 20:00", "Halo", "https://x.example", "", "", "", "", "'=Dua || Tiga", "", "", "", ""]
    table = "\n".join(",".join(f'"{cell}"' for cell in record) for record in (publer.head, cells))
    found = offer(workspace, table, accounts=("fedi",))
    assert (found.layout, said(found)) == ("Publer", [])
    assert rows(found)[0][2] == "Halo\n\nhttps://x.example\n---\n=Dua\n---\nTiga"


# -- texts that are only texts -----------------------------------------------------------------------

WILD = st.text(alphabet="ab{}%#-'\"\\:&*!|>=@\n \t#\u00e9\u202e\U0001f56f", max_size=60) | st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"
    ),
    max_size=60,
)


def tidy(text: str) -> str:
    return Renderer({}).render_line(literal(text), {})


@given(WILD)
def test_a_text_is_only_a_text(text: str) -> None:
    """No brace of it means anything to a template (a line that is --- parts a thread, as everywhere)."""
    plain = "\n".join(line for line in text.split("\n") if line.rstrip() != "---")
    lines = [line.rstrip(" \t") for line in plain.split("\n")]
    assert [line for line in tidy(plain).split("\n") if line] == [line for line in lines if line]


EVENING = datetime.fromisoformat("2027-07-30T20:00")
TARGET = Target(Account("site", "feed", ("id",), None), "id")


@given(st.lists(st.tuples(WILD, WILD, WILD), min_size=1, max_size=4))
def test_yaml_gives_back_what_was_written(texts: list[tuple[str, str, str]]) -> None:
    drafts = [
        Draft(number, EVENING + timedelta(minutes=number), (TARGET,), text, ((file, alt),), warning=alt)
        for number, (text, file, alt) in enumerate(texts)
    ]
    document = read("schedules/a.yaml", campaign_file(slots_of(drafts), "A: #title", "", "a.csv"))
    assert document.problems == ()
    assert document.root["title"] == "A: #title"
    for post, (text, file, alt) in zip(document.root["posts"], texts, strict=True):
        assert post["text"] == (literal(text) or "{{ '' }}")
        assert post["image"]["file"] == literal(file)
        assert post["image"].get("alt", "") == literal(alt)
        assert post["accounts"] == ["site"]


CELLS = st.text(alphabet="ab=+@'-\t;,\"\n{}%# é", max_size=30)


@settings(deadline=None)
@given(CELLS)
def test_a_cell_comes_back_without_what_keeps_it_from_being_run(workspace: Workspace, text: str) -> None:
    cell = defused(text).replace('"', '""')
    found = offer(
        workspace, f'date,time,account,text\n2027-07-30,20:00,site,"x"\n2027-07-31,20:00,site,"{cell}"\n'
    )
    lines = [line.rstrip() for line in text.split("\n")]
    if any(lines):
        got = found.slots[1].drafts[0].text.split("\n")
        assert [line for line in got if line] == [line for line in lines if line]
    else:
        assert found.wrong


def test_words_of_a_text_are_no_part_of_an_id(workspace: Workspace) -> None:
    found = offer(workspace, f"{HEAD}2027-07-30,20:00,site,Sari from Bandung\n2027-07-30,20:00,site,Second\n")
    assert [slot.id for slot in found.slots] == ["post-2027-07-30-2000", "post-2027-07-30-2000-2"]


def test_a_file_that_is_not_on_disk_is_read_like_one_that_is(tmp_path: Path, workspace: Workspace) -> None:
    found = offer(workspace, f"{HEAD}2027-07-30,20:00,site,Halo\n")
    folder = Path(workspace.root)
    loaded = load(folder, registry.specs(), {"posts": found.data})
    campaign: Mapping[str, object] = loaded.campaigns
    assert list(campaign) == ["posts"]
    assert loaded.problems == ()
