"""Secrets stay out of whatever a person may read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.networks import redact


@contextmanager
def forgetting() -> Iterator[None]:
    """What is remembered in here must not hide words of other tests."""
    before = set(redact._known)
    try:
        yield
    finally:
        redact._known.clear()
        redact._known.update(before)


SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4, max_size=40)


@given(st.text(), SECRETS, st.text())
def test_a_remembered_secret_never_survives(before: str, secret: str, after: str) -> None:
    with forgetting():
        redact.remember([secret])
        for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret)):
            assert form not in redact.scrub(before + form + after)


@given(st.text(max_size=2000))
def test_a_reason_is_one_short_line(text: str) -> None:
    line = redact.one_line(text)
    assert len(line) <= redact.REASON_LENGTH
    assert line == " ".join(line.split())


def test_a_secret_is_hidden_before_the_line_is_cut() -> None:
    """Cutting first would leave half of it, which no longer looks like it."""
    with forgetting():
        redact.remember(["s3cr3t-at-the-edge"])
        line = redact.one_line("x" * (redact.REASON_LENGTH - 8) + "s3cr3t-at-the-edge")
    assert "s3cr" not in line


@pytest.mark.parametrize(
    ("text", "hidden", "kept"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456", "Authorization"),
        ("{'Authorization': 'OAuth oauth_token=\"zzz999\"'}", "zzz999", "Authorization"),
        ("sent Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz", "to it"),
        ("GET /x?access_token=abc123&page=2", "abc123", "page=2"),
        ("POST https://h/p?X-Amz-Signature=9f9f9f&X-Amz-Date=1", "9f9f9f", "https://h/p"),
        ("https://ani:hunter22@example.org/feed", "hunter22", "example.org/feed"),
        ("url: /bot123456:AA-bb_cc/sendMessage", "AA-bb_cc", "sendMessage"),
        ("https://discord.com/api/webhooks/12345/tok-en_1?wait=true", "tok-en_1", "12345"),
        ("https://hooks.slack.com/services/T0/B0/XyZ failed", "XyZ", "failed"),
        ("client_secret=abc123&grant_type=x", "abc123", "grant_type"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_too(text: str, hidden: str, kept: str) -> None:
    scrubbed = redact.scrub(text)
    assert hidden not in scrubbed
    assert kept in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "Validation failed: Text character limit of 500 exceeded",
        "You are not allowed to create a Tweet with duplicate content.",
        "The access token was revoked",
        "the key is not known",
    ],
)
def test_the_networks_own_words_are_kept(text: str) -> None:
    assert redact.one_line(text) == text


def test_http_libraries_cannot_chatter(caplog: pytest.LogCaptureFixture) -> None:
    redact.guard_logs()
    for name in ("urllib3.connectionpool", "tweepy.client", "oauthlib.oauth1.rfc5849"):
        caplog.set_level(logging.DEBUG, logger=name)
        logging.getLogger(name).debug("Headers: %s", {"Authorization": "log-secret-1"})
        logging.getLogger(name).warning("could not parse %s", "https://example.org/?token=log-secret-1")
    assert len(caplog.records) == 3
    assert "log-secret-1" not in caplog.text
    assert "could not parse" in caplog.text
