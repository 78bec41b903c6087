"""X's HTTP, as far as posts and pictures share it: its calls through tweepy, and what its answers mean."""

from __future__ import annotations

import re
from typing import Any

from campaign.core.outcome import Refused, Scope
from campaign.networks.http import Answer, Classify, Client, Failure, said
from campaign.networks.loading import loading

_ACCOUNT = re.compile(
    r"suspend|locked|permission|oauth|access level|enrolled|credit|spend|not permitted|authenticat", re.I
)
"""Words of a 403 that are about the account or its app; without one of them it is about the post."""


def classify(answer: Answer) -> Failure | None:
    """403 by X's words; a spent monthly allowance comes as 429, but no waiting of minutes helps."""
    if answer.status == 403:
        return Refused(said(answer), Scope.ACCOUNT if _ACCOUNT.search(answer.words()) else Scope.POST)
    if answer.status == 429 and "UsageCapExceeded" in answer.words():
        return Refused(said(answer), Scope.ACCOUNT)
    return None


def data(answer: Answer) -> dict[str, Any]:
    """The object under ``data`` in a success; {} if there is none."""
    document = answer.object()
    found = document.get("data") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def tweepy_on(http: Client, classify: Classify) -> Any:
    """A tweepy client whose calls go out through ``http`` and return its Answer or Failure.

    tweepy's own ``request`` has no timeout, logs the Authorization header, knows no other host than api.twitter.com
    (the signature covers it, so that it can't be exchanged behind its back) and fails on error answers that are no
    JSON object.
    """
    with loading():
        import requests
        import tweepy

    class Calls(tweepy.Client):  # type: ignore[misc]
        def request(
            self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
        ) -> Answer | Failure:
            return http.call(method, route, params=params, json=json, classify=classify)

    return Calls(return_type=requests.Response)  # which means: hand on what ``request`` returns
