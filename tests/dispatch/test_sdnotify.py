"""What systemd hears, over real datagram sockets: with a path and with an abstract name."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from campaign.dispatch.sdnotify import Notifier

PID = os.getpid()


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A socket as systemd has one; ``address`` as NOTIFY_SOCKET spells it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind("\0" + address[1:] if address.startswith("@") else address)
        inbox.settimeout(10)
        yield inbox


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"@campaign-{uuid.uuid4()}" if request.param == "abstract" else str(tmp_path / "notify")


def test_words_arrive_as_one_datagram(address: str) -> None:
    with listening(address) as inbox:
        assert Notifier.of({"NOTIFY_SOCKET": address}, PID).tell("READY=1", "STATUS=next post 18:30")
        assert inbox.recv(4096) == b"READY=1\nSTATUS=next post 18:30"


def test_nobody_there_is_no_failure(address: str) -> None:
    assert not Notifier.of({"NOTIFY_SOCKET": address}, PID).tell("READY=1")
    assert not Notifier.of({}, PID).tell("READY=1")


def test_a_full_socket_is_no_failure_and_blocks_nobody(address: str) -> None:
    notifier = Notifier.of({"NOTIFY_SOCKET": address}, PID)
    with listening(address):
        told = [notifier.tell("STATUS=x") for _ in range(2000)]
    assert told[0] and not told[-1]


@pytest.mark.parametrize(
    ("environ", "watchdog"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(PID)}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(PID + 1)}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_only_if_it_says_so(environ: dict[str, str], watchdog: float | None) -> None:
    assert Notifier.of({"NOTIFY_SOCKET": "/run/x", **environ}, PID).watchdog == watchdog


def test_an_address_of_another_kind_is_left_alone() -> None:
    assert Notifier.of({"NOTIFY_SOCKET": "vsock:2:1234", "WATCHDOG_USEC": "1"}, PID) == Notifier()
