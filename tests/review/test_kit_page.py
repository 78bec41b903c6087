"""The pages of a kit in a real browser: copying, keyboard, screen reader, small screens, no request to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from campaign.review.kit_files import write_folder
from campaign.review.kit_page import words as say
from tests.browser import Tab, browser, tab
from tests.networks.reading import Reader
from tests.review.kits import FACTS, HOTLINES, IDENTITY, THREE, Place, slots

CAMPAIGN = """\
title: {id: Malam lilin, en: Candle night, ar: ليلة الشموع}
starts: 2027-07-01
ends: 2027-07-31
hashtags: {id: [MalamLilin], en: [CandleNight]}
posts:
  - id: vigil
    at: 2027-07-30 20:00
    template: vigil
    image: {file: lilin.jpg, alt: {id: Lilin menyala., en: A candle burns., ar: شمعة مضيئة.}}
    warning: {id: Duka, en: Grief, ar: حزن}
"""
ARABIC = ("نضيء شمعة الليلة.", "شمعة في كل نافذة هذا المساء.", "انضموا إلينا مع الجيران والأصدقاء.")
ENGLISH = ("Tonight we light a candle.", "A light in each window.", "Join us with your neighbours.")


def make(folder: Path) -> Path:
    """A kit in three languages, with a picture, a help line, a fact, a warning and a thread."""
    place = Place(folder / "workspace")
    config = (place.folder / "config.yaml").read_text(encoding="utf-8")
    place.write("config.yaml", config.replace("languages: [id, en]", "languages: [id, en, ar]"))
    place.write("posts/hotlines.yaml", HOTLINES.replace("en: Line", "ar: خط 129, en: Line"))
    place.write("posts/facts.yaml", FACTS.replace("en: About", "ar: حوالي 50 مليون شخص., en: About"))
    place.checked("2027-06-01")
    place.picture("lilin.jpg")
    for language, said in (("id", THREE), ("en", ENGLISH), ("ar", ARABIC)):
        for number, text in zip(("", ".2", ".3"), said, strict=True):
            parts = (
                f"{text} {{{{ fact('many') }}}}\n\n{{{{ hashtags() }}}}\n---\n{{{{ hotline() }}}} <b>&amp;\n"
            )
            place.write(f"posts/vigil{number}.{language}.j2", parts)
    place.write("schedules/vigil.yaml", CAMPAIGN)
    write_folder(folder / "kit", place.files(place.kit()))
    return folder / "kit"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def opened(chromium: Browser, kit: Path) -> Iterator[Tab]:
    with tab(chromium) as one:
        one.page.goto((kit / "index.html").as_uri())
        yield one


def pasted(page: Page) -> str:
    """What is in the clipboard, as a person would find out."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    page.focus("#paste")
    page.keyboard.press("Control+V")
    return page.input_value("#paste")


def test_each_copy_button_fills_the_clipboard_with_exactly_its_text(opened: Tab, kit: Path) -> None:
    page = opened.page
    fields = Reader((kit / "index.html").read_text(encoding="utf-8")).fields
    buttons = page.locator("button[data-copies]")
    assert buttons.count() == len(fields) == 8  # a description, three wordings in two parts, the hashtags
    for number, text in enumerate(fields):
        buttons.nth(number).click()
        expect(page.locator("#said")).to_have_text(buttons.nth(number).get_attribute("data-done") or "")
        assert pasted(page) == text
        page.evaluate("document.getElementById('paste').remove()")
    assert f"{THREE[0]} Sekitar 50 juta orang.\n\n#MalamLilin" in fields
    assert "Layanan 129: 129 <b>&amp;" in fields
    assert opened.said == []


def test_copying_is_announced_and_the_button_says_so_for_two_seconds(opened: Tab) -> None:
    page = opened.page
    page.clock.install()
    page.reload()
    page.clock.pause_at("2100-01-01")  # from here on the test turns the clock
    status = page.get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    button = page.get_by_role("button", name="Salin Versi 2, bagian 1 dari 2, Situs web, X")
    button.click()
    done = page.get_by_role("button", name="Tersalin Versi 2, bagian 1 dari 2")
    expect(done).to_be_focused()
    page.clock.run_for(50)
    expect(status).to_have_text(
        f"Tersalin: Versi 2, bagian 1 dari 2, Situs web, X, {THREE[0]} Sekitar 50 juta orang."
    )
    page.clock.run_for(1900)
    expect(done).to_be_visible()
    page.clock.run_for(100)
    expect(button).to_be_visible()  # its own name again


def test_everything_works_with_the_keyboard_alone(opened: Tab) -> None:
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    expect(page.locator("#texts")).to_be_focused()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.tagName, e.dataset.copies || '', s.outlineStyle, s.outlineWidth]; }"
        )
        if here[0] == "BODY":
            break
        assert here[2] == "solid" and here[3] == "3px", here  # it is seen where one is
        reached.add((here[0], here[1]))
    assert {copies for tag, copies in reached if tag == "BUTTON"} >= {
        "t1-alt-1",
        "t1-1-1-1",
        "t1-1-3-2",
        "tags",
    }
    page.focus("button[data-copies='t1-1-2-2']")
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text("Versi 2, bagian 2 dari 2")
    assert pasted(page) == "Layanan 129: 129 <b>&amp;"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", ["index.html", "index.en.html", "index.ar.html"])
def test_no_accessibility_rule_is_broken_and_nothing_is_cut_off(
    chromium: Browser, kit: Path, name: str, width: int, scheme: str
) -> None:
    with tab(chromium, viewport={"width": width, "height": 800}, color_scheme=scheme) as one:
        one.page.goto((kit / name).as_uri())
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        ground = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(21, 23, 26)") == (scheme == "dark")
        assert one.broken_rules() == []


def test_the_rules_would_find_a_broken_page(opened: Tab) -> None:
    opened.page.evaluate("document.querySelector('img').removeAttribute('alt')")
    assert [rule.partition(":")[0] for rule in opened.broken_rules()] == ["image-alt"]


def test_nothing_is_asked_of_anybody_not_even_where_the_page_is_on_the_web(
    chromium: Browser, kit: Path
) -> None:
    handler = partial(_Quiet, directory=str(kit))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        with tab(chromium) as one:
            one.page.goto(address)
            one.page.locator("button[data-copies]").first.click()
            expect(one.page.locator("#said")).to_contain_text("Tersalin")
            names = {url.removeprefix(address) for url in one.asked}
            assert {"", "kit.css", "kit.js"} <= names <= {"", "kit.css", "kit.js", "pictures/lilin.jpg"}
            assert one.said == []
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # the browser's own idea
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """A test's output is not the place for it."""


def test_the_policy_lets_nothing_else_run_or_load(opened: Tab) -> None:
    names = {url.rpartition("/")[2] for url in opened.asked}
    assert {"index.html", "kit.css", "kit.js"} <= names <= {"index.html", "kit.css", "kit.js", "lilin.jpg"}
    stopped = opened.page.evaluate(
        "() => new Promise((resolve) => { const stopped = [];"
        " document.addEventListener('securitypolicyviolation', (event) => {"
        " stopped.push(event.effectiveDirective); if (stopped.length === 2) resolve(stopped.sort()); });"
        " const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"';"
        " document.head.append(s); const i = new Image(); i.src = 'https://tracker.example/x.gif';"
        " document.body.append(i); })"
    )
    assert stopped == ["img-src", "script-src-elem"]
    assert opened.page.title() != "owned"


def test_without_script_all_is_there_to_be_selected_and_no_button_pretends(
    chromium: Browser, kit: Path
) -> None:
    with tab(chromium, java_script_enabled=False) as one:
        one.page.goto((kit / "index.html").as_uri())
        assert one.page.get_by_role("button").count() == 0
        field = one.page.locator("#t1-1-1-1")
        expect(field).to_be_visible()
        assert field.input_value() == f"{THREE[0]} Sekitar 50 juta orang.\n\n#MalamLilin"


def test_a_copy_that_grew_too_old_says_so_itself(chromium: Browser, kit: Path) -> None:
    # The line counts until 30 August 2027, the fact until the 15th.
    for now, shown in (("2027-08-15T23:00:00", False), ("2027-08-16T00:30:00", True)):
        with tab(chromium, timezone_id="Asia/Jakarta") as one:
            one.page.clock.set_fixed_time(f"{now}+07:00")
            one.page.goto((kit / "index.en.html").as_uri())
            assert one.page.get_by_role("alert").is_visible() is shown


def test_every_text_says_its_language_and_direction(chromium: Browser, kit: Path) -> None:
    with tab(chromium) as one:
        one.page.goto((kit / "index.ar.html").as_uri())
        assert one.page.evaluate("document.documentElement.lang") == "en"  # the program speaks no Arabic
        field = one.page.locator("#t1-1-1-1")
        assert (field.get_attribute("lang"), field.get_attribute("dir")) == ("ar", "rtl")
        one.page.get_by_role("link", name="Bahasa Indonesia").click()
        assert one.page.evaluate("document.documentElement.lang") == "id"
        assert one.page.locator("#t1-1-1-1").get_attribute("dir") == "ltr"


def test_it_says_how_long_each_text_is_and_what_it_stands_on(opened: Tab) -> None:
    page = opened.page
    expect(page.get_by_text("Panjang: Situs web 55; X 55 dari 280").first).to_be_visible()
    expect(
        page.get_by_text("Layanan 129: 129. Diperiksa pada 1 Juni 2027; berlaku sampai 30 Agustus 2027.")
    ).to_be_visible()
    expect(page.get_by_role("link", name="ILO: Estimates")).to_have_attribute(
        "href", "https://example.org/fact"
    )
    expect(page.get_by_text("Pakai salinan ini sampai 15 Agustus 2027.")).to_be_visible()
    expect(page.get_by_role("link", name="mitra@harapan.example")).to_have_attribute(
        "href", "mailto:mitra@harapan.example"
    )
    expect(page.get_by_text("Sampaikan dengan kata-kata Anda sendiri.")).to_be_visible()
    expect(page.get_by_text("Duka").first).to_be_visible()


@pytest.mark.parametrize(
    "nasty", ["</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 }}"]
)
def test_nothing_in_a_text_can_change_the_page(tmp_path: Path, nasty: str) -> None:
    place = Place(tmp_path)
    place.picture("lilin.jpg")

    def tags(word: str) -> list[str]:
        place.write("posts/words.csv", f'id,word\none,"{word.replace(chr(34), chr(34) * 2)}"\n')
        for number, text in zip(("", ".2", ".3"), THREE, strict=True):
            place.write(f"posts/a{number}.j2", f"{text} {{{{ row.word }}}}")
        slot = (
            "  - {id: a, template: a, rows: words.csv, language: id, at: 2027-07-30 20:00,"
            " warning: '{{ row.word }}', image: {file: lilin.jpg, alt: 'Lilin {{ row.word }}'}}\n"
        )
        place.write("schedules/vigil.yaml", slots(slot))
        page = place.files(place.kit())["index.html"].decode()
        assert word in Reader(page).fields[1]
        return [tag for tag, _ in Reader(page).tags]

    assert tags(nasty) == tags("biasa")


def test_both_languages_say_the_same_things() -> None:
    assert say.words("id").keys() == say.words("en").keys()
    assert len(say.dos("id")) == len(say.dos("en"))
    assert len(say.donts("id")) == len(say.donts("en"))
    for key, text in say.words("en").items():
        fields = {part.partition("}")[0] for part in text.split("{")[1:]}
        assert fields == {part.partition("}")[0] for part in say.words("id")[key].split("{")[1:]}, key


def test_the_identity_of_a_workspace_is_not_told(kit: Path) -> None:
    assert not [
        path for path in kit.rglob("*") if path.is_file() and str(IDENTITY).encode() in path.read_bytes()
    ]
