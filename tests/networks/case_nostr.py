"""Nostr in the contract suite: one relay that checks ids and signatures."""

from __future__ import annotations

from datetime import UTC, datetime

from campaign.core.model import Public
from campaign.core.outcome import Sent
from campaign.networks.nostr import Nostr, NostrOptions
from tests.networks.cases import Bench, OwnCase
from tests.networks.double_nostr import relay
from tests.networks.memory import secret

NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
"""The example of NIP-19, and the same key in hex."""
HEX = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)
PUBLIC = Public("https://example.org/fetch/", "public/fetch")


def make(bench: Bench) -> Nostr:
    options = NostrOptions(key=secret(NSEC), relays=[bench.url], timeout=bench.timeout)
    return Nostr(options, PUBLIC, bench.files, clock=lambda: NOW)


CASE = OwnCase(
    name="nostr",
    secrets=(NSEC, HEX),
    make=make,
    serve=relay,
    breaks="websockets.sync.connection.Connection.send",
    after_loss=Sent,
    keys="key: {env: NOSTR_KEY}, relays: ['{url}']",
    environment={"NOSTR_KEY": NSEC},
)
