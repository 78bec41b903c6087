"""Which posts a preview shows, and what it says of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from campaign.core.model import Workspace
from campaign.errors import CampaignError, Level
from campaign.review.preview import cards, occurrences
from tests.review.places import NOW, VIGIL, composer, read, rules, write


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return read(write(tmp_path))


def keys(workspace: Workspace, wanted: str) -> list[str]:
    found = occurrences(workspace, wanted, NOW)
    return [card.key for card in cards(found, composer(workspace), rules, explain=False)]


def test_a_campaign_shows_the_next_of_each_planned_post(workspace: Workspace) -> None:
    assert keys(workspace, "world-day") == [
        "world-day/signs/2027-07-29T09:00/fedi",
        "world-day/vigil/2027-07-30T20:00/site",
        "world-day/vigil/2027-07-30T20:00/site.en",
        "world-day/vigil/2027-07-30T20:00/fedi",
    ]


def test_one_planned_post_or_one_key(workspace: Workspace) -> None:
    assert keys(workspace, "world-day/signs") == ["world-day/signs/2027-07-29T09:00/fedi"]
    key = "world-day/signs/2027-08-05T09:00/fedi"
    assert keys(workspace, key) == [key]


def test_where_nothing_is_ahead_the_last_one_is_shown(workspace: Workspace) -> None:
    found = occurrences(workspace, "world-day/vigil", NOW + timedelta(days=30))
    assert [o.moment.wall.isoformat() for o in found] == ["2027-07-30T20:00:00"]


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        ("wrold-day", "there is no campaign 'wrold-day'", "did you mean world-day?"),
        ("world-day/vigl", "has no planned post 'vigl'", "did you mean vigil?"),
        ("world-day/vigil/2027-07-30T20:00/site.id", "does not go to 'site.id'", "did you mean site?"),
        ("world-day/vigil/2027-07-30T21:00/site", "has no occurrence at", "campaign plan"),
        ("world-day/vigil/tonight/site", "is no key", "campaign plan"),
    ],
)
def test_what_is_not_there(workspace: Workspace, wanted: str, message: str, hint: str) -> None:
    with pytest.raises(CampaignError) as caught:
        occurrences(workspace, wanted, NOW)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_broken_campaign_says_so(tmp_path: Path) -> None:
    workspace = read(write(tmp_path, world_day=VIGIL.replace("at: 2027-07-30 20:00", "at: never")))
    with pytest.raises(CampaignError, match=r"world-day\.yaml has errors"):
        occurrences(workspace, "world-day", NOW)


def test_a_text_that_is_too_long_is_shown_with_its_problem(tmp_path: Path) -> None:
    inline = '{id: "Kenali tandanya.", en: "Know the signs. {{ vars.long }}"}'
    vigil = VIGIL.replace(f"text: {inline}", "template: signs").replace("long: short", f"long: {'x' * 500}")
    write(tmp_path, world_day=vigil)
    (tmp_path / "posts" / "signs.en.j2").write_text("Know the signs. {{ vars.long }}")
    workspace = read(tmp_path)
    found = occurrences(workspace, "world-day/signs", NOW)
    [card] = cards(found, composer(workspace), rules, explain=True)
    assert card.posts[0].text.endswith("xxx")
    assert [problem.level for problem in card.problems] == [Level.ERROR]
    assert "posts/signs.en.j2" in card.origin[-1]
