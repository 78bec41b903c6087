"""What a network says of itself for the tables in the docs is what the contract suite sees of it."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace

import pytest

from campaign.core.languages import primary
from campaign.core.outcome import Sent
from campaign.networks import registry
from campaign.networks.graph import PAGE, PAGES
from tests.networks.cases import Bench, Case, cases
from tests.networks.scripted import ScriptedServer
from tests.networks.test_contract import accepting, at, seen, send

__all__ = ["at"]

GRAPH = ("facebook", "instagram", "threads")
"""Networks that share the reading of lists."""

SPOKEN = [case for case in cases() if registry.network(case.name).traits.language]
"""Networks that have a field for the language."""

every = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@every
def test_what_is_read_back_is_found(case: Case) -> None:
    traits = registry.network(case.name).traits
    assert (traits.reads_back == "no") is (case.after_loss is not Sent)


@every
def test_warning_and_language_are_sent_as_such_where_the_table_says_so(
    case: Case, at: Bench, server: ScriptedServer
) -> None:
    accepting(case, server)
    adapter = case.make(at)
    send(case, adapter)
    [post] = seen(case, at, server)
    assert (post.warning is not None) is adapter.traits.warning
    assert (post.language is not None) is adapter.traits.language
    assert (post.alts is None) is adapter.rules.alt_in_text


@pytest.mark.parametrize("case", SPOKEN, ids=lambda case: case.name)
@pytest.mark.parametrize("language", ["ar", "pt-BR"])
def test_the_language_is_that_of_the_post(
    case: Case, at: Bench, server: ScriptedServer, language: str
) -> None:
    accepting(case, server)
    adapter = case.make(at)
    first = at.files.root / "public" / "index.html"
    send(case, adapter, replace(case.example(), language=language))
    if case.name == "feed":  # a language of its own, beside that of the account, has pages of its own
        assert f'<html lang="{language}"' in first.with_name(f"index.{language}.html").read_text("utf-8")
        return
    [post] = seen(case, at, server)
    assert post.language == (primary(language) if case.name == "nostr" else language)  # NIP-32: ISO 639-1


@every
def test_how_far_back_it_reads(case: Case) -> None:
    module = importlib.import_module(f"campaign.networks.{case.name}")
    told = re.search(r"newest ([\d,]+) ", registry.network(case.name).traits.reads_back)
    if told:
        reach = PAGE * PAGES if case.name in GRAPH else module._PAGE * module._PAGES
        assert int(told[1].replace(",", "")) == reach


def test_every_case_says_how_it_stands_in_config_yaml() -> None:
    assert [case.name for case in cases() if not case.keys] == []
