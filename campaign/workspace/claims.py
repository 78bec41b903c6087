"""The claims under ``retired:`` of posts/facts.yaml, as the directory tells people of them."""

from __future__ import annotations

from pydantic import model_validator

from campaign.core.claims import Claim
from campaign.workspace.fields import Id, Texts
from campaign.workspace.findings import Findings
from campaign.workspace.knowledge import Loose, is_new, items
from campaign.workspace.readers import wrong
from campaign.workspace.yamlfile import Document, Map


class ClaimKeys(Loose):
    """What of a retired claim readers are told."""

    id: Id
    about: Texts | None = None
    because: Texts | None = None
    replace_with: Id | None = None

    @model_validator(mode="after")
    def _both(self) -> ClaimKeys:
        if (self.about is None) != (self.because is None):
            wrong(
                "`about` and `because` belong together",
                "say what the claim is about, and what is wrong with it",
            )
        return self


def read_claims(document: Document, findings: Findings) -> dict[str, Claim]:
    """Id -> claim. A retired claim without ``about`` is there for the check of texts only."""
    found: dict[str, Claim] = {}
    if not isinstance(document.root, Map) or "retired" not in document.root:
        return found
    for keys, index in items(document, "retired", ClaimKeys, findings):
        if (
            keys.about
            and keys.because
            and is_new(keys.id, found, document, ("retired", index, "id"), findings)
        ):
            place = document.place(("retired", index))
            found[keys.id] = Claim(keys.id, keys.about, keys.because, keys.replace_with or "", place)
    return found
