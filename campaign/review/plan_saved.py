"""A plan in a file (``plan --save``), to hold a later one against: sorted, versioned, the same for the same files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from campaign.core.model import parse_key
from campaign.errors import CampaignError
from campaign.review import times
from campaign.review.plan import Ahead

FORMAT = "campaign plan"
VERSION = 1

MAX_BYTES = 64 * 1024 * 1024
"""Some 50,000 posts. Our own bound."""

Digest = Callable[[str], str]
"""The SHA-256 (hex) of a picture below posts/; "" where there is none to be had."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedMedia(_Strict):
    """A picture or film."""

    file: str
    alt: str
    sha256: str


class SavedPost(_Strict):
    """A post that was planned. ``due`` with offset; ``text``: its parts."""

    key: Annotated[str, Field(max_length=1000)]
    campaign: str
    slot: str
    account: str
    network: str
    language: str
    due: AwareDatetime
    text: list[str]
    warning: str
    link: str
    media: list[SavedMedia]


class SavedPlan(_Strict):
    """The plan of whole days, both included."""

    format: Literal["campaign plan"]
    version: int
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    posts: list[SavedPost]


def saved(post: Ahead, digest: Digest) -> SavedPost:
    """One post as it is saved."""
    first = post.posts[0] if post.posts else None
    return SavedPost(
        key=post.key,
        campaign=post.campaign,
        slot=post.slot,
        account=post.account,
        network=post.network,
        language=post.language,
        due=times.local(post.due, post.zone),
        text=[part.text for part in post.posts],
        warning=first.warning if first else "",
        link=next((part.link for part in post.posts if part.link), ""),
        media=[
            # The name of a card's file is made of what is on it.
            SavedMedia(
                file=item.file, alt=item.alt, sha256=item.sha256 or ("" if item.card else digest(item.file))
            )
            for item in (first.media if first else ())
        ],
    )


def plan_file(ahead: Iterable[Ahead], first: date, last: date, digest: Digest) -> bytes:
    """The file: JSON, a line for each post, sorted by key."""
    posts = sorted((saved(post, digest) for post in ahead), key=lambda post: post.key)
    head = f'"format":{json.dumps(FORMAT)},"version":{VERSION},"from":"{first}","to":"{last}"'
    lines = ",\n".join(json.dumps(post.model_dump(mode="json"), ensure_ascii=False) for post in posts)
    return f'{{{head},"posts":[\n{lines}\n]}}\n'.encode()


def read_plan(name: str, data: bytes) -> SavedPlan:
    """A plan that was saved. CampaignError when the bytes are none, or those of a newer version."""
    hint = "make it with campaign plan --save FILE"
    if not is_plan(data):
        raise CampaignError(f"{name} is not a plan that campaign plan --save wrote", hint)
    try:
        plan = SavedPlan.model_validate_json(data)
        for post in plan.posts:
            parse_key(post.key)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        told = f"{where}: {first['msg']}" if where else str(first["msg"])
        raise CampaignError(f"{name} is a damaged plan: {told}"[:200], hint) from None
    except ValueError as error:
        raise CampaignError(f"{name} is a damaged plan: {error}"[:200], hint) from None
    if plan.version != VERSION:
        raise CampaignError(
            f"{name} is a plan of version {plan.version}, and this program reads version {VERSION}",
            "save it anew with this program",
        )
    if plan.last < plan.first:
        raise CampaignError(f"{name} is a damaged plan: it ends before it begins", hint)
    return plan


def is_plan(data: bytes) -> bool:
    """Whether a file is one of ours, as far as its beginning tells."""
    return data.startswith(f'{{"format":{json.dumps(FORMAT)},'.encode())


def local_day(post: SavedPost) -> date:
    """The day on which it was due, where it was due."""
    due: datetime = post.due
    return due.date()
