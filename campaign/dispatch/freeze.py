"""The moment at which a post stops changing: picture hashes and the ids that an adapter fixes beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from campaign.core.lifecycle import State
from campaign.core.model import Media, Post, Slot, Target, delivery_key, network_key, wall_text
from campaign.core.pacing import deadline, quiet_end
from campaign.core.timetable import Moment
from campaign.dispatch.escaped import escaped
from campaign.errors import CampaignError
from campaign.networks.base import Files, Network
from campaign.store.outbox import NewDelivery


class Described(Files, Protocol):
    """Files that can also say what they are, and make those of cards."""

    def describe(self, file: str) -> tuple[str, str]:
        """MIME type and SHA-256 (hex). CampaignError when the file can't be read."""

    def draw(self, media: Media) -> None:
        """Make the file of a card that is not there (or gone); nothing for other pictures."""


@dataclass(frozen=True, slots=True)
class Freezer:
    """Makes delivery rows from composed posts."""

    workspace_id: UUID
    files: Described

    def freeze(self, post: Post, adapter: Network) -> Post:
        """The post with picture hashes and the adapter's prepared ids. CampaignError when a picture can't be read."""
        media = tuple(self._described(item) for item in post.media)
        frozen = replace(post, media=media)
        try:
            return replace(frozen, prepared=dict(adapter.prepare(frozen)))
        except CampaignError:
            raise
        except Exception as error:
            raise CampaignError(escaped(adapter.name, error)) from error

    def seen(self, post: Post) -> Post:
        """The post with picture hashes, as far as approvals are bound to them: nothing is drawn, no adapter is asked.
        CampaignError when a picture can't be read."""
        media = [item if item.card is not None else self._described(item) for item in post.media]
        return replace(post, media=tuple(media))

    def _described(self, media: Media) -> Media:
        self.files.draw(media)
        kind, sha256 = self.files.describe(media.file)
        return replace(media, type=kind, sha256=sha256)

    def rows(
        self,
        campaign: str,
        slot: Slot,
        moment: Moment,
        target: Target,
        posts: Sequence[Post] = (),
        *,
        zone: str,
        state: State = State.PENDING,
        reason: str = "",
        row_id: str | None = None,
    ) -> list[NewDelivery]:
        """One row per part; a single row without a post where there are no ``posts``."""
        not_before = quiet_end(moment.due, slot.quiet, zone)
        until = deadline(moment.due, not_before, slot.if_late)
        rows: list[NewDelivery] = []
        for number, post in enumerate(posts or (None,), 1):
            key = delivery_key(campaign, slot.id, moment.wall, target.name, number)
            rows.append(
                NewDelivery(
                    key=key,
                    network_key=network_key(self.workspace_id, key),
                    campaign=campaign,
                    slot=slot.id,
                    wall=wall_text(moment.wall),
                    target=target.name,
                    account=target.account.id,
                    network=target.account.network,
                    language=target.language,
                    due=moment.due,
                    not_before=not_before,
                    deadline=until,
                    state=state,
                    reason=reason,
                    post=post,
                    part=number,
                    parts=max(len(posts), 1),
                    previous=rows[-1].key if rows else None,
                    row_id=row_id,
                )
            )
        return rows
