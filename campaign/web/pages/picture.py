"""Pictures, and only those that a post names: as they would be uploaded, nothing in them but the picture."""

from __future__ import annotations

import threading
from collections import OrderedDict

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from campaign.core.media import GIF, JPEG, PNG, WEBP, MediaRules
from campaign.core.model import Media
from campaign.core.outcome import Refused
from campaign.errors import CampaignError
from campaign.networks.media import fitted
from campaign.web.here import site, takes
from campaign.web.posts import shown

pages = Blueprint("picture", __name__)

_RULES = MediaRules(kinds=frozenset({JPEG, PNG, GIF, WEBP}), max_side=1200, animated=True)
"""What every browser shows, no larger than a page needs."""

_KEPT = 100
_kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
_lock = threading.Lock()


@pages.get("/picture/<int:part>/<int:number>/<path:key>")
@takes("")
def picture(part: int, number: int, key: str) -> Response:
    """The n-th picture (from 0) of a part (from 1) of a post."""
    posts = {post.part: post for post in shown(key).posts}
    if part not in posts and part > 1 and "#" not in key:  # later parts have rows of their own
        posts = {post.part: post for post in shown(f"{key}#{part}").posts}
    media = posts[part].media if part in posts else ()
    if number >= len(media):
        raise NotFound
    kind, data = _made(media[number])
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = "no-store"  # what is approved is what is shown, and nobody keeps it
    response.headers["Content-Disposition"] = "inline"
    return response


def _made(media: Media) -> tuple[str, bytes]:
    files = site().station.files
    try:
        files.draw(media)
        kind, digest = files.describe(media.file)
    except CampaignError:
        raise NotFound from None
    # What is on the disk now is another picture than the one that was approved and sent.
    if not kind.startswith("image/") or (media.sha256 and media.sha256 != digest):
        raise NotFound
    with _lock:
        if (known := _kept.get(digest)) is not None:
            _kept.move_to_end(digest)
            return known
    made = fitted(media, files, _RULES)
    if isinstance(made, Refused):
        raise NotFound
    with _lock:
        _kept[digest] = (made.type, made.data)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made.type, made.data
