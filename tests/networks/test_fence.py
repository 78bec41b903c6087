"""A sender that was away for too long: its request does not leave, and counts as never sent."""

from __future__ import annotations

from campaign.core.outcome import Retry
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


def test_it_is_looked_at_before_each_request_when_the_connection_stands() -> None:
    with scripted() as server:
        server.on("POST", "/.*", Reply(200, json={}))
        client = Client(server.url)
        looks = iter([False, True])
        with fence.put_up(lambda: next(looks)):
            assert isinstance(client.post("/upload", json={}, key="k"), Answer)
            assert isinstance(client.post("/publish", json={}, key="k"), Retry)
        assert [request.path for request in server.requests] == ["/upload"]
