"""The storm as this program takes it: the loop as `campaign run` starts it. Its own process; prints JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign.dispatch import loop
from campaign.dispatch.happening import Happening
from tests.benchmarks import made
from tests.benchmarks.measure import cpu_seconds


def main(folder: Path, url: str, posts: int, accounts: int) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    names = [f"a{number}" for number in range(accounts)]
    slots, rest = divmod(posts, accounts)
    text = made.campaign(
        slots + bool(rest), lambda _: due, lambda slot: names if slot < slots else names[:rest]
    )
    hook = f"network: webhook, server: '{url}', secret: {{env: SECRET}}"
    made.folder(folder, dict.fromkeys(names, hook), storm=text)
    ended: dict[str, int] = {}

    def hear(happening: Happening) -> None:
        if happening.key:
            ended[happening.kind] = ended.get(happening.kind, 0) + 1
        if sum(ended.values()) == posts:
            os.kill(os.getpid(), signal.SIGTERM)

    began = cpu_seconds()
    loop.run(folder, {"SECRET": "s"}, trust_clock=False, say=hear)
    took = time.time() - due.timestamp()
    print(json.dumps({"due": due.timestamp(), "cpu": cpu_seconds() - began, "took": took, "ended": ended}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
