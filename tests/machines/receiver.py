"""A server that publishes what it gets and writes down each time it does, so that doubles can be counted."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """``published``: what went out, as (account, key, seconds since 1970), a repeat of a key only where the account's
    network does not recognise it. ``requests``: how many asked for it."""

    url: str = ""
    requests: int = 0
    published: list[tuple[str, str, float]] = field(default_factory=list)
    slow: float = 0.05
    lock: threading.Lock = field(default_factory=threading.Lock)
    random: random.Random = field(default_factory=lambda: random.Random(1))
    _ids: dict[str, str] = field(default_factory=dict)

    def publish(self, account: str, key: str) -> str:
        """The id of the post: a new one, or the one that this key has."""
        with self.lock:
            self.requests += 1
            if account.startswith("hook") and key in self._ids:
                return self._ids[key]
            self.published.append((account, key, time.time()))
            self._ids[key] = f"{key}-{len(self.published)}"
            return self._ids[key]

    def find(self, key: str) -> str | None:
        with self.lock:
            return self._ids.get(key)

    def pause(self) -> float:
        """Seconds until the answer: now and then long enough to be killed in between."""
        with self.lock:
            return self.random.random() * self.slow * (20 if self.random.random() < 0.05 else 1)

    def keys(self, kind: str = "") -> Counter[str]:
        """How often each key was published on the accounts whose names begin so."""
        with self.lock:
            return Counter(key for account, key, _ in self.published if account.startswith(kind))

    def times(self, account: str) -> list[float]:
        with self.lock:
            return sorted(at for name, _, at in self.published if name == account)


@contextmanager
def receiver(seed: int = 1, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A running one; each account posts to /ACCOUNT."""
    here = Receiver(random=random.Random(seed))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key = str(self.headers["Idempotency-Key"])
            assert json.loads(body)["key"] == key
            told = here.publish(self.path.strip("/"), key)
            time.sleep(here.pause())  # the network at work; nothing in a test waits for it
            self._answer(200, {"id": told, "url": f"https://example.org/{told}"})

        def do_GET(self) -> None:
            told = here.find(self.path.rpartition("/")[2])
            self._answer(200 if told else 404, {"id": told})

        def _answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                self.close_connection = True  # whoever asked was killed

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that was killed in the middle of a request

    server = Server((host, 0), Handler)
    here.url = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
