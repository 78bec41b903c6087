"""From an account of the files to a working adapter: secrets resolved, vault opened, server limits remembered."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from campaign.core.model import Account, Secret
from campaign.core.text import TextRules, Unit
from campaign.dispatch.escaped import escaped
from campaign.errors import CampaignError
from campaign.networks import registry
from campaign.networks.base import Files, Network, ServerLimits
from campaign.store import vault
from campaign.store.database import Store
from campaign.store.vault import Shelf
from campaign.workspace.secrets import Secrets

LIMITS = "server-limits"
"""Under which name the vault keeps what an account's server told of its limits."""

_Stamps = dict[Path, tuple[int, int, int] | None]
"""The files that secrets were read from, and how they looked then; None: missing."""


class Adapters:
    """The adapters of one store, made when first needed. An account whose configuration changed, or whose secrets'
    files did (a token that was replaced), gets a new one."""

    def __init__(self, store: Store, secrets: Secrets, files: Files) -> None:
        self._store = store
        self._secrets = secrets
        self._files = files
        self._made: dict[str, tuple[Account, Network, _Stamps]] = {}
        self._rules: dict[str, tuple[Account, TextRules]] = {}
        self._told: dict[str, str] | None = None
        self._lock = threading.Lock()

    def get(self, account: Account) -> Network:
        """The adapter of an account. CampaignError when a secret is missing or the network's code can't be loaded or
        breaks."""
        with self._lock:
            made = self._made.get(account.id)
            if made is not None and (made[0] is account or made[0] == account) and _current(made[2]):
                return made[1]
            stamps = self._stamps(account)  # first: what is edited meanwhile is read once more
            options = account.options.model_copy(
                update={
                    name: self._secrets.resolve(value)
                    for name, value in _fields(account.options).items()
                    if isinstance(value, Secret)
                }
            )
            kind = registry.network(account.network)
            try:
                adapter = kind.from_account(
                    replace(account, options=options), Shelf(self._store, account.id), self._files
                )
            except ImportError as error:
                hint = f"install {error.name}" if error.name else ""
                raise CampaignError(
                    f"{account.network} needs a package that is missing: {error}", hint
                ) from error
            except CampaignError:
                raise
            except Exception as error:
                raise CampaignError(escaped(account.network, error)) from error
            self._made[account.id] = (account, adapter, stamps)
            return adapter

    def _stamps(self, account: Account) -> _Stamps:
        secrets = (value for value in _fields(account.options).values() if isinstance(value, Secret))
        return {path: _stamp(path) for secret in secrets if (path := self._secrets.source(secret))}

    def rules(self, account: Account) -> TextRules:
        """The text rules of an account: as its server last told them, else those of its network."""
        known = self._rules.get(account.id)
        if known is None or (known[0] is not account and known[0] != account):
            known = self._rules[account.id] = (
                account,
                rules_as_told(account, self._limits().get(account.id)),
            )
        return known[1]

    def _limits(self) -> dict[str, str]:
        """What the servers told of their limits, by account: read at once for all, when it is first asked for."""
        with self._lock:
            if self._told is None:
                with self._store.read() as connection:
                    self._told = vault.of_all(connection, LIMITS)
            return self._told

    def knows_limits(self, account: Account) -> bool:
        """Whether the account's server has told its limits before."""
        return account.id in self._limits()

    def ask_limits(self, account: Account) -> TextRules | None:
        """Ask the account's server for its limits and remember them; None where the network tells none, or the server
        can't be asked now (the last answer, or the network's defaults, go on being used)."""
        try:
            adapter = self.get(account)
            if not isinstance(adapter, ServerLimits):
                return None
            rules = adapter.server_limits()
        except CampaignError:
            return None
        except Exception as error:  # noqa: BLE001 - a broken adapter is told of in the log, and stops no other
            escaped(account.network, error)
            return None
        told = json.dumps(asdict(rules))
        Shelf(self._store, account.id).put(LIMITS, told)
        self._limits()[account.id] = told
        self._rules[account.id] = (account, rules)
        return rules


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


def _current(stamps: _Stamps) -> bool:
    return all(_stamp(path) == stamp for path, stamp in stamps.items())


def _fields(options: Any) -> dict[str, Any]:
    return {name: getattr(options, name) for name in type(options).model_fields}


def rules_as_told(account: Account, told: str | None) -> TextRules:
    """The text rules of an account: as its server last told them (what the vault keeps), else those of its network."""
    return _rules_from(json.loads(told)) if told else registry.network(account.network).rules


def _rules_from(data: dict[str, Any]) -> TextRules:
    return TextRules(**{**data, "unit": Unit(data["unit"])})
