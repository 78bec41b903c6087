"""Threads: text, pictures, and threads of them.

What is said here of Threads stands in the documentation of its API: posts, publishing reference, reply management,
retrieve posts, rate limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from campaign.core.media import JPEG, PNG, MediaRules
from campaign.core.model import Media, Post
from campaign.core.text import TextRules, Unit
from campaign.networks.base import Options, Traits
from campaign.networks.graph import Version
from campaign.networks.graph_containers import Names
from campaign.networks.graph_steps import StepOptions, TwoSteps
from campaign.networks.http import SafeServer


class ThreadsOptions(StepOptions):
    """``token``: one that lives for 60 days, with threads_basic and threads_content_publish; for threads also
    threads_manage_replies and threads_read_replies, to take a post back threads_delete."""

    user: str = Field("me", pattern=r"^(me|\d+)$")
    server: SafeServer = "https://graph.threads.net"
    version: Version = "v1.0"


class Threads(TwoSteps):
    """One profile."""

    name: ClassVar[str] = "threads"
    # Publishing reference: 500 characters, emoji as their UTF-8 bytes; 1,000 characters of alt text; carousels of 2 to
    # 20. Since 22 December 2025 five different links (THREADS_API__LINK_LIMIT_EXCEEDED).
    rules: ClassVar[TextRules] = TextRules(
        limit=500, unit=Unit.EMOJI_BYTES, images=20, alt_limit=1000, links=5
    )
    # Overview, image specifications: JPEG and PNG, 8 MB, 10:1 at most; other widths than 320 to 1,440 are scaled there.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG}), max_bytes=8_000_000, ratio=(0.1, 10.0), fetched=True
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="by its container, and by its text among the newest 1,000 posts",
        person="when container and list contradict each other, or the same text is there twice or from before",
    )
    options: ClassVar[type[Options]] = ThreadsOptions
    names: ClassVar[Names] = Names(
        create="threads",
        publish="threads_publish",
        quota="threads_publishing_limit",
        status="status",
        words="error_message",
        text="text",
        grant="th_refresh_token",
        host="Threads",
        fields="id,text,timestamp,permalink,username,media_type,children,replied_to",
    )

    def item(self, media: Media | None, address: str) -> dict[str, str]:
        if media is None:
            return {"media_type": "TEXT"}
        alt = {"alt_text": media.alt} if media.alt else {}
        return {"media_type": "IMAGE", "image_url": address, **alt}

    def more(self, post: Post) -> dict[str, str]:
        return {"reply_to_id": post.reply_to.id} if post.reply_to else {}

    def _edge(self, post: Post) -> str:
        return "replies" if post.reply_to else "threads"

    def _belongs(self, one: Mapping[str, Any], post: Post) -> bool:
        parent = one.get("replied_to") or {}
        return str(parent.get("id") or "") == (post.reply_to.id if post.reply_to else "")
