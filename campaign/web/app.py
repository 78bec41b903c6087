"""Puts the pages together: templates that escape everything, guards, and what is said when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response, g, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge, TooManyRequests

from campaign.core.languages import direction
from campaign.core.lifecycle import State
from campaign.errors import CampaignError
from campaign.review import times
from campaign.review.cards import meter, named
from campaign.review.words import first_words, safe
from campaign.web import access, here
from campaign.web.limits import SignIns
from campaign.web.pages import (
    approvals,
    calendar,
    door,
    export,
    help_page,
    log,
    now,
    pause,
    picture,
    post,
    upcoming,
)
from campaign.web.site import Site
from campaign.web.words import LANGUAGES, NAMES, words
from campaign.web.written import Written

LARGEST = 64 * 1024
"""Bytes of a request's body: the longest reason that a person types, and much more."""

Report = Callable[[BaseException], None]


def make_app(site: Site, report: Report) -> Flask:
    """The app of a site. ``report`` is told of an error that nobody expected; its visitor only that there was one."""
    app = Flask("campaign.web", static_folder="static", template_folder="templates")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST,
        MAX_FORM_MEMORY_SIZE=LARGEST,
        MAX_FORM_PARTS=500,
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.extensions["campaign"] = site
    app.extensions["campaign-sign-ins"] = SignIns()
    _templates(app)
    access.guard(app)
    for module in (now, calendar, upcoming, log, export, post, approvals, pause, picture, help_page, door):
        app.register_blueprint(module.pages)
    app.register_error_handler(CampaignError, _expected)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, lambda error: _bug(error, report))
    return app


def _templates(app: Flask) -> None:
    # Not by a file's name, as Flask does: everything is escaped. And nothing can steer how a line is read.
    app.jinja_options = {
        "autoescape": True,
        "undefined": StrictUndefined,
        "finalize": lambda value: safe(value) if type(value) is str else value,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_env.globals |= {
        "say": here.say,
        "may": here.may,
        "meter": meter,
        "State": State,
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
    }
    app.jinja_env.filters |= {"named": named, "direction": direction, "first_words": first_words}

    @app.context_processor
    def common() -> dict[str, Any]:
        site, spoken = here.site(), here.language()
        visit = g.get("visit")
        moment: datetime = site.now()
        return {
            "lang": spoken,
            "word": words(spoken),
            "written": Written(spoken),
            "visit": visit,
            "form_secret": access.form_secret(),
            "here_path": request.full_path.rstrip("?"),
            "done": words(spoken).get(f"done_{request.args.get('done', '')}", ""),
            "moment": moment,
            "zone_of": here.zone,
            "iso": times.iso,
            "paused": pause.in_force() if visit is not None and "failed" not in g else [],
            "scope_of": here.scope,
            "broken_files": site.broken if visit is not None else None,
        }


def _expected(error: CampaignError) -> Response:
    g.failed = True  # what is wrong may be the store: the page that says so asks it nothing
    if g.get("visit") is None:  # strangers learn nothing of this machine
        return here.show(
            "error.html", 503, title=here.say("error_refused"), said=here.say("error_later"), hint=""
        )
    return here.show("error.html", 409, title=here.say("error_refused"), said=error.message, hint=error.hint)


def _refused(error: HTTPException) -> Response:
    reasons = {
        "origin": "error_origin",
        "session": "error_session",
        "form": "error_form",
        "right": "error_right",
    }
    name = reasons.get(error.description or "", "")
    if isinstance(error, TooManyRequests):
        name = "error_too_often"
    elif isinstance(error, RequestEntityTooLarge):
        name = "error_too_large"
    elif error.code == 404:
        name = "error_missing"
    response = here.show(
        "error.html",
        error.code or 500,
        title=here.say("error_refused" if error.code != 404 else "error_missing_title"),
        said=here.say(name or "error_other"),
        hint="",
    )
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.code == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _bug(error: Exception, report: Report) -> Response:
    report(error)
    g.failed = True
    said = here.say("error_bug", name=type(error).__name__)
    return here.show(
        "error.html", InternalServerError.code, title=here.say("error_refused"), said=said, hint=""
    )
