"""Which networks there are, and what a broken package of somebody else may do: nothing to the others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign.errors import CampaignError
from campaign.networks import registry
from campaign.networks.base import Options
from tests.networks.cases import cases

BUILT_IN = sorted(case.name for case in cases())

GOOD = """
from datetime import timedelta
from campaign.core.text import TextRules
from campaign.core.media import MediaRules
from campaign.networks.base import Options, Traits
class Fax:
    name = "fax"
    rules = TextRules(limit=1000)
    media = MediaRules()
    traits = Traits(reads_back="no", person="after each lost answer")
    options = Options
    repeat_safe_for = timedelta()
    def from_account(cls, account, vault, files): ...
    def prepare(self, post): ...
    def send(self, post, key, notes): ...
    def find(self, post, key, since, notes): ...
    def whoami(self): ...
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package with one network on the path, as pip would leave it."""

    def put(source: str, *, package: str = "campaign-fax", name: str = "fax", target: str = "Fax") -> None:
        place = tmp_path / package
        module = package.replace("-", "_")
        info = place / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / f"{module}.py").write_text(source)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[campaign.networks]\n{name} = {module}:{target}\n")
        monkeypatch.syspath_prepend(place)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


def test_the_built_in_networks_are_there() -> None:
    specs = registry.specs()
    assert list(specs) == registry.built_in() == BUILT_IN
    for name in specs:
        assert specs[name].name == name
        assert issubclass(specs[name].options, Options)
        assert registry.network(name).options is specs[name].options
    assert specs.get("fax") is None
    assert "fax" not in specs


def test_looking_at_the_networks_loads_nothing_heavy() -> None:
    """`check` and `plan` read them all, often, and need no HTTP."""
    script = (
        "import sys, json; from campaign.networks import registry; s = registry.specs(); [s[n].rules for n in s];"
        "heavy = 'requests urllib3 tweepy PIL jinja2 apprise ssl smtplib websockets coincurve'.split();"
        "print(json.dumps([m for m in heavy if m in sys.modules]))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_another_package_adds_a_network(install: Install) -> None:
    install(GOOD)
    assert registry.network("fax").rules.limit == 1000
    assert "fax" in registry.specs()
    assert registry.specs()["fax"].name == "fax"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import there_is_no_such_module", "can't be loaded: ModuleNotFoundError"),
        ("raise SystemError('boom')", "can't be loaded: SystemError: boom"),
        ("class Fax: name = 'fox'", "its name is 'fox'"),
        ("Fax = 7", "7 is not a class"),
        ("class Fax:\n name = 'fax'", "rules is not a TextRules"),
        (GOOD.replace("media = ", "medium = "), "media is not a MediaRules"),
        (GOOD.replace("traits = ", "trait = "), "traits is not a Traits"),
        (GOOD.replace('name = "fax"', 'name = "fax"; prices = 5'), "prices is not a Prices"),
        (GOOD.replace("def send", "def sent"), "send is missing"),
        (GOOD.replace("options = Options", "options = dict"), "options is not a subclass of Options"),
        ("class Other: pass", "can't be loaded: AttributeError"),
    ],
)
def test_a_broken_package_is_named_and_harms_nobody_else(install: Install, source: str, says: str) -> None:
    install(source)
    with pytest.raises(CampaignError) as caught:
        registry.network("fax")
    assert says in caught.value.message
    assert "campaign-fax" in caught.value.hint
    specs = registry.specs()
    assert [specs[name].name for name in BUILT_IN] == BUILT_IN
    with pytest.raises(CampaignError):
        specs.get("fax")


def test_two_packages_with_one_name_are_refused(install: Install) -> None:
    install(GOOD)
    install(GOOD, package="another-fax")
    with pytest.raises(CampaignError, match="another-fax, campaign-fax"):
        registry.network("fax")


def test_a_built_in_network_is_never_replaced(install: Install) -> None:
    install(GOOD.replace('"fax"', '"feed"'), name="feed")
    assert registry.network("feed").__module__ == "campaign.networks.feed"


def test_an_unknown_network_names_those_there_are() -> None:
    with pytest.raises(CampaignError) as caught:
        registry.network("fax")
    assert ", ".join(BUILT_IN) in caught.value.hint
