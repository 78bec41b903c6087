"""Publishing in two steps, as Instagram and Threads do it: a container, then the request that publishes it.

What both share of an adapter. Each network says the rest: names, fields, lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from pydantic import Field

from campaign.core.media import MediaRules
from campaign.core.model import Account, Media, Post, Public, Secret
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks import graph
from campaign.networks.base import Files, Notes, Options, Vault
from campaign.networks.graph_containers import (
    FINISHED,
    GONE,
    IN_PROGRESS,
    PUBLISHED,
    Containers,
    Names,
    State,
)
from campaign.networks.graph_token import Clock, Token, utc_now
from campaign.networks.http import Answer, Client, Failure, required, unpublished
from campaign.networks.readback import Listed, alike, look_through

_ASKED = "asked-to-publish"
"""Note: when we first asked that a container be published (ISO 8601): where to begin to look for the post."""

_CONTRADICTION = "the container is published, but the account's posts do not show it"


class StepOptions(Options):
    """What both networks need."""

    token: Secret
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")
    user: str
    server: str
    version: str


class TwoSteps:
    """One account."""

    media: ClassVar[MediaRules]
    names: ClassVar[Names]
    repeat_safe_for: ClassVar[timedelta] = timedelta()
    # No key is known. (A container can be published once only; ``send`` asks one that is there what became of it.)

    def __init__(
        self,
        options: StepOptions,
        vault: Vault,
        files: Files,
        public: Public | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """``public``: where pictures are fetched from. ``clock``: for the age of the token, and to note when a
        publishing request left."""
        token = options.token.value
        self._user = options.user
        self._version = options.version
        self._clock = clock
        self._http = Client(
            options.server, timeout=(min(10.0, options.timeout), options.timeout), secrets=[token]
        )
        self._token = Token(self._http, token, vault, self.names.grant, clock)
        self._containers = Containers(self._ask, self.names, options.user, self, self.media, files, public)

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files, account.public)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        self._token.keep_fresh()
        container = self._container(post, notes)
        if not isinstance(container, str):
            return container
        notes.put(_ASKED, notes.get(_ASKED) or self._clock().isoformat())
        answer = self._ask(
            "POST",
            f"{self._user}/{self.names.publish}",
            data={"creation_id": container},
            classify=lambda answer: self._not_published(answer, container, notes),
        )
        if not isinstance(answer, Answer):
            return answer
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        media_id = str(told.get("id") or "")
        if not media_id.isdigit():
            return Unknown(f"{answer.host} accepted something, but did not say what")
        return Sent(self._receipt_of(media_id), graph.wait(answer))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        """By the container, and by the account's posts. Absent needs both: FINISHED says that nothing was published by
        then, and the list that nothing has come out of the request since."""
        container = self._containers.kept(post, notes)
        state = self._containers.state(container) if container else State(GONE)
        if not isinstance(state, State):
            return CannotTell(state.reason)
        found = self._look(post, since)
        if not isinstance(found, Absent):
            return found
        if state.name == PUBLISHED:
            return CannotTell(_CONTRADICTION)
        if state.name == IN_PROGRESS:
            return CannotTell(f"{self.names.host} is still working on it")
        return found

    def whoami(self) -> str:
        self._token.keep_fresh()
        hint = "look at `user`, `server` and `token`; a token lives for 60 days and is kept fresh while `run` posts"
        answer = required(
            self._ask("GET", self._user, params={"fields": "id,username"}, classify=graph.classify),
            f"{self.names.host} does not know the account",
            hint,
        )
        told = answer.object()
        if isinstance(told, Unknown) or not told.get("username"):
            raise CampaignError(f"{answer.host} did not say whose token this is", hint)
        return f"@{told['username']}"

    def delete(self, receipt: Receipt) -> Outcome:
        return graph.deleted(self._ask, receipt)

    # -- what the networks say ------------------------------------------------------------------------------

    def item(self, media: Media | None, address: str) -> dict[str, str]:
        """The fields of a container with one picture, or none."""
        raise NotImplementedError

    def _edge(self, post: Post) -> str:
        """The list of the account's posts in which this one would stand."""
        raise NotImplementedError

    def more(self, post: Post) -> dict[str, str]:
        """More fields of the container that is published."""
        return {}

    def _belongs(self, one: Mapping[str, Any], post: Post) -> bool:
        """Whether a listed post stands where this one does."""
        return True

    def _ask(self, method: str, path: str, **options: Any) -> Answer | Failure:
        return self._http.call(method, f"/{self._version}/{path}", headers=self._token.header(), **options)

    def _container(self, post: Post, notes: Notes) -> str | Outcome:
        """A container with the post, ready to be published: that of an earlier attempt, or a new one. Sent when it is
        published already."""
        kept = self._containers.kept(post, notes)
        if kept:
            state = self._containers.state(kept)
            if not isinstance(state, State):
                return unpublished(state)
            if state.name == FINISHED:
                return kept
            if state.name == IN_PROGRESS:
                return self._containers.working()
            asked = notes.get(_ASKED)
            if state.name == PUBLISHED or (state.name == GONE and asked):
                found = self._look(post, datetime.fromisoformat(asked) if asked else self._clock())
                if isinstance(found, Sent):
                    return found
                if isinstance(found, CannotTell):
                    return Unknown(found.reason)
                if state.name == PUBLISHED:
                    return Unknown(_CONTRADICTION)
        spent = self._containers.spent(post)
        return spent if spent is not None else self._containers.make(post, notes)

    def _not_published(self, answer: Answer, container: str, notes: Notes) -> Failure | None:
        """What a refusal to publish means."""
        if graph.codes(answer)[1] in graph.MISSING:
            self._containers.unfound(container, notes)
        return graph.classify(answer)

    # -- what is published ----------------------------------------------------------------------------------

    def _receipt_of(self, media_id: str) -> Receipt:
        """The receipt of what was just published. The address has to be asked for; without an answer there is none."""
        answer = self._ask("GET", media_id, params={"fields": "id,permalink,username"})
        told = answer.object() if isinstance(answer, Answer) else Unknown("")
        return _receipt(media_id, {} if isinstance(told, Unknown) else told)

    def _look(self, post: Post, since: datetime) -> Found:
        try:
            return look_through(self._own_posts(post), since)
        except CampaignError as error:
            return CannotTell(error.message)

    def _own_posts(self, post: Post) -> Iterator[list[Listed]]:
        for page in graph.listed(self._ask, f"{self._user}/{self._edge(post)}", self.names.fields):
            try:
                yield [
                    Listed(
                        _moment(one["timestamp"]),
                        _receipt(str(one["id"]), one),
                        alike(one.get(self.names.text) or "", post.text)
                        and _pictures(one) in (None, len(post.media))
                        and self._belongs(one, post),
                    )
                    for one in page
                ]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise CampaignError(
                    f"{self.names.host} lists the account's posts in a way nobody can read"
                ) from error


def _receipt(media_id: str, told: Mapping[str, Any]) -> Receipt:
    url, username = str(told.get("permalink") or ""), str(told.get("username") or "")
    return Receipt(media_id, url if url.startswith("https://") else "", f"@{username}" if username else "")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _pictures(one: Mapping[str, Any]) -> int | None:
    """How many pictures a listed post has; None where that is not told."""
    kind, children = one.get("media_type"), one.get("children")
    if kind == "CAROUSEL_ALBUM":
        return len(children["data"]) if children else None
    return {"IMAGE": 1, "VIDEO": 1, "TEXT_POST": 0}.get(str(kind))
