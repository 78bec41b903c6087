"""The handoff in the contract suite: what its page shows is what the person gets."""

from __future__ import annotations

from pathlib import Path

from campaign.core.outcome import CannotTell, Handed
from campaign.networks.handoff import Handoff, HandoffOptions
from tests.networks.cases import Bench, FolderCase, Seen
from tests.networks.memory import secret
from tests.networks.reading import Reader

NOTIFY = "json://ani:notify-secret-J7x2pXz@127.0.0.1:1/never"


def folder(bench: Bench) -> Path:
    return bench.files.root / "handoff"


def make(bench: Bench) -> Handoff:
    return Handoff(HandoffOptions(to="ani", notify=secret(NOTIFY)), bench.files)


def published(bench: Bench) -> list[Seen]:
    return [read(page) for page in sorted(folder(bench).glob("*/post.html"))]


def read(page: Path) -> Seen:
    reader = Reader(page.read_text())
    text, *alts, _command = reader.fields
    asked = ("Beri peringatan", "Put this content warning")
    [warning] = [p for p in reader.paragraphs if p.startswith(asked)] or [""]
    [language] = {values["lang"] for tag, values in reader.tags if tag == "textarea" and "lang" in values}
    return Seen(text, tuple(alts), language, warning.partition(": ")[2], page.parent.name)


CASE = FolderCase(
    name="handoff",
    secrets=(NOTIFY, "notify-secret-J7x2pXz"),
    make=make,
    published=published,
    folder=folder,
    done=Handed,
    after_loss=CannotTell,
    keys="to: ani, folder: handoff",
)
