"""LinkedIn: posts of an organization's page, or of a person, over the Posts API.

What is said here of LinkedIn stands in its documentation (learn.microsoft.com/linkedin: posts-api, multiimage-post-api,
images-api, little-text-format, versioning, error-handling).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field

from campaign.core.media import GIF, JPEG, PNG, MediaRules
from campaign.core.model import Account, Media, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.elsewhere import own, reach
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, said, unpublished
from campaign.networks.linkedin_text import RESERVED, escaped, shown
from campaign.networks.media import fitted, upload_note
from campaign.networks.readback import EARLY, Listed, alike, look_through

_PAGE, _PAGES = 50, 20

_OPEN, _TWIN = "open", "twin"
"""Notes: an attempt got no answer; LinkedIn named a post that says the same."""

_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")


class LinkedInOptions(Options):
    """``author``: ``urn:li:organization:…`` (a page) or ``urn:li:person:…``. ``token``: lives for 60 days."""

    server: SafeServer = "https://api.linkedin.com"
    author: str = Field(pattern=r"^urn:li:(organization:\d+|person:[\w-]+)$")
    token: Secret
    version: str = Field(
        "202610", pattern=r"^20\d{4}$", description="of the API, a year and month; each works for a year"
    )
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class LinkedIn:
    """One page or person."""

    name: ClassVar[str] = "linkedin"
    # commentary: 3,000 characters, of the escaped text as people report it; UTF-16 is the strictest reading.
    # multiImage: 2 to 20. altText: 4,086, seen in error messages.
    rules: ClassVar[TextRules] = TextRules(
        limit=3000,
        unit=Unit.UTF16,
        images=20,
        alt_limit=4086,
        threads=False,
        escaped=RESERVED,
        duplicates=True,
    )
    # images-api: JPG, GIF, PNG, less than 36,152,320 pixels.
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, GIF}), max_bytes=5_000_000, max_pixels=36_152_319, animated=True
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="of a page: by its text, among the newest 1,000 posts",
        person="for a person's posts after each lost answer, unless LinkedIn names the post; else when it is not clear",
        reaches="LinkedIn pages and people",
    )
    options: ClassVar[type[Options]] = LinkedInOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: LinkedInOptions, files: Files) -> None:
        self._author = options.author
        self._files = files
        self._server = options.server
        self._timeout = (min(10.0, options.timeout), options.timeout)
        self._host = urlsplit(options.server).netloc
        self._bearer = {"Authorization": f"Bearer {options.token.value}"}
        self._http = Client(
            options.server,
            headers={
                **self._bearer,
                "LinkedIn-Version": options.version,
                "X-Restli-Protocol-Version": "2.0.0",
            },
            timeout=self._timeout,
        )

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, files)

    @classmethod
    def id_in(cls, url: str) -> str | None:
        found = _URN.search(unquote(url))
        return found[0] if found else None

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        images = self._images(post, notes)
        if not isinstance(images, list):
            return images
        body: dict[str, Any] = {
            "author": self._author,
            "commentary": escaped(post.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if len(images) == 1:
            body["content"] = {"media": images[0]}
        elif images:
            body["content"] = {"multiImage": {"images": images}}
        again = bool(notes.get(_OPEN))
        notes.put(_OPEN, "yes")
        answer = self._http.post("/rest/posts", json=body, classify=_classify)
        if not isinstance(answer, Answer):
            if isinstance(answer, Refused) and (twin := _twin(answer)):
                return self._same_again(answer, twin, notes, again=again)
            if not isinstance(answer, Unknown) and not again:
                notes.put(_OPEN, "")
            return answer
        urn = answer.header("x-restli-id") or ""
        if not _URN.fullmatch(urn):
            return Unknown(f"{self._host} accepted something, but did not say what")
        return Sent(self._receipt(urn))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        twin = notes.get(_TWIN)
        try:
            if twin:
                return self._is_ours(twin, post, since)
            if ":person:" in self._author:
                return CannotTell("LinkedIn lets no app list a person's posts: look at the profile")
            return look_through(self._own_posts(post), since)
        except CampaignError as error:
            return CannotTell(error.message)

    def whoami(self) -> str:
        hint = "look at `author` and `token`; after 60 days a person has to consent again for a new token"
        kind, _, number = self._author.removeprefix("urn:li:").partition(":")
        path = "/v2/userinfo" if kind == "person" else f"/rest/organizations/{number}"
        answer = required(self._http.get(path, classify=_classify), "LinkedIn does not know the login", hint)
        told = answer.object()
        name = told.get("name" if kind == "person" else "localizedName") if isinstance(told, dict) else None
        if not isinstance(told, dict) or not name:
            raise CampaignError(f"{self._host} did not say who that is", hint)
        if kind == "person" and told.get("sub") != number:
            raise CampaignError(f"the token is that of {name}, not of {self._author}", hint)
        return str(name)

    def delete(self, receipt: Receipt) -> Outcome:
        gone = Refused("it was gone already")
        answer = self._http.call(
            "DELETE",
            f"/rest/posts/{quote(receipt.id, safe='')}",
            headers={"X-RestLi-Method": "DELETE"},
            classify=lambda answer: gone if answer.status == 404 else _classify(answer),
        )
        return Sent(receipt) if answer is gone or isinstance(answer, Answer) else answer

    def _receipt(self, urn: str) -> Receipt:
        return Receipt(urn, f"https://www.linkedin.com/feed/update/{urn}/", self._author)

    # -- a text that LinkedIn has already ------------------------------------------------------------------------

    def _same_again(self, refused: Refused, twin: str, notes: Notes, *, again: bool) -> Outcome:
        """After an attempt without an answer the post that is named may be that attempt's: it is looked at. Else it is
        an older one, and this text goes out no second time."""
        if not again:
            notes.put(_OPEN, "")
            return refused
        notes.put(_TWIN, twin)
        return Unknown(f"{refused.reason} (after an attempt that got no answer)")

    def _is_ours(self, urn: str, post: Post, since: datetime) -> Found:
        """Whether a post that LinkedIn named was made by the attempt. One that can't be read is a ghost, no proof."""
        answer = required(
            self._http.get(f"/rest/posts/{quote(urn, safe='')}", classify=_classify),
            f"LinkedIn names {urn} as the same text, but does not show it",
        )
        told = answer.object()
        if isinstance(told, Unknown):
            return CannotTell(told.reason)
        try:
            listed = self._listed({**told, "id": urn}, post)
        except (KeyError, TypeError, ValueError):
            return CannotTell(f"{self._host} shows {urn} in a way nobody can read")
        if listed.same and listed.at >= since - EARLY:
            return Sent(listed.receipt)
        return CannotTell(
            f"LinkedIn refuses the text because of {listed.receipt.url}, which is not of this attempt"
        )

    def _own_posts(self, post: Post) -> Iterator[list[Listed]]:
        """The page's posts, newest first, page by page to the end."""
        for number in range(_PAGES):
            answer = required(
                self._http.get(
                    "/rest/posts",
                    params={
                        "q": "author",
                        "author": self._author,
                        "count": _PAGE,
                        "start": number * _PAGE,
                        "sortBy": "CREATED",
                    },
                    headers={"X-RestLi-Method": "FINDER"},
                    classify=_classify,
                ),
                f"{self._host} did not list the page's posts",
            )
            told = answer.object()
            if isinstance(told, Unknown):
                raise CampaignError(told.reason)
            try:
                page = [self._listed(element, post) for element in told["elements"]]
            except (KeyError, TypeError, ValueError) as error:
                raise CampaignError(f"{self._host} lists posts in a way nobody can read") from error
            if not page:
                return
            yield page
        raise CampaignError(f"the attempt is more than {_PAGE * _PAGES} posts ago")

    def _listed(self, element: Mapping[str, Any], post: Post) -> Listed:
        content = element.get("content") or {}
        several = (content.get("multiImage") or {}).get("images") or ()
        pictures = len(several) or int("media" in content)
        made = datetime.fromtimestamp(int(element["createdAt"]) / 1000, UTC)
        same = (
            element["author"] == self._author
            and alike(shown(str(element.get("commentary") or "")), post.text)
            and pictures == len(post.media)
        )
        return Listed(made, self._receipt(str(element["id"])), same)

    # -- pictures: no request here publishes anything -----------------------------------------------------------

    def _images(self, post: Post, notes: Notes) -> list[dict[str, str]] | Failure:
        """Upload what an earlier attempt has not; Retry while LinkedIn is still working on a picture."""
        images: list[dict[str, str]] = []
        for number, media in enumerate(post.media, 1):
            note = upload_note(number, media)
            urn = notes.get(note) or self._upload(media)
            if not isinstance(urn, str):
                return urn
            notes.put(note, urn)
            state = self._http.get(f"/rest/images/{quote(urn, safe='')}", classify=_classify)
            if isinstance(state, Retry | Unknown):
                return unpublished(state)
            told = state.object() if isinstance(state, Answer) else {}  # not every login may ask for it
            status = told.get("status") if isinstance(told, dict) else None
            if status == "PROCESSING_FAILED":
                notes.put(note, "")
                return Refused(f"LinkedIn can't make anything of posts/{media.file}")
            if status in ("PROCESSING", "WAITING_UPLOAD"):
                return Retry(f"LinkedIn is still working on posts/{media.file}", 5.0)
            images.append({"id": urn, "altText": media.alt})
        return images

    def _upload(self, media: Media) -> str | Failure:
        file = fitted(media, self._files, self.media)
        if isinstance(file, Refused):
            return file
        body = {"initializeUploadRequest": {"owner": self._author}}
        answer = self._http.post("/rest/images?action=initializeUpload", json=body, classify=_classify)
        if not isinstance(answer, Answer):
            return unpublished(answer)
        told = answer.object()
        value = told.get("value") if isinstance(told, dict) else None
        place, urn = (value.get("uploadUrl"), value.get("image")) if isinstance(value, dict) else (None, None)
        if (
            not isinstance(place, str)
            or not isinstance(urn, str)
            or not own(place, "linkedin.com", self._server)
        ):
            return Retry(f"{self._host} did not say where {media.file} is to be put")
        client, path = reach(place, self._timeout, self._bearer)
        put = client.call(
            "PUT", path, data=file.data, headers={"Content-Type": file.type}, classify=_classify
        )
        return urn if isinstance(put, Answer) else unpublished(put)


def _twin(refused: Refused) -> str:
    """The post that a refusal names as a duplicate, or ""."""
    found = _URN.search(refused.reason) if "duplicate" in refused.reason.lower() else None
    return found[0] if found else ""


def _classify(answer: Answer) -> Failure | None:
    """426: the version is no longer there. 403: a right is missing, or the page's role."""
    if answer.status == 426:
        return Refused(
            f"{said(answer)} (set version: to a month of the last year, such as 202610)", Scope.ACCOUNT
        )
    if answer.status == 403:
        return Refused(said(answer), Scope.ACCOUNT)
    return None
