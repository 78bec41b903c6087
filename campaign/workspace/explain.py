"""Puts what pydantic has against a value into plain words, at the line and column of the value."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from campaign.errors import Problem
from campaign.workspace.findings import did_you_mean, quoted
from campaign.workspace.readers import kind_of
from campaign.workspace.yamlfile import Document, Step

_GUESSES = 50
"""For how many unknown keys of one mapping a known one is looked for: it takes time, and a file may be garbage."""

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
    judged: Container[str] = (),
) -> Iterator[Problem]:
    """The problems behind a ValidationError of ``model``, whose values stand at the path ``base`` of ``document``.

    ``known``: further keys that may stand beside the model's own. ``show`` False: no value is repeated (it may be a
    secret). ``judged``: keys whose problem was told already.
    """
    details = error.errors(include_url=False, include_context=True)
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    guesses = {loc: did_you_mean(str(loc[-1]), _known(model, loc, known)) for loc in unknown[:_GUESSES]}
    for detail in details:
        loc = tuple(detail["loc"])
        if loc and loc[0] in judged:
            continue
        path = (*base, *loc)
        kind, context = detail["type"], detail.get("ctx", {})
        name = next((str(step) for step in reversed(loc) if isinstance(step, str) and step != "[key]"), "")
        said = kind_of(detail["input"]) if show else "this"
        rule = "format"
        hint = ""
        if kind == "extra_forbidden":
            words = _known(model, loc, known)
            message = f"unknown key {quoted(name)}{guesses.get(loc, '')}"
            hint = f"known here: {', '.join(sorted(words))}" if words else ""
            place = document.place(path, key=True)
            yield Problem(place, message, hint, rule="unknown-key")
            continue
        if kind == "missing":
            if any(other[:-1] == loc[:-1] and f"'{name}'" in guess for other, guess in guesses.items()):
                continue  # it is there, misspelt
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
        elif kind == "too_short":
            message, hint = f"`{name}` is empty", "write at least one, or leave the key out"
        elif kind == "value_error":
            message = (
                f"`{name}`: {context.get('error', detail['msg'])}" if name else str(context.get("error"))
            )
        else:
            message = f"`{name}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        at_key = loc[-1:] == ("[key]",)
        place = document.place(path[:-1] if at_key else path, key=at_key)
        yield Problem(place, " ".join(message.split()), hint or _describe(model, loc), rule=rule)


def _known(model: type[BaseModel], loc: Sequence[Step], more: Iterable[str]) -> set[str]:
    """The keys that may stand where an unknown one stands."""
    return {*_keys(model, loc[:-1]), *(more if len(loc) == 1 else ())}


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
    """What the field at a path says about itself, or the nearest one around it that says anything."""
    if not loc:
        return ""
    found = _at(model, loc[:-1])
    for name, field in found.model_fields.items() if found else ():
        if loc[-1] in (name, field.alias):
            if field.description:
                return field.description
            break
    return _describe(model, loc[:-1])
