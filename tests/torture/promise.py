"""The promise of each network, read off its adapter: ``python -m tests.torture.promise`` writes docs/reliability.md's.

How long a repeat is recognised is the adapter's ``repeat_safe_for``; whether a lost answer can be read back is what its
case in the contract suite proves (``after_loss``); how far, the most posts that its look-up reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from campaign.core.lifecycle import REPEAT_MARGIN
from campaign.core.outcome import Sent
from campaign.networks.mastodon import _KNOWS_KEYS
from tests.networks.cases import Case, FolderCase, bench, cases

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- the promise: generated -->\n", "<!-- end -->\n"
HEAD = "| network | recognises a repeat | can be read back | a person has to look |\n|---|---|---|---|\n"


def table() -> str:
    """The table, a row for each network, or two where it depends on the server."""
    with TemporaryDirectory() as folder:
        rows = [row for case in cases() for row in _rows(case, Path(folder))]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _rows(case: Case, folder: Path) -> Iterator[tuple[str, str, str, str]]:
    here = bench("http://127.0.0.1:9", folder / case.name)
    adapter = case.make(here)
    if isinstance(type(adapter).repeat_safe_for, timedelta):
        yield _row(f"`{case.name}`", case, adapter.repeat_safe_for)
        return
    knowing = set()
    for software in sorted(_KNOWS_KEYS):
        here.vault.put(f"software of {here.url}", software)
        knowing.add(adapter.repeat_safe_for)
    here.vault.put(f"software of {here.url}", "gotosocial")
    [hour] = knowing
    yield _row(f"`{case.name}` on {' and '.join(sorted(n.capitalize() for n in _KNOWS_KEYS))}", case, hour)
    yield _row(f"`{case.name}` on other servers", case, adapter.repeat_safe_for)


def _row(name: str, case: Case, knows: timedelta) -> tuple[str, str, str, str]:
    for_ever = knows > timedelta(days=3650)
    hours = int(knows / timedelta(hours=1))
    repeat = "always" if for_ever else f"for {hours} hour{'s' * (hours > 1)}" if knows else "no"
    if case.after_loss is Sent and isinstance(case, FolderCase):
        return name, repeat, "exactly, by its key", "never"
    if case.after_loss is Sent:
        module = import_module(f"campaign.networks.{case.name}")
        reach = module._PAGE * module._PAGES
        look = "when the list can't be had, or shows the same text twice or from before"
        return name, repeat, f"by its text, among the newest {reach:,} posts", look
    if for_ever:
        return name, repeat, "no", "always: a person posts it"
    if knows:
        minutes = int((knows - REPEAT_MARGIN) / timedelta(minutes=1))
        return name, repeat, "no", f"when no answer came within {minutes // 60} h {minutes % 60} min"
    return name, repeat, "no", "after each lost answer"


def written(text: str) -> str:
    """The table that stands in the page."""
    return text.partition(f"{BEGIN}\n")[2].partition(f"\n{END}")[0]


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, after = f"{BEGIN}\n", f"\n{END}"
    PAGE.write_text(text.replace(before + written(text) + after, before + table() + after), encoding="utf-8")


if __name__ == "__main__":
    main()
