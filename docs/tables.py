"""Writes the tables of networks (from the adapters) and of safeguarding rules (from their file): ``make tables``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from campaign.core.safeguard.rules import How
from campaign.core.text import TextRules, Unit
from campaign.networks import registry
from campaign.networks.base import Deletes, Network, ServerLimits
from campaign.workspace.safeguards import built_in

ROOT = Path(__file__).resolve().parent.parent

UNITS = {Unit.CODE_POINTS: "characters", Unit.MASTODON: "characters", Unit.UTF16: "characters (UTF-16)"}
"""What readers call a unit, where its own name would puzzle them."""

Columns = dict[str, Callable[[type[Network]], str]]


def text(network: type[Network]) -> str:
    """How long a text may be."""
    rules = network.rules
    if rules.limit is None:
        return "as the server says" if issubclass(network, ServerLimits) else "no limit of ours"
    said = [f"{rules.limit:,} {UNITS.get(rules.unit, rules.unit.value)}"]
    if rules.max_bytes is not None:
        said.append(f"{rules.max_bytes:,} bytes")
    if rules.media_limit is not None:
        said.append(f"{rules.media_limit:,} beside a picture")
    if issubclass(network, ServerLimits):
        said.append("or as the server says")
    return ", ".join(said)


def pictures(network: type[Network]) -> str:
    """How many pictures a part carries, and whether it may be a film instead."""
    most = network.rules.images
    said = "none" if not most else f"1 to {most}, never without" if network.rules.needs_media else str(most)
    return said + (" or a film" if network.media.film else "")


def alt(network: type[Network]) -> str:
    """Where descriptions go."""
    if not network.rules.images:
        return "no"
    return "in the text" if network.rules.alt_in_text else "yes"


def repeat(network: type[Network]) -> str:
    """How long it recognises our key."""
    if network.traits.repeat:
        return network.traits.repeat
    known = network.repeat_safe_for
    if not isinstance(known, timedelta):
        raise TypeError(f"{network.name}: traits.repeat has to say how long a repeat is recognised")
    if not known:
        return "no"
    if known > timedelta(days=3650):
        return "always"
    hours, minutes = divmod(known // timedelta(minutes=1), 60)
    return f"{hours} hour{'s' * (hours != 1)}" if hours else f"{minutes} minutes"


def takes_back(network: type[Network]) -> str:
    """Whether ``campaign withdraw`` can delete a post."""
    if not issubclass(network, Deletes):
        return "no"
    return f"yes: {network.traits.takes_back}" if network.traits.takes_back else "yes"


def yes(value: bool) -> str:
    return "yes" if value else "no"


def _threads(rules: TextRules) -> str:
    return yes(rules.threads)


README: Columns = {
    "reaches": lambda network: network.traits.reaches or network.name.capitalize(),
    "text": text,
    "pictures": pictures,
    "alt text": alt,
    "thread": lambda network: _threads(network.rules),
    "repeat-safe": repeat,
    "read-back": lambda network: network.traits.reads_back,
    "cost": lambda network: network.traits.cost,
}
CARRIES: Columns = {
    "pictures": pictures,
    "alt text": lambda network: (
        f"{network.rules.alt_limit:,} characters" if network.rules.alt_limit is not None else alt(network)
    ),
    "content warning": lambda network: yes(network.traits.warning),
    "language": lambda network: yes(network.traits.language),
    "the server tells its limits": lambda network: yes(issubclass(network, ServerLimits)),
    "taken back": takes_back,
    "cost": lambda network: network.traits.cost,
}
PROMISE: Columns = {
    "recognises a repeat": repeat,
    "can be read back": lambda network: network.traits.reads_back,
    "a person has to look": lambda network: network.traits.person,
}

MARKED = re.compile(r"(?<=: made by make tables -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)


def table(columns: Columns) -> str:
    """A row for each network that comes with the program."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in _rows(columns))


def _rows(columns: Columns) -> Iterator[list[str]]:
    yield ["network", *columns]
    yield ["---"] * (len(columns) + 1)
    for name in registry.built_in():
        network = registry.network(name)
        yield [f"`{name}`", *(cell(network) for cell in columns.values())]


def rules() -> str:
    """A row for each built-in safeguarding rule."""
    lines = ["| rule | level | judged | what it finds |\n", "| --- | --- | --- | --- |\n"]
    for rule in built_in():
        name = rule.title + ("" if rule.acceptable else " (nobody can let it pass)")
        lines.append(f"| {name} | {rule.level.value} | {JUDGED[rule.how]} | {rule.says} |\n")
    return "".join(lines)


JUDGED = {
    How.TEXT: "by its words",
    How.ASSET: "by a picture's description",
    How.STRUCT: "by the program",
    How.HUMAN: "by a person",
}

PAGES: dict[str, Callable[[], str]] = {
    "README.md": lambda: table(README),
    "docs/networks.md": lambda: table(CARRIES),
    "docs/reliability.md": lambda: table(PROMISE),
    "docs/safeguarding.md": rules,
}


def written(page: str) -> str:
    """The page's text with its table as the program is. ValueError when it has no place for one."""
    before = (ROOT / page).read_text(encoding="utf-8")
    if not MARKED.search(before):
        raise ValueError(f"{page} has no place for a table")
    return MARKED.sub(lambda _: PAGES[page](), before)


def main() -> None:
    for page in PAGES:
        (ROOT / page).write_text(written(page), encoding="utf-8")


if __name__ == "__main__":
    main()
