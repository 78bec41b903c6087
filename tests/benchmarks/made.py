"""Workspaces of a given size, as folders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

ID = UUID("6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10")

CONFIG = f"""\
workspace: {ID}
timezone: UTC
store: sqlite:///campaign.db
languages: [en]
"""

SLOTS, SHARE = 20, 50
"""In a storm out of many: slots of a campaign file, and accounts that each of its posts goes to."""

TEXT = "Post {number}: know the signs, and where to get help. {{{{ campaign.title }}}} {{{{ hashtags() }}}}"


def folder(place: Path, accounts: dict[str, str], **campaigns: str) -> Path:
    """A workspace of files: accounts by name, as config.yaml spells them, and campaigns by name."""
    lines = "".join(f"  {name}: {{{keys}, language: en}}\n" for name, keys in accounts.items())
    (place / "config.yaml").write_text(f"{CONFIG}accounts:\n{lines}")
    (place / "schedules").mkdir()
    (place / "posts").mkdir()
    for name, text in campaigns.items():
        (place / "schedules" / f"{name}.yaml").write_text(text)
    return place


def campaign(posts: int, at: Callable[[int], datetime], accounts: Callable[[int], list[str]]) -> str:
    """A campaign file with so many posts, each at a moment (UTC) to accounts of its own."""
    slots = [
        f"  - id: s{number}\n"
        f"    at: {at(number):%Y-%m-%d %H:%M:%S}\n"
        f"    accounts: [{', '.join(accounts(number))}]\n"
        f'    text: {{en: "{TEXT.format(number=number)}"}}\n'
        for number in range(posts)
    ]
    head = "title: {en: Know the signs}\nhashtags: {en: [EndHumanTrafficking]}\nposts:\n"
    return head + "".join(slots)


def hourly(posts: int) -> str:
    """A campaign file with a post every ten minutes from tomorrow on, all of them to the account ``site``."""
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)
    return campaign(posts, lambda number: begin + number * timedelta(minutes=10), lambda number: ["site"])


def storm(place: Path, server: str, due: datetime, posts: int, accounts: int, ahead: int = 0) -> None:
    """A workspace of which ``posts`` fall due at once, spread evenly over webhook accounts, out of ``ahead``
    occurrences (in files of twenty slots; the others fall due a day later)."""
    hook = f"network: webhook, server: '{server}', secret: {{env: SECRET}}"
    names = [f"a{number}" for number in range(min(accounts, posts))]
    if not ahead:
        full, rest = divmod(posts, len(names))
        text = campaign(full + bool(rest), lambda _: due, lambda slot: names if slot < full else names[:rest])
        folder(place, dict.fromkeys(names, hook), storm=text)
        return
    share = min(SHARE, len(names))
    later = due + timedelta(days=1)
    texts = {
        f"c{file}": campaign(
            SLOTS,
            lambda slot: due if slot == 0 else later,
            lambda _, file=file: [names[(file * share + n) % len(names)] for n in range(share)],
        )
        for file in range(ahead // SLOTS // share)
    }
    assert len(texts) * share == posts, "every file's first slot falls due"
    folder(place, dict.fromkeys(names, hook), **texts)


def configure(place: Path, **keys: object) -> None:
    """Set keys of a workspace's config.yaml."""
    config = place / "config.yaml"
    lines = [line for line in config.read_text().splitlines() if line.partition(":")[0] not in keys]
    config.write_text("\n".join([*(f"{key}: {value}" for key, value in keys.items()), *lines, ""]))
