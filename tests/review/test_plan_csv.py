"""The plan as a table: what is written is read back to the same posts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from campaign.core.compose import Composer
from campaign.core.model import Account
from campaign.core.text import TextRules
from campaign.networks import registry
from campaign.review.kit_csv import tool_files
from campaign.review.outgoing import to_come
from campaign.review.plan import look_ahead
from campaign.review.plan_csv import plan_csv
from campaign.workspace.load import load
from campaign.workspace.sheet.offer import Wishes, consider
from campaign.workspace.sheet.written import literal
from tests.review.kits import VIGIL, Place

CONFIG = """\
timezone: Asia/Jakarta
languages: [id, en]
accounts:
  site: {network: feed, folder: public, languages: [id, en]}
  fedi: {network: mastodon, server: https://m.example, token: {env: T}, language: id}
  tele: {network: telegram, chat: "@channel", token: {env: T}, language: en}
"""
NAMES = ("site", "site.en", "fedi", "tele")
FIRST, LAST = date(2027, 7, 1), date(2027, 7, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tables")
    (made / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (made / "posts").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (8, 8)).save(made / "posts" / name)
    return made


def rules(account: Account) -> TextRules:
    return registry.network(account.network).rules


def planned(folder: Path, data: bytes) -> tuple[list[tuple[Any, ...]], str]:
    """What a reader would see of each post of a campaign file, and the same as a table."""
    workspace = load(folder, registry.specs(), {"c": data})
    ahead = to_come(look_ahead(workspace, Composer(workspace, rules), rules, {}, FIRST, LAST))
    seen = [
        (post.due, post.account, post.language, [(p.text, p.warning, p.link, p.media) for p in post.posts])
        for post in ahead
    ]
    return sorted(seen, key=str), plan_csv(workspace, ahead, rules)


# Letters, marks that mean something to CSV, YAML, Jinja or a spreadsheet, and what has no width.
TEXT = st.text(alphabet="abc éß🕯️'\"=+-@{}%#|,;:\n\\!&*?<> ", min_size=1, max_size=40).filter(str.strip)
LINE = TEXT.map(lambda text: " ".join(text.split()))
POSTS = st.fixed_dictionaries(
    {
        "text": st.lists(TEXT.filter(lambda text: "---" not in text.split("\n")), min_size=1, max_size=2),
        "accounts": st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
        "warning": st.just("") | LINE,
        "alts": st.lists(LINE, max_size=2),
    }
)


def slot(number: int, post: Mapping[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat("2027-07-01T08:00") + timedelta(minutes=number)
    made = {"id": f"p{number}", "at": f"{at:%Y-%m-%d %H:%M}", "accounts": post["accounts"]}
    made["text"] = "\n---\n".join(literal(part) for part in post["text"])
    if post["warning"]:
        made["warning"] = literal(post["warning"])
    pictures = [
        {"file": f"{name}.jpg", "alt": literal(alt)} for name, alt in zip("ab", post["alts"], strict=False)
    ]
    return made | ({"image": pictures} if pictures else {})


@settings(max_examples=25, deadline=None)
@given(st.lists(POSTS, min_size=1, max_size=5))
def test_what_is_written_is_read_back_to_the_same_posts(folder: Path, posts: list[dict[str, Any]]) -> None:
    slots = [slot(number, post) for number, post in enumerate(posts)]
    data = json.dumps({"posts": slots}, ensure_ascii=False).encode()
    before, table = planned(folder, data)
    assert before
    offer = consider(load(folder, registry.specs()), "c.csv", table.encode(), Wishes())
    assert [str(problem) for problem in offer.problems if problem.level == "error"] == []
    assert planned(folder, offer.data)[0] == before


def test_the_files_of_a_kit_are_read_back(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write("schedules/vigil.yaml", VIGIL)
    kit = place.kit()
    read = set()
    for layout, _, number, name, data in tool_files(kit, "id"):
        offer = consider(place.workspace, f"{layout.name}.csv", data, Wishes(accounts=("our-own-site",)))
        assert (offer.layout, [str(problem) for problem in offer.problems]) == (layout.name, []), name
        (draft,) = (draft for slot in offer.slots for draft in slot.drafts)
        assert draft.text == kit.items[0].blocks[0].wordings[number - 1][0].text
        assert f"{draft.at}" == "2027-07-30 20:00:00"
        read.add(layout.name)
    assert read == {"Buffer", "Hootsuite", "Publer"}
