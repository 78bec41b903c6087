"""Instagram: pictures with a caption, for professional accounts, through Instagram's own login or Facebook's.

What is said here of Instagram stands in the documentation of the Instagram Platform: content publishing, IG User media,
IG Container, IG Media, content publishing limit.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from campaign.core.media import JPEG, MediaRules, Shape
from campaign.core.model import Media, Post
from campaign.core.text import TextRules, Unit
from campaign.networks.base import Options, Traits
from campaign.networks.graph import Version
from campaign.networks.graph_containers import Names
from campaign.networks.graph_steps import StepOptions, TwoSteps
from campaign.networks.http import SafeServer


class InstagramOptions(StepOptions):
    """``user``: the account's number (IG ID). ``token``: one that lives for 60 days (``server`` graph.instagram.com,
    permissions instagram_business_basic and instagram_business_content_publish), or a Page's (graph.facebook.com).
    """

    user: str = Field(pattern=r"^\d+$")
    server: SafeServer = "https://graph.instagram.com"
    version: Version = "v26.0"


class Instagram(TwoSteps):
    """One professional account."""

    name: ClassVar[str] = "instagram"
    # IG User media: 2,200 characters (of which kind is not said: UTF-16 units are the most), 30 hashtags, 10 items in a
    # carousel, 1,000 characters of alt text. Over 30 hashtags the caption was seen to get lost; since December 2025 the
    # app asks people for 5 at most, which the documentation of the API does not say: docs/networks.md advises it.
    rules: ClassVar[TextRules] = TextRules(
        limit=2200,
        unit=Unit.UTF16,
        images=10,
        alt_limit=1000,
        threads=False,
        needs_media=True,
        hashtags=30,
    )
    # IG User media, image specifications: JPEG, 8 MB, 4:5 to 1.91:1; a width over 1,440 or under 320 is scaled there.
    # 1,800 is the height of an upright picture 1,440 wide. 4:5, the most upright, takes the most room of a phone.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG}),
        max_bytes=8_000_000,
        max_side=1800,
        ratio=(0.8, 1.91),
        fetched=True,
        card=Shape.UPRIGHT,
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="by its container, and by its caption among the newest 1,000 posts",
        person="when container and list contradict each other, or the same caption is there twice or from before",
    )
    options: ClassVar[type[Options]] = InstagramOptions
    names: ClassVar[Names] = Names(
        create="media",
        publish="media_publish",
        quota="content_publishing_limit",
        status="status_code",
        words="status",
        text="caption",
        grant="ig_refresh_token",
        host="Instagram",
        fields="id,caption,timestamp,permalink,username,media_type,children",
    )

    def item(self, media: Media | None, address: str) -> dict[str, str]:
        alt = {"alt_text": media.alt} if media and media.alt else {}
        return {"image_url": address, **alt}

    def _edge(self, post: Post) -> str:
        return "media"
