"""A sender that was away for too long: what has not left does not leave."""

from __future__ import annotations

from campaign.core.outcome import Retry, Unknown
from campaign.networks import fence
from campaign.networks.http import Answer, Client
from tests.networks.scripted import Reply, scripted


def test_a_request_that_is_too_late_does_not_leave() -> None:
    with scripted() as server:
        server.on("POST", "/.*", Reply(200, json={}))
        client = Client(server.url)
        with fence.put_up(lambda: True):
            answer = client.post("/posts", json={}, key="k")
        assert isinstance(answer, Retry)
        assert "the machine was away" in answer.reason
        assert server.requests == []
        assert isinstance(client.post("/posts", json={}, key="k"), Answer)  # and only in that block


def test_it_is_looked_at_before_each_request_and_each_piece_of_one() -> None:
    with scripted() as server:
        server.on("POST", "/.*", Reply(200, json={}))
        client = Client(server.url)
        asked = 0

        def after(number: int) -> bool:
            nonlocal asked
            asked += 1
            return asked > number

        with fence.put_up(lambda: after(99)):
            assert isinstance(client.post("/upload", json={}, key="k"), Answer)
        pieces, asked = asked, 0
        with fence.put_up(lambda: after(pieces)):
            assert isinstance(client.post("/upload", json={}, key="k"), Answer)
            assert isinstance(client.post("/publish", json={}, key="k"), Retry)
        asked = 0
        with fence.put_up(lambda: after(1)):
            half = client.post("/publish", json={}, key="k")
        # Its head has left and its body has not; or both went in one piece.
        assert isinstance(half, Unknown if pieces > 1 else Answer)
        assert [request.path for request in server.requests][:2] == ["/upload", "/upload"]
        assert pieces > 1 or len(server.requests) == 3
