"""What a page asks of the request it answers: the site, who visits, in which language, and how it is rendered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for

from campaign.core.model import Workspace
from campaign.core.pause import Scope
from campaign.review import times
from campaign.store.entrance import Visit
from campaign.web.site import Site
from campaign.web.words import LANGUAGES, words

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""How far a calendar can be leafed through."""

LANGUAGE_COOKIE = "campaign-language"
PUBLIC = "public"
"""The right that a page takes which everybody may see."""

View = TypeVar("View", bound=Callable[..., Any])


def takes(right: str) -> Callable[[View], View]:
    """Which right a page takes: "" means signed in, ``PUBLIC`` not even that. A page without it is never shown."""

    def mark(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return view

    return mark


def site() -> Site:
    """The running site."""
    return cast(Site, current_app.extensions["campaign"])


def workspace() -> Workspace:
    """The files, the same for the whole of a request."""
    if "workspace" not in g:
        g.workspace = site().workspace()
    return cast(Workspace, g.workspace)


def zone(campaign: str) -> str:
    """The zone in which a campaign's times are shown."""
    known = workspace().campaigns.get(campaign)
    return known.zone if known else workspace().zone


def today() -> date:
    """Today, in the workspace's zone."""
    return times.local(site().now(), workspace().zone).date()


def day_named(name: str, otherwise: date) -> date:
    """The day that the address names (``2027-07-30``); the other one where it names none, or one that no calendar
    here reaches."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return found if FIRST_DAY <= found <= LAST_DAY else otherwise


def visitor() -> Visit:
    """Who visits; LookupError on pages that everybody may see."""
    found: Visit | None = g.get("visit")
    if found is None:
        raise LookupError("nobody has signed in")
    return found


def may(right: str) -> bool:
    """Whether the visitor has a right."""
    return right in g.get("rights", ())


def language() -> str:
    """The language of the pages: chosen, else the browser's, else the workspace's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted = request.accept_languages.best_match(LANGUAGES)
    return wanted or LANGUAGES[0]


def say(name: str, /, **values: object) -> str:
    """One of our words in the language of the page; ``NAME_1`` where ``number`` is 1 and there is such a word."""
    known = words(language())
    single = known.get(f"{name}_1") if values.get("number") == 1 else None
    return (single or known[name]).format(**values)


def scope(of: Scope) -> str:
    """What a pause is about, in the words of the page."""
    kinds = (("campaign", of.campaigns, ""), ("account", of.accounts, ""), ("language", of.languages, ""))
    told = [
        f"{say('scope_' + kind)} {', '.join(sign + name for name in sorted(names))}"
        for kind, names, sign in (*kinds, ("tag", of.tags, "#"))
        if names
    ]
    return " · ".join(told) or say("scope_everything")


def show(template: str, /, http: int = 200, **values: Any) -> Response:
    """A page; ``http``: the status code of the answer."""
    return make_response(render_template(template, **values), http)


def back(endpoint: str, done: str, **values: Any) -> Response:
    """After a decision: to a page that says that it was done (``done``: the name of our words for it)."""
    return cast(Response, redirect(url_for(endpoint, done=done, **values), 303))


def local_path(wanted: str, otherwise: str) -> str:
    """A place on this site that a form or link names, or the other one: never another site."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain else otherwise
