"""The directory: what it shows on a day and what it leaves out, its pages, calendar, JSON, and the folder."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import icalendar
import pytest

from campaign.core.model import Workspace
from campaign.core.safeguard.judge import Rulebook
from campaign.core.safeguard.reading import Read
from campaign.errors import CampaignError, Level
from campaign.networks import registry
from campaign.review.directory.contents import Contents, addresses, contents
from campaign.review.directory.data import as_bytes
from campaign.review.directory.folder import MANIFEST, put
from campaign.review.directory.pages import pages
from campaign.review.directory.words import ENGLISH, INDONESIAN
from campaign.workspace.load import load
from campaign.workspace.safeguards import built_in

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 25)
LEAVE_TO = "https://weather.example/"
CHECKS = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
checked:
  - {id: id-sapa129, number: "129", by: ani, on: 2026-11-20, how: called}
  - {id: id-kp2mi, number: "0811-8080-141", by: ani, on: 2026-08-27, how: called}
  - {id: us-nhth, number: "1-888-373-7888", by: ani, on: 2026-11-21, how: page}
  - {id: us-nhth, number: "humantraffickinghotline.org", by: ani, on: 2026-11-21, how: page}
  - {id: us-nhth, number: "233733", by: ani, on: 2026-11-21, how: called}
"""
CONFIG = """\
workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10
timezone: Asia/Jakarta
languages: [id, en]
audience: {country: ID}
hotlines: [id-kp2mi, id-sapa129]
vars: {org: Yayasan <Harapan> & Kawan}
accounts:
  site: {network: feed, folder: public, language: id}
"""


def pack(folder: Path, checks: str = CHECKS, config: str = CONFIG) -> Workspace:
    """The starter pack's knowledge, and no campaign."""
    shutil.copytree(ROOT / "posts", folder / "posts")
    (folder / "schedules").mkdir()
    shutil.copy(ROOT / "schedules" / "observances.yaml", folder / "schedules")
    (folder / "config.yaml").write_text(config)
    (folder / "posts" / "hotlines.checked.yaml").write_text(checks)
    workspace = load(folder, registry.specs())
    assert [str(problem) for problem in workspace.problems] == []
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def shown(workspace: Workspace) -> Contents:
    return contents(workspace, TODAY, ("id", "en"))


@pytest.fixture(scope="module")
def site(shown: Contents) -> dict[str, bytes]:
    return pages(shown, LEAVE_TO)


# -- what is shown ----------------------------------------------------------------------


def numbers(shown: Contents) -> dict[str, list[str]]:
    return {line.hotline.id: [way.channel.show for way in line.ways] for line in shown.lines}


def test_only_confirmed_numbers_are_shown(shown: Contents) -> None:
    found = numbers(shown)
    assert found["id-sapa129"] == ["129"]  # its WhatsApp number was not checked
    assert found["us-nhth"] == ["1-888-373-7888", "humantraffickinghotline.org"]  # 233733 is amber
    assert found["de-hilfetelefon"] == []  # only its page
    assert "ar-145" not in found  # neither a confirmed number nor a page
    assert list(found)[:2] == ["id-kp2mi", "id-sapa129"]


def test_a_check_holds_for_90_days_and_not_one_more(workspace: Workspace) -> None:
    last = date(2026, 8, 27) + timedelta(days=90)
    assert last == TODAY
    assert numbers(contents(workspace, last, ("id",)))["id-kp2mi"] == ["0811-8080-141"]
    after = contents(workspace, last + timedelta(days=1), ("id",))
    assert "id-kp2mi" not in numbers(after)
    assert "campaign hotlines verify id-kp2mi" in [left.hint for left in after.left_out]


def test_facts_and_organisations_end_with_their_review(workspace: Workspace) -> None:
    ids = {fact.id for fact in workspace.facts.values() if fact.publishable}
    assert {fact.id for fact in contents(workspace, TODAY, ("id",)).facts} == ids
    later = contents(workspace, date(2027, 3, 1), ("id",))
    gone = {
        fact.id for fact in workspace.facts.values() if fact.review_by and fact.review_by < date(2027, 3, 1)
    }
    assert gone
    assert gone.isdisjoint(fact.id for fact in later.facts)
    assert gone <= {left.id for left in later.left_out}
    assert len(contents(workspace, date(2027, 5, 31), ("id",)).organisations) == 9
    assert contents(workspace, date(2027, 6, 1), ("id",)).organisations == ()


def test_days_from_memory_and_without_a_date_are_not_in_the_calendar(shown: Contents) -> None:
    days = {day.id: day for day in shown.days}
    assert len(days) == len(shown.days)
    assert (days["un-wdatip"].first, days["us-nhtpm"].last) == (date(2027, 7, 30), date(2027, 1, 31))
    assert days["un-vaw"].first == TODAY
    assert {"bakhita-day", "labour-day", "th-national-day", "cnn-myfreedomday"}.isdisjoint(days)
    assert [day.first for day in shown.days] == sorted(day.first for day in shown.days)


def test_nothing_to_show_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.replace("hotlines: [id-kp2mi, id-sapa129]\n", ""))
    with pytest.raises(CampaignError, match="nothing that the directory could show"):
        contents(load(tmp_path, registry.specs()), TODAY, ("id",))


def test_every_address_is_https_bare_and_named_by_what_holds_it(shown: Contents) -> None:
    found = addresses(shown)
    assert found["https://slaveryfootprint.org"] == ["slavery-footprint"]
    assert found["https://humantraffickinghotline.org"] == ["us-nhth", "compass-connections"]
    assert all(address.startswith("https://") for address in found)
    assert not any("utm_" in address for address in found)


# -- the pages --------------------------------------------------------------------------


class Outline(HTMLParser):
    """What stands in a page: tags with their attributes, and the text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_files_of_two_languages(site: dict[str, bytes]) -> None:
    assert sorted(site) == [
        "calendar.en.html", "calendar.en.ics", "calendar.html", "calendar.ics", "facts.en.html", "facts.html",
        "index.en.html", "index.html", "organisations.en.html", "organisations.html",
    ]  # fmt: skip


def outlines(site: dict[str, bytes]) -> Iterator[tuple[str, Outline]]:
    for name, data in site.items():
        if name.endswith(".html"):
            yield name, Outline(data)


def test_each_page_has_the_same_skeleton(site: dict[str, bytes]) -> None:
    for name, page in outlines(site):
        language = "en" if ".en." in name else "id"
        assert page.all("html") == [{"lang": language, "dir": "ltr"}], name
        assert [tag for tag, _ in page.tags if tag in ("aside", "header", "main", "footer", "h1")] == [
            "aside", "header", "main", "h1", "footer",
        ], name  # fmt: skip
        links = page.all("a")
        assert links[0]["href"] == "#main" and page.all("main")[0]["id"] == "main"
        assert links[1] == {"id": "exit", "href": LEAVE_TO, "rel": "noreferrer"}, name
        assert [one["href"] for one in links if one.get("aria-current") == "page"] == [name]
        switch = [(one["hreflang"], one["lang"]) for one in links if "hreflang" in one]
        assert switch == [("id", "id"), ("en", "en")]


def test_nothing_on_a_page_is_loaded_and_what_leads_away_tells_nobody_from_where(
    site: dict[str, bytes],
) -> None:
    for name, page in outlines(site):
        assert not {"img", "iframe", "object", "embed", "form", "video", "audio"} & {
            tag for tag, _ in page.tags
        }
        assert all("src" not in attributes and "style" not in attributes for _, attributes in page.tags), name
        (icon,) = [one for one in page.all("link") if one["rel"] == "icon"]
        assert icon["href"] == "data:,"
        for link in page.all("a"):
            href = link["href"] or ""
            assert "utm_" not in href and "wa.me" not in href
            if href.startswith("http"):
                assert href.startswith("https://") and link["rel"] == "noreferrer", (name, href)
            elif not href.startswith(("tel:", "sms:", "#")):
                assert href.partition("#")[0] in {*site, "directory.json"}, (name, href)
        assert {"name": "referrer", "content": "no-referrer"} in page.all("meta")


def test_the_policy_allows_this_style_and_this_script_only(site: dict[str, bytes]) -> None:
    import base64

    page = site["index.html"].decode()
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        told = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{told}&#39;" in page
    (policy,) = [m["content"] for m in Outline(site["index.html"]).all("meta") if "http-equiv" in m]
    assert policy is not None and policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http" not in policy


def test_the_help_page_says_what_may_be_said(site: dict[str, bytes]) -> None:
    page = Outline(site["index.en.html"])
    hrefs = [link["href"] for link in page.all("a")]
    assert {"tel:129", "tel:+18883737888", "https://humantraffickinghotline.org"} <= set(hrefs)
    assert "contacted by us on 20 November 2026" in page.text
    assert "read by us on its official page on 21 November 2026" in page.text
    whole = b"".join(site.values())
    for unchecked in (b"08111", b"116 016", b"0800-1000", b"233733", b"900 10 50 90"):
        assert unchecked not in whole, unchecked
    assert b"ani" not in re.sub(rb"[a-z]ani|ani[a-z]", b"", whole)  # who checked is nobody's business
    assert "(Sahabat Perempuan dan Anak)" in Outline(site["index.html"]).text
    headings = re.findall(r"<h2>(.*?)</h2>", site["index.html"].decode())
    assert headings[0] == "Indonesia" and headings[1:] == sorted(headings[1:])


def test_an_audience_without_any_confirmed_line_is_told_so(tmp_path: Path) -> None:
    workspace = pack(tmp_path, checks="workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\nchecked: []\n")
    made = pages(contents(workspace, TODAY, ("en",)), LEAVE_TO)["index.html"].decode()
    assert re.search(r"<h2>Indonesia</h2>\s*<p>At the moment there is no service", made)
    assert "tel:" not in made and "sms:" not in made


def test_the_organisations_page_is_honest(site: dict[str, bytes]) -> None:
    text = Outline(site["organisations.en.html"]).text
    assert "BBC Media Action (formerly BBC World Service Trust)" in text
    assert "Action Education (formerly Aide et Action)" in text
    assert text.count("Read in an archived copy on 25 November 2026; the website itself was not opened.") == 9
    assert "Why there is no list of suspects" in text
    page = site["organisations.en.html"].decode()
    assert '<a href="index.en.html#us-nhth">National Human Trafficking Hotline</a>' in page
    assert 'id="us-nhth"' in site["index.en.html"].decode()


def test_the_facts_page_names_source_and_day(site: dict[str, bytes], shown: Contents) -> None:
    text = Outline(site["facts.html"]).text
    assert all(fact.text["id"] in text and fact.source in text for fact in shown.facts)
    assert "Berlaku sampai 31 Maret 2027" in text
    heads = re.findall(r"<h2>(.*?)</h2>", site["facts.html"].decode())
    assert heads[0] == "Berapa banyak orang" and "Indonesia" in heads and "Inggris Raya" in heads
    assert len(heads) == len(set(heads))


def test_claims_are_named_without_their_figures_and_lead_to_what_is_known(
    workspace: Workspace, site: dict[str, bytes]
) -> None:
    page = Outline(site["facts.en.html"])
    assert "What we do not repeat" in page.text
    assert len(workspace.claims) == 9
    assert all(
        claim.about["en"] in page.text and claim.because["en"] in page.text
        for claim in workspace.claims.values()
    )
    ids = {attributes.get("id") for _, attributes in page.tags}
    leads = {link["href"] for link in page.all("a") if (link["href"] or "").startswith("#")} - {"#main"}
    assert leads and {lead[1:] for lead in leads if lead} <= ids
    # A fact that is no longer shown is led to by nothing.
    later = pages(contents(workspace, date(2027, 4, 1), ("en",)), LEAVE_TO)["facts.html"].decode()
    assert "#ilo-2024-profits" not in later and "#ilo-unicef-2024-child-labour" in later


def test_what_people_wrote_is_escaped(site: dict[str, bytes]) -> None:
    assert b"Yayasan &lt;Harapan&gt; &amp; Kawan" in site["index.html"]
    assert b"<Harapan>" not in b"".join(data for name, data in site.items() if name.endswith(".html"))


def test_a_language_without_words_of_ours_has_its_texts_marked(tmp_path: Path) -> None:
    workspace = pack(tmp_path)
    arabic = "نص للتجربة"
    path = tmp_path / "posts" / "organisations.yaml"
    english = (
        '      en: "Runs the National Human Trafficking Hotline of the United States since autumn 2025."\n'
    )
    text = path.read_text()
    assert english in text
    path.write_text(text.replace(english, f'{english}      ar: "{arabic}"\n'))
    workspace = load(tmp_path, registry.specs())
    made = pages(contents(workspace, TODAY, ("ar", "id")), LEAVE_TO)["organisations.html"].decode()
    assert '<html lang="en" dir="ltr">' in made
    assert f'<span lang="ar" dir="rtl">{arabic}</span>' in made
    assert 'hreflang="ar" lang="ar" dir="rtl" aria-current="true">العربية</a>' in made


@pytest.mark.parametrize(("language", "own"), [("en", ENGLISH), ("id", INDONESIAN)])
def test_the_pages_own_words_keep_the_safeguarding_rules(language: str, own: dict[str, str]) -> None:
    # Those of the entries are held against them in tests/core/test_told.py.
    book = Rulebook(built_in())
    found = [(key, one.rule.id) for key, text in own.items() for one in book.text(Read(text), language)]
    assert [(key, rule) for key, rule in found if book.by_id[rule].level is not Level.ADVICE] == []


def test_the_words_are_there_in_both_languages() -> None:
    assert ENGLISH.keys() == INDONESIAN.keys()
    for key, text in ENGLISH.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", INDONESIAN[key]), key


# -- calendar and JSON ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("calendar.ics", "Hari Dunia Anti Perdagangan Orang"),
        ("calendar.en.ics", "World Day Against Trafficking in Persons"),
    ],
)
def test_the_calendar_is_one_that_programs_read(
    site: dict[str, bytes], shown: Contents, name: str, said: str
) -> None:
    calendar = icalendar.Calendar.from_ical(site[name])
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert len(events) == len(shown.days)
    event = events["un-wdatip-2027@campaign.directory"]
    assert str(event["SUMMARY"]) == said
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 7, 30), date(2027, 7, 31))
    month = events["us-nhtpm-2027@campaign.directory"]
    assert (month["DTSTART"].dt, month["DTEND"].dt) == (date(2027, 1, 1), date(2027, 2, 1))
    assert all(b"\r\n" in site[name] and len(line) <= 75 for line in site[name].split(b"\r\n"))
    assert not any(event.errors for event in events.values())


def documented() -> dict[str, set[str]]:
    """The JSON names that docs/directory.md promises, by list."""
    text = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(directory\.json|hotlines|channels|facts|claims|organisations|days)` \| (.*) \|$", text, re.M
    )
    return {name: {key.strip() for key in re.sub(r"\([^)]*\)", "", keys).split(",")} for name, keys in rows}


def test_the_json_is_the_one_in_the_docs(shown: Contents) -> None:
    data = json.loads(as_bytes(shown))
    told = documented()
    assert set(data) == told["directory.json"]
    for name in ("hotlines", "facts", "claims", "organisations", "days"):
        assert data[name], name
        assert all(set(row) == told[name] for row in data[name]), name
    channels = [channel for row in data["hotlines"] for channel in row["channels"]]
    assert channels and all(set(channel) == told["channels"] for channel in channels)
    assert (data["as_of"], data["languages"]) == ("2026-11-25", ["id", "en"])
    assert "08111" not in json.dumps(data)  # nobody has checked it


def test_the_same_files_and_day_give_the_same_bytes(workspace: Workspace, site: dict[str, bytes]) -> None:
    again = contents(workspace, TODAY, ("id", "en"))
    assert pages(again, LEAVE_TO) == site
    assert as_bytes(again) == as_bytes(contents(workspace, TODAY, ("id", "en")))
    assert pages(contents(workspace, TODAY + timedelta(days=1), ("id", "en")), LEAVE_TO) != site


# -- the folder -------------------------------------------------------------------------


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_site_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    put(folder, {"a.html": b"one", "b.html": b"two"})
    put(folder, {"a.html": b"new"})
    found = held(folder)
    manifest = found.pop(MANIFEST)
    assert found == {"a.html": b"new"}
    assert manifest == hashlib.sha256(b"new").hexdigest().encode() + b"  a.html\n"
    assert [path.name for path in folder.parent.iterdir()] == ["site"]
    assert folder.stat().st_mode & 0o777 == (tmp_path / "deep").stat().st_mode & 0o777
    if shutil.which("sha256sum"):
        subprocess.run(
            ["sha256sum", "--check", "--strict", MANIFEST], cwd=folder, check=True, capture_output=True
        )


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("notes.txt", b"mine", "holds notes.txt, which is none of the directory's files"),
        (".htaccess", b"mine", "holds .htaccess"),
        ("a.html", b"changed by hand", "was changed since it was made"),
        (MANIFEST, b"not a manifest", f"holds a.html|holds {MANIFEST}"),
    ],
)
def test_other_people_s_files_are_left_alone(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    folder = tmp_path / "site"
    put(folder, {"a.html": b"one"})
    (folder / name).write_bytes(data)
    before = held(folder)
    with pytest.raises(CampaignError, match=said):
        put(folder, {"a.html": b"new"})
    assert held(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_folders_links_and_files_in_its_place_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    put(folder, {"a.html": b"one"})
    (folder / "sub").mkdir()
    with pytest.raises(CampaignError, match="holds sub"):
        put(folder, {"a.html": b"new"})
    (folder / "sub").rmdir()
    (folder / "a.html").rename(tmp_path / "elsewhere")
    (folder / "a.html").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CampaignError, match=r"holds a\.html"):
        put(folder, {"a.html": b"new"})
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(CampaignError, match="is a file, not a folder"):
        put(tmp_path / "file", {"a.html": b"new"})
    with pytest.raises(CampaignError, match=r"holds (elsewhere|file|site)"):
        put(tmp_path, {"a.html": b"new"})


def test_an_empty_folder_and_a_link_to_one_are_taken(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "site").symlink_to(real)
    put(tmp_path / "site", {"a.html": b"one"})
    assert (tmp_path / "site").is_symlink()
    assert (real / "a.html").read_bytes() == b"one"


@pytest.mark.parametrize("fails", ["write", "rename"])
def test_when_it_breaks_the_old_site_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    folder = tmp_path / "site"
    put(folder, {"a.html": b"one", "b.html": b"two"})
    before = held(folder)
    if fails == "write":
        # A name that is too long for any file system: the third of four files can't be written.
        files = {"a.html": b"1", "b.html": b"2", "x" * 300: b"3", "z.html": b"4"}
    else:
        files = {"a.html": b"1"}
        rename = Path.rename

        def second_fails(self: Path, target: Path) -> Path:
            if self.suffix == ".new":
                raise OSError(28, "No space left on device")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(CampaignError, match=r"can't be written to .*: (File name too long|No space left)"):
        put(folder, files)
    assert held(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
