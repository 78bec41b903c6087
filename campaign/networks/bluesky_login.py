"""A login on Bluesky that is kept: one session for weeks, made anew only when it can't be refreshed.

createSession is limited to 30 in 5 minutes and some hundred in a day (docs.bsky.app, rate limits): a session for each
post would lock the account out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from campaign.core.outcome import Refused, Retry, Scope
from campaign.networks import redact
from campaign.networks.base import Vault
from campaign.networks.http import Answer, Classify, Client, Failure, said, unpublished

_STALE = frozenset({"ExpiredToken", "InvalidToken"})
"""The access token is old, or was signed by a server that has been set up anew; both come as 400."""

_ACCOUNT = frozenset(
    {
        "AccountDeactivated",
        "AccountSuspended",
        "AccountTakedown",
        "AuthFactorTokenRequired",
        "AuthMissing",
        "AuthenticationRequired",
        "RepoDeactivated",
        "RepoSuspended",
        "RepoTakendown",
    }
)
"""Errors that are about the account, whatever their status (com.atproto.server.*, com.atproto.repo.*)."""

_STALE_TOKEN = Refused("the session has expired", Scope.ACCOUNT)


def classify(answer: Answer) -> Failure | None:
    """An error by its name; 403 is about the account (a token without the right, a firewall)."""
    told = answer.object()
    name = told.get("error") if isinstance(told, dict) else None
    if name in _STALE:
        return _STALE_TOKEN
    if name == "AuthFactorTokenRequired":
        return Refused(f"{said(answer)} (use an app password, not the account's own)", Scope.ACCOUNT)
    if name in _ACCOUNT or answer.status == 403:
        return Refused(said(answer), Scope.ACCOUNT)
    return None


@dataclass(frozen=True, slots=True)
class _Session:
    did: str
    handle: str
    access: str
    refresh: str


class Login:
    """The session of one handle on one server, kept in the vault, where other processes find it too."""

    def __init__(self, http: Client, handle: str, password: str, vault: Vault) -> None:
        self._http = http
        self._handle = handle
        self._password = password
        self._vault = vault
        # Another password is another login.
        mark = hashlib.sha256(f"{http.base_url}\0{handle}\0{password}".encode()).hexdigest()
        self._name = f"session of login {mark[:16]}"

    def did(self) -> str | Failure:
        """The account's lasting name."""
        session = self._kept() or self._make()
        return session.did if isinstance(session, _Session) else session

    def handle(self) -> str:
        """The account's handle as the server last told it."""
        session = self._kept()
        return session.handle if session else self._handle

    def call(
        self,
        method: str,
        nsid: str,
        *,
        headers: dict[str, str] | None = None,
        classify: Classify = classify,
        **options: Any,
    ) -> Answer | Failure:
        """A call as the account. With a session that has just expired it was not carried out, and is made once more
        with another one."""
        session = self._kept() or self._make()
        for last in (False, True):
            if not isinstance(session, _Session):
                return session
            bearer = {"Authorization": f"Bearer {session.access}", **(headers or {})}
            answer = self._http.call(
                method, f"/xrpc/{nsid}", headers=bearer, classify=_stale_first(classify), **options
            )
            if answer is not _STALE_TOKEN or last:
                return answer
            session = self._renew(session)
        raise AssertionError("the second turn returns")

    def _kept(self) -> _Session | None:
        kept = self._vault.get(self._name)
        if not kept:
            return None
        session = _Session(**json.loads(kept))
        redact.remember((session.access, session.refresh))
        return session

    def _renew(self, old: _Session) -> _Session | Failure:
        """A newer session: the one that another process has made meanwhile, or a refreshed, or a new one."""
        kept = self._kept()
        if kept is not None and kept != old:
            return kept
        answer = self._http.post(
            "/xrpc/com.atproto.server.refreshSession",
            headers={"Authorization": f"Bearer {old.refresh}"},
            classify=classify,
        )
        if isinstance(answer, Answer):
            return self._keep(answer)
        if not isinstance(answer, Refused):
            return unpublished(answer)
        kept = self._kept()
        return kept if kept is not None and kept != old else self._make()

    def _make(self) -> _Session | Failure:
        answer = self._http.post(
            "/xrpc/com.atproto.server.createSession",
            json={"identifier": self._handle, "password": self._password},
            classify=_wrong_password,
        )
        return self._keep(answer) if isinstance(answer, Answer) else unpublished(answer)

    def _keep(self, answer: Answer) -> _Session | Failure:
        told = answer.object()
        names = ("did", "handle", "accessJwt", "refreshJwt")
        if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
            return Retry("the server did not say who we are")
        session = _Session(*(told[name] for name in names))
        redact.remember((session.access, session.refresh))
        self._vault.put(self._name, json.dumps(asdict(session)))
        return session


def _stale_first(other: Classify) -> Classify:
    def judge(answer: Answer) -> Failure | None:
        return _STALE_TOKEN if classify(answer) is _STALE_TOKEN else other(answer)

    return judge


def _wrong_password(answer: Answer) -> Failure | None:
    """Every certain no to a login is about the account."""
    own = classify(answer)
    if own is not None:
        return own
    return Refused(said(answer), Scope.ACCOUNT) if answer.status in (400, 401) else None
