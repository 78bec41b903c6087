"""A file goes to the network's own addresses and to no other."""

from __future__ import annotations

import pytest

from campaign.networks.elsewhere import own, reach


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://slack.com/x", True),
        ("https://files.slack.com/upload/v1/x", True),
        ("http://files.slack.com/x", False),  # anybody on the way could read it
        ("http://slack.com/x", False),
        ("https://slack.com.evil.org/x", False),
        ("https://xslack.com/x", False),
        ("https://slack.com@evil.org/x", False),
        ("", False),
        ("https://slack.com:99999/x", False),
        ("https://ani:secret@slack.com/x", False),
        ("https://[slack.com/x", False),
    ],
)
def test_only_the_networks_own_addresses_over_https(address: str, expected: bool) -> None:
    assert own(address, "slack.com", "https://slack.com") is expected


def test_a_server_that_was_named_instead_counts_as_it_was_named() -> None:
    assert own("http://127.0.0.1:9/upload", "slack.com", "http://127.0.0.1:9")
    assert not own("http://127.0.0.1:99/upload", "slack.com", "http://127.0.0.1:9")
    assert not own("http://127.0.0.1:9@evil.org/", "slack.com", "http://127.0.0.1:9")


def test_the_path_keeps_its_query() -> None:
    client, path = reach("https://files.slack.com/upload/v1/x?sign=a%2Fb", (1.0, 1.0))
    assert (client.base_url, path) == ("https://files.slack.com", "/upload/v1/x?sign=a%2Fb")
