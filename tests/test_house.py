"""The house rules that no linter knows: what stands at the top, what an __init__ holds, who may read the clock."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "campaign").rglob("*.py"))
TOP = {
    "campaign", "posts", "schedules", "tests", "docs", "config.example.yaml", "pyproject.toml", "README.md",
    "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md",
}  # fmt: skip
CLOCKS = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|time\.sleep|utcnow)\b")
MAY_READ_THE_CLOCK = {
    "campaign/dispatch/clock.py": "the one place that does",
    "campaign/cli/": "a verb is told the time by its session",
    "campaign/networks/http.py": "the fallback for a Retry-After date in an answer without a Date header",
    "campaign/networks/bluesky.py": "when a post says that it was made, when the caller injects no clock",
    "campaign/networks/feed.py": "an entry's publication time, when the caller injects no clock",
    "campaign/networks/email.py": "the date of a message, when the caller injects no clock",
    "campaign/networks/nostr.py": "the date of a note, when the caller injects no clock",
    "campaign/networks/graph_token.py": "the age of a token that lives for 60 days, when the caller injects no clock",
    "campaign/networks/webhook.py": "the timestamp under a signature, when the caller injects no clock",
    "campaign/store/holding.py": "waits a hundredth of a second for a runner that is just writing its name",
}


def committed() -> list[str]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if out.returncode or not out.stdout:
        pytest.skip("not a git checkout")
    return out.stdout.splitlines()


def test_only_what_belongs_stands_at_the_top() -> None:
    top = {name.split("/")[0] for name in committed()}
    assert {name for name in top if not name.startswith(".")} == TOP


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.name == "__init__.py"], ids=lambda m: m.parent.name
)
def test_an_init_holds_a_docstring_only(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    rest = [ast.unparse(node) for node in tree.body[1:]]
    assert all(line.startswith("__version__") for line in rest), rest


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(ROOT)))
def test_every_module_says_what_it_is_and_only_the_top_reads_the_clock(module: Path) -> None:
    name, text = str(module.relative_to(ROOT)), module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "a module begins with a sentence that says what lives in it"
    if not name.startswith(tuple(MAY_READ_THE_CLOCK)):
        called = [ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        assert [call for call in called if CLOCKS.fullmatch(call)] == []


def test_nothing_committed_names_a_registry_or_a_machine() -> None:
    # Spelled in pieces, so that this file does not name them either.
    words = [
        "py" + "pi.org",
        "python" + "hosted",
        "npm" + "js.org",
        "deb." + "debian.org",
        "/wo" + "rk/",
        "/ro" + "ot/",
    ]
    found = []
    for name in committed():
        path = ROOT / name
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "ignore")
            found += [(name, word) for word in words if word in text]
    assert found == []
