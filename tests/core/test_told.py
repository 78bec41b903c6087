"""What the directory says is held against the rules: nobody is accused, and no number slips in unchecked."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign.core.told import objections
from campaign.errors import Level, Problem
from campaign.networks import registry
from campaign.workspace.load import load

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "timezone: UTC\nlanguages: [en]\naccounts: {site: {network: feed, folder: public, language: en}}\n"
LINE = """\
hotlines:
  - {id: a, name: SAPA 129, country: ID, channels: [{type: phone, show: "129"}], status: green,
     source: https://a.example}
"""


def said(folder: Path, **texts: str) -> list[Problem]:
    """What is said against an organisation with these texts, or a claim (about, because)."""
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "posts" / "hotlines.yaml").write_text(LINE)
    one = {"name": "Hope", "does": "Listens.", "note": "Ask first."} | texts
    (folder / "posts" / "organisations.yaml").write_text(
        "organisations:\n"
        f"  - {{id: hope, kind: help, name: {one['name']!r}, does: {one['does']!r}, note: {{id: {one['note']!r}}},\n"
        "     url: https://a.example, source: https://a.example,\n"
        "     checked: {on: 2026-11-20, how: opened}, review_by: 2027-05-31}\n"
    )
    about, because = one.get("about", "A rank"), one.get("because", "No data.")
    (folder / "posts" / "facts.yaml").write_text(
        "facts: []\nretired:\n"
        f"  - {{id: z-it, pattern: zzz, why: none, about: {about!r}, because: {because!r}}}\n"
    )
    workspace = load(folder, registry.specs())
    assert [str(problem) for problem in workspace.problems] == []
    return list(objections(workspace))


def test_plain_words_are_fine(tmp_path: Path) -> None:
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("key", "text", "rule", "message"),
    [
        ("does", "Keeps a list of known traffickers.", "SG03", "does: "),
        ("note", "Telepon 0812-3456-7890.", "phone", "note (id): '0812-3456-7890' looks like a phone number"),
        ("note", "Datang ke SAPA 130.", "phone", "note (id): '130'"),
        ("name", "Hope +62 812 3456 7890", "phone", "name: "),
        ("because", "Ask 0812-3456-7890.", "phone", "because: "),
    ],
)
def test_names_of_the_accused_and_numbers_are_errors(
    tmp_path: Path, key: str, text: str, rule: str, message: str
) -> None:
    (problem,) = said(tmp_path, **{key: text})
    assert (problem.rule, problem.level) == (rule, Level.ERROR)
    assert problem.message.startswith(message), problem.message
    assert problem.hint
    file = "facts" if key == "because" else "organisations"
    assert str(problem.place).startswith(f"posts/{file}.yaml:{3 if key == 'because' else 2}:5")


def test_words_that_only_want_thought_are_a_warning(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, does="Rescues victims.")
    assert (problem.rule, problem.level) == ("SG12", Level.WARN)


def test_the_pack_has_nothing_against_it(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "posts", tmp_path / "posts")
    (tmp_path / "config.yaml").write_text(CONFIG)
    workspace = load(tmp_path, registry.specs())
    assert len(workspace.organisations) == len(workspace.claims) == 9
    assert [str(problem) for problem in objections(workspace)] == []
