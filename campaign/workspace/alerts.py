"""``alerts:`` of config.yaml: to which Apprise addresses alerts go, of which kinds, and when those that can wait do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaign.core.alert import AlertAddress, AlertKind
from campaign.errors import Problem
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.readers import complaint, kind_of, read_time
from campaign.workspace.secretrefs import KINDS as PLACES
from campaign.workspace.secretrefs import SECRET_SCHEMA, parse_secret
from campaign.workspace.yamlfile import Document, Map, Seq, Step

KEYS = ("to", "kinds", "daily")
WORDS = tuple(kind.value for kind in AlertKind)

_TO: dict[str, Any] = {
    "type": "object",
    "required": ["to"],
    "additionalProperties": False,
    "properties": {
        "to": SECRET_SCHEMA,
        "kinds": {
            "description": "What it is told of. Default: everything.",
            "type": "array",
            "minItems": 1,
            "items": {"enum": list(WORDS)},
        },
        "daily": {
            "description": "When what can wait is told, in the workspace's zone. Default: 08:00.",
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
        },
    },
}
_ONE = {"anyOf": [SECRET_SCHEMA, _TO]}
SCHEMA: dict[str, Any] = {
    "description": "Apprise addresses, as secrets, that are told what somebody has to know.",
    "anyOf": [SECRET_SCHEMA, _TO, {"type": "array", "items": _ONE}],
}


def read_alerts(document: Document, findings: Findings) -> tuple[AlertAddress, ...]:
    """The addresses; what is wrong with them is in ``findings``. They hold tokens, so they are secrets."""
    raw = document.root.get("alerts")
    if raw is None:
        return ()
    items: list[tuple[tuple[Step, ...], Any]] = [(("alerts",), raw)]
    if isinstance(raw, Seq):
        items = [(("alerts", index), item) for index, item in enumerate(raw)]
    found: dict[str, AlertAddress] = {}
    for path, item in items:
        one = _read(document, path, item, findings)
        if one is not None and one.name in found:
            findings.add(document.place(path), f"{one.name} is named twice", "leave one out")
        elif one is not None:
            found[one.name] = one
    return tuple(found.values())


def _read(document: Document, path: tuple[Step, ...], item: Any, findings: Findings) -> AlertAddress | None:
    if not isinstance(item, Map) or set(item) & set(PLACES):
        secret = parse_secret(item, "alerts", document.place(path))
        if isinstance(secret, Problem):
            findings.extend([secret])
            return None
        return AlertAddress(secret)
    before = findings.errors()
    for key in item:
        if key not in KEYS:
            findings.add(
                document.place((*path, key), key=True),
                f"an entry of `alerts` has no key {quoted(str(key))}{did_you_mean(str(key), KEYS)}",
                f'write {{to: {{env: NAME}}, kinds: [{WORDS[0]}, …], daily: "08:00"}}',
            )
    secret = parse_secret(item.get("to"), "to", document.place((*path, "to")))
    if isinstance(secret, Problem):
        findings.extend([secret])
        return None
    kinds = frozenset(_kinds(document, (*path, "kinds"), item.get("kinds"), findings))
    daily = item.get("daily")
    if daily is not None and (against := complaint(read_time, daily)):
        findings.add(document.place((*path, "daily")), *against)
    if findings.errors() > before:
        return None
    address = AlertAddress(secret, kinds)
    return address if daily is None else AlertAddress(secret, kinds, read_time(daily))


def _kinds(document: Document, path: tuple[Step, ...], raw: Any, findings: Findings) -> Iterator[AlertKind]:
    if raw is None:
        return
    if not isinstance(raw, Seq) or not raw:
        hint = f"write [{WORDS[0]}, …], or leave it out: then everything is told"
        findings.add(document.place(path), f"`kinds` takes a list, not {kind_of(raw)}", hint)
        return
    for index, word in enumerate(raw):
        if word in WORDS:
            yield AlertKind(word)
        else:
            said = quoted(word) if isinstance(word, str) else kind_of(word)
            message = f"there are no alerts of the kind {said}{did_you_mean(str(word), WORDS)}"
            findings.add(document.place((*path, index)), message, f"kinds: {', '.join(WORDS)}")
