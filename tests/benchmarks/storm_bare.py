"""The floor of a storm: threads that share out posts and send them, with nothing stored and nothing promised."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from itertools import count

from tests.benchmarks import cue

Send = Callable[[str, dict[str, str]], None]


def requests_session() -> Send:
    import requests

    session = requests.Session()
    return lambda url, body: session.post(url, json=body, timeout=60).raise_for_status()


def urllib3_pool() -> Send:
    import urllib3

    pool = urllib3.PoolManager()

    def send(url: str, body: dict[str, str]) -> None:
        answer = pool.request("POST", url, json=body, timeout=60, retries=False)
        assert answer.status == 200

    return send


def httpx_client() -> Send:
    import httpx

    client = httpx.Client(timeout=60)

    def send(url: str, body: dict[str, str]) -> None:
        client.post(url, json=body).raise_for_status()

    return send


CLIENTS = {"requests": requests_session, "urllib3": urllib3_pool, "httpx": httpx_client}


def main(url: str, posts: int, threads: int, client: str) -> None:
    sends = [CLIENTS[client]() for _ in range(threads)]
    due = cue.due(1.5)
    numbers = count()

    def work(send: Send) -> None:
        time.sleep(max(due.timestamp() - time.time(), 0))
        while (number := next(numbers)) < posts:
            send(url, {"key": str(number), "text": cue.text(number)})

    pool = [threading.Thread(target=work, args=(send,)) for send in sends]
    for thread in pool:
        thread.start()
    cue.ready(due)
    for thread in pool:
        thread.join()
    cue.over()


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
