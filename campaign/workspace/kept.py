"""What reading the files once made of each, for the next time: what has not changed is not parsed again.

Nothing of it can go stale: each thing is kept under the bytes of its file and all else that its reading looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from campaign.core.model import Campaign, Spec
from campaign.core.packs import Pack
from campaign.errors import Problem
from campaign.workspace.config import Settings
from campaign.workspace.templates import Posts
from campaign.workspace.yamlfile import Document

Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """A campaign (None: it has errors) and what was found wrong with it."""

    campaign: Campaign | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of one version of a workspace. ``documents``: of all files but campaigns, by name and bytes;
    ``campaigns``: by the digest of what they share and their bytes."""

    documents: dict[Key, Document] = field(default_factory=dict)
    campaigns: dict[Key, Read] = field(default_factory=dict)


class Keeper:
    """Fills a new ``Kept`` with what an earlier one has, or else with what is read."""

    def __init__(self, earlier: object) -> None:
        self.earlier = earlier if isinstance(earlier, Kept) else Kept()
        self.kept = Kept()

    def document(self, name: str, data: bytes, read: Callable[[str, bytes], Document]) -> Document:
        """A file that is no campaign."""
        key = name, data
        found = self.earlier.documents.get(key)
        self.kept.documents[key] = read(name, data) if found is None else found
        return self.kept.documents[key]

    def campaign(self, shared: str, name: str, data: bytes, read: Callable[[], Read]) -> Read:
        """A campaign. ``shared``: the digest of everything outside of its file that reading it looks at."""
        key = shared + name, hashlib.sha256(data).digest()
        found = self.earlier.campaigns.get(key)
        self.kept.campaigns[key] = read() if found is None else found
        return self.kept.campaigns[key]


def shared(
    digest: str, posts: Posts, packs: tuple[Pack, ...], settings: Settings, specs: Mapping[str, Spec]
) -> str:
    """A digest over all that reading a campaign looks at outside of its file: what ``digest`` covers (config.yaml, and
    all knowledge), the names of templates, the number of rows of tables, the packs in use, the networks that there are.
    """
    seen = (
        digest,
        sorted(posts.templates),
        sorted(posts.sizes.items()),
        [(str(pack), bool(pack.alts)) for pack in packs],
        sorted(settings.networks),
        [(name, id(specs[account.network])) for name, account in settings.accounts.items()],
    )
    return hashlib.sha256(repr(seen).encode("utf-8", "surrogateescape")).hexdigest()
