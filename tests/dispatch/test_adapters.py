"""Adapters are made once, and anew when their account or the file of a secret changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from campaign.core.model import Account, Secret
from campaign.core.text import TextRules
from campaign.dispatch.adapters import Adapters
from campaign.errors import CampaignError, SecretError
from campaign.networks import registry
from campaign.networks.mastodon import Mastodon
from campaign.store.database import Store
from campaign.workspace.files import MediaFiles
from campaign.workspace.secrets import Secrets


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open("sqlite:///campaign.db", tmp_path, create=True)
    yield opened
    opened.close()


def fedi(token: Secret) -> Account:
    options = registry.network("mastodon").options(server="https://mastodon.example", token=token)
    return Account("fedi", "mastodon", ("en",), options)


FEDI = fedi(Secret("env", "FEDI"))


def write(path: Path, text: str) -> None:
    """As an editor does: another file in its place."""
    new = path.with_name("new")
    new.write_text(text)
    new.chmod(0o600)
    new.replace(path)


@pytest.mark.parametrize(
    ("token", "file", "form"),
    [(Secret("env", "FEDI"), ".env", "FEDI={}\n"), (Secret("file", "token"), "token", "{}")],
)
def test_a_replaced_token_is_used(store: Store, tmp_path: Path, token: Secret, file: str, form: str) -> None:
    adapters = Adapters(store, Secrets(tmp_path, {}), MediaFiles(tmp_path))
    account = fedi(token)
    with pytest.raises(SecretError):
        adapters.get(account)
    write(tmp_path / file, form.format("first-token"))
    first = adapters.get(account)
    assert adapters.get(account) is first
    write(tmp_path / file, form.format("other-token"))
    second = adapters.get(account)
    assert second is not first
    assert adapters.get(account) is second
    (tmp_path / file).unlink()
    with pytest.raises(SecretError):
        adapters.get(account)


def test_what_stands_in_the_environment_has_no_file(store: Store, tmp_path: Path) -> None:
    adapters = Adapters(store, Secrets(tmp_path, {"FEDI": "first-token"}), MediaFiles(tmp_path))
    first = adapters.get(fedi(Secret("env", "FEDI")))
    write(tmp_path / ".env", "FEDI=other-token\n")
    assert adapters.get(fedi(Secret("env", "FEDI"))) is first


class Breaking(Mastodon):
    """An adapter whose making fails, as another package's may."""

    failure: ClassVar[Exception]

    @classmethod
    def from_account(cls, *_: object) -> Breaking:
        raise cls.failure


@pytest.mark.parametrize(
    ("failure", "message", "hint"),
    [
        (RuntimeError("token=s3cr3t"), "mastodon: RuntimeError at test_adapters.py:", ""),
        (ModuleNotFoundError("No module named 'nope'", name="nope"), "needs a package", "install nope"),
    ],
)
def test_an_adapter_that_cannot_be_made_is_an_account_that_cannot_work(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, message: str, hint: str
) -> None:
    Breaking.failure = failure
    monkeypatch.setattr(registry, "network", lambda name: Breaking)
    adapters = Adapters(store, Secrets(tmp_path, {"FEDI": "t"}), MediaFiles(tmp_path))
    with pytest.raises(CampaignError) as caught:
        adapters.get(FEDI)
    assert message in caught.value.message and "s3cr3t" not in caught.value.message
    assert caught.value.hint == hint


class Asking(Mastodon):
    """An adapter with a bug in the question for its server's limits."""

    def server_limits(self) -> TextRules:
        raise ZeroDivisionError("token=s3cr3t")


def test_a_bug_in_asking_for_limits_stops_nothing_and_is_logged(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry, "network", lambda name: Asking)
    adapters = Adapters(store, Secrets(tmp_path, {"FEDI": "t"}), MediaFiles(tmp_path))
    assert adapters.ask_limits(FEDI) is None
    assert adapters.rules(FEDI) == Asking.rules
    assert "mastodon: ZeroDivisionError at test_adapters.py:" in caplog.text
    assert "s3cr3t" not in caplog.text
