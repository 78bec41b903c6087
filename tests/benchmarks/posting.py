"""Publishing as everybody writes it first: ``requests.post``. Rivals import it in their own environments."""

from __future__ import annotations

import requests


def publish(url: str, key: str, text: str) -> None:
    """Send one post."""
    response = requests.post(url, json={"key": key, "text": text}, timeout=60)
    response.raise_for_status()
