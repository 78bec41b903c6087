"""pack.yaml: what a pack says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from campaign.core.packs import Pack
from campaign.workspace import explain
from campaign.workspace.fields import Day, Id, Language, OrOne, Tags, Texts
from campaign.workspace.findings import Findings, quoted
from campaign.workspace.keys import Keys, Links, Vars, links_of
from campaign.workspace.packnames import ABOUT, is_media, wrong_name
from campaign.workspace.readers import kind_of, wrong
from campaign.workspace.yamlfile import Document, Map

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def _version(value: Any) -> Any:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        wrong(f"{kind_of(value)} is not a version", "write three numbers: 1.2.0 (semver.org)")
    return value


def _sha256(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        wrong(
            f"{kind_of(value)} is not a SHA-256",
            "it is 64 small hexadecimal digits; in quotes if all are digits",
        )
    return value


def _path(value: Any) -> Any:
    if not isinstance(value, str):
        wrong(f"the name of a file belongs here, not {kind_of(value)}", "write signs.id.j2")
    if bad := wrong_name(value):
        wrong(
            f"{quoted(value)} can't be a file of a pack: {bad}",
            "write its path below the pack: images/tea.jpg",
        )
    if value == ABOUT:
        wrong(f"{ABOUT} can't hold its own checksum", "remove the line")
    return value


def _word(value: Any) -> Any:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        wrong(f"{kind_of(value)} can't be a name in vars", "write org, or contact")
    return value


def _said(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        wrong("this is empty", "say it in a few words")
    return value


Version = Annotated[
    str, BeforeValidator(_version), WithJsonSchema({"type": "string", "pattern": f"^{_VERSION.pattern}$"})
]
Sha256 = Annotated[
    str, BeforeValidator(_sha256), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})
]
PathName = Annotated[str, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
Name = Annotated[
    str, BeforeValidator(_word), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})
]
Said = Annotated[str, BeforeValidator(_said), Field(min_length=1, max_length=200)]
Lines = dict[Language, Annotated[list[Said], OrOne()]]


class TemplateKeys(Keys):
    """A template of which only some blocks may be written anew; the rest is locked."""

    editable: list[Name] = Field(
        default_factory=list,
        description="The {% block %}s that a workspace may write anew. Default: none, all of it is locked.",
    )


class AssetKeys(Keys):
    """A picture or film."""

    alt: Texts = Field(
        description="What it shows, for people who can't see it, in every language of the pack."
    )
    credit: Said | None = Field(None, description="Who made it.")
    licence: Said | None = Field(None, description="Its licence, if it is not the pack's.")


class PackKeys(Keys):
    """A pack: posts/packs/NAME/pack.yaml."""

    id: Id = Field(description="Its name, the same in every version; its folder is called so.")
    version: Version = Field(description="Exactly three numbers, 1.2.0; every change gets a new one.")
    title: Texts | None = Field(None, description="What it is about, by language.")
    issuer: Said = Field(description="Who made it, and answers for it.")
    licence: Said = Field(description="What others may do with it: CC-BY-4.0.")
    contact: Said | None = Field(None, description="Where to ask its issuer: an address or a page.")
    languages: Annotated[list[Language], Field(min_length=1)] = Field(description="The languages it speaks.")
    review_by: Day = Field(description="The day by which its issuer looks at it again.")
    needs: list[Name] = Field(
        default_factory=list, description="Words that the workspace must have in `vars`: [org, contact]."
    )
    vars: Vars = Field(default_factory=dict, description="Words of templates, where the workspace has none.")
    links: Links = Field(default_factory=dict, description="Addresses, where the workspace has none.")
    hashtags: Tags = Field(default_factory=dict, description="Hashtags, where a campaign has none.")
    templates: dict[PathName, TemplateKeys] = Field(
        default_factory=dict, description="Templates with locked parts: {signs: {editable: [greeting]}}."
    )
    assets: dict[PathName, AssetKeys] = Field(default_factory=dict, description="Pictures and films.")
    dos: Lines = Field(default_factory=dict, description="What to do with it, by language.")
    donts: Lines = Field(default_factory=dict, description="What not to do, by language.")
    files: dict[PathName, Sha256] = Field(description="Every file of the pack: its SHA-256.")

    @model_validator(mode="after")
    def _whole(self) -> PackKeys:
        for name in self.assets:
            if name not in self.files:
                wrong(f"the asset {quoted(name)} is not in `files`", "add its SHA-256 there")
            if not is_media(name):
                wrong(
                    f"the asset {quoted(name)} is no picture and no film",
                    "other files stand in `files` alone",
                )
        for name in self.files:
            if is_media(name) and name not in self.assets:
                wrong(f"{quoted(name)} has no description", f"add it to assets: {{{name}: {{alt: {{…}}}}}}")
        for name, asset in self.assets.items():
            missing = [language for language in self.languages if not {language, ""} & set(asset.alt)]
            if missing:
                wrong(
                    f"{quoted(name)} has no description in `{missing[0]}`",
                    "an asset is described in every language of the pack",
                )
        return self


def read_pack(document: Document, findings: Findings) -> Pack | None:
    """The pack that a pack.yaml describes, or None when it has errors; they are in ``findings``."""
    findings.extend(document.problems)
    if not isinstance(document.root, Map):
        if document.root is not None:
            findings.add(
                document.place(), f"{ABOUT} is not a mapping", "it holds lines such as `version: 1.0.0`"
            )
        return None
    try:
        keys = PackKeys.model_validate(dict(document.root))
    except ValidationError as error:
        findings.extend(explain.problems(error, PackKeys, document))
        return None
    if document.problems:
        return None
    return Pack(
        id=keys.id,
        version=keys.version,
        issuer=keys.issuer,
        licence=keys.licence,
        languages=tuple(dict.fromkeys(keys.languages)),
        review_by=keys.review_by,
        place=document.place(("id",)),
        title=keys.title or {},
        contact=keys.contact or "",
        needs=tuple(dict.fromkeys(keys.needs)),
        vars=keys.vars,
        links=links_of(keys.links),
        hashtags=_tuples(keys.hashtags),
        editable={stem: frozenset(entry.editable) for stem, entry in keys.templates.items()},
        alts={name: asset.alt for name, asset in keys.assets.items()},
        dos=_tuples(keys.dos),
        donts=_tuples(keys.donts),
        files=keys.files,
    )


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(words) for language, words in lists.items()}
