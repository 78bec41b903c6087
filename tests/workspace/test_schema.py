"""The JSON Schemas take what the loader takes, refuse the usual mistakes, and explain every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from campaign.workspace.schema import campaign_schema, config_schema
from campaign.workspace.yamlfile import read
from tests.workspace.small import CAMPAIGN, CONFIG, SPECS, with_slot
from tests.workspace.test_config import MISTAKES as CONFIG_MISTAKES
from tests.workspace.test_schedules import AT, RULES

CONFIG_SCHEMA = Draft7Validator(config_schema(SPECS))
CAMPAIGN_SCHEMA = Draft7Validator(campaign_schema())


def complaints(validator: Draft7Validator, text: str) -> list[str]:
    document = read("f.yaml", text.encode())
    assert document.problems == ()
    return [error.message for error in validator.iter_errors(document.root)]


def test_they_are_schemas() -> None:
    for validator in (CONFIG_SCHEMA, CAMPAIGN_SCHEMA):
        Draft7Validator.check_schema(validator.schema)


def test_the_small_workspace_is_valid() -> None:
    assert complaints(CONFIG_SCHEMA, CONFIG) == []
    assert complaints(CAMPAIGN_SCHEMA, CAMPAIGN) == []


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES])
def test_every_kind_of_rule_is_valid(rule: str) -> None:
    assert complaints(CAMPAIGN_SCHEMA, with_slot(f"text: hello\n{rule}")) == []


@pytest.mark.parametrize(
    "keys",
    [
        "image: [{file: a.jpg, alt: a}, {file: b.jpg, alt: {en: b}}]",
        "image: {file: a.jpg}",  # a pack may describe it
        "video: {file: a.mp4, alt: a}",
        "if_late: drop",
        "if_late: 2 h",
        "if_late: 3days",
        "language: en",
        "language: [en, id]",
        "tags: [A]",
        "tags: {id: [Ä]}",
        "skip: [2027-07-22, 2027-07-22 10:00]",
        'move: {"2027-07-30T20:00": "2027-07-31T20:00"}',
        "thread: auto",
        "tone: cheerful",
        "quiet_on: holidays",
        "quiet_on: [un-wdatip, holidays]",
        "quiet_on: []",
        "thread: numbered",
    ],
)
def test_further_keys_are_valid(keys: str) -> None:
    assert complaints(CAMPAIGN_SCHEMA, with_slot(f"text: hello\n{AT}\n{keys}")) == []


@pytest.mark.parametrize(
    "slot",
    [
        AT,
        f"text: a\ntemplate: b\n{AT}",
        "text: a",
        f"text: a\n{AT}\ncron: 0 9 * * *",
        "text: a\non: starts",
        "text: a\nrrule: FREQ=DAILY",
        f"text: a\n{AT}\noffset: 3 days",
        f"text: a\n{AT}\nrepeat: true",
        f"txt: a\n{AT}",
        "text: a\nat: 9",
        "text: a\nevery: {days: [mo], at: 09:00}",
        "text: a\nevery: {days: mon, interval: 1 day, at: 09:00}",
        "text: a\nevery: {at: 09:00}",
        f"text: 5\n{AT}",
        f"text: a\n{AT}\nif_late: 2",
        f"text: a\n{AT}\nif_late: 5m",
        f"text: a\n{AT}\napproval: three",
        f"text: a\n{AT}\naccounts: fedi",
        f"text: a\n{AT}\nthread: true",
        f"text: a\n{AT}\ntone: calm",
        f"text: a\n{AT}\nquiet_on: {{a: b}}",
        f"text: a\n{AT}\nday: last",
        "text: a\non: starts\nat: 09:00\nday: middle",
    ],
)
def test_mistakes_in_a_post(slot: str) -> None:
    assert complaints(CAMPAIGN_SCHEMA, with_slot(slot)) != []


# A zone, a store and two names for one language are more than a pattern can know.
BEYOND = ("Jakata", "22:00-22:00", "25:00")


@pytest.mark.parametrize("mistake", CONFIG_MISTAKES, ids=[mistake[1][:30] for mistake in CONFIG_MISTAKES])
def test_mistakes_in_config(mistake: tuple[str, str, str, str, str]) -> None:
    found = complaints(CONFIG_SCHEMA, CONFIG.replace(mistake[0], mistake[1], 1))
    if not any(word in mistake[1] for word in (*BEYOND, "zz9f")):
        assert found != []


def test_a_literal_secret_is_marked() -> None:
    assert complaints(CONFIG_SCHEMA, CONFIG.replace("{env: FEDI_TOKEN}", "abc"))
    assert complaints(CONFIG_SCHEMA, CONFIG.replace("{env: FEDI_TOKEN}", "{value: abc}"))
    assert complaints(CONFIG_SCHEMA, CONFIG + "alerts: [abc]\n")
    assert complaints(CONFIG_SCHEMA, CONFIG + "alerts: [{to: abc}]\n")


@pytest.mark.parametrize(
    ("written", "fine"),
    [
        ("{env: A}", True),
        ("[{env: A}, {to: {file: a}, kinds: [failed, flag], daily: '07:30'}]", True),
        ("[{to: {env: A}, kinds: [faild]}]", False),
        ("[{to: {env: A}, kinds: []}]", False),
        ("[{to: {env: A}, daily: '7:30'}]", False),
        ("[{to: {env: A}, public: true}]", False),
        ("[{kinds: [failed]}]", False),
    ],
)
def test_where_alerts_go(written: str, fine: bool) -> None:
    assert (complaints(CONFIG_SCHEMA, f"{CONFIG}alerts: {written}\n") == []) is fine


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for inner in node.values():
            yield from properties(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from properties(inner)


def test_every_key_explains_itself() -> None:
    own = {key for spec in SPECS.values() for key in spec.options.model_fields}
    for schema in (config_schema(SPECS), campaign_schema()):
        silent = {
            name
            for name, entry in properties(schema)
            if not entry.get("description") and set(entry) != {"const"} and name not in own
        }
        assert silent == set()
        assert '"null"' not in str(schema).replace("'", '"')
