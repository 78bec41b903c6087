"""The door: signing in and out, and choosing the language."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from campaign.web import access
from campaign.web.here import LANGUAGE_COOKIE, PUBLIC, local_path, say, show, site, takes
from campaign.web.words import LANGUAGES

pages = Blueprint("door", __name__)

A_YEAR = 365 * 24 * 3600


@pages.get("/sign-in")
@takes(PUBLIC)
def sign_in() -> AnyResponse:
    """The form for a token, or of a link from the terminal. Opening it changes nothing: who only looks at a link (a
    mail scanner, a browser that loads ahead) does not use it up."""
    if g.get("visit") is not None and not request.args.get("link"):
        return redirect(local_path(request.args.get("next", ""), url_for("now.status")), 303)
    link = request.args.get("link", "")
    if link and not site().links.good(link):
        return _form(403, say("sign_in_wrong_link"))
    return _form()


def _form(http: int = 200, complaint: str = "") -> Response:
    proof = request.cookies.get(access.visitor_cookie(), "") or secrets.token_urlsafe(24)
    response = show(
        "sign_in.html",
        http,
        proof=proof,
        link=request.values.get("link", ""),
        next=local_path(request.values.get("next", ""), ""),
        complaint=complaint,
        has_link=site().links.say is not None,
        local=site().local.by,
    )
    response.set_cookie(
        access.visitor_cookie(),
        proof,
        max_age=3600,
        secure=site().address.proxied,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return response


@pages.post("/sign-in")
@takes(PUBLIC)
def come_in() -> AnyResponse:
    """Sign in with a token or a link."""
    came = access.come_in(request.form.get("token", "").strip(), request.form.get("link", ""))
    if came is None:
        return _form(403, say("sign_in_wrong_link" if request.form.get("link") else "sign_in_wrong"))
    access.sign_out()  # whoever was here before in this browser
    response = redirect(local_path(request.form.get("next", ""), url_for("now.status")), 303)
    access.remember(response, came[0])
    return response


@pages.post("/sign-out")
@takes("")
def sign_out() -> AnyResponse:
    """End this session."""
    access.sign_out()
    response = redirect(url_for("door.sign_in"), 303)
    access.remember(response, "")
    return response


@pages.get("/language/<code>")
@takes(PUBLIC)
def language(code: str) -> AnyResponse:
    """Show the pages in this language from now on; a choice of the browser, kept in a cookie."""
    if code not in LANGUAGES:
        raise NotFound
    response = redirect(local_path(request.args.get("next", ""), url_for("now.status")), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=A_YEAR,
        secure=site().address.proxied,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response
