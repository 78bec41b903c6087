"""Facebook: posts of a Page, with pictures.

What is said here of Facebook stands in the documentation of the Pages API (posts), of the Graph API (Page photos, Page
published posts, securing requests) and of its errors.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from pydantic import Field

from campaign.core.media import JPEG, PNG, MediaRules
from campaign.core.model import Account, Media, Post, Secret
from campaign.core.outcome import Absent, CannotTell, Found, Outcome, Receipt, Refused, Retry, Sent, Unknown
from campaign.core.text import TextRules, Unit
from campaign.errors import CampaignError
from campaign.networks import graph
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.graph import Version
from campaign.networks.http import Answer, Client, Failure, SafeServer, required, unpublished
from campaign.networks.media import fitted
from campaign.networks.readback import Listed, alike, look_through

_OPEN = "post-may-be-out"
"""Note: a request that publishes has left, and nothing certain came back."""

_DUPLICATE = "refused-as-duplicate"
"""Note: Facebook said that it has the post already, after an attempt that got no answer."""

_DUPLICATE_POST = 506  # "Duplicate posts cannot be published consecutively"


class FacebookOptions(Options):
    """``page``: the Page's number. ``token``: a Page access token with pages_manage_posts and pages_read_engagement.
    ``app_secret``: where the app is set to "require app secret"."""

    page: str = Field(pattern=r"^\d+$")
    token: Secret
    app_secret: Secret | None = None
    server: SafeServer = "https://graph.facebook.com"
    version: Version = "v26.0"
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for an answer")


class Facebook:
    """One Page."""

    name: ClassVar[str] = "facebook"
    # 63,206 characters was named by Facebook in 2011 and stands in no documentation of today; of which kind was never
    # said, and UTF-16 units are the most. How many pictures a post may have is published nowhere: ten is our choice.
    rules: ClassVar[TextRules] = TextRules(limit=63_206, unit=Unit.UTF16, images=10, threads=False)
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG}), max_bytes=10_000_000
    )  # Page photos
    traits: ClassVar[Traits] = Traits(
        reaches="Facebook Pages",
        reads_back="by its text, among the newest 1,000 posts",
        person="when the list can't be had, or shows the same text twice or from before",
    )
    options: ClassVar[type[Options]] = FacebookOptions
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(self, options: FacebookOptions, vault: Vault, files: Files) -> None:
        token = options.token.value
        self._page = options.page
        self._version = options.version
        self._files = files
        self._proof: dict[str, str] = {}
        if options.app_secret is not None:
            proof = hmac.new(options.app_secret.value.encode(), token.encode(), hashlib.sha256).hexdigest()
            self._proof = {"appsecret_proof": proof}
        self._http = Client(
            options.server,
            headers={"Authorization": f"Bearer {token}"},
            timeout=(min(10.0, options.timeout), options.timeout),
            secrets=self._proof.values(),
        )

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, vault, files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        return {}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        photos = self._photos(post, notes)
        if not isinstance(photos, list):
            return photos
        again = bool(notes.get(_OPEN))
        notes.put(_OPEN, "yes")
        answer = self._ask(
            "POST",
            f"{self._page}/feed",
            json=_body(post, photos),
            classify=lambda answer: _classify_post(answer, notes if again else None),
        )
        if not isinstance(answer, Answer):
            if not isinstance(answer, Unknown):
                notes.put(_OPEN, "")
            return answer
        told = answer.object()
        if isinstance(told, Unknown):
            return told
        post_id = str(told.get("id") or "")
        if not post_id:
            return Unknown(f"{answer.host} accepted something, but did not say what")
        if post_id.partition("_")[0] != self._page:
            return Unknown(f"{answer.host} answered with post {post_id}, which is not of this Page")
        return Sent(_receipt(post_id), graph.wait(answer))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        try:
            found = look_through(self._own_posts(post), since)
        except CampaignError as error:
            return CannotTell(error.message)
        if isinstance(found, Absent) and notes.get(_DUPLICATE):
            return CannotTell(
                "Facebook refuses it as one it already has, but the Page's posts do not show it"
            )
        return found

    def whoami(self) -> str:
        hint = "look at `page` and `token`: it takes a Page access token, not that of a person"
        answer = required(
            # "me" is whoever the token belongs to: a person's would pass a look at the Page, and post nothing.
            self._ask("GET", "me", params={"fields": "id,name"}, classify=graph.classify),
            "Facebook does not know the Page",
            hint,
        )
        told = answer.object()
        if isinstance(told, Unknown) or not told.get("name"):
            raise CampaignError(f"{answer.host} did not say whose token this is", hint)
        if str(told.get("id")) != self._page:
            raise CampaignError(
                f"the token is that of {told['name']} ({told.get('id')}), not of {self._page}", hint
            )
        return str(told["name"])

    def delete(self, receipt: Receipt) -> Outcome:
        return graph.deleted(self._ask, receipt)

    def _ask(self, method: str, path: str, **options: Any) -> Answer | Failure:
        params = {**options.pop("params", {}), **self._proof}
        return self._http.call(method, f"/{self._version}/{path}", params=params, **options)

    # -- pictures: unpublished photos, which nobody sees until a post has them --------------------------------

    def _photos(self, post: Post, notes: Notes) -> list[str] | Failure:
        """Upload what an earlier attempt has not."""
        ids: list[str] = []
        for number, media in enumerate(post.media, 1):
            photo = self._photo(media, f"photo-{number}", notes)
            if not isinstance(photo, str):
                return unpublished(photo)
            ids.append(photo)
        return ids

    def _photo(self, media: Media, note: str, notes: Notes) -> str | Failure:
        """The id of a picture. The note says what it is of: a person may have the post sent with another one."""
        made_of = hashlib.sha256(f"{media.sha256}\0{media.alt}".encode()).hexdigest()[:16]
        kept, _, noted = (notes.get(note) or "").partition(" ")
        if kept and noted == made_of:
            there = self._there(kept)
            if there is not False:
                return kept if there is True else there
        file = fitted(media, self._files, self.media)
        if isinstance(file, Refused):
            return file
        alt = {"alt_text_custom": media.alt} if media.alt else {}
        answer = self._ask(
            "POST",
            f"{self._page}/photos",
            files={"source": file.part},
            data={"published": "false", **alt},
            classify=graph.classify,
        )
        if not isinstance(answer, Answer):
            return answer
        told = answer.object()
        photo = "" if isinstance(told, Unknown) else str(told.get("id") or "")
        if not photo:
            return Retry(f"{answer.host} did not say under which id it keeps {media.file}")
        notes.put(note, f"{photo} {made_of}")
        return photo

    def _there(self, photo: str) -> bool | Failure:
        """Whether an unpublished photo is still there: how long one is kept is not said."""
        gone = Refused("it is not there any more")
        answer = self._ask(
            "GET",
            photo,
            params={"fields": "id"},
            classify=lambda answer: gone if graph.no_such_object(answer) else graph.classify(answer),
        )
        return answer if not isinstance(answer, Answer) and answer is not gone else answer is not gone

    # -- what the Page has -----------------------------------------------------------------------------------

    def _own_posts(self, post: Post) -> Iterator[list[Listed]]:
        """What the Page published, newest first. (``/feed`` is ranked, bounded, and has what visitors wrote.)"""
        fields = "id,message,created_time,attachments{media_type,subattachments{media_type}}"
        for page in graph.listed(self._ask, f"{self._page}/published_posts", fields):
            try:
                yield [
                    Listed(
                        datetime.fromisoformat(one["created_time"]),
                        _receipt(str(one["id"])),
                        alike(one.get("message") or "", post.text)
                        and _pictures(one) in (None, len(post.media)),
                    )
                    for one in page
                ]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise CampaignError("Facebook lists the Page's posts in a way nobody can read") from error


def _body(post: Post, photos: list[str]) -> dict[str, Any]:
    """The body of POST /PAGE/feed. ``link`` makes the card with a preview, which a post with pictures can't have."""
    if photos:
        return {"message": post.text, "attached_media": [{"media_fbid": photo} for photo in photos]}
    return {"message": post.text, **({"link": post.link} if post.link else {})}


def _receipt(post_id: str) -> Receipt:
    """The id is PAGE_POST; the address with it leads to the post."""
    return Receipt(post_id, f"https://www.facebook.com/{post_id}", post_id.partition("_")[0])


def _classify_post(answer: Answer, notes: Notes | None) -> Failure | None:
    """``notes``: those of a delivery of which an attempt got no answer, else None.

    Then a refusal as duplicate proves that there is a twin, which may be that attempt's: to be looked up. Else the twin
    is an older post, and this one was refused.
    """
    if graph.codes(answer)[0] == _DUPLICATE_POST and notes is not None:
        notes.put(_DUPLICATE, "yes")
        return Unknown(f"{graph.reason(answer)} (an earlier attempt may have published it)")
    return graph.classify(answer)


def _pictures(one: Mapping[str, Any]) -> int | None:
    """How many pictures a listed post has; None where that is not told, which must not make a post of ours another's.
    One attachment is a photo, or an album of several; a link's card has none."""
    attachments = (one.get("attachments") or {}).get("data")
    if not attachments:
        return None
    if attachments[0].get("media_type") == "album":
        inside = (attachments[0].get("subattachments") or {}).get("data")
        return len(inside) if inside else None
    return [attachment.get("media_type") for attachment in attachments].count("photo")
