"""config.yaml: its keys, and the settings that every campaign starts from."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, field_validator

from campaign.core.alert import AlertAddress
from campaign.core.card import Style
from campaign.core.hotlines import Audience
from campaign.core.model import (
    DEFAULT_LATE,
    MOST_SENDERS,
    SENDERS,
    Account,
    Approval,
    Link,
    Person,
    Public,
    QuietHours,
    Secret,
    Spec,
)
from campaign.core.prices import Budget
from campaign.errors import Problem
from campaign.workspace import explain
from campaign.workspace.accounts import read_account
from campaign.workspace.alerts import SCHEMA as ALERTS_SCHEMA
from campaign.workspace.alerts import read_alerts
from campaign.workspace.cardkeys import CardsKeys
from campaign.workspace.fields import Address, ApprovalWord, Id, Language, Late, Money, Quiet, Zone
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.glance import STORE
from campaign.workspace.keys import AudienceKeys, Keys, Links, Preferred, Vars, links_of
from campaign.workspace.quiet import QuietOn
from campaign.workspace.readers import ALWAYS, complaint, kind_of, read_address, wrong
from campaign.workspace.secretrefs import SECRET_SCHEMA, parse_secret
from campaign.workspace.yamlfile import Document, Map

NAME = "config.yaml"


def read_uuid(value: Any) -> uuid.UUID:
    """The UUID of the workspace."""
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        wrong(f"{kind_of(value)} is not a UUID", "remove the line: a new one is drawn and kept in the store")


def read_store(value: Any) -> str:
    """An address of a database, without a password."""
    if not isinstance(value, str) or not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        wrong(
            "this is not the address of a store",
            "write sqlite:///campaign.db or postgresql+psycopg://user@host/db",
        )
    try:
        password = urlsplit(value).password
    except ValueError:
        wrong(
            "this is not the address of a store",
            "write sqlite:///campaign.db or postgresql+psycopg://user@host/db",
        )
    if password is not None or "password=" in value:
        wrong(
            "the address of the store holds a password, which files must not",
            "use ~/.pgpass or PGPASSWORD",
            "secret",
        )
    return value


class PersonKeys(Keys):
    """Somebody who decides or reviews, by handle."""

    can: list[Literal["review", "approve", "safeguard", "pause"]] = Field(
        description="What this person may do."
    )


class PublicKeys(Keys):
    """A folder of yours that is on the web: {url: https://example.org/fetch/, folder: public/fetch}."""

    url: Address = Field(description="The address of the folder on the web, https://…")
    folder: str = Field("public/fetch", description="The folder itself, from the folder of config.yaml.")

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            wrong("the networks fetch from https:// only", "put the folder on a web server that has https")
        if parts.query or parts.fragment:
            wrong("the address of a folder has no ? and no #", "write https://example.org/fetch/")
        return url.rstrip("/") + "/"


class ConfigHead(Keys):
    """config.yaml, but for its accounts: each is judged by its network."""

    workspace: (
        Annotated[uuid.UUID, BeforeValidator(read_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
        | None
    ) = Field(None, description="A UUID that `campaign init` draws; never change it.")
    timezone: Zone = Field(description="The IANA time zone of every campaign that names none: Asia/Jakarta.")
    store: Annotated[str, BeforeValidator(read_store), WithJsonSchema({"type": "string"})] = Field(
        STORE, description="Where the record is kept; a path starts at config.yaml."
    )
    languages: Annotated[list[Language], Field(min_length=1)] = Field(
        ["en"], description="The languages of the workspace; the first is also that of messages."
    )
    quiet_hours: Quiet | None = Field(None, description="Local times between which nothing is posted.")
    quiet_on: QuietOn | None = None
    if_late: Late | None = Field(None, description="How late a post may still go out. Default: 2 h.")
    approval: ApprovalWord | None = Field(None, description="How many people must approve a post.")
    people: dict[Id, PersonKeys] = Field(default_factory=dict, description="Who may do what, by handle.")
    vars: Vars = Field(default_factory=dict, description="Words that templates may use: {{ vars.org }}.")
    links: Links = Field(
        default_factory=dict, description="Addresses that templates name: {{ link('act') }}."
    )
    audience: AudienceKeys | None = Field(
        None, description="Whom posts speak to: {country: ID}, or {country: ID, abroad: true}."
    )
    hotlines: Preferred = Field(
        default_factory=list,
        description="Ids of posts/hotlines.yaml that {{ hotline() }} prints, the best first.",
    )
    alerts: Annotated[Any, WithJsonSchema(ALERTS_SCHEMA)] = None
    media_url: PublicKeys | None = Field(
        None, description="Where networks that fetch pictures (Instagram, Threads) find them."
    )
    cards: CardsKeys | None = Field(
        None, description="How cards look (words as a picture): colours, logo, organisation."
    )
    budget: dict[Id, Money] = Field(
        default_factory=dict,
        description="The most that the posts of an account may cost in a calendar month, in US dollars: {x: 20}.",
    )
    heartbeat: Annotated[
        Any,
        WithJsonSchema(
            {
                "description": "An address that `campaign run` calls after healthy ticks: a dead-man's switch.",
                "anyOf": [SECRET_SCHEMA, {"type": "string", "pattern": "^https?://"}],
            }
        ),
    ] = None
    senders: int = Field(
        SENDERS,
        ge=1,
        le=MOST_SENDERS,
        description="How many accounts are served side by side; each has one request on its way at most.",
    )
    packs: list[Id] | None = Field(
        None,
        description="The packs (posts/packs/NAME/) to use, the first one wins. Default: all, by name.",
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What config.yaml says, as values. ``names`` holds every account it names, also those that are broken."""

    id: uuid.UUID | None
    zone: str
    store: str
    languages: tuple[str, ...]
    quiet: QuietHours | None = None
    late: Any = DEFAULT_LATE
    approval: Approval = Approval.NONE
    people: Mapping[str, Person] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    heartbeat: Secret | str | None = None
    senders: int = SENDERS
    alerts: tuple[AlertAddress, ...] = ()
    audience: Audience | None = None
    hotlines: tuple[str, ...] = ()
    packs: tuple[str, ...] | None = None
    cards: Style = field(default_factory=Style)
    networks: Collection[str] = ()
    """All that there are, by name."""
    quiet_on: tuple[str, ...] = ()


def read_config(document: Document, specs: Mapping[str, Spec], findings: Findings) -> Settings | None:
    """The settings, or None when config.yaml has errors; all of them are in ``findings`` then."""
    before = findings.errors()
    findings.extend(document.problems)
    root = document.root
    if not isinstance(root, Map):
        if root is not None:
            findings.add(
                document.place(),
                f"{NAME} is not a mapping",
                "it holds lines such as `timezone: Asia/Jakarta`",
            )
        return None
    head: ConfigHead | None = None
    try:
        head = ConfigHead.model_validate({key: value for key, value in root.items() if key != "accounts"})
    except ValidationError as error:
        findings.extend(explain.problems(error, ConfigHead, document, known=("accounts",)))
    told = read_alerts(document, findings)
    heartbeat = _heartbeat(document, findings)
    languages = tuple(dict.fromkeys(head.languages)) if head else ("en",)
    approval = head.approval or Approval.NONE if head else Approval.NONE
    zone = head.timezone if head is not None else "UTC"
    spoken = head.audience.languages if head and head.audience else None
    accounts = _accounts(document, specs, zone, tuple(spoken or languages[:1]), approval, findings)
    if head is not None and head.media_url is not None:
        public = Public(head.media_url.url, head.media_url.folder)
        accounts = {name: replace(account, public=public) for name, account in accounts.items()}
    if head is not None:
        accounts = _budgeted(document, head.budget, accounts, findings)
    if head is None or findings.errors() > before:
        return None
    return Settings(
        id=head.workspace,
        zone=head.timezone,
        store=head.store,
        languages=languages,
        quiet=head.quiet_hours,
        late=DEFAULT_LATE if head.if_late is None else None if head.if_late == ALWAYS else head.if_late,
        approval=approval,
        people={handle: Person(handle, frozenset(person.can)) for handle, person in head.people.items()},
        vars=head.vars,
        links=links_of(head.links),
        accounts=accounts,
        heartbeat=heartbeat,
        senders=head.senders,
        alerts=told,
        audience=head.audience.value() if head.audience else None,
        hotlines=tuple(dict.fromkeys(head.hotlines)),
        packs=None if head.packs is None else tuple(dict.fromkeys(head.packs)),
        networks=specs,
        cards=head.cards.value(document.place(("cards",), key=True)) if head.cards else Style(),
        quiet_on=tuple(head.quiet_on or ()),
    )


def _accounts(
    document: Document,
    specs: Mapping[str, Spec],
    zone: str,
    languages: tuple[str, ...],
    approval: Approval,
    findings: Findings,
) -> dict[str, Account]:
    raw = document.root.get("accounts")
    if raw is None:
        return {}
    if not isinstance(raw, Map):
        findings.add(
            document.place(("accounts",)),
            f"`accounts` takes a mapping (name: {{network: …}}), not {kind_of(raw)}",
            "write fedi: {network: mastodon, …}",
        )
        return {}
    accounts: dict[str, Account] = {}
    for name in raw:
        account = read_account(document, name, specs, zone, languages, approval, findings)
        if account is not None:
            accounts[name] = account
    return accounts


def _budgeted(
    document: Document, budget: Mapping[str, Decimal], accounts: Mapping[str, Account], findings: Findings
) -> dict[str, Account]:
    """The accounts with what each may cost in a month."""
    found = dict(accounts)
    written = document.root.get("accounts")
    known = list(written) if isinstance(written, Map) else []
    for name, most in budget.items():
        place = document.place(("budget", name), key=True)
        account = accounts.get(name)
        if name not in known:
            findings.add(
                place,
                f"no account called {quoted(name)}{did_you_mean(name, known)}",
                f"accounts: {', '.join(known) or 'none yet'}",
                rule="unknown-account",
            )
        elif account is not None and account.prices is None:
            findings.warn(
                place,
                f"`{name}` needs no budget: no price of {account.network} is known",
                "remove it",
                rule="budget",
            )
        elif account is not None:
            found[name] = replace(account, budget=Budget(most, place))
    return found


def _heartbeat(document: Document, findings: Findings) -> Secret | str | None:
    """The address of the dead-man's switch, or where it is kept."""
    raw = document.root.get("heartbeat")
    place = document.place(("heartbeat",))
    if raw is None:
        return None
    if isinstance(raw, str):
        against = complaint(read_address, raw)
        if against is not None:
            findings.add(place, *against)
            return None
        return raw
    found = parse_secret(raw, "heartbeat", place)
    if isinstance(found, Problem):
        findings.extend([replace(found, hint="write {env: NAME}, or the address itself: https://…")])
        return None
    return found
