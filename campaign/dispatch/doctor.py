"""What may be wrong around a workspace: its clock, disk, files, secrets, packages. Looks only; nothing is posted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from campaign.core.model import Account, Secret, Workspace
from campaign.core.zones import zone_problem
from campaign.dispatch import clock, skew, station
from campaign.dispatch.alerting.look import unusable
from campaign.dispatch.skew import Ask
from campaign.errors import CampaignError, NoStoreYet
from campaign.networks import ping, registry
from campaign.store import place
from campaign.store.database import Store
from campaign.store.evidence.verify import verify
from campaign.workspace.files import MediaFiles
from campaign.workspace.secrets import ENV_FILE, Secrets

OK, WARN, ERROR = "ok", "warn", "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: which check, how bad (ok, warn, error), what was found, what to do."""

    check: str
    level: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        """The row that ``doctor --json`` prints."""
        return {"check": self.check, "level": self.level, "message": self.message, "hint": self.hint}


@dataclass(frozen=True)
class Doctor:
    """One visit. ``now`` reads the clock (aware UTC); ``ask`` asks a server what time it is there; ``mounts``: the text
    of /proc/mounts."""

    folder: Path
    environ: Mapping[str, str]
    now: Callable[[], datetime] = clock.wall
    ask: Ask = ping.date
    mounts: Callable[[], str] = place.mounts

    def visit(self) -> Iterator[Finding]:
        """All findings, the good ones too, in the order in which the work depends on them."""
        yield self._env_file()
        try:
            workspace = station.read(self.folder)
        except CampaignError as error:
            yield from self._zones(None)
            yield Finding("files", ERROR, error.message, error.hint or "campaign check says more")
            return
        yield Finding("files", OK, "config.yaml can be used")
        yield from self._zones(workspace)
        path = place.file_of(workspace.store, self.folder)
        if path is not None:
            yield from self._disk(path)
        yield from self._store(workspace, path)
        yield self._clock(workspace)
        yield from self._secrets(workspace)
        yield from self._alerts(workspace)

    # -- files --

    def _env_file(self) -> Finding:
        path = self.folder / ENV_FILE
        if not path.exists():
            return Finding("modes", OK, f"there is no {ENV_FILE}")
        if place.open_to_others(path):
            return Finding(
                "modes", ERROR, f"others on this computer may read {ENV_FILE}", f"chmod 600 {ENV_FILE}"
            )
        return Finding("modes", OK, f"only its owner can read {ENV_FILE}")

    def _zones(self, workspace: Workspace | None) -> Iterator[Finding]:
        # Two that every copy of the database has: without them the data as a whole is missing.
        names = {"UTC", "Asia/Jakarta"}
        if workspace is not None:
            names |= {workspace.zone, *(campaign.zone for campaign in workspace.campaigns.values())}
        missing = [name for name in sorted(names) if zone_problem(name)]
        if missing:
            yield Finding(
                "zones", ERROR, f"no time zone data for {', '.join(missing)}", "pip install --upgrade tzdata"
            )
        else:
            yield Finding("zones", OK, "all time zones are known")

    # -- the store --

    def _disk(self, path: Path) -> Iterator[Finding]:
        kind = place.file_system(path, self.mounts())
        if place.remote(kind):
            hint = "move it to a disk of this machine, or use PostgreSQL; only then is one post one post"
            yield Finding("disk", ERROR, f"{path} lies on a network file system ({kind})", hint)
        else:
            yield Finding(
                "disk", OK, f"the store lies on a disk of this machine{f' ({kind})' if kind else ''}"
            )
        if not path.parent.is_dir():
            return
        left = place.free(path)
        room = f"{left // 1024**2} MB are left on the disk of {path.name}"
        level = ERROR if left < place.TIGHT else WARN if left < place.LOW else OK
        yield Finding(
            "space",
            level,
            room,
            "free some space: what can't be written down is not sent" if level != OK else "",
        )
        for file in place.beside(path):
            about = file.stat()
            if place.open_to_others(file):
                yield Finding(
                    "modes", WARN, f"others on this computer may read {file.name}", f"chmod 600 {file}"
                )
            if about.st_uid != os.geteuid():
                hint = "run campaign as the user who owns the store, or change its owner"
                yield Finding("modes", WARN, f"{file.name} belongs to another user", hint)

    def _store(self, workspace: Workspace, path: Path | None) -> Iterator[Finding]:
        if path is not None and path.is_file() and path.stat().st_size:
            try:
                wrong = place.unsound(path)
            except CampaignError as error:
                yield Finding("store", ERROR, error.message, error.hint)
                return
            if wrong:
                hint = "stop the run, put a backup in its place, then: campaign doctor --restored"
                yield Finding("store", ERROR, f"{path} is damaged: {wrong}", hint)
                return
        try:
            store = Store.open(workspace.store, self.folder, create=False)
        except NoStoreYet as error:
            yield Finding("store", WARN, error.message, error.hint)
            yield self._id(workspace, None)
            return
        except CampaignError as error:
            yield Finding("store", ERROR, error.message, error.hint)
            return
        try:
            yield Finding("store", OK, f"{store.place} is sound")
            yield self._id(workspace, store.get("workspace"))
            yield self._last_tick(store)
            yield self._log(store)
        finally:
            store.close()

    def _id(self, workspace: Workspace, kept: str | None) -> Finding:
        if workspace.id is not None:
            return Finding("workspace", OK, "config.yaml says which workspace it is")
        hint = (
            f"add to config.yaml: workspace: {kept}"
            if kept
            else "campaign init writes one into a new config.yaml"
        )
        message = "config.yaml has no `workspace:`; a second store would not be recognised as this one's"
        return Finding("workspace", WARN, message, hint)

    def _last_tick(self, store: Store) -> Finding:
        told = store.get("last_tick")
        last = datetime.fromisoformat(told) if told else None
        if last is None:
            return Finding("last-tick", OK, "nothing has run here yet")
        doubt = clock.mistrust_restart(last, self.now()) or store.get("clock") or ""
        if doubt:
            return Finding("last-tick", ERROR, doubt, "set the clock; a time service keeps it right")
        return Finding("last-tick", OK, f"last at work {last:%Y-%m-%d %H:%M} UTC")

    def _log(self, store: Store) -> Finding:
        with store.read() as connection:
            found = verify(connection)
        if found.number:
            said = f"the log was changed after it was written, in {found.number} places"
            return Finding("log", ERROR, said, "campaign log verify says where; docs/evidence.md what to do")
        return Finding("log", OK, f"the log is as it was sealed ({found.sealed} events)")

    # -- the world --

    def _clock(self, workspace: Workspace) -> Finding:
        if not skew.servers(workspace.accounts.values()):
            return Finding("clock", OK, "no account has a server whose clock could be asked")
        compared = skew.compare(workspace.accounts.values(), self.now, self.ask)
        if not compared.host:
            return Finding(
                "clock", WARN, "no server answered, so the clock could not be compared", "is the network up?"
            )
        if compared.doubt:
            return Finding("clock", ERROR, compared.doubt, "set the clock; a time service keeps it right")
        seconds = abs(compared.ahead.total_seconds())
        return Finding("clock", OK, f"the clock agrees with that of {compared.host} (within {seconds:.0f} s)")

    def _secrets(self, workspace: Workspace) -> Iterator[Finding]:
        secrets = Secrets(self.folder, self.environ)
        for account in workspace.accounts.values():
            yield self._account(account, secrets)
        if isinstance(workspace.heartbeat, Secret):
            try:
                secrets.resolve(workspace.heartbeat)
            except CampaignError as error:
                yield Finding("secrets", ERROR, f"heartbeat: {error.message}", error.hint)

    def _alerts(self, workspace: Workspace) -> Iterator[Finding]:
        secrets = Secrets(self.folder, self.environ)
        if not workspace.alerts:
            yield Finding("alerts", OK, "nobody is told by message: config.yaml has no `alerts`")
        for address in workspace.alerts:
            wrong, hint = unusable(address, secrets)
            if wrong:
                yield Finding("alerts", ERROR, f"{address.name}: {wrong}", hint)
            else:
                yield Finding("alerts", OK, f"{address.name} is told; campaign doctor --alert tries it")

    def _account(self, account: Account, secrets: Secrets) -> Finding:
        check = "secrets"
        try:
            values = {name: getattr(account.options, name) for name in type(account.options).model_fields}
            found = {
                name: secrets.resolve(value) for name, value in values.items() if isinstance(value, Secret)
            }
            check = "packages"
            options = account.options.model_copy(update=found)
            files = MediaFiles(self.folder)
            registry.network(account.network).from_account(
                replace(account, options=options), _Nothing(), files
            )
        except CampaignError as error:
            return Finding(check, ERROR, f"{account.id}: {error.message}", error.hint)
        except ImportError as error:
            hint = f"pip install {error.name}" if error.name else "install campaign again"
            return Finding(check, ERROR, f"{account.id}: a package is missing ({error.name})", hint)
        return Finding("secrets", OK, f"{account.id}: its secrets and packages are there")


class _Nothing:
    """A vault without anything in it: an adapter that is only made, not used, keeps nothing."""

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, value: str) -> None:
        raise CampaignError("the doctor keeps nothing")
