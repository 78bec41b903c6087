"""Where a slot goes: the accounts it names, or every account that has a text in its language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePosixPath

from campaign.core.languages import fallbacks
from campaign.core.model import Account, Target, Text, text_for
from campaign.core.variants import template_names
from campaign.errors import Gap, Place
from campaign.workspace.findings import Findings, did_you_mean, quoted
from campaign.workspace.yamlfile import Document, Step

Supports = Callable[[Target], bool]
"""Whether a slot has a text for a target."""


def by_template(template: str, templates: Collection[str], packs: Collection[str] = ()) -> Supports:
    def supports(target: Target) -> bool:
        return any(
            name in templates
            for name in template_names(template, target.account.network, target.language, packs)
        )

    return supports


def by_text(text: Text) -> Supports:
    def supports(target: Target) -> bool:
        return text_for(text, target.language) is not None

    return supports


def parse_target(name: str, accounts: Mapping[str, Account]) -> Target | str:
    """The target called ``fedi`` or ``fedi.en``, or why there is none."""
    account_id, dot, wanted = name.partition(".")
    account = accounts.get(account_id)
    if account is None:
        known = {*accounts, *(f"{a.id}.{lang}" for a in accounts.values() for lang in a.languages[1:])}
        return f"no account called {quoted(name)}{did_you_mean(name, known)}"
    if dot and wanted not in account.languages:
        guess = did_you_mean(name, (f"{account.id}.{lang}" for lang in account.languages))
        return f"`{account.id}` does not post in {quoted(wanted)}{guess}"
    return Target(account, wanted or account.languages[0])


def default_targets(
    accounts: Mapping[str, Account], languages: Sequence[str] | None, supports: Supports
) -> tuple[Target, ...]:
    """All accounts but test accounts, in all their languages (of the slot's ``languages``) that have a text."""
    return tuple(
        target
        for account in accounts.values()
        if not account.test
        for target in (Target(account, language) for language in account.languages)
        if (languages is None or _among(target.language, languages)) and supports(target)
    )


def warn_unspoken(
    document: Document, languages: Sequence[str], accounts: Mapping[str, Account], findings: Findings
) -> None:
    """Warn of the ``languages`` of a campaign's audience in which no account posts. Test accounts do not count."""
    spoken = [language for account in accounts.values() if not account.test for language in account.languages]
    for index, language in enumerate(languages):
        if not any(_among(own, [language]) for own in spoken):
            findings.warn(
                document.place(("audience", "languages", index)),
                f"the audience reads `{language}`, and no account posts in it",
                f"add it to the languages of an account: languages: [{', '.join(dict.fromkeys((*spoken, language)))}]",
                rule="translation",
                gap=Gap(PurePosixPath(document.name).stem, "", language, "account"),
            )


def _among(language: str, languages: Sequence[str]) -> bool:
    """Whether a language, or one that serves it, is wanted."""
    return any(served in languages for served in fallbacks(language))


def silent_targets(
    accounts: Mapping[str, Account], languages: Sequence[str] | None, supports: Supports
) -> dict[str, list[Target]]:
    """By language those that ``default_targets`` leaves out, because there is no text in it."""
    silent: dict[str, list[Target]] = {}
    for target in default_targets(accounts, languages, lambda target: not supports(target)):
        silent.setdefault(target.language, []).append(target)
    return silent


def named_targets(
    names: Sequence[str],
    path: Sequence[Step],
    document: Document,
    accounts: Mapping[str, Account],
    languages: Sequence[str] | None,
    supports: Supports,
    findings: Findings,
    *,
    inherited: bool,
    missing: Callable[[str], Gap],
) -> tuple[Target, ...]:
    """The targets that a slot or its campaign (``inherited``) names, each once. ``path``: where the list stands.

    ``missing``: the gap that a language without a text is. A slot's ``languages`` choose among
    inherited targets; they must fit those that the slot names itself.
    """
    found: dict[str, Target] = {}
    for index, name in enumerate(names):

        def place(index: int = index) -> Place:
            return document.place((*path, index))

        target = parse_target(name, accounts)
        if isinstance(target, str):
            findings.add(
                place(), target, f"accounts: {', '.join(accounts) or 'none yet'}", rule="unknown-account"
            )
            continue
        if languages is not None and not _among(target.language, languages):
            both = [language for language in target.account.languages if _among(language, languages)]
            if "." in name or not both:
                if inherited:
                    continue
                findings.add(
                    place(),
                    f"`{name}` does not post in {' or '.join(languages)}",
                    "change `language` or `accounts` of this post",
                    rule="language",
                )
                continue
            targets = [Target(target.account, language) for language in both]
        else:
            targets = [target]
        for each in targets:
            if not supports(each):
                findings.add(
                    place(),
                    f"there is no text in `{each.language}` for `{each.name}`",
                    "write it, or name only accounts whose language has a text",
                    rule="no-text",
                    gap=missing(each.language),
                )
            found[each.name] = each
    return tuple(found.values())
