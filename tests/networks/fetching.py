"""A web server on 127.0.0.1 for the folder of ``media_url``, and the client by which a network fetches from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from campaign.core.model import Public


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def public(root: Path, folder: str = "public/fetch") -> Iterator[Public]:
    """``folder`` below ``root`` for all the world, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root / folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Public(f"http://127.0.0.1:{server.server_address[1]}/", folder)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetch(address: str) -> bytes:
    """What is at a public address; OSError when it can't be had."""
    assert address.startswith("http://127.0.0.1:")
    with build_opener(ProxyHandler({})).open(address, timeout=20) as answer:
        data: bytes = answer.read()
    return data
