"""Notes and vault in memory, files in a folder: what an adapter is given, without a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign.core.model import Account, Secret


@dataclass
class Memory:
    """Notes of a delivery, or the vault of an account."""

    kept: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, value: str) -> None:
        self.kept[name] = value

    def get(self, name: str) -> str | None:
        return self.kept.get(name)


@dataclass(frozen=True)
class Folder:
    """A workspace's folder; media are below posts/."""

    root: Path

    def path(self, file: str) -> Path:
        return self.root / "posts" / file

    def write(self, file: str, data: bytes) -> None:
        path = self.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def secret(value: str) -> Secret:
    """A secret that the dispatch has resolved."""
    return Secret("env", "TEST_SECRET").resolved(value)


def account(network: str, options: Any) -> Account:
    return Account(id="trial", network=network, languages=("id", "en"), options=options)
