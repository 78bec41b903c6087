"""The long run: python -m tests.machines --posts 2000 --seed 7"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.machines.storm import complaints, storm
from tests.servers import postgres

parser = argparse.ArgumentParser(
    prog="python -m tests.machines", description="Several hosts, one store, a storm."
)
parser.add_argument("--posts", type=int, default=2000)
parser.add_argument("--seed", type=int, default=random.randrange(10**6))
asked = parser.parse_args()

with postgres(durable=True) as server, tempfile.TemporaryDirectory(prefix="campaign-storm-") as folder:
    outcome = storm(server, Path(folder), asked.posts, asked.seed)
print(outcome)
if wrong := complaints(outcome):
    print("\n".join(wrong))
    print(f"again: python -m tests.machines --posts {asked.posts} --seed {asked.seed}")
    sys.exit(1)
