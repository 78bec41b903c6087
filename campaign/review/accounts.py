"""The accounts of a workspace, for people and programs. No secret is in them, nor where one is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.core.model import Account, Workspace
from campaign.review.table import Cell, Entry, Row


@dataclass(frozen=True, slots=True)
class Answer:
    """What an account's network said: its public name there, or why it does not work and what to do."""

    name: str = ""
    problem: str = ""
    hint: str = ""


def account_row(account: Account, workspace: Workspace, answer: Answer | None = None) -> dict[str, Any]:
    """One account for programs. ``works``, ``name`` and ``problem`` are there only where it was asked."""
    row: dict[str, Any] = {
        "account": account.id,
        "network": account.network,
        "languages": list(account.languages),
        "server": getattr(account.options, "server", None),
        "test": account.test,
        "gap": account.gap.total_seconds(),
        "daily": account.daily,
        "campaigns": _campaigns(account, workspace),
    }
    if answer is not None:
        row |= {"works": not answer.problem, "name": answer.name or None, "problem": answer.problem or None}
        row |= {"hint": answer.hint or None}
    return row


def account_entries(
    accounts: Sequence[Account], workspace: Workspace, answers: Mapping[str, Answer] | None = None
) -> list[Entry]:
    """Accounts for people: network, languages, what uses it; with ``answers`` whether it works."""
    entries: list[Entry] = []
    for account in accounts:
        answer = answers.get(account.id) if answers is not None else None
        notes: tuple[Cell, ...] = ()
        if answer is None:
            last = Cell(_about(account, workspace))
        elif answer.problem:
            last, notes = Cell("does not work", "red"), (Cell(answer.problem),)
            notes += (Cell(f"hint: {answer.hint}"),) if answer.hint else ()
        else:
            last = Cell(f"works: {answer.name}", "green")
        cells = (Cell(account.id, "bold"), Cell(account.network), Cell(", ".join(account.languages)), last)
        entries.append(Row(cells, notes))
    return entries


def _about(account: Account, workspace: Workspace) -> str:
    campaigns = _campaigns(account, workspace)
    said = [", ".join(campaigns) or "no campaign uses it"]
    if account.test:
        said = ["for tests only"]
    if account.daily is not None:
        said.append(f"{account.daily} a day at most")
    if account.gap:
        said.append(f"{account.gap.total_seconds() / 60:g} min apart")
    return "; ".join(said)


def _campaigns(account: Account, workspace: Workspace) -> list[str]:
    using = {
        campaign.id
        for campaign, slot in workspace.slots()
        if any(target.account.id == account.id for target in slot.targets)
    }
    return sorted(using)
