"""Pictures for X: uploaded with their descriptions before the post. No request here publishes anything."""

from __future__ import annotations

from campaign.core.media import GIF, JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Media, Post
from campaign.core.outcome import Refused, Retry
from campaign.networks.base import Files, Notes
from campaign.networks.http import Answer, Client, Failure, unpublished
from campaign.networks.media import fitted, upload_note
from campaign.networks.x_http import classify, data

RULES = MediaRules(  # docs.x.com, media best practices
    kinds=frozenset({JPEG, PNG, GIF, WEBP}),
    max_bytes=5_000_000,
    animated=True,
    moving_bytes=15_000_000,
)


def media_ids(http: Client, files: Files, post: Post, notes: Notes) -> list[str] | Failure:
    """The ids to put into the post; Retry while X is still working on a picture."""
    ids: list[str] = []
    for number, media in enumerate(post.media, 1):
        uploaded = _ready(http, files, media, upload_note(number, media), notes)
        if not isinstance(uploaded, str):
            return unpublished(uploaded)
        ids.append(uploaded)
        if media.alt:
            metadata = {"id": uploaded, "metadata": {"alt_text": {"text": media.alt}}}
            answer = http.post("/2/media/metadata", json=metadata, classify=classify)
            if not isinstance(answer, Answer):
                return unpublished(answer)
    return ids


def _ready(http: Client, files: Files, media: Media, note: str, notes: Notes) -> str | Failure:
    """The id of a picture that X is done with. Only what takes long (animations) is noted, and asked for later."""
    answer = _uploaded(http, notes.get(note)) or _upload(http, files, media)
    if not isinstance(answer, Answer):
        return answer
    upload = data(answer)
    if not upload.get("id"):
        return Retry(f"X did not say under which id it keeps {media.file}")
    work = upload.get("processing_info")
    state, wait = (
        (work.get("state"), work.get("check_after_secs")) if isinstance(work, dict) else (None, None)
    )
    if state == "failed":
        return Refused(f"X can't make anything of {media.file}")
    if state in ("pending", "in_progress"):
        notes.put(note, str(upload["id"]))
        return Retry(f"X is still working on {media.file}", wait if isinstance(wait, int | float) else 5.0)
    return str(upload["id"])


def _uploaded(http: Client, media_id: str | None) -> Answer | Failure | None:
    """What X says of a picture that an earlier attempt uploaded; None: there is none to use."""
    if media_id is None:
        return None
    gone = Refused("it is not there any more")
    answer = http.get(
        "/2/media/upload",
        params={"command": "STATUS", "media_id": media_id},
        classify=lambda answer: gone if answer.status in (400, 404) else classify(answer),
    )
    return None if answer is gone else answer


def _upload(http: Client, files: Files, media: Media) -> Answer | Failure:
    file = fitted(media, files, RULES)
    if isinstance(file, Refused):
        return file
    category = "tweet_gif" if file.type == GIF else "tweet_image"
    return http.post(
        "/2/media/upload", files={"media": file.part}, data={"media_category": category}, classify=classify
    )
