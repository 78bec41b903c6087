"""Makes workspaces and campaign files. Nothing here ever overwrites a file that a person may have written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from campaign.core.model import AD_HOC, ID, Spec, Workspace
from campaign.core.timetable import FIRST_DAY, LAST_DAY
from campaign.errors import CampaignError
from campaign.workspace.schedules import RESERVED
from campaign.workspace.schema import campaign_schema, config_schema, pack_schema
from campaign.workspace.tree import walk
from campaign.workspace.yamlfile import Map, read
from campaign.workspace.yamltext import UNPRINTABLE

CONFIG_EXAMPLE = "config.example.yaml"
CONFIG_SCHEMA = ".campaign/config.schema.json"
CAMPAIGN_SCHEMA = ".campaign/campaign.schema.json"
PACK_SCHEMA = ".campaign/pack.schema.json"

_SERVER = "# yaml-language-server: $schema="
CONFIG_HEADER = f"{_SERVER}{CONFIG_SCHEMA}\n"
CAMPAIGN_HEADER = f"{_SERVER}../{CAMPAIGN_SCHEMA}\n"

_LONG = timedelta(days=30)

GITIGNORE = """\
# Secrets, the record, and what is published or handed over do not belong into the repository.
.env
campaign.db*
public/
handoff/
kits/
rehearsal/
reports/
.campaign/
"""


@dataclass(slots=True)
class Made:
    """What ``init`` wrote, and what was there already and stayed as it was."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def starter_path() -> Path:
    """The folder of the starter pack: inside of the installed package, else the checkout that this file lies in."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "starter", package.parent):
        if (folder / CONFIG_EXAMPLE).is_file():
            return folder
    raise CampaignError("the starter pack is missing", "install campaign again")


def init(directory: Path, starter: Path, specs: Mapping[str, Spec], workspace_id: UUID) -> Made:
    """Make a workspace in ``directory`` from the starter pack; ``workspace_id`` (freshly drawn) names it for ever.

    CampaignError when something can't be written; what was written until then stays.
    """
    made = Made()
    example = _text(starter / CONFIG_EXAMPLE)
    _put(directory / "config.yaml", _headed(_identified(example, workspace_id), CONFIG_HEADER).encode(), made)
    for folder in ("posts", "schedules"):
        for entry in walk(starter / folder, folder):
            data = entry.path.read_bytes()
            if folder == "schedules" and entry.name.endswith(".yaml") and entry.name not in RESERVED:
                data = _headed(data.decode(), CAMPAIGN_HEADER).encode()
            _put(directory / folder / entry.name, data, made)
    _put(directory / ".gitignore", GITIGNORE.encode(), made)
    for name, content in schemas(specs).items():
        _put(directory / name, content.encode(), made)
    return made


def schemas(specs: Mapping[str, Spec]) -> dict[str, str]:
    """The JSON Schemas of the three file kinds: path in the workspace -> text."""
    made = {
        CONFIG_SCHEMA: config_schema(specs),
        CAMPAIGN_SCHEMA: campaign_schema(),
        PACK_SCHEMA: pack_schema(),
    }
    return {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in made.items()}


def write_schemas(directory: Path, specs: Mapping[str, Spec]) -> list[Path]:
    """Write the schemas into a workspace, over those of an older version. CampaignError when they can't be written."""
    written = []
    for name, content in schemas(specs).items():
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        except OSError as error:
            raise _unwritten(path, error) from error
        written.append(path)
    return written


def new_campaign(workspace: Workspace, name: str, starts: date, title: str = "") -> list[Path]:
    """Write a commented schedules/NAME.yaml (and posts/NAME.j2, if there is none) that passes ``check``: 31 days, one
    post on the first. CampaignError when the name can't be used or is taken."""
    path = free_path(workspace, name)
    if not FIRST_DAY <= starts <= LAST_DAY - _LONG:
        raise CampaignError(
            f"a campaign can't start on {starts}", f"choose a day up to {(LAST_DAY - _LONG).year}"
        )
    if odd := UNPRINTABLE.search(title):
        raise CampaignError(
            f"the character U+{ord(odd[0]):04X} can't stand in a title", "type the title again"
        )
    made = Made()
    accounts = [account.id for account in workspace.accounts.values() if not account.test]
    title = title or name.replace("-", " ").capitalize()
    text = f"""\
{CAMPAIGN_HEADER}#
# Look at it with `campaign preview {name}`, and ask `campaign check` whether all is well.
title: {json.dumps(title, ensure_ascii=False)}   # or by language: {{id: …, en: …}}
starts: {starts}        # the first day and
ends: {starts + _LONG}          # the last, both included
# accounts: [{", ".join(accounts) or "site"}]   # where it goes; without this line everywhere, but to test accounts
# hashtags: {{id: [AkhiriPerdaganganOrang], en: [EndHumanTrafficking]}}
posts:
  - id: first             # a name of its own, part of the record: don't change it later
    template: {name}      # the text is in posts/{name}.j2; for one language only: posts/{name}.id.j2
    at: {starts} 10:00
    # image: {{file: picture.jpg, alt: "What the picture shows, for people who can't see it"}}
    # warning: human trafficking
  # - id: weekly
  #   text: {{id: "…", en: "…"}}
  #   every: {{days: [mon, thu], at: "10:00"}}
"""
    template = """\
{#- This is posted. {{ campaign.title }} is the title in the language of the post; write your text around it. -#}
{{ campaign.title }}
"""
    _put(path, text.encode(), made)
    _put(Path(workspace.root) / "posts" / f"{name}.j2", template.encode(), made)
    return made.written


def free_path(workspace: Workspace, name: str) -> Path:
    """Where the campaign ``name`` would be written. CampaignError when it can't be called so, or is there already."""
    if not ID.fullmatch(name):
        raise CampaignError(
            f"{name!r} can't be a campaign's name", "use small letters, digits and hyphens: world-day"
        )
    if f"{name}.yaml" in RESERVED or name == AD_HOC:
        raise CampaignError(f"schedules/{name}.yaml is not a campaign", "choose another name")
    path = Path(workspace.root) / "schedules" / f"{name}.yaml"
    if path.exists():
        raise CampaignError(f"there is a campaign {name} already", "choose another name, or edit its file")
    return path


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet. CampaignError when it is, or can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise _unwritten(path, error) from error


def _put(path: Path, data: bytes, made: Made) -> None:
    if path.exists() or path.is_symlink():
        made.kept.append(path)
        return
    write_new(path, data)
    made.written.append(path)


def _unwritten(path: Path, error: OSError) -> CampaignError:
    return CampaignError(
        f"{path} can't be written: {error.strerror}", "look at the folder and its permissions"
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CampaignError(f"{path} can't be read: {error.strerror}", "install campaign again") from error


def _headed(text: str, header: str) -> str:
    return text if _SERVER in text else header + text


def _identified(config: str, workspace_id: UUID) -> str:
    """The text of a config.yaml with its own ``workspace:``, otherwise unchanged."""
    lines = config.splitlines(keepends=True)
    root = read(CONFIG_EXAMPLE, config.encode()).root
    if not isinstance(root, Map):
        return f"workspace: {workspace_id}\n{config}"
    entry = f"workspace: {workspace_id}   # names this workspace to the networks: don't change it\n"
    if "workspace" in root:
        lines[root.key_at["workspace"][0] - 1] = entry
    else:
        lines.insert(min(line for line, _ in root.key_at.values()) - 1, entry)
    return "".join(lines)
