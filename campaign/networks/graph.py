"""What Facebook Pages, Instagram and Threads share: Meta's Graph API, its errors, its limits, its lists.

What is said here stands in Meta's documentation: Graph API (error handling, rate limits, paging), Instagram Platform
(error codes, content publishing), Threads (troubleshooting); where something was only seen, the place is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import Field

from campaign.core.outcome import Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks.http import Answer, Failure, required, said
from campaign.networks.redact import one_line

Version = Annotated[str, Field(pattern=r"^v\d{1,3}\.\d{1,2}$")]
"""Of the API. Each works for about two years: docs, Graph API, versioning."""

SPENT = 3600.0
"""Seconds to wait when the posts of 24 hours are used up: the window rolls, and its next free moment is not told."""

NOT_YET = 30.0
"""Seconds until a container is looked at again: "wait on average 30 seconds before publishing" (Threads, posts)."""

MISSING = frozenset({2207006, 2207008, 4279009})
"""Subcodes of "there is no such container" from the request that publishes: nothing was. Instagram: "try again 1-2
times in the next 30 seconds to 2 minutes; if unsuccessful, generate a new container". Threads answers so although the
container is FINISHED (fbsamples/threads_api#70, trypostit/trypost#280: passes by itself)."""

_NOT_READY = 2207027  # "The media is not ready for publishing, please wait for a moment"
_QUOTA = 2207042  # "You reached maximum number of posts that is allowed to be published"
_UNFETCHED = frozenset(
    {2207003, 2207052}
)  # it could not fetch the picture, in time or at all: a draft failed
_SPAM = 2207051  # "We restrict certain activity": seen although the post went out (gitroomhq/postiz-app#1681)

_MAYBE = frozenset({-2, -1, 1, 2})
"""Codes of "something is wrong here, try again": seen with posts that went out all the same (arsduo/koala#699)."""

_THROTTLED = frozenset({4, 17, 32, 613, 80001, 80002})
"""Codes of too many calls. "Requests made by a throttled user or app will fail": such a one is not carried out."""

_LOGIN = frozenset({3, 10, 25, 102, 190, 368})
"""Codes about the login: a permission is missing (3, 10), the account is restricted (25), the token expired or was
revoked (102, 190), blocked for a while for breaking a rule (368). 200 to 299: a permission is missing."""

_RESTRICTED = 4279013  # Threads: the account is restricted
_UNLINKED = 1609005  # "Error scraping data from the provided link. Check the URL and try again."
_NO_SUCH_OBJECT = 33  # subcode of 100: it is not there, or must not be seen, or can't do that

_ROLLING = 300.0
"""Seconds to wait when X-App-Usage says 100 %, which tells no time: calls count for an hour, so usage sinks all the
time."""


def error(answer: Answer) -> dict[str, Any]:
    """The error object of an answer, {} if there is none."""
    body = answer.object()
    told = {} if isinstance(body, Unknown) else body.get("error")
    return told if isinstance(told, dict) else {}


def codes(answer: Answer) -> tuple[int, int]:
    """Code and subcode of an error; 0 where there is none."""
    told = error(answer)
    code, subcode = told.get("code"), told.get("error_subcode")
    return code if isinstance(code, int) else 0, subcode if isinstance(subcode, int) else 0


def reason(answer: Answer) -> str:
    """Who answered what: Meta's words for programs and for people, and the numbers by which it can be looked up."""
    told = error(answer)
    words = dict.fromkeys(str(told[name]) for name in ("message", "error_user_msg") if told.get(name))
    if not words:
        return said(answer)
    code, subcode = codes(answer)
    number = f"{code}/{subcode}" if subcode else str(code)
    return one_line(f"{answer.host} answered {answer.status}, error {number}: {'; '.join(words)}")


def classify(answer: Answer) -> Failure | None:
    """What an error answer means; None leaves it to the shared table."""
    code, subcode = codes(answer)
    if not code:
        # A proxy or a firewall; or the Graph API in a hurry, which says 403 of tokens and permissions only.
        return Refused(said(answer), Scope.ACCOUNT) if answer.status == 403 else None
    why = reason(answer)
    if answer.status >= 500 or subcode == _SPAM:
        return Unknown(why)
    if code in _THROTTLED:
        seconds = wait(answer)
        return Retry(why, seconds, seconds)
    if subcode == _QUOTA:
        return Retry(why, SPENT, SPENT)
    if subcode in MISSING or subcode == _NOT_READY:
        return Retry(why, NOT_YET)
    if subcode in _UNFETCHED or code == _UNLINKED:
        return Retry(why)
    if code in _LOGIN or 200 <= code < 300 or subcode == _RESTRICTED or no_such_object(answer):
        return Refused(why, Scope.ACCOUNT)
    if code in _MAYBE or error(answer).get("is_transient") is True:
        return Unknown(why)
    if answer.status in (401, 402, 408, 429):
        return None
    return Refused(why, Scope.ACCOUNT if answer.status == 403 else Scope.POST)


def no_such_object(answer: Answer) -> bool:
    """Whether it says that what the path names is not there (or must not be seen, or can't do that). Of the path of a
    request that publishes, which names the account, that is about the account."""
    return codes(answer) == (100, _NO_SUCH_OBJECT)


def wait(answer: Answer) -> float | None:
    """Seconds until the login's limit begins anew, where the answer says that it is used up now.

    X-Business-Use-Case-Usage: a JSON object, a list for each business object, minutes to wait in each element;
    X-App-Usage: a JSON object of percentages.
    """
    waits: list[float] = []
    business = _json(answer.header("X-Business-Use-Case-Usage"))
    for uses in business.values():
        for use in uses if isinstance(uses, list) else ():
            minutes = use.get("estimated_time_to_regain_access") if isinstance(use, dict) else None
            if isinstance(minutes, int | float) and minutes > 0:
                waits.append(minutes * 60.0)
    shares = _json(answer.header("X-App-Usage")).values()
    if any(isinstance(share, int | float) and share >= 100 for share in shares):
        waits.append(_ROLLING)
    return max(waits, default=None)


def _json(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


Ask = Callable[..., Answer | Failure]
"""``ask(method, path, **options)``: one request to the API, ``path`` behind the version, with the login."""

PAGE, PAGES = 50, 20


def listed(ask: Ask, path: str, fields: str) -> Iterator[list[dict[str, Any]]]:
    """What a list holds, newest first, page by page to the end. CampaignError when it can't be had to the end.

    The address of the next page is made here from its cursor: the one in the answer could lead the token anywhere. A
    page may be empty and not the last: only one without ``next`` is.
    """
    params: dict[str, Any] = {"fields": fields, "limit": PAGE}
    for _ in range(PAGES):
        answer = required(ask("GET", path, params=params, classify=classify), "the posts can't be listed")
        page = answer.object()
        found = None if isinstance(page, Unknown) else page.get("data")
        if isinstance(page, Unknown) or not isinstance(found, list):
            raise CampaignError(f"{answer.host} lists the posts in a way nobody can read")
        yield found
        paging = page.get("paging") or {}
        if "next" not in paging:
            return
        after = (paging.get("cursors") or {}).get("after")
        if not after or after == params.get("after"):
            raise CampaignError(f"{answer.host} says that there are more posts, but not where")
        params["after"] = str(after)
    raise CampaignError(f"the attempt is more than {PAGE * PAGES} posts ago")


def deleted(ask: Ask, receipt: Receipt) -> Outcome:
    """Take a post back. "No such object" may also mean that this login can't delete: it is gone only when it can't be
    read either."""
    missing = Refused("it is not there")

    def look(answer: Answer) -> Failure | None:
        gone = no_such_object(answer) or codes(answer)[1] in MISSING  # the latter on Threads
        return missing if gone else classify(answer)

    refused = ""

    def judge(answer: Answer) -> Failure | None:
        nonlocal refused
        refused = reason(answer)
        return look(answer)

    result = ask("DELETE", receipt.id, classify=judge)
    if isinstance(result, Answer):
        return Sent(receipt)
    if result is not missing:
        return result
    there = ask("GET", receipt.id, params={"fields": "id"}, classify=look)
    return Sent(receipt) if there is missing else Refused(refused)
