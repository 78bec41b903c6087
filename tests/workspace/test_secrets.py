"""Where secrets are looked up, and that they are never shown."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from campaign.core.model import Secret
from campaign.errors import Level, SecretError
from campaign.workspace.secrets import Secrets
from tests.workspace.small import write


def value(root: Path, kind: str, name: str, environ: dict[str, str] | None = None) -> str:
    return Secrets(root, environ or {}).resolve(Secret(kind, name)).value


def test_env(tmp_path: Path) -> None:
    write(tmp_path, ".env", "\ufeffA=from file\nB='quoted $A ${A}'\nexport C=x # a comment\nD=\nE\n")
    assert value(tmp_path, "env", "A") == "from file"
    assert value(tmp_path, "env", "A", {"A": "from process"}) == "from process"
    assert value(tmp_path, "env", "B") == "quoted $A ${A}"
    assert value(tmp_path, "env", "C") == "x"
    assert "A" not in os.environ
    for name, message in (("D", "is empty"), ("E", "is not set"), ("F", "is not set")):
        with pytest.raises(SecretError, match=message) as caught:
            value(tmp_path, "env", name)
        assert name in caught.value.message
        assert caught.value.hint
    with pytest.raises(SecretError, match="is empty"):
        value(tmp_path, "env", "A", {"A": ""})


def test_without_an_env_file(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="the variable A is not set"):
        value(tmp_path, "env", "A")


def test_file(tmp_path: Path) -> None:
    write(tmp_path, "secrets/t", " s3cr3t \r\n\n")
    assert value(tmp_path, "file", "secrets/t") == " s3cr3t "
    assert value(tmp_path, "file", str(tmp_path / "secrets" / "t")) == " s3cr3t "
    write(tmp_path, "empty", "\n")
    write(tmp_path, "binary", b"\xff")
    write(tmp_path, "large", b"x" * 100_000)
    for name in ("empty", "binary", "large", "secrets", "nowhere", "~nobody-of-that-name/x", "\0"):
        with pytest.raises(SecretError) as caught:
            value(tmp_path, "file", name)
        assert caught.value.hint


def test_an_unreadable_env_file(tmp_path: Path) -> None:
    write(tmp_path, ".env", b"A=\xff")
    with pytest.raises(SecretError, match="not UTF-8"):
        value(tmp_path, "env", "A")


def test_keyring_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match="not installed") as caught:
        value(tmp_path, "keyring", "A")
    assert "campaign[keyring]" in caught.value.hint


def test_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keyring's own door, without a desktop behind it."""

    class KeyringError(Exception):
        pass

    def get_password(service: str, name: str) -> str | None:
        if name == "locked":
            raise KeyringError("s3cr3t")
        return {("campaign", "a"): "s3cr3t"}.get((service, name))

    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]
    module = types.ModuleType("keyring")
    module.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert value(tmp_path, "keyring", "a") == "s3cr3t"
    for name in ("b", "locked"):
        with pytest.raises(SecretError) as caught:
            value(tmp_path, "keyring", name)
        assert "s3cr3t" not in str(caught.value) + caught.value.hint


def test_an_unknown_place(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="not a place"):
        value(tmp_path, "vault", "A")


def test_a_resolved_secret_does_not_show_itself(tmp_path: Path) -> None:
    write(tmp_path, "t", "s3cr3t")
    assert "s3cr3t" not in repr(Secrets(tmp_path, {}).resolve(Secret("file", "t")))


def test_an_env_file_that_others_may_read(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {})
    assert secrets.problems() == ()
    write(tmp_path, ".env", "A=1")
    (tmp_path / ".env").chmod(0o600)
    assert secrets.problems() == ()
    (tmp_path / ".env").chmod(0o640)
    (problem,) = secrets.problems()
    assert (problem.level, problem.place.file) == (Level.WARN, ".env")
    assert "chmod 600" in problem.hint
