"""A person who found a post brings its address: the id in it is the one that a reply and a withdrawal need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign.core.outcome import Receipt, Sent
from campaign.networks import registry
from campaign.networks.base import Addressed
from tests.networks.cases import KEY, Bench, Case, HttpCase, cases
from tests.networks.memory import Memory
from tests.networks.scripted import ScriptedServer
from tests.networks.test_contract import accepting, at, send

__all__ = ["at"]

ADDRESSED = [case for case in cases() if issubclass(registry.network(case.name), Addressed)]
every = pytest.mark.parametrize("case", ADDRESSED, ids=lambda case: case.name)


def test_the_networks_that_chain_posts_by_their_ids() -> None:
    names = {case.name for case in ADDRESSED}
    assert {"bluesky", "discord", "linkedin", "mastodon", "matrix", "slack", "telegram", "x"} == names


@every
def test_the_id_is_in_the_address_that_the_receipt_has(case: Case, at: Bench, server: ScriptedServer) -> None:
    accepting(case, server)
    adapter = case.make(at)
    outcome = send(case, adapter)
    assert isinstance(outcome, Sent) and isinstance(adapter, Addressed)
    assert adapter.id_in(outcome.receipt.url) == OF_RECORD.get(case.name, lambda told: told)(
        outcome.receipt.id
    )


OF_RECORD = {"bluesky": lambda told: told.rpartition("/")[2]}
"""Bluesky's id is an address of its own; the last piece of it is the record's name."""


@every
@pytest.mark.parametrize(
    "url", ["https://example.org/", "https://example.org/@harapan", "http://127.0.0.1/x?y=1#z"]
)
def test_another_address_has_none(case: Case, url: str) -> None:
    kind = registry.network(case.name)
    assert issubclass(kind, Addressed)
    assert kind.id_in(url) is None


@every
def test_a_part_is_a_reply_to_what_a_person_found(case: Case, at: Bench, server: ScriptedServer) -> None:
    if not registry.network(case.name).rules.threads:
        return
    accepting(case, server)
    adapter = case.make(at)
    first = send(case, adapter)
    assert isinstance(first, Sent) and isinstance(adapter, Addressed)
    found = Receipt(adapter.id_in(first.receipt.url) or "", first.receipt.url)
    second = replace(case.example(), text="bagian kedua", part=2, parts=2, root=found, reply_to=found)
    second = replace(second, prepared=dict(adapter.prepare(second)))
    assert isinstance(adapter.send(second, KEY.replace("6d9f", "7d9f"), Memory()), Sent)
    assert isinstance(case, HttpCase)
    asked = server.requests[-1].body
    assert (first.receipt.id if case.name == "bluesky" else found.id).encode() in asked
