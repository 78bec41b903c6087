"""Packs in a workspace: what they bring, what wins, what is locked, and what does not match their pack.yaml."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from campaign.core.compose import Composer, Composition
from campaign.core.model import Workspace
from campaign.core.outlook import check
from campaign.core.text import TextRules
from campaign.core.timetable import moments
from campaign.core.wordings import Wordings
from campaign.errors import Level
from campaign.workspace.findings import Findings
from campaign.workspace.load import load
from campaign.workspace.packyaml import read_pack
from campaign.workspace.schema import pack_schema
from campaign.workspace.yamlfile import read
from tests.workspace.packed import install, pack
from tests.workspace.small import CONFIG, SPECS, every_problem, lines, with_slot, write

RULES = TextRules(limit=500, images=4)
TIPS = 'template: tips\nrows: tips.csv\nevery: {days: [day], at: "09:00"}\naccounts: [site]'
JULY = datetime(2027, 7, 1, tzinfo=UTC)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A workspace with the pack `act` and one campaign that says `template: signs`."""
    write(tmp_path, "config.yaml", CONFIG)
    write(tmp_path, "schedules/c.yaml", with_slot("template: signs\nat: 2027-07-30 20:00\naccounts: [site]"))
    install(tmp_path, pack())
    return tmp_path


def composed(workspace: Workspace, campaign: str = "c") -> Composition:
    """The first occurrence of a campaign's first slot, on its first target."""
    found = workspace.campaigns[campaign]
    slot = found.slots[0]
    moment = next(moments(slot.timetable, JULY, JULY + timedelta(days=60)))
    return Composer(workspace, lambda account: RULES).compose(found, slot, moment, slot.targets[0])


def said(folder: Path) -> str:
    result = composed(load(folder, SPECS))
    assert [str(problem) for problem in result.problems] == []
    return result.posts[0].text


def test_what_a_pack_brings(plain: Path) -> None:
    workspace = load(plain, SPECS)
    assert lines(workspace.problems) == []
    (found,) = workspace.packs
    assert (str(found), found.issuer, found.licence) == ("act 1.0.0", "Koalisi Contoh", "CC-BY-4.0")
    assert workspace.facts["packed"].pack == "act"
    assert workspace.hotlines["id-line"].pack == "act"
    assert found.dos["en"] == ("Use your own words.",)
    result = composed(workspace)
    assert result.posts[0].text == (
        "Yayasan Harapan says:\nTak ada yang boleh menahan paspormu. Ini bisa menjadi tanda, bukan bukti.\n"
        "https://example.org/act #AkhiriPerdaganganOrang"
    )
    assert (
        "template posts/packs/act/signs.id.j2 of the pack act 1.0.0, the first there is of"
        in result.explain[0]
    )
    assert "hashtags: of the pack act 1.0.0" in result.explain


def test_rows_pictures_and_their_descriptions_of_a_pack(plain: Path) -> None:
    slot = f"{TIPS}\nimage: {{file: images/tea.jpg}}"
    write(plain, "schedules/c.yaml", with_slot(slot))
    result = composed(load(plain, SPECS))
    assert result.problems == ()
    assert result.posts[0].text == "Simpan salinan.\nhalo@example.org"
    assert result.posts[0].media[0].file == "packs/act/images/tea.jpg"
    assert result.posts[0].media[0].alt == "Dua cangkir teh"
    assert any(
        line.startswith("row 1 of posts/packs/act/tips.csv of the pack act 1.0.0") for line in result.explain
    )


def test_without_a_pack_a_picture_needs_its_description(folder: Path) -> None:
    write(folder, "schedules/c.yaml", with_slot("text: x\nat: 2027-07-30 20:00\nimage: {file: a.jpg}"))
    assert any("`alt` is missing" in line for line in lines(every_problem(folder)))


def test_an_observance_of_a_pack_has_a_day(plain: Path) -> None:
    write(plain, "schedules/c.yaml", with_slot('text: x\non: packed-day\nat: "09:00"\naccounts: [site]'))
    assert said(plain) == "x"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("tips.j2", "own words"),
        ("tips.id.j2", "own words"),
        ("tips.en.j2", "Simpan salinan.\nhalo@example.org"),
    ],
)
def test_own_files_win(plain: Path, own: str, expected: str) -> None:
    write(plain, "schedules/c.yaml", with_slot(TIPS))
    write(plain, f"posts/{own}", "own words")
    write(plain, "posts/foot.j2", "an own foot, which is none of the pack's business")
    assert said(plain) == expected


def test_own_knowledge_wins_and_later_layers_win(plain: Path) -> None:
    write(
        plain,
        "posts/facts.yaml",
        "facts:\n  - {id: packed, text: Ours., source: {title: b}, publishable: true}\n",
    )
    write(plain, "config.yaml", CONFIG.replace("vars: {", "vars: {contact: us@example.org, "))
    write(plain, "schedules/c.yaml", with_slot(
        "text: \"{{ fact('packed') }} {{ vars.contact }} {{ link('act') }} {{ hashtags() }}\"\n"
        "at: 2027-07-30 20:00\naccounts: [site]",
        "links: {act: {url: https://own.example/}}\nhashtags: {id: [Sendiri]}\n",
    ))  # fmt: skip
    assert said(plain) == "Ours. us@example.org https://own.example/ #Sendiri"
    assert load(plain, SPECS).facts["packed"].pack == ""


def two(folder: Path, config: str = "", **about: Any) -> None:
    """A second pack, without knowledge of its own."""
    second = pack(
        {"facts.yaml": None, "hotlines.yaml": None, "observances.yaml": None, "tips.j2": "the other's\n"},
        id="zeta",
        vars={"contact": "zeta@example.org"},
        **about,
    )
    install(folder, second, "zeta")
    write(folder, "config.yaml", CONFIG + config)


def test_the_first_pack_wins_and_config_yaml_says_which_is_first(plain: Path) -> None:
    write(plain, "schedules/c.yaml", with_slot(TIPS))
    two(plain)
    assert said(plain) == "Simpan salinan.\nhalo@example.org"
    write(plain, "config.yaml", CONFIG + "packs: [zeta, act]\n")
    assert said(plain) == "the other's"
    write(plain, "config.yaml", CONFIG + "packs: [zeta]\n")
    workspace = load(plain, SPECS)
    assert [str(found) for found in workspace.packs] == ["zeta 1.0.0"]
    assert "packed" not in workspace.facts
    assert not any(name.startswith("packs/act/") for name in {*workspace.templates, *workspace.media})


def test_two_packs_with_one_id_are_an_error(plain: Path) -> None:
    install(plain, pack({"hotlines.yaml": None, "observances.yaml": None}, id="zeta"), "zeta")
    (problem,) = every_problem(plain)
    assert str(problem) == "posts/packs/zeta/facts.yaml:2:10: `packed` is in the pack act 1.0.0 too"
    write(
        plain,
        "posts/facts.yaml",
        "facts:\n  - {id: packed, text: Ours., source: {title: b}, publishable: true}\n",
    )
    assert every_problem(plain) == ()


def test_a_pack_that_is_not_there(plain: Path) -> None:
    write(plain, "config.yaml", CONFIG + "packs: [act, acts]\n")
    (problem,) = every_problem(plain)
    assert problem.message == "no pack called `acts` (did you mean 'act'?)"
    assert problem.place.file == "config.yaml" and problem.place.line


def test_what_a_pack_needs(plain: Path) -> None:
    for config in (
        CONFIG.replace("vars: {org: Yayasan Harapan}\n", ""),
        CONFIG.replace("Yayasan Harapan", '" "'),
    ):
        write(plain, "config.yaml", config)
        problem = next(p for p in every_problem(plain) if p.rule == "needs")
        assert str(problem).startswith("posts/packs/act/pack.yaml:")
        assert problem.place.line and "needs `org`" in problem.message
        assert problem.hint == "add `org: …` to vars: in config.yaml"


@pytest.mark.parametrize(("day", "warned"), [(datetime(2027, 12, 31, 12, tzinfo=UTC), False),
                                             (datetime(2028, 1, 1, 12, tzinfo=UTC), True)])  # fmt: skip
def test_a_pack_past_its_review_is_a_warning(plain: Path, day: datetime, warned: bool) -> None:
    workspace = load(plain, SPECS)
    found = [p for p in check(workspace, Composer(workspace, lambda account: RULES), day) if p.rule == "pack"]
    assert [p.level for p in found] == [Level.WARN] * warned
    assert all("act 1.0.0 had to be reviewed by 2027-12-31" in p.message for p in found)


# -- what does not match ---------------------------------------------------------------------


@pytest.mark.parametrize("file", ["signs.j2", "tips.csv", "images/tea.jpg", "facts.yaml", "README.md"])
def test_a_file_that_was_changed_by_hand_is_an_error_and_not_used(plain: Path, file: str) -> None:
    path = plain / "posts/packs/act" / file
    before = load(plain, SPECS).digest
    path.write_bytes(path.read_bytes() + b"\n")
    problems = every_problem(plain)
    assert any(
        str(p) == f"posts/packs/act/{file}: this file of the pack act 1.0.0 was changed by hand"
        for p in problems
    )
    workspace = load(plain, SPECS)
    assert not any(
        f"packs/act/{file}" in of for of in (workspace.templates, workspace.tables, workspace.media)
    )
    assert "packed" in workspace.facts or file == "facts.yaml"
    assert workspace.digest != before


def test_files_that_are_missing_or_too_many(plain: Path) -> None:
    (plain / "posts/packs/act/foot.j2").unlink()
    write(plain, "posts/packs/act/signs.x.j2", "mine")
    write(plain, "posts/packs/act/hotlines.checked.yaml", "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\n")
    write(plain, "posts/packs/stray.j2", "x")
    told = lines(every_problem(plain))
    assert any("`foot.j2` of the pack act 1.0.0 is missing" in line for line in told)
    assert "posts/packs/act/signs.x.j2: this file is no part of the pack act 1.0.0" in told
    assert "posts/packs/act/hotlines.checked.yaml: a pack can't say that a help line was checked" in told
    assert "posts/packs/stray.j2: this file is not read" in told
    assert "packs/act/signs.x.j2" not in load(plain, SPECS).templates


def test_a_check_that_comes_with_a_pack_counts_for_nobody(plain: Path) -> None:
    checked = (
        "workspace: 6d9f0f3e-2f5b-4c8f-9f5a-1c1c5f0b7a10\n"
        'checked:\n  - {id: id-line, number: "129", by: ani, on: 2027-07-01, how: called}\n'
    )
    install(plain, pack({"hotlines.checked.yaml": checked}))
    assert load(plain, SPECS).checks == ()
    assert any("can't say that a help line was checked" in line for line in lines(every_problem(plain)))


WRONG = {
    "licence": (None, "`licence` is missing"),
    "issuer": ("", "`issuer`: this is empty"),
    "version": ("1.0", "is not a version"),
    "review_by": (None, "`review_by` is missing"),
    "id": ("other", "the pack `other` lies in the folder `act`"),
    "languages": (["id", "en", "de"], "`images/tea.jpg` has no description in `de`"),
    "assets": ({}, "`images/tea.jpg` has no description"),
    "files": ({"../../config.yaml": "a" * 64}, "the name leads out of its folder"),
    "needs": (["a b"], "can't be a name in vars"),
    "templates": ({"sign": {"editable": ["greeting"]}}, "no template called `sign`"),
    "links": ({"a": {"url": "javascript:x"}}, "is not an address"),
    "colour": ("red", "unknown key `colour`"),
}


@pytest.mark.parametrize(("key", "value", "message"), [(key, *found) for key, found in WRONG.items()])
def test_a_wrong_pack_yaml(plain: Path, key: str, value: Any, message: str) -> None:
    install(plain, pack(**{key: value}))
    found = [p for p in every_problem(plain) if message in p.message]
    assert found and found[0].place.file == "posts/packs/act/pack.yaml" and found[0].hint
    schema = Draft7Validator(pack_schema())
    document = read("pack.yaml", pack(**{key: value})["pack.yaml"])
    if message.endswith("missing") or key in ("version", "colour"):
        assert list(schema.iter_errors(document.root))


def test_the_schema_takes_a_good_one() -> None:
    Draft7Validator.check_schema(pack_schema())
    assert list(Draft7Validator(pack_schema()).iter_errors(read("p", pack()["pack.yaml"]).root)) == []


@pytest.mark.parametrize(
    ("files", "about", "message"),
    [
        ({"signs.j2": "{{ x.__class__ }}{% for %}"}, {}, "posts/packs/act/signs.j2:1: "),
        ({"tips.j2": "{% include 'feet.j2' %}"}, {}, "there is no template `feet.j2` in the pack act 1.0.0"),
        ({"tips.j2": "{% include 'pack:zeta/foot.j2' %}"}, {}, "there is no template `pack:zeta/foot.j2`"),
        ({}, {"templates": {"signs": {"editable": ["heading"]}}}, "no block called `heading`"),
        (
            {"signs.j2": "{% block greeting %}{% block heart %}x{% endblock %}{% endblock %}"},
            {},
            "`greeting` is editable and holds `heart`, which is locked: it could be left out",
        ),
    ],
)  # fmt: skip
def test_templates_of_a_pack_that_can_not_be(
    plain: Path, files: dict[str, str | bytes | None], about: dict[str, Any], message: str
) -> None:
    install(plain, pack(files, **about))
    assert any(message in line for line in lines(every_problem(plain)))


def test_a_folder_without_pack_yaml_and_a_pack_yaml_that_is_none(plain: Path) -> None:
    write(plain, "posts/packs/zeta/signs.j2", "x")
    assert any("this folder has no pack.yaml" in line for line in lines(every_problem(plain)))
    for text in ("", "[]", "a: [", "5"):
        write(plain, "posts/packs/zeta/pack.yaml", text)
        assert any(p.place.file == "posts/packs/zeta/pack.yaml" for p in every_problem(plain))
    assert read_pack(read("pack.yaml", b"- 1"), Findings()) is None


# -- locked ---------------------------------------------------------------------

HEART = "Tak ada yang boleh menahan paspormu"
GOOD = '{% extends "pack:act/signs.id.j2" %}{% block greeting %}Halo dari {{ vars.org }}!{% endblock %}'


def test_an_editable_block_can_be_written_anew(plain: Path) -> None:
    write(plain, "posts/signs.id.j2", GOOD)
    assert every_problem(plain) == ()
    assert said(plain).startswith("Halo dari Yayasan Harapan!\n" + HEART)


BASE = '{% extends "pack:act/signs.id.j2" %}'
AROUND = {
    "another block": BASE + "{% block heart %}mine{% endblock %}",
    "a block within a block": BASE + "{% block greeting %}{% block heart %}mine{% endblock %}{% endblock %}",
    "by its path": '{% extends "packs/act/signs.id.j2" %}{% block heart %}mine{% endblock %}',
    "computed": '{% extends "pack:" ~ "act/signs.id.j2" %}{% block heart %}mine{% endblock %}',
    "only perhaps": "{% if true %}" + BASE + "{% endif %}{% block heart %}mine{% endblock %}",
    "a variable that shadows": BASE + "{% set link = 'mine' %}",
    "a macro that shadows": BASE + "{% macro link(x) %}mine{% endmacro %}",
    "an import that shadows": BASE + '{% import "macros.j2" as vars %}',
    "words before": "mine " + BASE,
    "a chain": '{% extends "middle.j2" %}{% block heart %}mine{% endblock %}',
    "a chain that shadows": '{% extends "middle.j2" %}{% set hashtags = 1 %}',
    "a chain with words before": 'mine {% extends "middle.j2" %}',
    "included": '{% include "pack:act/signs.id.j2" %}',
    "included with other names": '{% set vars = {"org": "mine"} %}{% include "pack:act/signs.id.j2" %}',
    "included and filtered": "{% filter upper %}{% include 'pack:act/signs.id.j2' %}{% endfilter %}",
    "included by way of another": "{% filter replace('paspormu', 'mine') %}{% include 'middle.j2' %}{% endfilter %}",
    "imported": '{% import "pack:act/signs.id.j2" as them %}{{ them }}',
    "names imported": '{% from "pack:act/signs.id.j2" import link %}mine',
    "not extended at all": "mine",
    "the other template of the pack": '{% extends "pack:act/tips.j2" %}',
}  # fmt: skip


OWN = ("not extended at all", "the other template of the pack")
"""Allowed where it takes no locked template's place."""

TRIED = [
    (way, where)
    for way in AROUND
    for where in ("signs.id.j2", "signs.feed.id.j2", "other.j2", "text")
    if where.startswith("signs") or way not in OWN
]


@pytest.mark.parametrize(("way", "where"), TRIED)
def test_no_way_around_what_is_locked(plain: Path, way: str, where: str) -> None:
    """The post can't be made; never is a text said that the pack did not write."""
    write(plain, "posts/middle.j2", GOOD)
    write(plain, "posts/macros.j2", "{% set org = 'mine' %}")
    slot = f"text: {json.dumps(AROUND[way])}" if where == "text" else f"template: {where.partition('.')[0]}"
    write(plain, "schedules/c.yaml", with_slot(f"{slot}\nat: 2027-07-30 20:00\naccounts: [site]"))
    if where != "text":
        write(plain, f"posts/{where}", AROUND[way])
    workspace = load(plain, SPECS)
    result = composed(workspace)
    assert result.posts == ()
    (problem,) = result.problems
    assert problem.rule == "locked"
    assert problem.hint
    assert problem.place.file in (f"posts/{where}", "posts/middle.j2", "schedules/c.yaml")
    # What can be known without making the post is said for the file too.
    if way in ("another block", "by its path", "a variable that shadows", "words before") and where != "text":
        assert [p.rule for p in workspace.problems] == ["locked"]
        assert workspace.problems[0].place.file == f"posts/{where}"


def test_what_an_editable_block_does_stays_in_it(plain: Path) -> None:
    block = (
        "{% set vars = {'org': 'mine', 'contact': 'mine'} %}{% set hashtags = 'mine' %}"
        "{% macro link(x) %}mine{% endmacro %}Halo"
    )
    write(plain, "posts/signs.id.j2", f"{BASE}{{% block greeting %}}{block}{{% endblock %}}")
    assert every_problem(plain) == ()
    text = said(plain)
    assert "mine" not in text
    assert text.endswith("https://example.org/act #AkhiriPerdaganganOrang")


def test_a_template_that_is_not_listed_is_free(plain: Path) -> None:
    write(plain, "posts/own.j2", '{% set row = {"text": "mine"} %}{% include "pack:act/tips.j2" %}')
    write(plain, "schedules/c.yaml", with_slot("template: own\nat: 2027-07-30 20:00\naccounts: [site]"))
    assert said(plain) == "mine\nhalo@example.org"


def test_other_wordings_of_a_pack_are_found_for_a_kit(plain: Path) -> None:
    install(plain, pack({"tips.2.j2": "In other words: {{ row.text }}\n"}))
    write(plain, "schedules/c.yaml", with_slot(TIPS))
    workspace = load(plain, SPECS)
    campaign = workspace.campaigns["c"]
    slot = campaign.slots[0]
    moment = next(moments(slot.timetable, JULY, JULY + timedelta(days=60)))
    found = Wordings(workspace, lambda account: RULES).of(campaign, slot, moment, slot.targets[0])
    assert [wording.texts for wording in found] == [
        ("Simpan salinan.\nhalo@example.org",),
        ("In other words: Simpan salinan.",),
    ]


def test_a_help_link_of_a_pack_is_a_way_to_help(plain: Path) -> None:
    install(plain, pack(links={"act": {"url": "https://example.org/act"},
                               "aid": {"url": "https://example.org/aid", "help": True}}))  # fmt: skip
    text = "text: \"A phone taken away may be a sign. {{ link('aid') }}\"\npillar: signs"
    write(plain, "schedules/c.yaml", with_slot(f"{text}\nat: 2027-07-30 20:00\naccounts: [site]"))
    assert said(plain).endswith("https://example.org/aid")
    write(plain, "schedules/c.yaml", with_slot(
        f"{text}\nat: 2027-07-30 20:00\naccounts: [site]", "links: {aid: {url: https://example.org/other}}\n"
    ))  # fmt: skip
    assert "SG07" in {problem.rule for problem in composed(load(plain, SPECS)).problems}


def test_organisations_of_a_pack_are_read(plain: Path) -> None:
    entry = (
        "organisations:\n  - {id: helpers, name: {en: Helpers, id: Penolong}, kind: help, "
        "does: {en: Helps., id: Membantu.}, "
        'hotlines: [id-line], url: "https://example.org/", source: "https://example.org/about", '
        "checked: {on: 2026-11-25, how: opened}, review_by: 2027-11-25}\n"
    )
    install(plain, pack({"organisations.yaml": entry}))
    workspace = load(plain, SPECS)
    assert lines(workspace.problems) == []
    assert workspace.organisations["helpers"].place.file == "posts/packs/act/organisations.yaml"
