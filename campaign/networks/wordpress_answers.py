"""What a WordPress site answers: an article, and an error as its REST API spells it."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.core.outcome import Refused, Scope
from campaign.networks.http import Answer, Failure, said
from campaign.networks.wordpress_page import pictures_in

PERMALINKS = "is `server` the site's address, and Settings, Permalinks anything but Plain?"


@dataclass(frozen=True, slots=True)
class Article:
    """What the site says of an article; ``author``: the number of the user."""

    id: int
    status: str
    link: str
    author: int
    pictures: tuple[str, ...]

    @staticmethod
    def read(data: object) -> Article | None:
        """None: nobody can read that."""
        if not isinstance(data, dict):
            return None
        known = isinstance(data.get("id"), int) and isinstance(data.get("author"), int)
        if not known or not isinstance(data.get("status"), str):
            return None
        content = data["content"] if isinstance(data.get("content"), dict) else {}
        shown = content.get("raw") or content.get("rendered") or ""
        link = str(data.get("link") or "")
        return Article(
            data["id"],
            data["status"],
            link if link.startswith(("https://", "http://")) else "",
            data["author"],
            tuple(pictures_in(str(shown))),
        )


# -- answers: {"code", "message", "data": {"status"}} (class-wp-rest-server.php, error_to_response) ----------------

GONE = Refused("it is not there any more")
NO_TRASH = Refused("the site has no trash")


def _code(answer: Answer) -> str:
    told = answer.object()
    return str(told.get("code") or "") if isinstance(told, dict) else ""


def classify(answer: Answer) -> Failure | None:
    """What is about the login or the site as a whole. 403: a right is missing (rest_cannot_*, rest_forbidden*), or a
    firewall; 404 but for a certain article: there is no API at that address."""
    code = _code(answer)
    if answer.status == 404 and code not in ("rest_post_invalid_id", "rest_term_invalid"):
        return Refused(f"{said(answer)}; {PERMALINKS}", Scope.ACCOUNT)
    if answer.status == 403 or code == "rest_cannot_create":  # which is 400 for an upload
        return Refused(said(answer), Scope.ACCOUNT)
    return None


def classify_upload(answer: Answer) -> Failure | None:
    """rest_upload_unknown_error and rest_upload_sideload_error are 500: a type of file that the site does not take."""
    if _code(answer).startswith("rest_upload_"):
        hint = "; perhaps it is larger than the site's host allows" if "no_data" in _code(answer) else ""
        return Refused(said(answer) + hint)
    return classify(answer)


def about_the_login(answer: Answer) -> Failure | None:
    """A request that says nothing of a post: when it is refused, so will be the next post's. With a password that is
    no good, a list of drafts is 400 rest_invalid_param."""
    if answer.status == 404:
        return classify(answer)
    refused = 400 <= answer.status < 500 and answer.status not in (408, 429)
    return Refused(said(answer), Scope.ACCOUNT) if refused else None


def gone_or(answer: Answer) -> Failure | None:
    """404 rest_post_invalid_id: there is no such article or picture; 410 rest_already_trashed; 501
    rest_trash_not_supported: EMPTY_TRASH_DAYS is 0."""
    if (answer.status, _code(answer)) == (501, "rest_trash_not_supported"):
        return NO_TRASH
    if (answer.status, _code(answer)) in ((404, "rest_post_invalid_id"), (410, "rest_already_trashed")):
        return GONE
    return about_the_login(answer)
