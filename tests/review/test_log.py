"""The log, as programs and as people read it."""

from dataclasses import replace
from datetime import timedelta

from campaign.core.card import Style, made
from campaign.core.media import Shape
from campaign.core.model import Media, Target
from campaign.core.outcome import Unknown
from campaign.review.log import COLUMNS, Unplanned, log_entries, log_row, summary, unplanned_row
from campaign.review.story import story_lines
from campaign.review.table import Columns, lines, plain
from campaign.store import history
from tests.dispatch.world import ZONE, World, account, at, slot, workspace

FEDI, X = account("fedi", ("en", "id")), account("x")
HELLO = "Hello\nworld, this is the first line of a longer text that is cut at the end of a line of a listing"


def published(world: World) -> None:
    targets = [Target(FEDI, "en"), Target(FEDI, "id"), Target(X, "en")]
    world.nets.get(X).script = [lambda post, key: Unknown("read timed out after 60 s")]
    world.nets.get(X).repeat_safe_for = timedelta()
    world.adopt(workspace([FEDI, X], [slot("s", at("2027-07-01T09:00"), targets, HELLO)]))
    world.go(hours=1)


def test_a_row_keeps_its_contract(world: World) -> None:
    published(world)
    row = world.rows()["c/s/2027-07-01T09:00/fedi.id"]
    said = log_row(row, ZONE)
    assert tuple(said) == COLUMNS
    assert tuple(unplanned_row(Unplanned("k", "c", "s", "x", "x", "en", row.due), ZONE)) == COLUMNS
    assert {
        name: said[name] for name in ("account", "language", "state", "say", "due", "of", "attempts")
    } == {
        "account": "fedi.id",
        "language": "id",
        "state": "sent",
        "say": "published",
        "due": "2027-07-01T09:00:00+07:00",
        "of": 1,
        "attempts": 1,
    }
    assert said["sent_at"] == "2027-07-01T09:00:00+07:00"
    assert said["url"] == f"https://net.example/{row.network_key}"
    assert said["text"] == HELLO


def test_people_read_accounts_under_their_planned_post(world: World) -> None:
    published(world)
    rows = world.rows()
    url = rows["c/s/2027-07-01T09:00/fedi"].receipt
    shown = plain(lines(log_entries(rows.values(), lambda campaign: ZONE), Columns(), 80))
    assert shown[0] == "Thu 01 Jul 2027 09:00 WIB  c/s/2027-07-01T09:00"
    assert shown[1] == "  fedi     published                      09:00:00  Hello"
    assert url is not None and shown[2] == f"    {url.url}"
    assert shown[5] == "  x        may be published: please look            Hello"
    assert shown[6] == "    read timed out after 60 s"
    assert summary(list(rows.values())) == "1 may be published: please look, 2 published"
    assert summary([]) == "nothing yet"


def test_a_post_on_another_day_says_which(world: World) -> None:
    world.nets.broken.add("fedi")
    world.adopt(
        workspace([FEDI], [slot("s", at("2027-07-01T23:30"), [Target(FEDI, "en")], "x", if_late=None)])
    )
    world.go(hours=16)
    world.nets.broken.clear()
    world.go(hours=1)
    shown = plain(lines(log_entries(world.rows().values(), lambda campaign: ZONE), Columns(), 80))
    assert "Fri 02 Jul 00:" in shown[1]


def test_a_story_names_the_card_and_all_its_words(world: World) -> None:
    published(world)
    row = world.rows()["c/s/2027-07-01T09:00/x"]
    card = made("Your passport is yours.\n\n" + "Keep it. " * 12, "en", Shape.SQUARE, Style(), "Hope")
    assert row.post is not None
    media = Media(card.name("1"), card.described(), "image/png", "ab" * 32, card)
    shown = plain(story_lines(replace(row, post=replace(row.post, media=(media,))), [], [], ZONE, 80))
    assert any(
        line.startswith("  │ [card 1:1: Card with the words: Your passport is yours.") for line in shown
    )
    assert any(line.endswith("Keep it. Hope.]") for line in shown)
    assert all(len(line) <= 80 for line in shown)


def test_a_story_tells_all_that_a_decision_needs(world: World) -> None:
    published(world)
    row = world.rows()["c/s/2027-07-01T09:00/x"]
    with world.store.read() as connection:
        attempts, events = history.attempts(connection, row.key), history.events(connection, key=row.key)
    told = "\n".join(plain(story_lines(row, attempts, events, ZONE, 80)))
    for piece in (
        row.key,
        "may be published: please look",
        "x (scripted, en)",
        "Thu 01 Jul 2027 09:00 WIB = 02:00 UTC",
        "│ Hello",
        "1. Thu 01 Jul 2027 09:00 WIB: no certain answer",
        "read timed out after 60 s",
        row.network_key,
    ):
        assert piece in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert not any(word in told for word in ("claim", "settle", "cursor", "reconcil", "orphan"))
