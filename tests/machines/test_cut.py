"""Hosts in network namespaces are cut off from the store and the network, and joined again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from campaign.core.lifecycle import State
from campaign.store import history
from campaign.store.database import Store
from tests.machines.hosts import ZONE, hosts, reached
from tests.machines.receiver import receiver
from tests.machines.storm import campaign, config
from tests.servers import Postgres, postgres, require

NET = f"10.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}"
"""A net of this process's own."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Lines:
    """Namespaces, each with a line to a bridge on which the store and the network are."""

    address: str
    spaces: tuple[str, ...]

    def cut(self, number: int) -> None:
        """From now on nothing passes; nobody is told."""
        ip("link", "set", f"{self.spaces[number]}o", "nomaster")

    def join(self, number: int) -> None:
        ip("link", "set", f"{self.spaces[number]}o", "master", f"b{os.getpid()}")


@pytest.fixture(scope="module")
def lines() -> Iterator[Lines]:
    require("ip", "apt install iproute2")
    if os.geteuid() != 0:
        pytest.skip("needs root: network namespaces")
    bridge, spaces = f"b{os.getpid()}", tuple(f"c{os.getpid()}n{n}" for n in range(3))
    try:
        ip("netns", "add", spaces[0])
        ip("link", "add", bridge, "type", "bridge")
    except subprocess.CalledProcessError as error:
        subprocess.run(["ip", "netns", "del", spaces[0]], check=False, capture_output=True)
        pytest.skip(f"this kernel or container allows no network namespaces: {error.stderr.decode().strip()}")
    try:
        ip("addr", "add", f"{NET}.1/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for number, space in enumerate(spaces):
            if number:
                ip("netns", "add", space)
            ip("link", "add", f"{space}o", "type", "veth", "peer", "name", f"{space}i", "netns", space)
            ip("link", "set", f"{space}o", "master", bridge, "up")
            ip("-n", space, "addr", "add", f"{NET}.{number + 2}/24", "dev", f"{space}i")
            ip("-n", space, "link", "set", f"{space}i", "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield Lines(f"{NET}.1", spaces)
    finally:
        for space in spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", bridge], check=False, capture_output=True)


@pytest.fixture
def server(lines: Lines) -> Iterator[Postgres]:
    with postgres(also=lines.address, durable=True) as running:
        yield running


def test_hosts_that_are_cut_off_and_joined_again(lines: Lines, server: Postgres, tmp_path: Path) -> None:
    database = f"s{uuid4().hex}"
    server.run(f"CREATE DATABASE {database}")
    accounts = {f"hook{n}": "webhook" for n in range(4)} | {f"ledger{n}": "ledger" for n in range(2)}
    posts = 11
    with (
        closing(Store.open(server.url(database), tmp_path, create=True)) as store,
        receiver(host=lines.address) as there,
        hosts(tmp_path, server) as here,
    ):
        there.slow = 0.3

        def files(first: datetime) -> dict[str, str]:
            moments = [first + timedelta(seconds=s) for s in range(posts)]
            return {
                "config.yaml": config(
                    server.url(database, lines.address, password=False), accounts, there.url
                ),
                "schedules/c.yaml": campaign({name: (moments, name) for name in accounts}),
            }

        _, shared = here.prime(files)
        processes = []
        for space in lines.spaces:
            here.checkout(space, shared)
            processes.append(here.start(space, netns=space))
        # One that is still coming up ends when it can't reach the store.
        assert reached(lambda: all("published" in process.said() for process in processes))
        begun = datetime.now(ZONE)
        for turn in range(2):
            while datetime.now(ZONE) < begun + timedelta(seconds=5 * turn):
                time.sleep(0.05)
            lines.cut(turn)
            while datetime.now(ZONE) < begun + timedelta(seconds=5 * turn + 4):  # a lease is three
                time.sleep(0.05)
            lines.join(turn)
        until = time.monotonic() + 60
        total = posts * len(accounts)
        while time.monotonic() < until:
            with store.read() as connection:
                counts = history.counts(connection)
            if counts[State.SENT] == total:
                break
            time.sleep(0.2)
        said = [process.said() for process in processes]
        assert counts[State.SENT] == total, (counts, said)
        with store.read() as connection:
            admitted = sum(event.kind == "doubled" for event in history.events(connection))
        assert set(there.keys("hook").values()) == {1}
        assert sum(number - 1 for number in there.keys("ledger").values()) <= admitted
        assert len(there.keys()) == total
        assert all(process.alive for process in processes), said
        assert not any("Traceback" in told or "this is a bug" in told for told in said), said
