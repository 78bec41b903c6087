"""A campaign of texts on a network that takes none without a picture: its cards carry it there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.test_command import campaign, rows, wall
from tests.networks.case_instagram import TOKEN
from tests.networks.double_meta import InstagramDouble
from tests.networks.fetching import fetch, public
from tests.networks.scripted import ScriptedServer, scripted

CONFIG = """\
timezone: Asia/Jakarta
languages: [id, en]
vars: {{org: Yayasan Harapan}}
media_url: {{url: "{media}", folder: public/fetch}}
cards:
  colours: {{background: "#f5efe6", text: "#22303a", accent: "#b5532d"}}
  organisation: "{{{{ vars.org }}}}"
accounts:
  ig: {{network: instagram, user: "17841400000000001", token: {{env: IG}}, server: "{server}", languages: [id, en]}}
"""

CAMPAIGN = """\
card: {{text: "{{{{ row.title }}}}\\n\\n{{{{ row.advice }}}}", networks: instagram}}
posts:
  - id: signs
    text: "{{{{ row.advice }}}}"
    rows: signs.csv
    at: {at}
"""

ROWS = """\
id,title.id,title.en,advice.id,advice.en
1,Paspormu milikmu.,Your passport is yours.,Tidak ada majikan yang boleh menahannya.,No employer may keep it.
"""


def written(folder: Path, server: ScriptedServer, media: str, rows: str = ROWS) -> Path:
    for name in ("posts", "schedules"):
        (folder / name).mkdir()
    (folder / "config.yaml").write_text(CONFIG.format(server=server.url, media=media), encoding="utf-8")
    (folder / "schedules" / "c.yaml").write_text(CAMPAIGN.format(at=wall(3600)), encoding="utf-8")
    (folder / "posts" / "signs.csv").write_text(rows, encoding="utf-8")
    return folder


def test_instagram_gets_a_campaign_of_texts(tmp_path: Path) -> None:
    with scripted() as server, public(tmp_path) as world:
        double = InstagramDouble(server, TOKEN, fetch=fetch)
        folder = written(tmp_path, server, world.url)
        checked = campaign(folder, "check", IG=TOKEN)
        assert (checked.returncode, checked.stdout) == (0, "")
        assert not (folder / ".campaign").exists()  # it measures, and draws nothing
        assert campaign(folder, "run", "--once", "--new-store", IG=TOKEN).returncode == 0
        brought = campaign(folder, "post", "c/signs", IG=TOKEN)
        assert brought.returncode == 0, brought.stderr
        assert campaign(folder, "run", "--once", IG=TOKEN).returncode == 0
    assert {post["caption"]: post["alts"] for post in double.posts} == {
        "Tidak ada majikan yang boleh menahannya.": (
            "Kartu bertuliskan: Paspormu milikmu. Tidak ada majikan yang boleh menahannya. Yayasan Harapan.",
        ),
        "No employer may keep it.": (
            "Card with the words: Your passport is yours. No employer may keep it. Yayasan Harapan.",
        ),
    }
    assert [image.size for image in double.fetched] == [(1080, 1350)] * 2
    assert {image.format for image in double.fetched} == {"JPEG"}
    for image in double.fetched:
        _, ground = max(image.convert("RGB").getcolors(1 << 20))
        assert ground == pytest.approx((0xF5, 0xEF, 0xE6), abs=2)  # JPEG is not exact
    assert {row["state"] for row in rows(folder, "log")} == {"sent"}


def test_what_has_no_room_is_told_by_check_and_posts_nothing(tmp_path: Path) -> None:
    with scripted() as server, public(tmp_path) as world:
        folder = written(
            tmp_path, server, world.url, ROWS.replace("No employer may", "No employer may " * 60)
        )
        checked = campaign(folder, "check", COLUMNS="200", IG=TOKEN)
    assert checked.returncode == 1
    told = "schedules/c.yaml:1:7: the 4:5 card has no room for this: it is "
    assert told in checked.stdout, checked.stdout
    assert "hint: shorten it\n" in checked.stdout


def test_what_a_card_says_is_held_against_the_safeguarding_rules(tmp_path: Path) -> None:
    with scripted() as server, public(tmp_path) as world:
        harmful = ROWS.replace("Your passport is yours.", "Come to the secret signals evening.")
        folder = written(tmp_path, server, world.url, harmful)
        checked = campaign(folder, "check", COLUMNS="200", IG=TOKEN)
    assert checked.returncode == 1
    assert 'description: "secret signals"' in checked.stdout, checked.stdout


def test_a_preview_shows_the_card(tmp_path: Path) -> None:
    with scripted() as server, public(tmp_path) as world:
        folder = written(tmp_path, server, world.url)
        shown = campaign(folder, "preview", "c", IG=TOKEN)
        page = campaign(folder, "preview", "c", "--html", "p.html", IG=TOKEN)
    assert (shown.returncode, page.returncode) == (0, 0), shown.stderr + page.stderr
    assert "[card 4:5: Kartu bertuliskan: Paspormu milikmu. " in shown.stdout
    html = (folder / "p.html").read_text(encoding="utf-8")
    assert html.count('<img src="data:image/png;base64,') == 2
    assert '<figcaption><bdi lang="en" dir="ltr">card 4:5</bdi>: Kartu bertuliskan' in html


@pytest.mark.parametrize("carded", [False, True])
def test_the_typesetter_is_loaded_for_cards_only(tmp_path: Path, carded: bool) -> None:
    (tmp_path / "schedules").mkdir()
    card = "card: Halo" if carded else ""
    (tmp_path / "schedules" / "c.yaml").write_text(
        f"{card}\nposts: [{{id: a, text: Halo, at: {wall(3600)}}}]\n"
    )
    site = "site: {network: feed, folder: public, language: id}"
    (tmp_path / "config.yaml").write_text(f"timezone: Asia/Jakarta\naccounts: {{{site}}}\n")
    code = (
        "import sys; from campaign.cli.main import main; "
        "print(main(['check', '-w', sys.argv[1]]), 'typst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", str(carded)], done.stdout + done.stderr
