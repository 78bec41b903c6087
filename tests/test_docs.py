"""What README and docs say is so: YAML loads, commands exist, links lead somewhere, the table is true.

An HTML comment before a YAML block says what it is: a whole campaign, a list of posts, a whole config, or accounts.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from campaign.cli.main import cli
from campaign.cli.session import Session
from campaign.cli.verbs import VERBS
from campaign.networks import registry
from campaign.review.log import COLUMNS
from campaign.workspace.load import load

ROOT = Path(__file__).resolve().parent.parent


def tables_module() -> ModuleType:
    """docs/tables.py, which is a script and no part of a package."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tables = tables_module()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^>]*?) -->\n)?^```(?P<lang>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
CALL = re.compile(r"(?:^|[\s/;|&(])campaign ((?:-w \S+ )?[a-z]+\b[^\n;|&>]*)")

CONFIG = """\
timezone: Asia/Jakarta
languages: [id, en]
vars: {help: {id: Bantuan, en: Help}}
links: {act: {url: https://example.org/act}, help: {url: https://example.org/help, help: true}}
accounts:
"""
SITE = "  site: {network: feed, folder: public, languages: [id, en]}\n"
CONSENT = """\
consents:
  - {id: story-07, kind: story, networks: [feed], languages: [id, en], until: 2027-12-31, status: given, held_by: ani}
"""
CAMPAIGN = "starts: 2027-07-01\nends: 2027-08-31\nposts:\n"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    mark: str
    language: str
    body: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(language: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match["lang"] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append(Block(page, line, match["mark"] or "", language, match["body"]))
    return found


def write(folder: Path, block: Block) -> None:
    """A workspace in which the block stands where its comment says."""
    for name in ("posts", "schedules"):
        shutil.copytree(ROOT / name, folder / name)
    for other in (folder / "schedules").glob("*.yaml"):
        if other.name != "observances.yaml":
            other.unlink()
    (folder / "posts" / "consents.yaml").write_text(CONSENT, encoding="utf-8")
    config, campaign = CONFIG + SITE, ""
    match block.mark:
        case "yaml: config":
            config = block.body
        case "yaml: media_url":
            config = block.body + CONFIG + SITE
        case "yaml: accounts":
            config = CONFIG + textwrap.indent(block.body, "  ")
        case "yaml: campaign":
            campaign = block.body
        case "yaml: posts":
            campaign = CAMPAIGN + textwrap.indent(block.body, "  ")
        case "yaml: observances":
            (folder / "schedules" / "observances.yaml").write_text(block.body, encoding="utf-8")
        case "yaml: hotlines":
            (folder / "posts" / "hotlines.yaml").write_text(block.body, encoding="utf-8")
            (folder / "posts" / "organisations.yaml").unlink()  # they name the pack's help lines
        case "yaml: consents":
            (folder / "posts" / "consents.yaml").write_text(block.body, encoding="utf-8")
        case "yaml: pack":  # with its files, which stand below it
            config = (CONFIG + SITE).replace("vars: {", "vars: {org: Us, ")
            pack = folder / "posts" / "packs" / re.findall(r"^id: (\S+)$", block.body, re.MULTILINE)[0]
            pack.mkdir(parents=True)
            (pack / "pack.yaml").write_text(block.body, encoding="utf-8")
            for other in blocks("jinja"):
                if other.page == block.page and other.mark.startswith("file: "):
                    (pack / other.mark.removeprefix("file: ")).write_text(other.body, encoding="utf-8")
            for own in (folder / "posts").glob("signs.*"):
                own.unlink()
        case "yaml: organisations":
            (folder / "posts" / "organisations.yaml").write_text(block.body, encoding="utf-8")
        case other:
            pytest.fail(f"{block}: {other!r} does not say what this YAML is")
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    if campaign:
        (folder / "schedules" / "doc.yaml").write_text(campaign, encoding="utf-8")


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_every_yaml_block_loads(block: Block, tmp_path: Path) -> None:
    write(tmp_path, block)
    workspace = load(tmp_path, registry.specs())
    assert [str(problem) for problem in workspace.problems] == []
    if block.mark in ("yaml: campaign", "yaml: posts"):
        assert workspace.campaigns["doc"].slots


def test_a_wrong_yaml_block_would_be_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        Block(ROOT / "README.md", 1, "yaml: posts", "yaml", "- {id: a, txt: x, at: 2027-07-30 20:00}\n"),
    )
    assert [problem.place.file for problem in load(tmp_path, registry.specs()).problems] == [
        "schedules/doc.yaml"
    ]


# -- commands ----------------------------------------------------------------------


def calls() -> Iterator[tuple[str, str, bool]]:
    """Every `campaign VERB ...` of the pages, with its page, and whether it stands in a block, to be copied."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        rest = FENCE.sub("", text)
        copied = [
            match["body"] for match in FENCE.finditer(text) if match["lang"] in ("", "ini", "sh", "text")
        ]
        copied += re.findall(r"^ {4}(\S.*)$", rest, re.MULTILINE)
        named = SPAN.findall(rest)
        for piece in (*copied, *named):
            for line in piece.splitlines():
                for match in CALL.finditer(re.sub(r"\s#.*$", "", line)):
                    yield str(page.relative_to(ROOT)), match[1].strip(), piece in copied


def command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words name (`hotlines`, `kit build`, `web token add`), and the words behind it."""
    found, rest = importlib.import_module(f"campaign.cli.{words[0]}").command, words[1:]
    while isinstance(found, click.Group) and rest and not rest[0].startswith("-"):
        found, rest = found.commands[rest[0]], rest[1:]
    assert isinstance(found, click.Command)
    return found, rest


def test_every_verb_is_in_the_docs() -> None:
    named = {call.split()[0] for _, call, _ in calls()}
    assert set(VERBS) <= named


@pytest.mark.parametrize(("page", "call", "copied"), sorted(set(calls())))
def test_every_command_in_the_docs_exists_with_its_options(page: str, call: str, copied: bool) -> None:
    words = shlex.split(call)
    assert words[0] in VERBS, f"{page}: campaign {call}"
    verb, rest = command(words)
    known = {option for parameter in verb.params for option in parameter.opts} | {"-h", "--help"}
    for word in rest:
        if word.startswith("--"):
            assert word in known, f"{page}: campaign {call}"
    if copied:
        verb.make_context(
            words[0], rest, obj=Session()
        ).close()  # a UsageError if anything is missing or wrong


def contract(verb: str) -> list[str]:
    """The JSON names that docs/running.md promises for a verb."""
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    (cell,) = re.findall(rf"^\| `{verb} --json` \| (.*) \|$", text, re.MULTILINE)
    return [name.strip() for name in re.sub(r"\([^)]*\)", "", cell).split(",")]


def test_the_json_names_in_the_docs_are_those_that_are_printed(tmp_path: Path) -> None:
    write(
        tmp_path,
        Block(ROOT / "README.md", 1, "yaml: posts", "yaml", "- {id: a, text: x, at: 2027-07-30 20:00}\n"),
    )
    late = tmp_path / "schedules" / "wrong.yaml"
    late.write_text("posts: [{id: a, txt: x, at: 2027-07-30 20:00}]\n", encoding="utf-8")

    def printed(*words: str) -> list[str]:
        session = Session(now=datetime(2027, 7, 1, tzinfo=UTC))
        done = CliRunner().invoke(cli, ["-w", str(tmp_path), *words, "--json"], obj=session)
        return list(json.loads(done.stdout.splitlines()[0]))

    assert printed("plan", "--from", "2027-07-01", "--to", "2027-07-31") == contract("plan")
    assert printed("rehearse", "--to", "2027-07-31") == contract("rehearse")
    assert printed("check") == contract("check")
    assert printed("status") == contract("status")
    assert printed("hotlines") == contract("hotlines")
    assert printed("facts") == contract("facts")
    (tmp_path / "pack.zip").write_bytes(b"")
    assert printed("import", str(tmp_path / "pack.zip"), "--dry-run") == contract("import")
    (tmp_path / "table.csv").write_text("date,time,account,text\n2027-07-30,20:00,site,x\n", encoding="utf-8")
    assert printed("import", str(tmp_path / "table.csv"), "--dry-run") == contract("import POSTS.csv")
    assert printed("directory") == contract("directory")
    assert printed("directory", "--out", str(tmp_path / "site")) == contract("directory --out DIR")
    assert printed("kit", "build", "doc") == contract("kit build")
    late.unlink()
    plan = str(tmp_path / "plan.json")
    days = ["--from", "2027-07-01", "--to", "2027-07-31"]
    session = Session(now=datetime(2027, 7, 1, tzinfo=UTC))
    CliRunner().invoke(cli, ["-w", str(tmp_path), "plan", *days, "--save", plan], obj=session)
    (tmp_path / "schedules" / "doc.yaml").unlink()
    assert printed("plan", "--against", plan) == contract("plan --against FILE")
    (tmp_path / "schedules" / "doc.yaml").write_text(
        "posts: [{id: a, text: x, at: 2027-07-30 20:00}]", "utf-8"
    )
    assert printed("report", "doc") == contract("report")
    assert list(COLUMNS) == contract("log")


# -- links ----------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{page.name}: {target}"


MADE = ("schedules/vigil.yaml", "posts/consents.yaml", "posts/hotlines.checked.yaml", "posts/signs.en.j2")
"""Files that the docs name and that a person, or a verb, makes."""


def test_files_that_the_docs_name_are_there() -> None:
    for page in PAGES:
        for span in SPAN.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            is_path = re.fullmatch(
                r"(campaign|posts|schedules|docs|tests)/[\w./-]+\.(py|j2|csv|yaml|md)", span
            )
            if is_path and "NAME" not in span and "VERB" not in span and span not in MADE:
                assert (ROOT / span).exists(), f"{page.name}: {span}"


# -- the tables of networks -----------------------------------------------------------------


@pytest.mark.parametrize("page", tables.PAGES)
def test_the_tables_are_as_the_adapters_are(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text == tables.written(page), "run: make tables"
    rows = re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE)
    if page == "docs/safeguarding.md":
        return  # its table is of rules
    assert [name for name in rows if name in registry.built_in()] == registry.built_in()


@pytest.mark.parametrize("name", registry.built_in())
def test_every_network_has_a_section_of_its_own(name: str) -> None:
    text = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert f"network: {name}" in section[1]
    assert "**Left to a person.**" in section[1] or "Left to a person:" in section[1]


# -- the example ----------------------------------------------------------------------


def test_the_example_in_the_readme_prints_what_it_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (yaml,) = [
        block for block in blocks("yaml") if block.page.name == "README.md" and block.mark == "yaml: campaign"
    ]
    (shown,) = [match["body"] for match in FENCE.finditer(text) if match["mark"] == "output: plan"]
    asked, _, expected = shown.partition("\n")
    write(tmp_path, yaml)
    (tmp_path / "schedules" / "doc.yaml").rename(tmp_path / "schedules" / "vigil.yaml")
    words = shlex.split(asked.removeprefix("$ campaign "))
    done = CliRunner().invoke(
        cli, ["-w", str(tmp_path), *words], obj=Session(now=datetime(2027, 7, 1, tzinfo=UTC))
    )
    assert done.stdout.strip("\n") == expected.strip("\n")
