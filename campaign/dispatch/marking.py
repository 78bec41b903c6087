"""Review marks: what somebody says about a post that is out. The same for a terminal, a page and a file."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from campaign.core.lifecycle import State
from campaign.core.marks import (
    MAX_TEXT,
    Given,
    Mark,
    MarksFile,
    Verdict,
    open_flags,
    plain,
    post_of,
    space_of,
)
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError, RefusedChange
from campaign.store import history, marks
from campaign.store.log import Who
from campaign.store.transitions import current


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: the marks that are new, and how many were there already."""

    new: tuple[Mark, ...]
    known: int


def mark(
    desk: Desk, key: str, verdict: Verdict, text: str = "", *, flags: Collection[str] | None = None
) -> list[Mark]:
    """Mark a post (of a thread all parts, whichever is named) as the desk's person: OK; FLAG with what is wrong; CLOSE,
    perhaps with what was done, which closes ``flags`` (ids; None: all that are open). The marks that were made.

    CampaignError: there is no such post. RefusedChange: it is not out, nothing is said to be wrong, the text is too
    long, or no such flag is open.
    """
    text = plain(text)
    if verdict is Verdict.FLAG and not text:
        raise RefusedChange(
            "a flag says what is wrong", 'write it in a few words: --flag "the wrong picture"'
        )
    if len(text) > MAX_TEXT:
        raise RefusedChange(
            f"{len(text)} characters are too many: at most {MAX_TEXT}", "say it in fewer words"
        )
    with desk.store.write() as connection:
        post = _post(connection, key)
        targets: Sequence[str | None] = [None]
        if verdict is Verdict.CLOSE:
            targets = _to_close(connection, post, flags)
        new = [
            Mark(str(uuid.uuid4()), post, verdict, text, desk.who.by, desk.who.door, desk.now, flag)
            for flag in targets
        ]
        return marks.add(connection, new)


def take_marks(desk: Desk, given: MarksFile) -> Taken:
    """Take the marks of a file, all or none; what is there already counts once. They are the desk's person's, who
    vouches for them; the door says that they came in a file, and whose it says to be.

    CampaignError: the file is of another workspace, or a mark names no post. RefusedChange: a post is not out, or a
    mark is there already and says something else.
    """
    workspace = desk.freezer.workspace_id
    if given.space != space_of(workspace):
        raise CampaignError(
            "the marks are about the posts of another workspace", "take them where their page was made"
        )
    vouched = Who(desk.who.by, f"{_file(given.by, desk.who.by)}, {desk.who.door}")
    with desk.store.write() as connection:
        for post in sorted({post_of(one.key) for one in given.marks}):
            current(connection, post)  # locked in one order, so that two imports don't wait for each other
        there = marks.by_ids(connection, [one.id for one in given.marks])
        new = []
        for number, one in enumerate(given.marks, 1):
            known = there.get(one.id)
            if known is not None:
                _same(number, one, known)
                continue
            try:
                post = _post(connection, one.key)
            except CampaignError as error:
                raise type(error)(f"mark {number}: {error.message}", error.hint) from None
            new.append(Mark(one.id, post, one.verdict, plain(one.text), vouched.by, vouched.door, desk.now))
        return Taken(tuple(marks.add(connection, new)), len(there))


def _file(said: str, by: str) -> str:
    return "file" if said == by else f"file from {said}"


def _same(number: int, given: Given, known: Mark) -> None:
    """A mark that was taken before says the same, unless its text was removed since; else somebody changed the file."""
    same_text = known.text in (plain(given.text), "")
    if (known.key, known.verdict) != (post_of(given.key), given.verdict) or not same_text:
        raise RefusedChange(
            f"mark {number} was taken before, and said something else: {known.key}",
            "save the marks from the page again; don't change the file",
        )


def _post(connection: Connection, key: str) -> str:
    """The key that marks of a post stand under; its row is locked, so that two who mark it do so in turn."""
    post = post_of(key)
    row = current(connection, post)
    if row is None or history.delivery(connection, key) is None:
        raise CampaignError(f"there is no post {key!r} in the record", "campaign log shows the keys")
    if State(row["state"]) is not State.SENT:
        state = State(row["state"])
        hint = f"campaign resolve {post}" if state is State.UNCERTAIN else "what is out can be reviewed"
        raise RefusedChange(f"{post} can't be reviewed: it is {state.say}", hint)
    return post


def _to_close(connection: Connection, post: str, flags: Collection[str] | None) -> list[str]:
    there = [one.id for one in open_flags(marks.of_posts(connection, [post]).get(post, ()))]
    wanted = [id_ for id_ in there if flags is None or id_ in flags]
    if not wanted:
        raise RefusedChange(f"no flag is open on {post}", "campaign review --flagged lists the open ones")
    return wanted
