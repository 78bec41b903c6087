"""The content hash: any change of what is approved changes it, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaign.core.card import Card, Shape
from campaign.core.content import Content, content_of, differences, goes_to
from campaign.core.model import Account, Media, Post, Secret, Target
from campaign.core.safeguard.rules import Accepted
from campaign.networks.mastodon import MastodonOptions
from campaign.networks.telegram import TelegramOptions

DUE = datetime(2027, 7, 30, 13, 0, tzinfo=UTC)
TOKEN = Secret("env", "FEDI")
FEDI = Account(
    "fedi",
    "mastodon",
    ("en",),
    MastodonOptions(server="https://a.example", token=TOKEN, visibility="unlisted"),
)
CARD = Card("Title", "en", Shape("1:1"), "#000000", "#ffffff", "#ff0000")

words = st.text(max_size=20)  # surrogates too: nothing that a file may hold stops a hash
media = st.builds(
    Media,
    file=st.sampled_from(["a.jpg", "b.jpg"]),
    alt=words,
    type=st.just("image/jpeg"),
    sha256=st.sampled_from(["0" * 64, "1" * 64]),
    card=st.sampled_from([None, CARD]),
)
posts = st.lists(
    st.builds(
        Post,
        text=words,
        language=st.just("en"),
        media=st.lists(media, max_size=2).map(tuple),
        warning=words,
        link=words,
    ),
    min_size=1,
    max_size=3,
)


def of(parts: list[Post], account: Account = FEDI, due: datetime = DUE) -> Content:
    return content_of(parts, Target(account, "en"), due)


@given(posts)
def test_the_same_content_has_the_same_hash_also_after_the_store_had_it(parts: list[Post]) -> None:
    content = of(parts)
    again = Content.from_json(json.loads(json.dumps(content.as_json())))
    assert again.digest() == content.digest() == of(list(parts)).digest()
    assert differences(content, again) == []
    assert content.digest().startswith("1-")
    assert len(content.digest()) == 66


def changes(parts: list[Post], at: int) -> dict[str, Content]:
    """The same with one thing changed each."""
    post = parts[at]

    def instead(**changed: Any) -> Content:
        return of([*parts[:at], replace(post, **changed), *parts[at + 1 :]])

    picture = Media("c.jpg", "new", "image/jpeg", "2" * 64)
    made = {
        "text": instead(text=post.text + "!"),
        "warning": instead(warning=post.warning + "!"),
        "link": instead(link=post.link + "!"),
        "one more picture": instead(media=(*post.media, picture)),
        "one more part": of([*parts, post]),
        "due": of(parts, due=DUE + timedelta(seconds=1)),
        "language": of([replace(one, language="id") for one in parts]),
        "account": of(parts, replace(FEDI, id="other")),
        "network": of(parts, replace(FEDI, network="gotosocial")),
        "server": of(parts, _with(server="https://b.example")),
        "visibility": of(parts, _with(visibility="public")),
        "token": of(parts, _with(token=Secret("env", "OTHER"))),
    }
    for number, item in enumerate(post.media):
        rest = (*post.media[:number],), (*post.media[number + 1 :],)
        made[f"alt {number}"] = instead(media=(*rest[0], replace(item, alt=item.alt + "!"), *rest[1]))
        other = (
            replace(item, card=replace(item.card, words="Other"))
            if item.card
            else replace(item, sha256="3" * 64)
        )
        made[f"bytes {number}"] = instead(media=(*rest[0], other, *rest[1]))
        made[f"without {number}"] = instead(media=rest[0] + rest[1])
    if len(parts) > 1:
        made["one part less"] = of(parts[:-1])
        if parts[0].text != parts[-1].text:
            made["another order"] = of([parts[-1], *parts[1:-1], parts[0]])
    return made


def _with(**changed: Any) -> Account:
    return replace(FEDI, options=FEDI.options.model_copy(update=changed))


@given(posts, st.data())
def test_any_change_of_what_is_approved_changes_the_hash(parts: list[Post], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(parts) - 1))
    content = of(parts)
    for what, changed in changes(parts, at).items():
        assert changed.digest() != content.digest(), what
        assert differences(content, changed), what


@given(posts)
def test_nothing_else_changes_it(parts: list[Post]) -> None:
    same = [
        replace(
            post,
            part=7,
            parts=9,
            facts=("f",),
            hotlines=("h",),
            cited={"fact:f": ("x",)},
            accepted=(Accepted("SG1", "x", ("ani",), "y"),),
            prepared={"nonce": 1},
            consents=("c",),
            media=tuple(
                replace(item, type="x") if item.card else replace(item, file="z.jpg", type="x")
                for item in post.media
            ),
        )
        for post in parts
    ]
    busy = replace(
        _with(timeout=5.0), gap=timedelta(hours=1), daily=3, vars={"a": 1}, languages=("id", "en"), test=True
    )
    there = DUE.astimezone(timezone(timedelta(hours=7)))
    assert of(same, busy, there).digest() == of(parts).digest()


def test_a_drawn_card_is_the_same_on_every_machine() -> None:
    one, other = (Media("cards/x.png", "alt", "image/png", sha, CARD) for sha in ("0" * 64, ""))
    assert of([Post("a", "en", (one,))]).digest() == of([Post("a", "en", (other,))]).digest()


def test_where_it_goes_names_no_secret_and_nothing_that_is_usual() -> None:
    resolved = TOKEN.resolved("s3cr3t")
    told = goes_to(_with(token=resolved))
    assert told == {
        "account": "fedi",
        "network": "mastodon",
        "server": "https://a.example",
        "token": "env:FEDI",
        "visibility": "unlisted",
    }
    assert "token" not in goes_to(FEDI, secrets=False)
    channel = Account("tg", "telegram", ("en",), TelegramOptions(chat=-100, token=TOKEN))
    assert goes_to(channel)["chat"] == "-100"
    assert "server" not in goes_to(channel)


def test_the_hash_never_changes_by_itself() -> None:
    """A new way of making it gets a new version: this one is what teams have on record."""
    picture = Media("a.jpg", "A candle", "image/jpeg", "0" * 64)
    content = of([Post("Tonight.", "en", (picture,), warning="grief", link="https://example.org/")])
    assert content.digest() == "1-7eddc06933f6cfd534d14f16f8301039eb0ecad23dc185f65bc5234db338e77b"
