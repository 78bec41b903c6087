"""JSON Schemas of the three file kinds, from the models that read them, so that an editor explains and completes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from campaign.core.model import Secret, Spec
from campaign.workspace.accounts import AccountKeys
from campaign.workspace.config import ConfigHead
from campaign.workspace.packyaml import PackKeys
from campaign.workspace.schedules import CampaignKeys
from campaign.workspace.secretrefs import SECRET_SCHEMA

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors' YAML servers know best; nothing here needs a later one."""

Schema = dict[str, Any]


class _Generate(GenerateJsonSchema):
    """A secret is written as a reference to it; an absent key is left out, not written as null."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return dict(SECRET_SCHEMA) if schema["cls"] is Secret else super().dataclass_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def config_schema(specs: Mapping[str, Spec]) -> Schema:
    """The schema of config.yaml, with the account keys of every network in ``specs``."""
    schema = _schema(ConfigHead)
    definitions = schema.setdefault("definitions", {})
    accounts = []
    for name in sorted(specs):
        account = _account(name, specs[name], definitions)
        definitions[f"account-{name}"] = account
        accounts.append({"$ref": f"#/definitions/account-{name}"})
    schema["properties"]["accounts"] = {
        "description": "Where posts can go: a name of your own, and what the network needs.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
        "additionalProperties": {
            "type": "object",
            "required": ["network"],
            "properties": {
                "network": {"enum": sorted(specs), "description": "The network that the account is on."}
            },
            # One `if` for each network, not `oneOf`: an editor then speaks of the keys of this network only.
            "allOf": [
                {
                    "if": {"properties": {"network": {"const": name}}, "required": ["network"]},
                    "then": account,
                }
                for name, account in zip(sorted(specs), accounts, strict=True)
            ],
        },
    }
    schema["description"] = "The settings of a workspace, and the accounts that posts go to."
    return _headed(schema, "config.yaml of a campaign workspace")


def campaign_schema() -> Schema:
    """The schema of schedules/NAME.yaml."""
    schema = _schema(CampaignKeys)
    slot = schema["definitions"]["SlotKeys"]
    every, cron, rrule, on, at = ([key] for key in ("every", "cron", "rrule", "on", "at"))
    slot["allOf"] = [
        {"oneOf": [{"required": ["template"]}, {"required": ["text"]}]},
        {
            "oneOf": [
                {"required": at, "not": _any(every, cron, rrule, on)},
                {"required": every, "not": _any(at, cron, rrule, on)},
                {"required": cron, "not": _any(at, every, rrule, on)},
                {"required": [*rrule, *at], "not": _any(every, cron, on)},
                {"required": [*on, *at], "not": _any(every, cron, rrule)},
            ]
        },
    ]
    slot["dependencies"] = {"offset": on, "day": on, "repeat": ["rows"]}
    schema["definitions"]["EveryKeys"]["oneOf"] = [{"required": ["days"]}, {"required": ["interval"]}]
    return _headed(schema, "A campaign: schedules/NAME.yaml")


def pack_schema() -> Schema:
    """The schema of posts/packs/NAME/pack.yaml."""
    return _headed(_schema(PackKeys), "What a pack says of itself: pack.yaml")


def _any(*keys: list[str]) -> Schema:
    return {"anyOf": [{"required": key} for key in keys]}


def _account(name: str, spec: Spec, definitions: Schema) -> Schema:
    """The keys of an account of one network: those of every account, and the network's own."""
    common, own = _schema(AccountKeys), _schema(spec.options)
    for part in (common, own):
        definitions |= part.get("definitions", {})
    properties = common["properties"] | own.get("properties", {})
    properties["network"] = {"const": name, "description": common["properties"]["network"]["description"]}
    return {
        "type": "object",
        "description": own.get("description") or f"An account of the network {name}.",
        "properties": properties,
        "required": sorted({*common.get("required", []), *own.get("required", [])}),
        "additionalProperties": False,
        "not": {"required": ["language", "languages"]},
    }


def _schema(model: type[BaseModel]) -> Schema:
    schema = model.model_json_schema(
        schema_generator=_Generate, ref_template="#/definitions/{model}", mode="validation"
    )
    if "$defs" in schema:
        schema["definitions"] = schema.pop("$defs")
    _tidy(schema)
    return schema


def _tidy(node: Any) -> None:
    """Without pydantic's titles (an editor would show them instead of the descriptions) and defaults of null."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        if "default" in node and node["default"] is None:
            del node["default"]
        for key, value in node.items():
            # `properties` is a mapping of names, not a schema: a property may well be called title.
            for inner in value.values() if key == "properties" else [value]:
                _tidy(inner)
    elif isinstance(node, list):
        for inner in node:
            _tidy(inner)


def _headed(schema: Schema, title: str) -> Schema:
    return {"$schema": DIALECT, "title": title, **schema}
