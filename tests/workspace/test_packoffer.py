"""Taking a pack: what is said before, what is refused, and that a crash leaves the old one or the new one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.errors import CampaignError, Level
from campaign.workspace.load import load
from campaign.workspace.packoffer import Offer, consider, take
from campaign.workspace.packplace import exchange, put, recover
from tests.workspace.packed import FILES, SIGNS, install, pack, picture, zipped
from tests.workspace.small import CONFIG, SPECS, every_problem, write


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    write(tmp_path, "config.yaml", CONFIG)
    return tmp_path


def offered(folder: Path, made: Mapping[str, bytes]) -> Offer:
    return consider(load(folder, SPECS), "act.zip", zipped(made))


def errors(offer: Offer) -> list[str]:
    return [str(problem) for problem in offer.problems if problem.level is Level.ERROR]


def there(folder: Path, name: str = "act") -> dict[str, bytes]:
    """The files of an installed pack, but for what the import left."""
    root = folder / "posts/packs" / name
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_a_new_pack(plain: Path) -> None:
    offer = offered(plain, pack())
    assert errors(offer) == []
    assert offer.sha256 == hashlib.sha256(zipped(pack())).hexdigest()
    assert offer.added == tuple(sorted(pack()))
    assert not offer.there and not offer.same and not offer.older
    assert not (plain / "posts").exists()  # looking writes nothing
    take(plain, offer)
    assert there(plain) == pack()
    assert every_problem(plain) == ()
    assert [str(found) for found in load(plain, SPECS).packs] == ["act 1.0.0"]
    assert [path.name for path in (plain / "posts/packs").iterdir()] == ["act"]
    assert offered(plain, pack()).same


def test_a_newer_one_and_what_was_changed_by_hand(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    new = pack(
        {"signs.j2": SIGNS + "\nmore", "foot.j2": None, "tips.j2": "{{ row.text }}", "new.txt": "x"},
        version="1.10.0",
    )
    offer = offered(plain, new)
    assert errors(offer) == []
    assert (offer.added, offer.removed) == (("new.txt",), ("foot.j2",))
    assert offer.changed == ("pack.yaml", "signs.j2", "tips.j2")
    assert offer.local == {} and not offer.older
    write(plain, "posts/packs/act/signs.j2", "mine")
    write(plain, "posts/packs/act/own.j2", "mine")
    (plain / "posts/packs/act/tips.csv").unlink()
    offer = offered(plain, new)
    assert offer.local == {"signs.j2": "changed", "own.j2": "added", "tips.csv": "removed"}
    take(plain, offer)
    assert there(plain) == new
    older = offered(plain, pack(version="1.9.0"))
    assert older.older and errors(older) == []


def test_hidden_files_that_somebody_put_there_are_not_lost_either(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    write(plain, "posts/packs/act/.git/config", "x")
    write(plain, "posts/packs/act/images/.notes", "x")
    assert offered(plain, pack(version="1.1.0")).local == {".git": "added", "images/.notes": "added"}


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a tree but its root."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from spots(inner, (*path, key))


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_pack_yaml(plain: Path, data: st.DataObject) -> None:
    """Anything in the place of any value: problems of one line each, or an offer; never another exception."""
    made = pack({"facts.yaml": None, "images/tea.jpg": None})
    about = yaml.safe_load(made["pack.yaml"])
    path = data.draw(st.sampled_from(list(spots(about))))
    inner = about
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(ODD)
    made["pack.yaml"] = yaml.safe_dump(about, allow_unicode=True).encode("utf-8", "surrogatepass")
    offer = offered(plain, made)
    assert offer.pack is not None or offer.wrong
    for problem in offer.problems:
        assert problem.message and "\n" not in str(problem)


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_with_a_true_checksum(plain: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    old = pack()[name]
    cut = data.draw(st.integers(0, len(old)))
    content = old[:cut] + data.draw(
        st.binary(max_size=30) | st.sampled_from([b"{%", b"{{", b'"', b"\0", b"a: &a [*a]"])
    )
    offer = offered(plain, pack({name: content}))
    for problem in offer.problems:
        assert problem.place.file and problem.message and "\n" not in str(problem)


def test_a_changed_pack_yaml_is_seen_too(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    loose = pack(templates={"signs": {"editable": ["greeting", "heart"]}})["pack.yaml"]
    write(plain, "posts/packs/act/pack.yaml", loose)
    (problem,) = every_problem(plain)
    assert str(problem) == "posts/packs/act/pack.yaml: pack.yaml of the pack act 1.0.0 was changed by hand"
    assert load(plain, SPECS).packs == ()
    assert offered(plain, pack(version="1.1.0")).local == {"pack.yaml": "changed"}


def test_what_was_changed_meanwhile_is_not_lost(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    offer = offered(plain, pack(version="1.1.0"))
    write(plain, "posts/packs/act/signs.j2", "mine, just now")
    with pytest.raises(CampaignError, match="somebody has changed"):
        take(plain, offer)
    assert there(plain)["signs.j2"] == b"mine, just now"


def test_an_offer_that_is_wrong_is_never_taken(plain: Path) -> None:
    offer = offered(plain, pack(licence=None))
    assert errors(offer) == ["act.zip/pack.yaml:1:1: `licence` is missing"]
    with pytest.raises(ValueError, match="can't be taken"):
        take(plain, offer)


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no licence": ({}, {"licence": None}, "`licence` is missing"),
    "no issuer": ({}, {"issuer": None}, "`issuer` is missing"),
    "no checksums": ({}, {"files": None}, "`files` is missing"),
    "a checksum that lies": (
        {},
        {"files": {**dict.fromkeys(FILES, "0" * 64)}},
        "the checksum of this file in pack.yaml is another: this is not what the issuer packed",
    ),
    "a file that is not listed": (
        {},
        {"files": {name: hashlib.sha256(c if isinstance(c, bytes) else c.encode()).hexdigest()
                   for name, c in FILES.items() if name != "foot.j2"}},
        "posts/packs/act/foot.j2: this file is no part of the pack act 1.0.0",
    ),
    "a file that is missing": ({}, {"files": {"more.j2": "0" * 64}, "assets": {}}, "`more.j2` of the pack act"),
    "a picture that is none": ({"images/tea.jpg": b"<svg/>"}, {}, "is no picture and no film"),
    "a picture that is cut": ({"images/tea.jpg": picture(size=200)[:400]}, {}, "is broken"),
    "a picture in disguise": ({"images/tea.jpg": b"#!/bin/sh\nrm -rf /\n"}, {}, "is no picture and no film"),
    "a template that can't be": ({"signs.j2": "{% for %}"}, {}, "posts/packs/act/signs.j2:1: "),
    "a template that climbs": ({"foot.j2": "{% do x %}"}, {}, "posts/packs/act/foot.j2:1: "),
    "a template beside it": ({"tips.j2": "{% include 'pack:other/x.j2' %}"}, {}, "there is no template"),
    "a table with a formula": ({"tips.csv": "id,text\na,=cmd|'/C calc'!A0\n"}, {}, "is a formula to a spreadsheet"),
    "a table with a call": ({"tips.csv": 'id,text\na,"@SUM(1+1)"\n'}, {}, "is a formula to a spreadsheet"),
    "a table that is none": ({"tips.csv": 'id,text\na,"x\n'}, {}, "this is not CSV"),
    "a fact without a source": (
        {"facts.yaml": "facts: [{id: x, text: {en: a}, publishable: true}]\n"}, {}, "`source` is missing"),
    "a help line with one digit changed": (
        {"hotlines.yaml": "hotlines: [{id: x, name: {en: a}, country: ID, status: green, source: 'https://a.example', "
         "channels: [{type: phone, show: 0800-1000, e164: '+628001001'}]}]\n"}, {}, "are not the same number"),
    "words that do harm": (
        {"foot.j2": "Share the list of known traffickers: John Doe is one of them!"}, {}, "[SG"),
    "a description that does harm": (
        {}, {"assets": {"images/tea.jpg": {"alt": {"id": "x", "en": "A crying girl in chains behind bars"}}}}, "[SG11"),
    "a row that does harm": ({"tips.csv": "id,text\na,Share the list of known traffickers!\n"}, {}, "[SG"),
    "an exploding pattern": (
        {"safeguards.yaml": "rules: [{id: boom, name: boom, level: warn, how: text, says: x, sources: [us], "
         "patterns: {any: '((((a{1,1000}){1,1000}){1,1000}){1,1000})'}}]\n"}, {}, "safeguards.yaml"),
    "a pattern that looks ahead": (
        {"safeguards.yaml": "rules: [{id: boom, name: boom, level: warn, how: text, says: x, sources: [us], "
         "patterns: {any: '(?=a)b'}}]\n"}, {}, "safeguards.yaml"),
    "a rule in place of ours": (
        {"safeguards.yaml": "rules: [{id: SG03, name: nothing, level: advice, how: text, says: x, sources: [us], "
         "patterns: {any: xyzzy}}]\n"}, {}, "there is a rule `SG03` already"),
    "a rule that misses its own example": (
        {"safeguards.yaml": "rules: [{id: ours, name: ours, level: warn, how: text, says: x, sources: [us], "
         "patterns: {any: xyzzy}, bad: {en: plugh}}]\n"}, {}, "does not find its bad example"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_pack_that_is_wrong(plain: Path, name: str) -> None:
    files, about, said = WRONG[name]
    made = pack(files, **about)
    offer = offered(plain, made)
    told = errors(offer)
    assert told and any(said in line for line in told), told
    assert not any("was changed by hand" in line for line in told)
    assert not (plain / "posts").exists()


def test_texts_that_begin_like_formulas_and_are_none(plain: Path) -> None:
    table = 'id,text\na,"+62 is the code"\nb,- (one)\nc,@friends (all of you)\nd,a = b\n'
    assert errors(offered(plain, pack({"tips.csv": table}))) == []


def test_rules_that_a_pack_adds_hold_and_none_is_taken_away(plain: Path) -> None:
    rule = (
        "rules:\n  - {id: no-xyzzy, name: no-xyzzy, level: error, how: text, says: says xyzzy, sources: [us], "
        "patterns: {any: '\\bxyzzy\\b'}, bad: {en: xyzzy now}, good: {en: xyzzyx}}\n"
    )
    before = load(plain, SPECS).rules
    offer = offered(plain, pack({"safeguards.yaml": rule}))
    assert errors(offer) == []
    take(plain, offer)
    workspace = load(plain, SPECS)
    assert workspace.problems == ()
    assert workspace.rules[: len(before)] == before
    assert [added.id for added in workspace.rules[len(before) :]] == ["no-xyzzy"]
    told = errors(offered(plain, pack({"safeguards.yaml": rule, "foot.j2": "xyzzy"}, version="1.1.0")))
    assert any("says xyzzy [no-xyzzy" in line for line in told), told
    install(
        plain,
        pack(
            {"safeguards.yaml": rule, "facts.yaml": None, "hotlines.yaml": None, "observances.yaml": None},
            id="b",
        ),
        "b",
    )
    assert any(
        "there is a rule `no-xyzzy` already, of the pack act 1.0.0" in str(p) for p in every_problem(plain)
    )


def test_beside_what_is_there(plain: Path) -> None:
    write(plain, "posts/signs.j2", "own words")
    write(plain, "config.yaml", CONFIG.replace("vars: {org: Yayasan Harapan}\n", ""))
    offer = offered(plain, pack())
    assert errors(offer) == [
        "posts/signs.j2: this stands in place of pack:act/signs.j2, which the pack act 1.0.0 has locked"
    ]
    assert [p.rule for p in offer.problems if p.level is Level.WARN] == ["needs"]
    (plain / "posts/signs.j2").unlink()
    install(plain, pack({"observances.yaml": None}, id="b"), "b")
    told = errors(offered(plain, pack()))
    assert len(told) == 2 and "`packed` is in the pack b too" in told[0] and "`id-line` is in" in told[1]


def test_the_same_version_with_other_files_and_another_issuer(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    offer = offered(plain, pack({"foot.j2": "other"}))
    assert errors(offer) == [
        "act.zip: another act 1.0.0 is there already: the same version, and not the same files"
    ]
    offer = offered(plain, pack(version="1.1.0", issuer="Somebody"))
    assert errors(offer) == []
    assert "was made by `Koalisi Contoh`, this one says `Somebody`" in offer.problems[0].message


def test_a_folder_that_leads_out_is_not_written_to(
    plain: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (plain / "posts").mkdir()
    (plain / "posts/packs").symlink_to(outside)
    with pytest.raises(CampaignError, match="leads out of the workspace"):
        offered(plain, pack())
    assert list(outside.iterdir()) == []


# -- in place ------------------------------------------------------------------------


def test_two_folders_change_places_in_one_step(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, f"{name}/file", name)
    if not exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this system has no renameat2: packs are put in place in two steps")
    assert (tmp_path / "a/file").read_text() == "b"
    assert (tmp_path / "b/file").read_text() == "a"
    with pytest.raises(OSError, match="No such file"):
        exchange(tmp_path / "a", tmp_path / "nowhere")


MORTAL = """
import os, sys
from pathlib import Path
from campaign.workspace.packplace import put

root, last, at_once = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
seen = 0

def watch(event, arguments):
    global seen
    inside = any(str(root) in os.fsdecode(a) for a in arguments if isinstance(a, (str, bytes)))
    if event.startswith(("open", "os.", "shutil.")) and inside:
        seen += 1
        if seen == last:
            os._exit(9)

files = {"pack.yaml": b"new", "a.j2": b"new", "images/b.jpg": b"new"}
sys.addaudithook(watch)
put(root, "act", files, "receipt", at_once=at_once)
"""
"""Dies at the nth thing it does to the disk."""


@pytest.mark.parametrize("at_once", [True, False])
def test_a_crash_leaves_the_old_one_or_the_new_one(tmp_path: Path, at_once: bool) -> None:
    """Killed before every single step, twenty and some: never a mixture, and the next import goes through."""
    old = {"pack.yaml": b"old", "a.j2": b"old", "c.j2": b"old"}
    new = {"pack.yaml": b"new", "a.j2": b"new", "images/b.jpg": b"new"}
    ends = set()
    for step in range(1, 200):
        root = tmp_path / str(step)
        install(root, old)
        arguments = [sys.executable, "-c", textwrap.dedent(MORTAL), str(root), str(step), str(at_once)]
        done = subprocess.run(arguments, check=False, capture_output=True, text=True)
        assert done.returncode in (0, 9), done.stderr
        if not at_once:
            recover(root / "posts/packs/act")
        left = there(root)
        assert left in (old, new), (step, left)
        ends.add(left == new)
        put(root, "act", new, "receipt")
        assert there(root) == new
        assert [path.name for path in (root / "posts/packs").iterdir()] == ["act"]
        if done.returncode == 0:
            break
    else:
        pytest.fail("it never came to an end")
    assert step > 10
    assert ends == {True, False}


def test_a_disk_that_can_not_be_written_to_leaves_the_old_one(plain: Path) -> None:
    take(plain, offered(plain, pack()))
    offer = offered(plain, pack(version="1.1.0"))
    clash = replace(offer, new={**offer.new, "a/b.j2": b"x", "a": b"x"})  # a is a folder and a file
    with pytest.raises(CampaignError, match="can't be written"):
        take(plain, clash)
    assert there(plain) == pack()
    assert [path.name for path in (plain / "posts/packs").iterdir()] == ["act"]
