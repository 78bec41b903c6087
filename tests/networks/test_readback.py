"""Reading back: what a list of posts proves about an attempt, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.core.outcome import Absent, CannotTell, Receipt, Sent
from campaign.networks.readback import EARLY, SKEW, Listed, alike, look_through, plain

SINCE = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def listed(offset: timedelta, same: bool) -> Listed:
    name = str(int(offset.total_seconds()))
    return Listed(SINCE + offset, Receipt(name, f"https://example.org/{name}"), same)


lists = st.lists(
    st.builds(listed, st.timedeltas(-3 * SKEW, 3 * SKEW), st.booleans()),
    max_size=12,
    unique_by=lambda p: p.at,
).map(lambda posts: sorted(posts, key=lambda post: post.at, reverse=True))


@given(lists, st.integers(1, 5))
def test_what_a_list_proves(posts: list[Listed], size: int) -> None:
    pages = [posts[start : start + size] for start in range(0, len(posts), size)]
    found = look_through(pages, SINCE)
    ours = [post for post in posts if post.same and post.at >= SINCE - EARLY]
    doubtful = [post for post in posts if post.same and SINCE - SKEW <= post.at < SINCE - EARLY]
    if len(ours) == 1:
        assert found == Sent(ours[0].receipt)
    elif ours or doubtful:
        assert isinstance(found, CannotTell)
    else:
        assert isinstance(found, Absent)


def test_nothing_is_asked_for_beyond_the_attempt() -> None:
    def pages() -> object:
        yield [listed(timedelta(0), False), listed(-2 * SKEW, True)]
        raise AssertionError("a page too many")

    assert isinstance(look_through(pages(), SINCE), Absent)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Satu<br />dua</p><p>tiga</p>", "Satu\ndua\n\ntiga"),
        ("<p>A &lt;b&gt; &amp; c</p>", "A <b> & c"),
        (
            '<p><a href="https://example.org/a/very/long/path" rel="nofollow"><span class="invisible">https://</span>'
            '<span class="ellipsis">example.org/a/very</span><span class="invisible">/long/path</span></a></p>',
            "https://example.org/a/very/long/path",
        ),
        ('<p><a href="https://m.example/tags/Hari" class="mention">#<span>Hari</span></a></p>', "#Hari"),
        ("<p>ini <em>penting</em></p>", "ini *penting*"),
    ],
)
def test_what_a_server_shows_is_what_was_sent(html: str, text: str) -> None:
    assert alike(plain(html), text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hari 1", "Hari 2"),
        ("https://example.org/a", "https://example.org/b"),
        ("🕯️", "🕯️🕯️"),
        ("", "a"),
        ("ya", "tidak"),
    ],
)
def test_other_words_are_another_post(one: str, other: str) -> None:
    assert not alike(one, other)


def test_an_accent_is_the_same_composed_or_not() -> None:
    assert alike("Qu\u1ebf", "Que\u0302\u0301")


@given(st.text())
def test_white_space_changes_no_words(text: str) -> None:
    assert alike(text, f"  {text}\n")
    assert alike(" ".join(text.split()), text)
