"""Who comes in, and who does not: each guard alone, and each page with each role."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from campaign.core.roles import Role
from campaign.dispatch.admission import revoke_token
from campaign.store import history
from campaign.web.access import FORM, LASTS
from campaign.web.limits import ADDRESSES, FAILURES, WITHIN, SignIns
from campaign.web.pages.pause import LAST
from campaign.web.site import Address
from tests.web.town import HERE, NOW, PORT, ROLES, Town, Visitor, small

SENT = "world-day/signs/2027-07-29T09:00/site"
AHEAD = "world-day/signs/2027-08-02T09:00/site"

PUBLIC, SIGNED_IN = None, ""
"""Beside the rights: for everybody; for whoever has signed in."""

ROUTES: dict[tuple[str, str], tuple[str | None, dict[str, str]]] = {
    ("GET", "/"): (SIGNED_IN, {}),
    ("GET", "/calendar"): (SIGNED_IN, {}),
    ("GET", "/calendar/week"): (SIGNED_IN, {}),
    ("GET", "/upcoming"): (SIGNED_IN, {}),
    ("GET", "/log"): (SIGNED_IN, {}),
    ("GET", "/log/week.html"): (SIGNED_IN, {}),
    ("GET", "/log/week.csv"): (SIGNED_IN, {}),
    ("GET", "/help"): (SIGNED_IN, {}),
    ("GET", "/approvals"): (SIGNED_IN, {}),
    ("GET", "/pause"): (SIGNED_IN, {}),
    ("GET", "/post/<path:key>"): (SIGNED_IN, {"key": SENT}),
    ("GET", "/picture/<int:part>/<int:number>/<path:key>"): (
        SIGNED_IN,
        {"part": "1", "number": "0", "key": "world-day/picture/2027-07-29T10:00/news"},
    ),
    ("GET", "/sign-in"): (PUBLIC, {}),
    ("GET", "/language/<code>"): (PUBLIC, {"code": "id"}),
    ("GET", "/static/<path:filename>"): (PUBLIC, {"filename": "style.css"}),
    ("POST", "/sign-in"): (PUBLIC, {}),
    ("POST", "/sign-out"): (SIGNED_IN, {}),
    ("POST", "/review/<path:key>"): ("review", {"key": SENT}),
    ("POST", "/approvals"): ("approve", {}),
    ("POST", "/pause"): ("pause", {}),
    ("POST", f"/pause/end/<int(max={LAST}):number>"): ("pause", {"number": "999"}),
    ("POST", f"/pause/keep/<int(max={LAST}):number>"): ("pause", {"number": "999"}),
    ("POST", "/pause/decide"): ("pause", {}),
}
"""Each route that there is, the right that it takes, and what its address needs."""


def path(rule: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        for kind in ("path:", "int:", f"int(max={LAST}):", ""):
            rule = rule.replace(f"<{kind}{name}>", value)
    return rule


def may(role: Role, right: str | None) -> bool:
    own = {Role.REVIEWER: {"review"}, Role.APPROVER: {"review", "approve"}}
    own[Role.COORDINATOR] = {"review", "approve", "pause"}
    return not right or right in own.get(role, set())


def test_every_route_is_in_the_table(town: Town) -> None:
    there = {
        (method, rule.rule)
        for rule in town.app().url_map.iter_rules()
        for method in rule.methods or ()
        if method in ("GET", "POST", "PUT", "DELETE", "PATCH")
    }
    assert there == set(ROUTES)


def test_nobody_sees_anything_before_signing_in(town: Town) -> None:
    visitor = town.visitor()
    for (method, rule), (right, values) in ROUTES.items():
        address = path(rule, values)
        if method == "GET":
            found = visitor.get(address)
            if right is PUBLIC:
                assert found.status_code in (200, 303), address
            else:
                assert found.status_code == 303, address
                assert found.headers["Location"].startswith("/sign-in?next="), address
        elif right is not PUBLIC:
            assert visitor.post(address).status_code == 403, address


@pytest.mark.parametrize("name", ROLES)
def test_each_role_gets_what_it_may_and_no_more(town: Town, name: str) -> None:
    role, app = ROLES[name], town.app()
    visitor = town.visitor(name, app)
    for (method, rule), (right, values) in ROUTES.items():
        address = path(rule, values)
        if method == "GET":
            found = visitor.get(address)
            assert found.status_code == (303 if address.startswith(("/language", "/sign-in")) else 200), (
                address
            )
            continue
        if rule in ("/sign-in", "/sign-out"):
            continue
        found = visitor.post(address)
        # Without what such a form holds, whoever may gets as far as being told so.
        refused = found.status_code == 403
        assert refused is not may(role, right), (address, found.status_code)
    assert not town.reported
    page = visitor.get("/pause").text
    assert ("<button" in page.split("<footer>")[0]) is may(role, "pause")
    story = visitor.get(f"/post/{SENT}").text
    assert (f'action="/review/{SENT}"' in story) is may(role, "review")
    assert visitor.post("/sign-out").status_code == 303
    assert visitor.get("/log").status_code == 303


def test_a_form_must_bring_back_what_this_session_was_given(town: Town) -> None:
    app = town.app()
    rio, ani = town.visitor("rio", app), town.visitor("ani", app)
    for proof in ("", "x", ani.proof(), "ü"):
        found = rio.post(f"/review/{SENT}", {FORM: proof, "verdict": "ok"})
        assert found.status_code == 403, proof
        assert "earlier visit" in found.text
    with town.station.store.read() as connection:
        assert not [event for event in history.events(connection) if event.kind == "reviewed"]
    # Signing in, too: nobody is signed in as somebody else from another page.
    stranger = town.visitor(app=app)
    assert stranger.post("/sign-in", {FORM: "", "token": town.tokens["rio"]}).status_code == 403
    assert stranger.post("/sign-in", {FORM: rio.proof(), "token": town.tokens["rio"]}).status_code == 403


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", HERE.replace("http", "https"), HERE + "0"]
)
def test_a_form_must_come_from_these_pages(town: Town, origin: str | None) -> None:
    rio = town.visitor("rio")
    proof, headers = rio.proof(), {"Host": rio.host, **({"Origin": origin} if origin else {})}
    data = {FORM: proof, "verdict": "ok"}
    found = rio.client.post(f"/review/{SENT}", base_url=HERE, headers=headers, data=data)
    assert found.status_code == 403
    assert "did not come from these pages" in found.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8123", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:8123"]
)
def test_another_host_is_not_answered(town: Town, host: str) -> None:
    rio = town.visitor("rio")
    for address in ("/", "/sign-in", "/static/style.css", "/nowhere"):
        found = rio.get(address, headers={"Host": host})
        assert (found.status_code, found.mimetype) == (421, "text/plain")
    assert rio.get("/help", headers={"Host": "LOCALHOST:8123"}).status_code in (200, 303)


def test_a_revoked_token_ends_its_sessions_at_once(town: Town) -> None:
    town.token("short", Role.REVIEWER, "rio")
    app = town.app()
    visitor = town.visitor("short", app)
    proof = visitor.proof()
    assert visitor.get("/log").status_code == 200
    assert revoke_token(town.site().desk(town.who("siti")), "short")
    assert visitor.get("/log").status_code == 303
    assert visitor.post(f"/review/{SENT}", {FORM: proof, "verdict": "ok"}).status_code == 403
    again = town.visitor(app=app).sign_in(token=town.tokens["short"])
    assert again.status_code == 403
    assert "not known here" in again.text
    with town.station.store.read() as connection:
        told = [(e.kind, e.by, dict(e.detail)) for e in history.events(connection) if "web-token" in e.kind]
    assert ("web-token-revoked", "siti", {"door": "web token short"}) in told
    assert (
        "web-token-added",
        "siti",
        {"door": "web token short", "held_by": "rio", "role": "reviewer"},
    ) in told


def test_a_session_ends_after_a_working_day(town: Town) -> None:
    visitor = town.visitor("rio")
    try:
        town.now = NOW + LASTS - timedelta(seconds=1)
        assert visitor.get("/help").status_code == 200
        town.now = NOW + LASTS
        assert visitor.get("/help").status_code == 303
    finally:
        town.now = NOW


def test_whoever_leaves_the_team_may_only_look(town: Town) -> None:
    visitor, config = town.visitor("siti"), town.folder / "config.yaml"
    before = config.read_text(encoding="utf-8")
    try:
        config.write_text(before.replace("  siti: {can: [review, approve, pause]}\n", ""), encoding="utf-8")
        assert visitor.post("/pause", {"reason": "x"}).status_code == 403
        assert visitor.get("/log").status_code == 200
    finally:
        config.write_text(before, encoding="utf-8")


def test_the_link_of_the_terminal_works_once(town: Town) -> None:
    town.links.clear()
    app = town.app()
    (secret,) = town.links
    visitor = town.visitor(app=app)
    for _ in range(2):  # looking at it does not use it up
        assert "siti" in visitor.get(f"/sign-in?link={secret}").text
    assert visitor.get("/").status_code == 303
    assert visitor.sign_in(link=secret).status_code == 303
    assert "Signed in as siti (coordinator)" in visitor.get("/").text
    assert len(town.links) == 2  # the terminal shows the next one
    other = town.visitor(app=app)
    assert other.sign_in(link=secret).status_code == 403
    assert other.sign_in(link="").status_code == 403
    assert other.sign_in(link=town.links[1]).status_code == 303


def test_signing_in_is_rate_limited(town: Town) -> None:
    app = town.app()
    visitor = town.visitor(app=app)
    try:
        for _ in range(FAILURES):
            assert visitor.sign_in(token="cw_wrong").status_code == 403
        found = visitor.sign_in(token=town.tokens["rio"])
        assert found.status_code == 429
        assert found.headers["Retry-After"] == str(int(WITHIN.total_seconds()) + 1)
        elsewhere = Visitor(app.test_client())
        proof = elsewhere.proof("/sign-in")
        data = {FORM: proof, "token": town.tokens["rio"]}
        came = elsewhere.post("/sign-in", data, environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert came.status_code == 303
        town.now = NOW + WITHIN
        assert visitor.sign_in(token=town.tokens["rio"]).status_code == 303
    finally:
        town.now = NOW


def test_failures_are_remembered_within_bounds() -> None:
    signs = SignIns()
    for number in range(ADDRESSES + 5):
        for _ in range(FAILURES):
            signs.failed(f"host{number}", NOW)
    assert signs.wait("host0", NOW) is None  # forgotten: the oldest
    assert signs.wait(f"host{ADDRESSES}", NOW) == WITHIN
    signs.done(f"host{ADDRESSES}")
    assert signs.wait(f"host{ADDRESSES}", NOW) is None


def test_every_answer_tells_the_browser_to_be_careful(town: Town) -> None:
    visitor = town.visitor("rio")
    answers = [
        *(visitor.get(p) for p in ("/", "/nowhere", "/static/style.css", f"/post/{SENT}", "/log/week.html")),
        visitor.post("/pause"),
        town.visitor().get("/sign-in"),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache, max-age=0")
        assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]
    pages = [answer.text for answer in answers if answer.mimetype == "text/html"]
    assert not any("<style" in page or " style=" in page or " on" + "click" in page for page in pages[:3])


def test_the_cookie_is_out_of_reach(town: Town) -> None:
    visitor = town.visitor()
    came = visitor.sign_in(token=town.tokens["rio"])
    (cookie,) = [line for line in came.headers.getlist("Set-Cookie") if line.startswith("campaign-8123=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert f"Max-Age={int(LASTS.total_seconds())}" in cookie


def test_behind_a_proxy_only_tls_and_its_own_host(town: Town) -> None:
    address = Address.public("https://campaign.example.org")
    app = town.app(address)
    visitor = Visitor(app.test_client(), "https://campaign.example.org", "campaign.example.org")
    came = visitor.sign_in(token=town.tokens["rio"])
    (cookie,) = [line for line in came.headers.getlist("Set-Cookie") if line.startswith("__Host-campaign=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert visitor.get("/log").headers["Strict-Transport-Security"]
    assert visitor.get("/log", headers={"Host": "127.0.0.1:8123"}).status_code == 421
    plain = Visitor(app.test_client(), "http://campaign.example.org", "campaign.example.org")
    found = plain.get("/sign-in")
    assert (found.status_code, "TLS" in found.text) == (400, True)


def test_the_server_believes_the_proxy_and_bounds_what_it_takes(town: Town) -> None:
    address = Address.public("https://campaign.example.org")
    tls = {
        "Host": "campaign.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1, 192.0.2.9",
    }
    with town.served(address) as origin, requests.Session() as proxy:
        assert proxy.get(f"{origin}/sign-in", headers={"Host": "campaign.example.org"}).status_code == 400
        found = proxy.get(f"{origin}/sign-in", headers=tls)
        assert found.status_code == 200
        assert found.headers["Server"] == "campaign"
        form = re.search(r'name="form" value="([^"]+)"', found.text)
        assert form is not None
        cookie = found.headers["Set-Cookie"].partition(";")[0]
        assert cookie.startswith("__Host-campaign-form=")

        def tried(visitor: str) -> int:
            answer = proxy.post(
                f"{origin}/sign-in",
                {"form": form[1], "token": "cw_wrong"},
                headers={**tls, "Origin": address.origin, "Cookie": cookie, "X-Forwarded-For": visitor},
            )
            return answer.status_code

        # What a visitor says of itself counts for nothing: only what the proxy adds at the end.
        assert [tried(f"198.51.100.{n}, 192.0.2.9") for n in range(FAILURES)] == [403] * FAILURES
        assert tried("198.51.100.77, 192.0.2.9") == 429
        assert tried("192.0.2.8") == 403
        large = proxy.post(f"{origin}/sign-in", b"x" * 70_000, headers={**tls, "Origin": address.origin})
        assert large.status_code == 413
        long = proxy.get(f"{origin}/sign-in", headers={**tls, "X-Long": "x" * 40_000})
        assert long.status_code == 431


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nX: y"]
)
def test_nobody_is_led_elsewhere(town: Town, wanted: str) -> None:
    visitor = town.visitor()
    found = visitor.post(
        "/sign-in", {FORM: visitor.proof("/sign-in"), "token": town.tokens["rio"], "next": wanted}
    )
    assert (found.status_code, found.headers["Location"]) == (303, "/")
    led = visitor.get("/language/id", query_string={"next": wanted})
    assert led.headers["Location"] == "/"
    assert visitor.get("/language/xx").status_code == 404


def test_large_and_odd_requests_are_refused(town: Town) -> None:
    rio = town.visitor("rio")
    proof = rio.proof()
    large = rio.post(f"/review/{SENT}", {FORM: proof, "verdict": "flag", "text": "x" * 70_000})
    assert large.status_code == 413
    assert rio.post(f"/review/{SENT}", {FORM: proof, "verdict": "sing"}).status_code == 400
    assert (
        rio.client.put("/log", base_url=HERE, headers={"Host": rio.host, "Origin": HERE}).status_code == 405
    )
    assert not town.reported


def test_no_secret_is_kept_or_shown(town: Town) -> None:
    visitor = town.visitor("siti")
    shown = [visitor.get(path(rule, values)).data for (m, rule), (_, values) in ROUTES.items() if m == "GET"]
    kept = b"".join(file.read_bytes() for file in town.folder.glob("campaign.db*"))
    cookie = visitor.client.get_cookie("campaign-8123", domain="127.0.0.1")
    assert cookie is not None
    for secret in (*town.tokens.values(), cookie.value):
        assert not any(secret.encode() in page for page in shown)
        assert secret.encode() not in kept


def test_a_stranger_is_not_told_where_the_store_is(tmp_path: Path) -> None:
    town = Town(small(tmp_path / "town"))
    try:
        stranger = town.visitor()
        stranger.client.set_cookie(f"campaign-{PORT}", "x", domain="127.0.0.1")
        assert stranger.get("/sign-in").status_code == 200
        town.station.store.close()
        (town.folder / "campaign.db").write_bytes(b"no database " * 400)
        found = stranger.get("/sign-in")
        assert found.status_code == 503
        assert str(town.folder) not in found.text and "campaign.db" not in found.text
    finally:
        town.close()
