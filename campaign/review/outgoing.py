"""What is planned, for those who work elsewhere: what both the calendar and the table of posts are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaign.core.compose import descriptions
from campaign.core.model import Post
from campaign.core.text import TextRules
from campaign.review.plan import PART, Ahead

QUIET = "quiet-day"
"""The rule of the problem that a post will not be sent on its day."""


def of_campaign(ahead: Iterable[Ahead], campaign: str | None) -> list[Ahead]:
    """Those of one campaign; all, without one."""
    return [post for post in ahead if campaign is None or post.campaign == campaign]


def silent(post: Ahead) -> bool:
    """Whether a post will not be sent, because its day asks for silence."""
    return post.state is None and any(problem.rule == QUIET for problem in post.problems)


def to_come(ahead: Iterable[Ahead]) -> list[Ahead]:
    """Those that will be sent as far as is known: not what has been, was cancelled, or is kept back on its day."""
    return [post for post in ahead if not post.ended and not silent(post)]


def unmade(ahead: Iterable[Ahead]) -> list[Ahead]:
    """Those of which nothing could be made, so that there is nothing to show."""
    return [post for post in ahead if not post.posts]


def words(posts: Sequence[Post], rules: TextRules) -> str:
    """The text of a post, its parts with ``---`` between, without the descriptions of its pictures: these are told
    apart."""
    return PART.join(_alone(post, rules) for post in posts)


def _alone(post: Post, rules: TextRules) -> str:
    if not post.media or not rules.alt_in_text:
        return post.text
    said = descriptions(post.media, post.language)
    return "" if post.text == said else post.text.removesuffix(f"\n\n{said}")
