"""Puts what pydantic has against a value into plain words, at the line and column of the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from campaign.errors import Problem
from campaign.workspace.findings import did_you_mean
from campaign.workspace.readers import kind_of
from campaign.workspace.yamlfile import Document, Step

_BELONGS = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
}


def problems(
    error: ValidationError,
    model: type[BaseModel],
    document: Document,
    base: Sequence[Step] = (),
    *,
    known: Iterable[str] = (),
    show: bool = True,
) -> Iterator[Problem]:
    """The problems behind a ValidationError of ``model``, whose values stand at the path ``base`` of ``document``.

    ``known``: further keys that may stand beside the model's own. ``show`` False: no value is repeated (it may be a
    secret).
    """
    for detail in error.errors(include_url=False, include_context=True):
        loc = tuple(detail["loc"])
        path = (*base, *loc)
        kind, context = detail["type"], detail.get("ctx", {})
        name = next((str(step) for step in reversed(loc) if isinstance(step, str) and step != "[key]"), "")
        said = kind_of(detail["input"]) if show else "this"
        rule = "format"
        hint = ""
        if kind == "extra_forbidden":
            words = {*_keys(model, loc[:-1]), *(known if len(loc) == 1 else ())}
            message = f"unknown key `{name}`{did_you_mean(name, words)}"
            hint = f"known here: {', '.join(sorted(words))}" if words else ""
            place = document.place(path, key=True)
            yield Problem(place, message, hint, rule="unknown-key")
            continue
        if kind == "missing":
            message = f"`{name}` is missing"
            hint = _describe(model, loc)
        elif kind == "campaign":
            message, hint = f"`{name}`: {context['message']}" if name else context["message"], context["hint"]
            rule = context["rule"]
        elif kind in ("literal_error", "enum"):
            allowed = _words(context.get("expected", ""))
            guess = (
                did_you_mean(detail["input"], allowed) if show and isinstance(detail["input"], str) else ""
            )
            message = f"`{name}` can't be {said}{guess}"
            hint = f"write one of: {', '.join(allowed)}"
        elif kind in _BELONGS:
            message = (
                f"`{name}` takes {_BELONGS[kind]}, not {said}" if name else f"{_BELONGS[kind]} belongs here"
            )
            if kind.startswith("string") and isinstance(detail["input"], bool | int | float):
                hint = "put it in quotes"
        elif kind == "value_error":
            message = (
                f"`{name}`: {context.get('error', detail['msg'])}" if name else str(context.get("error"))
            )
        else:
            message = f"`{name}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        yield Problem(
            document.place(path, key=loc[-1:] == ("[key]",)), " ".join(message.split()), hint, rule=rule
        )


def _words(expected: str) -> list[str]:
    """The words in pydantic's "'a', 'b' or 'c'"."""
    return [piece for piece in expected.replace(" or ", ", ").replace("'", "").split(", ") if piece]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation mentions: ``dict[str, Link]`` -> Link."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _at(model: type[BaseModel], loc: Sequence[Step]) -> type[BaseModel] | None:
    """The model that stands at a path below a model."""
    here: type[BaseModel] | None = model
    for step in loc:
        fields: Mapping[str, Any] = here.model_fields if here else {}
        names = {(field.alias or name): field for name, field in fields.items()}
        if step in names:
            here = next(_models(names[str(step)].annotation), None)
    return here


def _keys(model: type[BaseModel], loc: Sequence[Step]) -> set[str]:
    found = _at(model, loc)
    return {field.alias or name for name, field in found.model_fields.items()} if found else set()


def _describe(model: type[BaseModel], loc: Sequence[Step]) -> str:
    """What a field says about itself."""
    found = _at(model, loc[:-1])
    for name, field in found.model_fields.items() if found else ():
        if loc[-1] in (name, field.alias):
            return field.description or ""
    return ""
