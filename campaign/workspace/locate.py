"""Finds the workspace that a command is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from campaign.errors import CampaignError

CONFIG = "config.yaml"
VARIABLE = "CAMPAIGN_WORKSPACE"


def find(explicit: str | None, environ: Mapping[str, str], start: Path) -> Path:
    """The folder of config.yaml: ``explicit`` (-w), else $CAMPAIGN_WORKSPACE, else the nearest folder from ``start``
    upwards that has one. CampaignError when there is none."""
    if explicit:
        return _named(explicit, "-w", start)
    if named := environ.get(VARIABLE):
        return _named(named, f"${VARIABLE}", start)
    here = start.absolute()
    for folder in (here, *here.parents):
        if _is_file(folder / CONFIG):
            return folder
    for folder in (here, *here.parents):
        if _is_file(folder / "config.yml"):
            raise CampaignError(f"{folder / 'config.yml'} has another ending", "rename it to config.yaml")
    raise CampaignError(
        f"there is no {CONFIG} in {here} or above it",
        "make a workspace with `campaign init DIR`, or name one with -w DIR",
    )


def _named(name: str, by: str, start: Path) -> Path:
    try:
        folder = (start / Path(name).expanduser()).absolute()
        known = folder.is_dir()
    except (ValueError, OSError, RuntimeError):  # a NUL, a name too long, a home that is not known
        raise CampaignError(
            f"{name!r} (from {by}) can't be a folder", "name the folder of config.yaml"
        ) from None
    if folder.name == CONFIG and _is_file(folder):
        return folder.parent
    if not known:
        raise CampaignError(f"there is no folder {folder} (from {by})", "name the folder of config.yaml")
    if not _is_file(folder / CONFIG):
        hint = f"make one with `campaign init {name}`"
        if _is_file(folder / "config.yml"):
            hint = "rename config.yml to config.yaml"
        raise CampaignError(f"there is no {CONFIG} in {folder} (from {by})", hint)
    return folder


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder above that may not be looked into
        return False
