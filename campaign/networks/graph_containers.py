"""Containers of Instagram and Threads: drafts that nobody sees until they are published. No request here publishes.

A container can be asked what became of it, which is worth more than a key. ``EXPIRED`` not published within 24 hours,
``ERROR`` could not be completed, ``FINISHED`` ready to be published, ``IN_PROGRESS`` still at work, ``PUBLISHED``:
Instagram Platform, IG Container; Threads, troubleshooting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from campaign.core.media import MediaRules
from campaign.core.model import Media, Post, Public
from campaign.core.outcome import Refused, Retry, Scope, Unknown
from campaign.errors import CampaignError
from campaign.networks import graph
from campaign.networks.base import Files, Notes
from campaign.networks.http import Answer, Failure, unpublished
from campaign.networks.media import fitted
from campaign.networks.public import publish
from campaign.networks.redact import one_line

_CONTAINER = "container"
"""Note: the container with everything in it, and what it is made of; committed before it is published."""

_UNFOUND = "container-not-found"
"""Note: the container that was not found when it was to be published. Twice, and a new one is made."""

GONE, IN_PROGRESS, FINISHED, PUBLISHED = "GONE", "IN_PROGRESS", "FINISHED", "PUBLISHED"
"""States; GONE is ours: there is no such container (yet, or any more)."""

_TRANSIENT = ("2207001", "2207003", "2207020", "2207032", "2207052", "2207053", "DOWNLOADING", "UNKNOWN")
"""In the words of a container with ERROR: what a new container may cure (Instagram, error codes: "try again", "generate
a new container"; Threads: FAILED_DOWNLOADING_..., UNKNOWN)."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a network calls things: the edges that make and publish a container and tell the quota; a container's
    fields; a post's text; the grant by which a token is exchanged; itself; the fields of a listed post."""

    create: str
    publish: str
    quota: str
    status: str
    words: str
    text: str
    grant: str
    host: str
    fields: str


@dataclass(frozen=True, slots=True)
class State:
    """What became of a container, and the network's words about it."""

    name: str
    words: str = ""


class Parts(Protocol):
    """What a network puts into its containers."""

    def item(self, media: Media | None, address: str) -> dict[str, str]:
        """The fields of a container with one picture, or none."""

    def more(self, post: Post) -> dict[str, str]:
        """More fields of the container that is published."""


class Containers:
    """The containers of one account. ``ask``: requests with its login; ``user``: as it stands in paths."""

    def __init__(
        self,
        ask: graph.Ask,
        names: Names,
        user: str,
        parts: Parts,
        media: MediaRules,
        files: Files,
        public: Public | None,
    ) -> None:
        self._ask = ask
        self._names = names
        self._user = user
        self._parts = parts
        self._media = media
        self._files = files
        self._public = public

    def kept(self, post: Post, notes: Notes) -> str:
        """The container that an earlier attempt made of this very post, "" if there is none."""
        return _noted(notes, _CONTAINER, _made_of(post))

    def make(self, post: Post, notes: Notes) -> str | Failure:
        """A new container with the whole post, noted, if it is ready to be published at once."""
        if len(post.media) > 1:
            children: list[str] = []
            for number, media in enumerate(post.media, 1):
                child = self._child(media, f"child-{number}", notes)
                if not isinstance(child, str):
                    return child
                children.append(child)
            fields = {"media_type": "CAROUSEL", "children": ",".join(children)}
        else:
            address = self._address(post.media[0]) if post.media else ""
            if not isinstance(address, str):
                return address
            fields = self._parts.item(post.media[0] if post.media else None, address)
        fields |= {self._names.text: post.text, **self._parts.more(post)}
        return self._made(fields, _CONTAINER, _made_of(post), notes)

    def state(self, container: str) -> State | Failure:
        """What became of a container."""
        names = self._names
        gone, turned = Refused("there is no such container"), Refused("it is a post now")

        def classify(answer: Answer) -> Failure | None:
            code, subcode = graph.codes(answer)
            if graph.no_such_object(answer) or subcode in graph.MISSING:
                return gone
            if code == 100 and "nonexisting field" in answer.words():  # seen of published ones, meta-mcp#143
                return turned
            return graph.classify(answer)

        answer = self._ask(
            "GET", container, params={"fields": f"{names.status},{names.words}"}, classify=classify
        )
        if not isinstance(answer, Answer):
            return State(GONE) if answer is gone else State(PUBLISHED) if answer is turned else answer
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        name = told.get(names.status)
        if not isinstance(name, str):
            return Unknown(f"{answer.host} did not say what became of the draft")
        return State(name, str(told.get(names.words) or ""))

    def spent(self, post: Post) -> Retry | None:
        """Retry when the posts of 24 hours are used up. Without an answer it is tried: the next one says why."""
        prefix = "reply_" if post.reply_to else ""
        answer = self._ask(
            "GET",
            f"{self._user}/{self._names.quota}",
            params={"fields": f"{prefix}quota_usage,{prefix}config"},
        )
        told = answer.object() if isinstance(answer, Answer) else Unknown("")
        try:
            one = {} if isinstance(told, Unknown) else told["data"][0]
            used, most = one[f"{prefix}quota_usage"], one[f"{prefix}config"]["quota_total"]
        except (KeyError, IndexError, TypeError):
            return None
        if not isinstance(used, int) or not isinstance(most, int) or used < most:
            return None
        why = f"{self._names.host} takes {most} posts in 24 hours, and that many went out"
        return Retry(why, graph.SPENT, graph.SPENT)

    def unfound(self, container: str, notes: Notes) -> None:
        """Note that a container was not found when it was to be published; one that is not found twice is given up."""
        if notes.get(_UNFOUND) == container:
            notes.put(_CONTAINER, "")
        notes.put(_UNFOUND, container)

    def working(self) -> Retry:
        """It is to be looked at again."""
        return Retry(f"{self._names.host} is still working on the draft", graph.NOT_YET)

    def _child(self, media: Media, note: str, notes: Notes) -> str | Failure:
        """The container of one picture among several; one of an earlier attempt as long as it is good."""
        made_of = _short(f"{media.sha256}\0{media.alt}")
        kept = _noted(notes, note, made_of)
        if kept:
            state = self.state(kept)
            if not isinstance(state, State):
                return unpublished(state)
            if state.name == FINISHED:
                return kept
            if state.name == IN_PROGRESS:
                return self.working()
        address = self._address(media)
        if not isinstance(address, str):
            return address
        return self._made(
            {**self._parts.item(media, address), "is_carousel_item": "true"}, note, made_of, notes
        )

    def _made(self, fields: Mapping[str, str], note: str, made_of: str, notes: Notes) -> str | Failure:
        """Make a container and note it; its id if it is ready at once."""
        answer = self._ask("POST", f"{self._user}/{self._names.create}", data=fields, classify=graph.classify)
        if not isinstance(answer, Answer):
            return unpublished(answer)
        told = answer.object()
        container = "" if isinstance(told, Unknown) else str(told.get("id") or "")
        if not container.isdigit():
            return Retry(f"{answer.host} did not say under which id it keeps the draft")
        notes.put(note, f"{container} {made_of}")
        state = self.state(container)
        if not isinstance(state, State):
            return unpublished(state)
        if state.name == FINISHED:
            return container
        if state.name in (IN_PROGRESS, GONE):  # not there yet
            return self.working()
        notes.put(note, "")
        why = one_line(f"{answer.host} could not make a draft of it: {state.words or state.name}")
        return Retry(why) if any(word in why for word in _TRANSIENT) else Refused(why)

    def _address(self, media: Media) -> str | Refused:
        file = fitted(media, self._files, self._media)
        if isinstance(file, Refused):
            return file
        try:
            return publish(file, self._public, self._files.root)
        except CampaignError as error:
            return Refused(error.message, Scope.HERE)


def _made_of(post: Post) -> str:
    """What tells the containers of two texts of one delivery apart (a person may have it sent with a new one)."""
    return _short(post.digest() + (post.reply_to.id if post.reply_to else ""))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _noted(notes: Notes, name: str, made_of: str) -> str:
    """The container noted under a name, "" if there is none or it is made of something else."""
    container, _, noted = (notes.get(name) or "").partition(" ")
    return container if noted == made_of else ""
