"""One account of config.yaml: the keys that all networks share, and the network's own options."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError

from campaign.core.media import ANY_MEDIA
from campaign.core.model import Account, Approval, Secret, Spec
from campaign.errors import CampaignError, Problem
from campaign.workspace import explain
from campaign.workspace.fields import ApprovalWord, Day, Duration, Language, Languages
from campaign.workspace.findings import Findings, did_you_mean
from campaign.workspace.keys import AudienceKeys, Keys, Vars
from campaign.workspace.readers import complaint, kind_of, read_id
from campaign.workspace.secretrefs import parse_secret, secret_fields
from campaign.workspace.yamlfile import Document, Map


class AccountKeys(Keys):
    """What an account of any network may say."""

    network: str = Field(description="The network that the account is on.")
    language: Language | None = Field(None, description="The language of this account.")
    languages: Languages | None = Field(
        None,
        description="Its languages, if it has several: the first is that of `fedi`, another is `fedi.en`.",
    )
    gap: Duration | None = Field(None, description="The least time between two posts of this login: 5 min.")
    daily: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The most posts in a day of the workspace's zone."
    )
    test: bool = Field(False, description="A test account: only posts that name it go there.")
    approval: ApprovalWord | None = Field(None, description="How many people must approve its posts.")
    token_until: Day | None = Field(
        None, description="The last day on which its token works: people are told 14, 7 and 2 days before."
    )
    vars: Vars = Field(default_factory=dict, description="Words that templates may use.")
    audience: AudienceKeys | None = Field(
        None, description="Whom its posts speak to, if not whom config.yaml or the campaign says."
    )


COMMON = frozenset(AccountKeys.model_fields)


def read_account(
    document: Document,
    name: str,
    specs: Mapping[str, Spec],
    zone: str,
    languages: tuple[str, ...],
    approval: Approval,
    findings: Findings,
) -> Account | None:
    """The account called ``name``, or None when it has errors; they are in ``findings``.

    ``zone`` and ``approval`` are the workspace's, ``languages`` those of an account that names none.
    """
    path = ("accounts", name)
    before = findings.errors()
    raw = document.root["accounts"][name]
    if bad := complaint(read_id, name):
        findings.add(document.place(path, key=True), *bad)
    if not isinstance(raw, Map):
        findings.add(
            document.place(path), f"an account is a mapping, not {kind_of(raw)}", "write {network: …}"
        )
        return None
    network = raw.get("network")
    spec = _spec(document, path, network, specs, findings) if isinstance(network, str) else None
    common = _common(document, path, raw, findings)
    options = None if spec is None else _options(document, path, raw, spec, zone, findings)
    if common is not None and common.language is not None and common.languages is not None:
        findings.add(
            document.place((*path, "languages"), key=True),
            "an account has either `language` or `languages`",
            "keep one of them",
        )
    if common is None or options is None or findings.errors() > before:
        return None
    audience = common.audience.value() if common.audience else None
    own = [common.language] if common.language else common.languages
    if own is None:
        own = list(audience.languages if audience and audience.languages else languages)
    return Account(
        id=name,
        network=common.network,
        languages=tuple(dict.fromkeys(own)),
        options=options,
        gap=common.gap or timedelta(),
        daily=common.daily,
        test=common.test,
        approval=tighter(approval, common.approval),
        vars=common.vars,
        audience=audience,
        media=spec.media if spec is not None else ANY_MEDIA,
        prices=getattr(spec, "prices", None),
        token_until=common.token_until,
        place=document.place(path, key=True),
    )


def tighter(*levels: Approval | None) -> Approval:
    """The approval that asks for most people: a narrower place may only tighten it."""
    return max((level for level in levels if level), key=_TIGHT.__getitem__, default=Approval.NONE)


_TIGHT = {level: place for place, level in enumerate(Approval)}


def _spec(
    document: Document, path: tuple[str, str], network: str, specs: Mapping[str, Spec], findings: Findings
) -> Spec | None:
    """The network of an account, if there is one of that name and it can be loaded."""
    place = document.place((*path, "network"))
    if network not in specs:
        findings.add(
            place,
            f"no network called {network[:60]}{did_you_mean(network, specs)}",
            f"this version has: {', '.join(sorted(specs))}",
            rule="unknown-network",
        )
        return None
    try:
        return specs[network]
    except CampaignError as error:  # a third party's package is broken
        findings.add(place, error.message, error.hint, rule="unknown-network")
        return None


def _common(document: Document, path: tuple[str, str], raw: Map, findings: Findings) -> AccountKeys | None:
    # Keys that are not common are the network's; only when there is no such network are they left unjudged.
    try:
        return AccountKeys.model_validate({key: value for key, value in raw.items() if key in COMMON})
    except ValidationError as error:
        findings.extend(explain.problems(error, AccountKeys, document, path))
        return None


def _options(
    document: Document, path: tuple[str, str], raw: Map, spec: Spec, zone: str, findings: Findings
) -> Any | None:
    """The network's own keys as its own model. No message repeats a value: any of them may be a misplaced secret."""
    values: dict[str, Any] = {}
    refused = False
    secrets = secret_fields(spec.options)
    for key, value in raw.items():
        if key in COMMON:
            continue
        if key in secrets:
            found: Secret | Problem = parse_secret(value, key, document.place((*path, key)))
            if isinstance(found, Problem):
                findings.extend([found])
                refused = True
            values[key] = found
        else:
            values[key] = value
    if "timezone" in spec.options.model_fields:
        values.setdefault("timezone", zone)  # a network that shows dates shows them as the workspace does
    try:
        options = spec.options.model_validate(values)
    except ValidationError as error:
        told = {key for key, value in values.items() if isinstance(value, Problem)}
        findings.extend(
            explain.problems(error, spec.options, document, path, known=COMMON, show=False, judged=told)
        )
        return None
    return None if refused else options
