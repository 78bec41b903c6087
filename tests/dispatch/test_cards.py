"""Cards on their way: drawn when the post is frozen, and again where their file is gone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from campaign.core.card import CardText, Style
from campaign.core.model import Target
from campaign.core.outcome import Retry
from campaign.errors import Place
from campaign.store.history import Delivery
from campaign.workspace.cards import KEPT, CardPress
from campaign.workspace.files import MediaFiles
from tests.dispatch.world import World, account, at, slot, workspace

FEDI = account()
KEY = "c/s/2027-07-01T09:00/fedi"


@pytest.fixture
def world(world: World) -> World:
    """With real files, a logo, and a post at 09:00 whose first try is to be repeated."""
    files = MediaFiles(world.root)
    world.files = files  # type: ignore[assignment]
    world.boot()
    (world.root / "posts").mkdir()
    paint(world.root, "red")
    planned = slot("s", at("2027-07-01T09:00"), [Target(FEDI, "en")])
    card = CardText(Place("schedules/c.yaml", 2), {"": "Your passport is yours."})
    style = Style(logo="logo.png")
    world.adopt(workspace([FEDI], [replace(planned, card=card)], cards=style, press=CardPress(world.root)))
    world.nets.get(FEDI).script = [lambda post, key: Retry("busy", after=1800)]
    return world


def paint(root: Path, colour: str) -> None:
    Image.new("RGB", (60, 60), colour).save(root / "posts" / "logo.png")


def first_try(world: World) -> Delivery:
    world.go(minutes=61)
    row = world.rows()[KEY]
    assert row.state == "pending" and row.post is not None
    return row


def test_the_card_is_frozen_with_its_bytes(world: World) -> None:
    post = first_try(world).post
    assert post is not None
    (media,) = post.media
    assert media.card is not None and media.card.words == "Your passport is yours."
    assert media.type == "image/png"
    assert world.files.describe(media.file) == ("image/png", media.sha256)
    assert [path.name for path in (world.root / KEPT).iterdir()] == [Path(media.file).name]
    world.go(hours=1)
    assert world.states() == {KEY: "sent"}


def test_a_card_whose_file_is_gone_is_drawn_again(world: World) -> None:
    first_try(world)
    shutil.rmtree(world.root / ".campaign")
    world.go(hours=1)
    assert world.states() == {KEY: "sent"}
    assert len(list((world.root / KEPT).iterdir())) == 1


def test_a_kept_card_goes_out_as_it_was_frozen_whatever_became_of_the_logo(world: World) -> None:
    first_try(world)
    paint(world.root, "blue")
    world.go(hours=1)
    assert world.states() == {KEY: "sent"}


def test_a_card_that_would_look_different_now_is_not_sent(world: World) -> None:
    first_try(world)
    shutil.rmtree(world.root / ".campaign")
    paint(world.root, "blue")
    world.go(hours=1)
    row = world.rows()[KEY]
    assert row.state == "failed"
    assert "the card is not the picture it was when the post was made" in row.reason
    assert len(world.nets.get(FEDI).calls) == 1


def test_a_card_that_can_not_be_kept_fails_its_post_with_the_reason(world: World) -> None:
    (world.root / ".campaign").write_text("in the way")
    world.go(minutes=61)
    row = world.rows()[KEY]
    assert row.state == "failed"
    assert ".campaign/cards/" in row.reason and "can't be written" in row.reason
    assert world.nets.get(FEDI).calls == []


def test_a_card_that_can_not_be_drawn_again_fails_its_post_with_the_reason(world: World) -> None:
    first_try(world)
    shutil.rmtree(world.root / ".campaign")
    (world.root / "posts" / "logo.png").unlink()
    world.go(hours=1)
    row = world.rows()[KEY]
    assert row.state == "failed"
    assert "the logo posts/logo.png can't be read" in row.reason
