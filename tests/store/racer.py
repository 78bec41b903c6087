"""One of several processes that race for the rows of a store; prints a line ``KEY ATTEMPT`` for each claim it got.

Arguments: the store's address, its folder, how many senders, the accounts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from campaign.core.lifecycle import State
from campaign.core.outcome import Sent
from campaign.store import history, outbox
from campaign.store.database import Store
from tests.store.made import NOW, begin, receipt


def main(url: str, root: str, free: str, accounts: str) -> None:
    store = Store.open(url, Path(root), create=False)
    print("ready", flush=True)
    sys.stdin.readline()  # all start together
    flying: list[outbox.Claim] = []
    while True:
        with store.write() as connection:
            for claim in flying:
                outbox.settle(connection, claim.key, claim.attempt, Sent(receipt()), NOW)
            owner = f"here:{os.getpid()}"
            flying = begin(connection, accounts.split(","), free=int(free), owner=owner)
        for claim in flying:
            print(claim.key, claim.attempt)
        if not flying:
            with store.read() as connection:
                if not history.counts(connection)[State.PENDING]:
                    break
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
