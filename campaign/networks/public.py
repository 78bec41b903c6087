"""Pictures and films where a network can fetch them: in the folder of ``media_url``, under the name of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from campaign.core.model import Public
from campaign.errors import CampaignError
from campaign.networks import folder
from campaign.networks.media import Fitted


def publish(file: Fitted, public: Public | None, root: Path) -> str:
    """Write the file there and give its public address. ``root``: the folder of config.yaml.

    The same file gives the same address. CampaignError when there is no ``media_url``, or its folder can't be written.
    """
    if public is None:
        raise CampaignError(
            "this network fetches pictures from a public address, and there is none",
            "add media_url: {url: https://example.org/fetch/, folder: public/fetch} to config.yaml",
        )
    name = hashlib.sha256(file.data).hexdigest() + PurePosixPath(file.name).suffix.lower()
    try:
        with folder.locked(root / public.folder):
            folder.write(root / public.folder, name, file.data)
    except OSError as error:
        raise CampaignError(
            f"{public.folder} of media_url can't be written: {folder.trouble(error)}"
        ) from error
    return public.url + name
