"""The account of a network where either a bot posts in a channel, or whoever knows the channel's webhook."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from campaign.core.model import Secret
from campaign.networks.base import Options


class BotOrWebhook(Options):
    """Either ``token`` and ``channel``, or ``webhook``: the whole address, which is a secret."""

    token: Secret | None = None
    channel: str | int | None = None
    webhook: Secret | None = None
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        bot = self.token is not None and self.channel is not None
        if bot == (self.webhook is not None) or (not bot and (self.token or self.channel)):
            raise ValueError("needs either `token` and `channel`, or `webhook`")
        return self
