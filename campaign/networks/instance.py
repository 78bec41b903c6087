"""What a server that speaks Mastodon's client API says about itself: its software and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign.core.outcome import Refused, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Vault
from campaign.networks.http import Answer, Client, Failure, required, unpublished


class Instance:
    """One server. The software is asked for once and remembered in the vault, under the server's address."""

    def __init__(self, http: Client, vault: Vault) -> None:
        self._http = http
        self._vault = vault
        self._name = f"software of {http.base_url}"

    def software(self) -> str:
        """Its name in lower case; "" while it is not known, or where the server does not tell."""
        return self._vault.get(self._name) or ""

    def learn(self) -> Failure | None:
        """Ask for the software if that was never answered; what went wrong if it isn't answered now."""
        return self.ask() if self._vault.get(self._name) is None else None

    def ask(self) -> Failure | None:
        """Ask for the software (NodeInfo 2.0, at the address that Mastodon gives it) and remember it."""
        answer = self._http.get("/nodeinfo/2.0")
        if not isinstance(answer, Answer | Refused):
            return unpublished(answer)  # it only reads
        document = answer.object() if isinstance(answer, Answer) else {}
        told = _object(document, "software").get("name") if isinstance(document, dict) else None
        self._vault.put(self._name, told.lower() if isinstance(told, str) else "")
        return None

    def limits(self, usual: TextRules) -> TextRules:
        """What the instance document says of text, else ``usual``. CampaignError when it can't be had."""
        unanswered = self.ask()
        if unanswered is not None:
            raise CampaignError(f"the server can't be asked for its limits: {unanswered.reason}")
        return _rules(self._document(), self.software(), usual)

    def _document(self) -> dict[str, Any]:
        """Version 2, or 1 on older and other servers."""
        answer = self._http.get("/api/v2/instance")
        if isinstance(answer, Refused):
            answer = self._http.get("/api/v1/instance")
        document = required(answer, "the server can't be asked for its limits").object()
        if isinstance(document, Unknown):
            raise CampaignError(document.reason, "is it a Mastodon server?")
        return document


def _rules(document: Mapping[str, Any], software: str, usual: TextRules) -> TextRules:
    configuration = _object(document, "configuration")
    statuses = _object(configuration, "statuses")
    # GoToSocial advertises a discount for links, but counts code points without any (processing/status).
    plainly = software == "gotosocial"
    return TextRules(
        # Pleroma, and Mastodon before 3.4 with a patch, say max_toot_chars.
        limit=_count(statuses, "max_characters") or _count(document, "max_toot_chars") or usual.limit,
        unit=Unit.CODE_POINTS if plainly else usual.unit,
        url_length=None if plainly else _count(statuses, "characters_reserved_per_url") or usual.url_length,
        images=_count(statuses, "max_media_attachments") or usual.images,
        alt_limit=_count(_object(configuration, "media_attachments"), "description_limit") or usual.alt_limit,
        warning_counts=usual.warning_counts,
    )


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and value > 0 else 0
