"""Libraries that cost start-up time are loaded when they are first used, and by one thread at a time.

Two threads that load parts of one package at the same moment can each be given half of it: Python lets a thread import
``requests.auth`` while another one is still inside of ``import requests``, finds that both wait for each other, and
then hands out what there is so far ("partially initialized module").
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ONE = threading.RLock()


@contextmanager
def loading() -> Iterator[None]:
    """Around every import of a foreign library inside a function: ``with loading(): import tweepy``."""
    with _ONE:
        yield
