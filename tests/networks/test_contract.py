"""The contract that every network keeps, over all networks: which answer leads to which outcome, and what
nobody may ever read. See cases.py for how a network takes part.
"""

from __future__ import annotations

import json
import logging
import re
import resource
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from campaign.core.model import Post
from campaign.core.outcome import CannotTell, Outcome, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks import registry
from campaign.networks.base import Deletes, Network
from tests.networks.cases import (
    KEY,
    Bench,
    Case,
    FolderCase,
    HttpCase,
    No,
    OwnCase,
    OwnServer,
    Seen,
    bench,
    cases,
)
from tests.networks.memory import Memory
from tests.networks.scripted import Effect, Hold, Instead, Reply, Request, Reset, ScriptedServer, closed_port

CASES = cases()
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=5)
SHORT = 0.2
"""Seconds that an adapter waits for a server that holds: nothing is measured, the wait just has to end."""


def _ids(case: Case) -> str:
    return case.name


every = pytest.mark.parametrize("case", CASES, ids=_ids)
http = pytest.mark.parametrize("case", [c for c in CASES if isinstance(c, HttpCase)], ids=_ids)
folder = pytest.mark.parametrize("case", [c for c in CASES if isinstance(c, FolderCase)], ids=_ids)
own = pytest.mark.parametrize("case", [c for c in CASES if isinstance(c, OwnCase)], ids=_ids)


@pytest.fixture
def at(request: pytest.FixtureRequest, server: ScriptedServer, tmp_path: Path) -> Iterator[Bench]:
    """A bench whose network is the server that the case brings, or else the scripted one."""
    case = request.node.callspec.params.get("case")
    if isinstance(case, OwnCase):
        with case.serve() as brought:
            yield replace(bench(brought.url, tmp_path), own=brought)
    else:
        yield bench(server.url, tmp_path)


@pytest.fixture(autouse=True)
def nothing_leaks(
    request: pytest.FixtureRequest, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """After every test: no secret in any log record, however loud the loggers are, and no request left for
    a redirect's target (whatever it asks for)."""
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests", "tweepy", "tweepy.client", "oauthlib"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    case = request.node.callspec.params.get("case") if hasattr(request.node, "callspec") else None
    if case is not None:
        assert_clean(case, caplog.text)


def assert_clean(case: Case, text: str) -> None:
    for secret in case.secrets:
        assert secret not in text
        assert quote(secret, safe="") not in text


def accepting(case: Case, server: ScriptedServer) -> None:
    if isinstance(case, HttpCase):
        case.accept(server)


def send(case: Case, adapter: Network, post: Post | None = None, notes: Memory | None = None) -> Outcome:
    """Send as the courier does, with what ``prepare`` fixed; checks that the reason, if any, is fit to be
    read."""
    post = post or case.example()
    post = replace(post, prepared=dict(adapter.prepare(post)) if not post.prepared else post.prepared)
    outcome = adapter.send(post, KEY, notes if notes is not None else Memory())
    if not isinstance(outcome, Sent):
        assert outcome.reason
        assert "\n" not in outcome.reason
        assert len(outcome.reason) <= 400
        assert_clean(case, outcome.reason)
    return outcome


def seen(case: Case, at: Bench, server: ScriptedServer) -> list[Seen]:
    if isinstance(case, OwnCase):
        return brought(at).published()
    return case.published(server) if isinstance(case, HttpCase) else case.published(at)


def brought(at: Bench) -> OwnServer:
    """The server of an OwnCase."""
    assert at.own is not None
    return at.own


# -- every network
# ------------------------------------------------------------------------------------------------------


@every
def test_it_keeps_the_shape_of_the_contract(case: Case, at: Bench) -> None:
    adapter = case.make(at)
    assert isinstance(adapter, Network)
    assert registry.network(case.name) is type(adapter)
    assert adapter.name == case.name
    if isinstance(case, HttpCase):
        assert "server" in adapter.options.model_fields
    assert adapter.repeat_safe_for >= timedelta()
    assert_clean(case, repr(adapter))


@every
def test_an_accepted_post_arrives_whole(case: Case, at: Bench, server: ScriptedServer) -> None:
    accepting(case, server)
    outcome = send(case, case.make(at))
    if isinstance(case, FolderCase):
        assert isinstance(outcome, case.done)
    else:
        assert isinstance(outcome, Sent)
        assert outcome.receipt.id
    post = case.example()
    [got] = seen(case, at, server)
    assert got.text == post.text
    assert got.alts in (tuple(media.alt for media in post.media), None)
    assert got.language in (post.language, None)
    assert got.warning in (post.warning, None)
    assert got.key in (KEY, None)


@every
def test_what_is_prepared_is_json_and_stays(case: Case, at: Bench) -> None:
    adapter = case.make(at)
    prepared = dict(adapter.prepare(case.example()))
    assert json.loads(json.dumps(prepared)) == prepared
    frozen = Post.from_json(json.loads(json.dumps(replace(case.example(), prepared=prepared).as_json())))
    assert dict(frozen.prepared) == prepared


@every
def test_the_same_key_again_is_one_post(case: Case, at: Bench, server: ScriptedServer) -> None:
    accepting(case, server)
    adapter = case.make(at)
    post = replace(case.example(), prepared=dict(adapter.prepare(case.example())))
    first = send(case, adapter, post)
    assert isinstance(first, case.done if isinstance(case, FolderCase) else Sent)
    if adapter.repeat_safe_for:
        assert send(case, case.make(at), post) == first
    assert len(seen(case, at, server)) == 1


@every
def test_an_exception_that_escapes_says_no_secret_and_no_certainty(
    case: Case, at: Bench, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug inside is Unknown (the courier's rule) or is answered so; never a certain outcome."""
    accepting(case, server)
    adapter = case.make(at)

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(
        case.breaks if isinstance(case, OwnCase) else "urllib3.connectionpool.HTTPConnectionPool.urlopen",
        broken,
    )
    if not isinstance(case, OwnCase):  # whose pictures may go through a folder first
        monkeypatch.setattr("os.replace", broken)
    try:
        outcome = send(case, adapter)
    except ZeroDivisionError:
        assert_clean(case, traceback.format_exc())
    else:
        assert isinstance(outcome, Unknown)


# -- networks behind HTTP
# ------------------------------------------------------------------------------------------------


def faulty(
    case: HttpCase,
    at: Bench,
    server: ScriptedServer,
    effect: Effect,
    timeout: float = 20.0,
    post: Post | None = None,
) -> Outcome:
    """Send to a server that accepts everything but the publishing request."""
    case.accept(server)
    server.fault(*case.publish, effect)
    return send(case, case.make(replace(at, timeout=timeout)), post)


WORDS = "Validation failed: this is said in the network's words"


@http
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_bad_request_refuses_the_post(
    case: HttpCase, at: Bench, server: ScriptedServer, status: int
) -> None:
    outcome = faulty(case, at, server, Reply(status, json={"error": WORDS}))
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert WORDS in outcome.reason
    assert str(status) in outcome.reason


@http
@pytest.mark.parametrize("status", [401, 402])
def test_a_refused_login_is_about_the_account(
    case: HttpCase, at: Bench, server: ScriptedServer, status: int
) -> None:
    outcome = faulty(case, at, server, Reply(status, json={"error": WORDS}))
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT


@http
def test_a_403_is_what_the_adapter_says(case: HttpCase, at: Bench, server: ScriptedServer) -> None:
    outcome = faulty(case, at, server, Reply(403, json={"error": WORDS}))
    assert isinstance(outcome, Refused)
    assert outcome.scope is case.forbidden
    assert WORDS in outcome.reason


DATE = ("Date", format_datetime(NOW, usegmt=True))


@http
@pytest.mark.parametrize(
    ("headers", "after"),
    [
        pytest.param((("Retry-After", "37"),), 37.0, id="seconds"),
        pytest.param(
            (DATE, ("Retry-After", format_datetime(NOW + timedelta(seconds=90), usegmt=True))),
            90.0,
            id="date",
        ),
        pytest.param(
            (
                DATE,
                ("Retry-After", "30"),
                ("Retry-After", format_datetime(NOW + timedelta(seconds=90), usegmt=True)),
            ),
            90.0,
            id="twice",
        ),
        pytest.param((), None, id="unsaid"),
    ],
)
def test_too_many_requests_says_when_to_come_back(
    case: HttpCase,
    at: Bench,
    server: ScriptedServer,
    headers: tuple[tuple[str, str], ...],
    after: float | None,
) -> None:
    outcome = faulty(case, at, server, Reply(429, json={"error": "Throttled"}, headers=headers))
    assert isinstance(outcome, Retry)
    assert outcome.after == outcome.wait == after


LEFT = (DATE, ("X-RateLimit-Reset", "90"), ("X-Rate-Limit-Reset", "90"))


@http
@pytest.mark.parametrize(("left", "wait"), [("0", 90.0), ("1", None)])
def test_a_limit_that_is_used_up_is_handed_on(
    case: HttpCase, at: Bench, server: ScriptedServer, left: str, wait: float | None
) -> None:
    """So that the account waits instead of running into 429."""
    case.accept(server)
    decide, (method, path) = server.decide, case.publish

    def telling(request: Request) -> tuple[Reply, Effect | None]:
        reply, effect = decide(request)
        if request.method == method and re.fullmatch(path, request.path):
            told = (("X-RateLimit-Remaining", left), ("X-Rate-Limit-Remaining", left))
            reply = replace(reply, headers=(*reply.headers, *LEFT, *told))
        return reply, effect

    server.decide = telling  # type: ignore[method-assign]
    outcome = send(case, case.make(at))
    assert isinstance(outcome, Sent)
    assert outcome.wait == (wait if case.tells_limits else None)


@http
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_broken_server_may_have_published(
    case: HttpCase, at: Bench, server: ScriptedServer, status: int
) -> None:
    outcome = faulty(
        case, at, server, Reply(status, json={"error": "broken"}, headers=(("Retry-After", "5"),))
    )
    assert isinstance(outcome, Unknown)


@http
def test_a_refused_connection_is_tried_again(case: HttpCase, at: Bench) -> None:
    with closed_port() as url:
        outcome = send(case, case.make(replace(at, url=url)))
    assert isinstance(outcome, Retry)


@http
@pytest.mark.parametrize(
    "effect", [Hold(), Reset(), Reset(after=40)], ids=["no-answer", "reset", "reset-inside-the-answer"]
)
def test_a_lost_answer_is_unknown_and_never_a_second_post(
    case: HttpCase, at: Bench, server: ScriptedServer, effect: Effect
) -> None:
    """The server has it. What we then do may find it or not, but there is one post in the end."""
    post = replace(case.example(), prepared=dict(case.make(at).prepare(case.example())))
    outcome = faulty(case, at, server, effect, timeout=SHORT if isinstance(effect, Hold) else 20.0, post=post)
    assert isinstance(outcome, Unknown)
    assert len(server.asked(*case.publish)) == 1  # nobody below tried again

    adapter = case.make(at)
    found = adapter.find(post, KEY, SINCE, Memory())
    assert isinstance(found, case.after_loss)
    if isinstance(found, CannotTell):
        assert_clean(case, found.reason)
    if adapter.repeat_safe_for:
        assert isinstance(send(case, adapter, post), Sent)
    assert len(case.published(server)) == 1


@http
@pytest.mark.parametrize(
    "body", [b"<html>Log in to the hotel's Wi-Fi</html>", b'{"id": ', b"[1]", b"\xff\xfe"]
)
def test_a_success_that_nobody_can_read_is_unknown(
    case: HttpCase, at: Bench, server: ScriptedServer, body: bytes
) -> None:
    outcome = faulty(case, at, server, Reply(200, body=body, headers=(("Content-Type", "application/json"),)))
    assert isinstance(outcome, Unknown)


@http
def test_an_empty_success(case: HttpCase, at: Bench, server: ScriptedServer) -> None:
    assert isinstance(faulty(case, at, server, Reply(200)), case.empty)


@http
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(case: HttpCase, at: Bench, server: ScriptedServer, status: int) -> None:
    """Neither to another host (which would get our token) nor at home (which would post twice)."""
    with _elsewhere() as other:
        outcome = faulty(case, at, server, Reply(status, headers=(("Location", f"{other.url}/take"),)))
        assert other.requests == []
    assert isinstance(outcome, Unknown)
    assert len(server.asked(*case.publish)) == 1


@contextmanager
def _elsewhere() -> Iterator[ScriptedServer]:
    from tests.networks.scripted import scripted

    with scripted() as other:
        other.on("POST", ".*", Reply(200, json={"id": "stolen"}))
        other.on("GET", ".*", Reply(200, json={"id": "stolen"}))
        yield other


@http
def test_a_server_that_repeats_our_secret_is_not_quoted(
    case: HttpCase, at: Bench, server: ScriptedServer
) -> None:
    echoed = " ".join(case.secrets)
    outcome = faulty(case, at, server, Reply(400, json={"error": f"bad token {echoed}, sorry"}))
    assert isinstance(outcome, Refused)
    assert "sorry" in outcome.reason


@http
def test_whoami_proves_the_credentials(case: HttpCase, at: Bench, server: ScriptedServer) -> None:
    case.accept(server)
    assert case.make(at).whoami()
    assert case.published(server) == []


@http
@pytest.mark.parametrize(
    "effect",
    [
        Reply(401, json={"error": "The access token was revoked"}),
        Reply(403, json={"error": "Forbidden"}),
        Reply(500),
        Reset(),
        Reply(302, headers=(("Location", "https://example.org/login"),)),
        Reply(200, body=b"<html>"),
    ],
    ids=["401", "403", "500", "reset", "redirect", "garbage"],
)
def test_whoami_says_in_one_line_what_is_wrong(
    case: HttpCase, at: Bench, server: ScriptedServer, effect: Effect
) -> None:
    case.accept(server)
    server.fault(*case.whoami, effect)
    if case.whoami_reads_nothing and isinstance(effect, Reply) and effect.status == 200:
        assert case.make(at).whoami()
        return
    with pytest.raises(CampaignError) as caught:
        case.make(at).whoami()
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert_clean(case, "".join(traceback.format_exception(caught.value)) + caught.value.hint)


@http
def test_whoami_of_a_server_that_is_not_there(case: HttpCase, at: Bench) -> None:
    with closed_port() as url, pytest.raises(CampaignError) as caught:
        case.make(replace(at, url=url)).whoami()
    assert_clean(case, "".join(traceback.format_exception(caught.value)))


# -- taking back
# ------------------------------------------------------------------------------------------------

taking_back = pytest.mark.parametrize(
    "case",
    [c for c in CASES if isinstance(c, HttpCase) and issubclass(registry.network(c.name), Deletes)],
    ids=_ids,
)


def deletion(
    case: HttpCase, at: Bench, server: ScriptedServer, effect: Effect, timeout: float = 20.0
) -> tuple[Outcome, int]:
    """Delete what was just sent, on a server that fails then; the outcome, and how many requests it took."""
    case.accept(server)
    sent = send(case, case.make(at))
    assert isinstance(sent, Sent)
    adapter = case.make(replace(at, timeout=timeout))
    adapter.whoami()  # whatever has to be learnt of the login is known
    before = len(server.requests)
    for method in ("DELETE", "POST", "PUT"):
        server.fault(method, ".*", effect)
    assert isinstance(adapter, Deletes)
    outcome = adapter.delete(sent.receipt)
    if not isinstance(outcome, Sent):
        assert outcome.reason
        assert_clean(case, outcome.reason)
    return outcome, sum(r.method in ("DELETE", "POST", "PUT") for r in server.requests[before:])


@taking_back
@pytest.mark.parametrize(
    "effect", [Reply(500), Reply(503), Reset(), Hold()], ids=["500", "503", "reset", "no-answer"]
)
def test_a_deletion_without_an_answer_may_have_happened_or_not(
    case: HttpCase, at: Bench, server: ScriptedServer, effect: Effect
) -> None:
    outcome, asked = deletion(case, at, server, effect, SHORT if isinstance(effect, Hold) else 20.0)
    assert isinstance(outcome, Unknown)
    assert asked == 1


@taking_back
@pytest.mark.parametrize("status", [400, 401, 403, 429])
def test_a_deletion_that_is_refused_is_never_done(
    case: HttpCase, at: Bench, server: ScriptedServer, status: int
) -> None:
    outcome, _ = deletion(case, at, server, Reply(status, json={"error": f"no, {case.secrets[0]}"}))
    assert isinstance(outcome, Refused | Retry)


@taking_back
def test_a_deletion_on_a_server_that_is_not_there(case: HttpCase, at: Bench, server: ScriptedServer) -> None:
    case.accept(server)
    sent = send(case, case.make(at))
    assert isinstance(sent, Sent)
    with closed_port() as url:
        adapter = case.make(replace(at, url=url))
        assert isinstance(adapter, Deletes)
        assert isinstance(adapter.delete(sent.receipt), Retry)


# -- networks that bring their own server
# --------------------------------------------------------------------------------

BRIEF = 2.0
"""Seconds to wait for a server that holds: more than SHORT, since a handshake comes before the request."""


@contextmanager
def nobody_there(at: Bench) -> Iterator[Bench]:
    """The bench with the same kind of address, where nobody listens."""
    with closed_port() as url:
        yield replace(at, url=at.url.partition("://")[0] + url.removeprefix("http"))


@own
def test_a_server_that_is_not_there_is_tried_again(case: OwnCase, at: Bench) -> None:
    with nobody_there(at) as nowhere:
        assert isinstance(send(case, case.make(nowhere)), Retry)
        with pytest.raises(CampaignError) as caught:
            case.make(nowhere).whoami()
    assert caught.value.hint
    assert_clean(case, "".join(traceback.format_exception(caught.value)))


@own
@pytest.mark.parametrize(
    "effect",
    [Hold(), Reset(), Instead(b"<html>Log in to the hotel's Wi-Fi</html>\r\n")],
    ids=["no-answer", "reset", "garbage"],
)
def test_an_answer_that_is_lost_is_unknown_and_never_a_second_post(
    case: OwnCase, at: Bench, effect: Hold | Reset | Instead
) -> None:
    server = brought(at)
    server.fault(effect)
    adapter = case.make(replace(at, timeout=BRIEF if isinstance(effect, Hold) else 20.0))
    post = replace(case.example(), prepared=dict(adapter.prepare(case.example())))
    assert isinstance(send(case, adapter, post), Unknown)
    assert server.attempts() == 1  # nobody below tried again

    adapter = case.make(at)
    assert isinstance(adapter.find(post, KEY, SINCE, Memory()), case.after_loss)
    if adapter.repeat_safe_for:
        assert isinstance(send(case, adapter, post), Sent)
    assert len(server.published()) == 1


@own
def test_a_refusal_is_about_the_post_and_quotes_no_secret(case: OwnCase, at: Bench) -> None:
    brought(at).fault(No(f"too many words, says {' '.join(case.secrets)}, sorry"))
    outcome = send(case, case.make(at))
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "too many words" in outcome.reason
    assert "sorry" in outcome.reason
    assert brought(at).published() == []


@own
def test_whoami_posts_nothing(case: OwnCase, at: Bench) -> None:
    assert case.make(at).whoami()
    assert brought(at).published() == []
    assert brought(at).attempts() == 0


# -- networks that are a folder
# ------------------------------------------------------------------------------------------


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes: a write fails in its middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@folder
@pytest.mark.parametrize("size", [0, 10, 60, 300, 1500, 4000, 9000])
def test_a_full_disk_loses_nothing(case: FolderCase, at: Bench, size: int) -> None:
    adapter = case.make(at)
    post = replace(case.example(), prepared=dict(adapter.prepare(case.example())))
    with files_at_most(size):
        outcome = send(case, adapter, post)
    assert isinstance(outcome, Retry | Unknown | case.done)
    assert isinstance(send(case, case.make(at), post), case.done)
    assert len(case.published(at)) == 1


@folder
def test_a_folder_that_cannot_be_written(case: FolderCase, at: Bench) -> None:
    path = case.folder(at)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file where the folder should be")
    adapter = case.make(at)
    assert isinstance(send(case, adapter), Retry)
    with pytest.raises(CampaignError) as caught:
        adapter.whoami()
    assert caught.value.hint
    path.unlink()
    assert isinstance(send(case, adapter), case.done)


@folder
def test_whoami_of_a_folder_writes_nothing(case: FolderCase, at: Bench) -> None:
    assert case.make(at).whoami()
    assert case.published(at) == []


@folder
def test_find_after_a_lost_attempt(case: FolderCase, at: Bench) -> None:
    adapter = case.make(at)
    post = replace(case.example(), prepared=dict(adapter.prepare(case.example())))
    before = adapter.find(post, KEY, SINCE, Memory())
    send(case, adapter, post)
    after = case.make(at).find(post, KEY, SINCE, Memory())
    assert not isinstance(before, Sent)
    assert isinstance(after, case.after_loss)


@folder
def test_a_picture_that_is_gone_refuses_the_post(case: FolderCase, at: Bench) -> None:
    at.files.path(case.example().media[1].file).unlink()
    outcome = send(case, case.make(at))
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert case.published(at) == []
