"""What networks themselves allow, each with its source: how far a hundred posts a day on one account are from that."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.networks import registry


@dataclass(frozen=True, slots=True)
class Limit:
    """``a_day``: posts of one account (None: no number is published, or it is the server's own choice). ``said``: the
    limit as its source has it. ``shared``: what all accounts of one app, bot or address share, with the posts a day
    that this makes (None: nothing known)."""

    a_day: int | None
    said: str
    source: str
    shared: str = ""
    shared_a_day: int | None = None


DAY = 24 * 60 * 60

_META = "developers.facebook.com"

LIMITS = {
    "bluesky": Limit(
        35_000 // 3,
        "35,000 points a day, 3 for a new post",
        "docs.bsky.app, Rate limits",
        "3,000 requests in 5 minutes from one address",
        3_000 * DAY // 300,
    ),
    "discord": Limit(
        None, "told with each answer", "docs.discord.com, Rate limits", "50 requests a second a bot", 50 * DAY
    ),
    "email": Limit(None, "your mail provider's", "your mail provider"),
    "facebook": Limit(
        None, "by the Page's reach, told with each answer", f"{_META}, Graph API, Rate limiting"
    ),
    "feed": Limit(None, "none: it is your own folder", "campaign"),
    "handoff": Limit(None, "what a person can post by hand", "campaign"),
    "instagram": Limit(
        100, "100 in 24 hours (another page says 50)", f"{_META}, Instagram, Content publishing"
    ),
    "linkedin": Limit(
        None, "by app and member, shown in its portal only", "learn.microsoft.com/linkedin, Rate limits"
    ),
    "mastodon": Limit(
        300 * 8, "300 in 3 hours, or as the server says", "mastodon/mastodon, app/lib/rate_limiter.rb"
    ),
    "matrix": Limit(None, "the server's", "spec.matrix.org, Rate limiting"),
    "nostr": Limit(None, "each relay's", "nostr-protocol/nips, NIP-11"),
    "slack": Limit(DAY, "about 1 a second and channel", "docs.slack.dev, Rate limits"),
    "telegram": Limit(
        DAY, "about 1 a second and chat", "core.telegram.org/bots/faq", "about 30 a second a bot", 30 * DAY
    ),
    "threads": Limit(250, "250 in 24 hours", f"{_META}, Threads, Overview"),
    "webhook": Limit(None, "the receiver's", "your receiver"),
    "wordpress": Limit(None, "the host's", "your host"),
    "x": Limit(
        100 * 4 * 24,
        "100 in 15 minutes",
        "docs.x.com, X API, Rate limits",
        "10,000 a day for one app",
        10_000,
    ),
}


def table(posts: int, accounts: int) -> list[str]:
    """A row for each network that comes with the program: whether it takes so many posts a day on so many accounts."""
    each = -(-posts // accounts)
    lines = [
        f"| network | of one account | {each} a day each? | all accounts together | {posts:,} a day? | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in registry.built_in():
        limit = LIMITS[name]
        cells = (f"`{name}`", limit.said, _account(limit, each), limit.shared or "-", _shared(limit, posts))
        lines.append(f"| {' | '.join(cells)} | {limit.source} |")
    return lines


def _account(limit: Limit, each: int) -> str:
    if limit.a_day is None:
        return "ask"
    if limit.a_day < each:
        return f"**no**: {limit.a_day:,}"
    return f"just: {limit.a_day:,}" if limit.a_day < 2 * each else f"yes: {limit.a_day:,}"


def _shared(limit: Limit, posts: int) -> str:
    if limit.shared_a_day is None:
        return "-"
    needed = -(-posts // limit.shared_a_day)
    return (
        f"yes: {limit.shared_a_day:,}"
        if needed == 1
        else f"**no**: {limit.shared_a_day:,}, so {needed} of them"
    )
