"""Who may come in, and what each answer tells the browser: nothing is shown or done before this has let it pass.

Asked in this order: is it our host (DNS rebinding), did it come by TLS where it must, does a form come from our own
pages, who is it, may they, and does the form bring back what this session was given (OWASP, CSRF Prevention).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from campaign.core.roles import Role, rights
from campaign.store import entrance
from campaign.store.entrance import Visit
from campaign.web.here import PUBLIC, site, workspace

LASTS = timedelta(hours=12)
"""How long a session lasts: a working day."""

FORM = "form"
"""The field of each form that holds what the session was given."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content Security Policy: no script at all, and nothing from elsewhere."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers would not say where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def guard(app: Flask) -> None:
    """Put the guards before and behind each request of an app."""
    app.before_request(_let_in)
    app.after_request(_headers)


def cookie_name() -> str:
    """The session's cookie: ``__Host-`` (no other host can set it) behind TLS, else one for each port."""
    address = site().address
    port = address.origin.rpartition(":")[2]
    return "__Host-campaign" if address.proxied else f"campaign-{port}"


def _let_in() -> AnyResponse | None:
    address = site().address
    if request.headers.get("Host", "").lower() not in address.hosts:
        return _plain(421, f"These pages are at {address.origin}")
    if address.proxied and request.scheme != "https":
        return _plain(400, "The proxy in front must use TLS, and say so in X-Forwarded-Proto")
    if request.method not in ("GET", "HEAD", "OPTIONS") and (
        request.headers.get("Origin", "").lower() not in address.origins()
    ):
        raise Forbidden("origin")
    secret = request.cookies.get(cookie_name(), "")
    if secret:
        with site().station.store.read() as connection:
            g.visit = entrance.visit(connection, secret, site().now())
    found: Visit | None = g.get("visit")
    if found is not None:
        g.rights = rights(found.role, found.handle, workspace().people)
    if request.endpoint is None:
        return None  # no such page: said so to everybody alike
    return _may(found, _right_of(request.endpoint))


def _right_of(endpoint: str) -> str:
    if endpoint == "static":
        return PUBLIC
    view: Any = current_app.view_functions[endpoint]
    right: str = view.right
    return right


def _may(found: Visit | None, right: str) -> AnyResponse | None:
    if right != PUBLIC and found is None:
        if request.method == "GET":
            return redirect(url_for("door.sign_in", next=request.full_path.rstrip("?")), 303)
        raise Forbidden("session")
    if request.method == "POST":
        given = (
            found.form if found is not None and right != PUBLIC else request.cookies.get(visitor_cookie(), "")
        )
        shown = request.form.get(FORM, "")
        if not given or not hmac.compare_digest(given.encode(), shown.encode()):
            raise Forbidden("form")
    if right not in ("", PUBLIC) and right not in g.get("rights", ()):
        raise Forbidden("right")
    return None


def visitor_cookie() -> str:
    """Of whoever has not signed in yet: what the form for it must bring back."""
    return cookie_name() + "-form"


def form_secret() -> str:
    """What the forms of this page must bring back."""
    found: Visit | None = g.get("visit")
    return found.form if found is not None else ""


def come_in(token: str, link: str) -> tuple[str, Visit] | None:
    """A new session for whoever shows a good token, or the link that the terminal printed: the cookie's secret and the
    session. None when neither is good. TooManyRequests after too many failures."""
    here, now = site(), site().now()
    signs = current_app.extensions["campaign-sign-ins"]
    address = request.remote_addr or ""
    wait = signs.wait(address, now)
    if wait is not None:
        raise TooManyRequests(retry_after=int(wait.total_seconds()) + 1)
    secret = secrets.token_urlsafe(32)

    def session(name: str | None, handle: str, role: Role, door: str) -> Visit:
        form = secrets.token_urlsafe(24)
        return Visit(entrance.hashed(secret), name, handle, role, door, form, now + LASTS)

    made: Visit | None = None
    with here.station.store.read() as connection:
        known = entrance.token_of(connection, token) if token else None
    if known is not None:
        made = session(known.name, known.handle, known.role, entrance.door_of(known.name))
    elif link and here.links.use(link):
        made = session(None, here.local.by, Role.COORDINATOR, here.local.door)
    if made is None:  # who only tries makes nobody wait for the store
        signs.failed(address, now)
        return None
    with here.station.store.write() as connection:
        entrance.begin(connection, made, now)
    signs.done(address)
    return secret, made


def remember(response: AnyResponse, secret: str) -> None:
    """Give the browser a session's cookie; "" takes it away."""
    proxied = site().address.proxied
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(LASTS.total_seconds()) if secret else 0,
        secure=proxied,
        httponly=True,
        # Behind a proxy people follow links to a post from a mail; a form is checked in three ways all the same.
        samesite="Lax" if proxied else "Strict",
        path="/",
    )


def sign_out() -> None:
    """End the visitor's session."""
    found: Visit | None = g.get("visit")
    if found is not None:
        with site().station.store.write() as connection:
            entrance.end(connection, found.digest)


def _headers(response: AnyResponse) -> AnyResponse:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if site().address.proxied:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _plain(status: int, said: str) -> Response:
    return Response(said + "\n", status, mimetype="text/plain")
