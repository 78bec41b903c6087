"""Does a frozen post still stand? What it printed is held against what the files say now, right before it leaves.

Between freezing and sending lie quiet hours, gaps, retries, a person's decision: meanwhile a fact may have been
retracted, a help line moved. This is the one place for such questions: pure, and asked of every post that is about to
be claimed. Consents join ``standing`` here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from campaign.core.helpline import RULE as HOTLINE
from campaign.core.helpline import stray_numbers, why_unconfirmed
from campaign.core.helplinks import RULE as HELP_LINK
from campaign.core.helplinks import tracked_help, ways_to_help
from campaign.core.hotlines import Audience, Hotline, confirmed
from campaign.core.model import Campaign, Post, Workspace, fact_cited, hotline_cited, text_for
from campaign.core.safeguard.judge import Said, rulebook
from campaign.errors import Level, Place, Problem

MENDABLE = frozenset({HOTLINE, HELP_LINK, "fact", "phone"})
"""Rules that bar a post until the files are right again: it waits ``held`` and goes out by itself then. Any other error
of a post that is due fails it (design, The planner)."""

BARRED = "not sent, for it could do harm: "
"""How the reason of a row begins that such a rule holds; by it the row is known, and let go when nothing bars it."""


def standing(
    workspace: Workspace,
    posts: Sequence[Post],
    audience: Audience | None,
    day: date,
    campaign: Campaign | None,
) -> list[Problem]:
    """All that stands against sending the frozen parts of a post on a day (in its campaign's zone): facts and help
    lines that it printed and that no longer say that, numbers that are not known, tracked ways to help. [] lets it go.

    ``campaign``: whose post it is, if the files know it. The parts cite alike, so the first one is asked for that.
    """
    said = [said for post in posts for said in (post.text, post.warning, *(item.alt for item in post.media))]
    found: list[Problem] = []
    for post in posts[:1]:
        found += (_problem("fact", *told) for told in _facts(workspace, post, day))
        found += (_problem(HOTLINE, *told) for told in _hotlines(workspace, post, audience, day))
    found += (
        _problem("phone", *told)
        for told in stray_numbers(said, workspace.hotlines, audience, workspace.calling)
    )
    tracked = tracked_help(said, lambda: ways_to_help(workspace, campaign, None))
    found += (_problem(HELP_LINK, *told) for told in tracked)
    found += _rules(workspace, posts)
    # Consents are judged in dispatch/consented.py: also of what is not next in turn, and before a repeat.
    return found


def bars(problems: Sequence[Problem], workspace: Workspace) -> bool:
    """Whether a post that can't be made waits for the files to be mended, instead of failing: all its errors are of
    rules in ``MENDABLE`` or of safeguarding."""
    rules = MENDABLE.union(rule.id for rule in workspace.rules)
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    return bool(errors) and all(problem.rule in rules for problem in errors)


def barred(problems: Sequence[Problem]) -> str:
    """The reason of a row that such problems hold: what is wrong, and what to do about it."""
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    said = "; ".join(dict.fromkeys(problem.message for problem in errors))
    hints = "; ".join(dict.fromkeys(problem.hint for problem in errors if problem.hint))
    return f"{BARRED}{said}" + (f" (to do: {hints}; then it goes out by itself)" if hints else "")


def _rules(workspace: Workspace, posts: Sequence[Post]) -> Iterator[Problem]:
    """What today's safeguarding rules stop of these words. What a post has to have besides (help, a caveat, consent)
    was asked when it was made."""
    if not posts:
        return
    said = Said(
        parts=tuple(post.text for post in posts),
        language=posts[0].language,
        warning=posts[0].warning,
        alts=tuple(item.alt for post in posts for item in post.media),
    )
    for verdict in rulebook(workspace.rules).post(said, posts[0].accepted):
        if verdict.level is Level.ERROR:
            rule = verdict.finding.rule
            yield _problem(rule.id, verdict.message, rule.instead)


def _facts(workspace: Workspace, post: Post, day: date) -> Iterator[tuple[str, str]]:
    for name in post.facts:
        fact = workspace.facts.get(name)
        if fact is None:
            yield f"fact {name!r} is no longer in posts/facts.yaml", _NEW_WORDS
        elif not fact.publishable:
            yield f"fact {name!r} is no longer publishable", _NEW_WORDS
        elif fact.review_by is not None and fact.review_by < day:
            hint = f"check its source, then move review_by of {name} in posts/facts.yaml"
            yield f"fact {name!r} had to be reviewed by {fact.review_by}", hint
        elif (words := post.cited.get(fact_cited(name))) and text_for(fact.text, post.language) not in words:
            yield f"fact {name!r} says something else now", _NEW_WORDS


_NEW_WORDS = "see that the planned post says what is right"


def _hotlines(
    workspace: Workspace, post: Post, audience: Audience | None, day: date
) -> Iterator[tuple[str, str]]:
    for name in post.hotlines:
        entry = workspace.hotlines.get(name)
        if entry is None:
            yield f"help line {name!r} is no longer in posts/hotlines.yaml", _NEW_WORDS
        elif audience is None or entry.country != audience.country:
            yield (
                f"help line {name!r} is for people in {entry.country}, and the audience is another",
                _NEW_WORDS,
            )
        else:
            for word in post.cited.get(hotline_cited(name), ()):
                # Never with the number itself: whoever checks it shall not have it before their eyes.
                if told := _untrue(workspace, entry, word, audience, day):
                    yield f"help line {name!r} {told[0]}", told[1]


def _untrue(
    workspace: Workspace, entry: Hotline, word: str, audience: Audience, day: date
) -> tuple[str, str] | None:
    """Why what a post took from a help line (a number, the page, the hours) may not be printed today; None: it may."""
    if word == entry.page or (entry.hours_confirmed and word in entry.hours.values()):
        return None
    there = [channel for channel in entry.channels if channel.is_written(word, entry.country)]
    if not there:
        return "has changed in posts/hotlines.yaml", f"campaign hotlines verify {entry.id}"
    if not any(channel.serves_from(audience.abroad) for channel in there):
        return f"can't be reached {'from abroad' if audience.abroad else 'inside of the country'}", _NEW_WORDS
    if not set(there) & set(confirmed(entry, workspace.checks, day)):
        return why_unconfirmed(entry, there, workspace.checks, day), f"campaign hotlines verify {entry.id}"
    return None


def _problem(rule: str, message: str, hint: str) -> Problem:
    return Problem(Place("posts"), message, hint, Level.ERROR, rule)
