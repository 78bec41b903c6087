"""Which of several names wins: templates, pictures and CSV columns may be written for a network and a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from campaign.core.languages import fallbacks
from campaign.core.packs import places


@cache
def suffixes(network: str, language: str) -> tuple[str, ...]:
    """The suffixes in the order in which they win: ``.x.id``, ``.id``, ``.x``, none. For ``pt-BR`` those of ``pt`` come
    after its own, and before what has no language."""
    spoken = (suffix for code in fallbacks(language) for suffix in (f".{network}.{code}", f".{code}"))
    return (*spoken, f".{network}", "")


def template_names(name: str, network: str, language: str, packs: Iterable[str] = ()) -> tuple[str, ...]:
    """What a template's file may be called: ``signs.x.id.j2``, ``signs.id.j2``, ``signs.x.j2``, ``signs.j2``, then the
    same in each pack."""
    return places([f"{name}{suffix}.j2" for suffix in suffixes(network, language)], packs)


def image_names(file: str, network: str, language: str, packs: Iterable[str] = ()) -> tuple[str, ...]:
    """The files below posts/ that a picture may be: ``01.x.id.jpg``, ``01.id.jpg``, ``01.x.jpg``, ``01.jpg``, then the
    same in each pack."""
    folder, slash, name = file.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return places([file], packs)
    names = [f"{folder}{slash}{stem}{suffix}.{extension}" for suffix in suffixes(network, language)]
    return places(names, packs)


def best_columns(row: Mapping[str, str], network: str, language: str) -> dict[str, str]:
    """For each column name without its suffix the column that wins; an empty cell wins only over nothing at all."""
    order = {suffix[1:]: rank for rank, suffix in enumerate(suffixes(network, language))}
    best: dict[str, tuple[bool, int, str]] = {}
    for column, cell in row.items():
        name, _, suffix = column.partition(".")
        if suffix in order:
            candidate = (not cell.strip(), order[suffix], column)
            if name not in best or candidate < best[name]:
                best[name] = candidate
    return {name: column for name, (_, _, column) in best.items()}
