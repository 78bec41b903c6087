"""Looks up what ``{env: NAME}``, ``{file: PATH}`` and ``{keyring: NAME}`` stand for. No message repeats a value."""

from __future__ import annotations

import io
import stat
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from campaign.core.model import Secret
from campaign.errors import Level, Place, Problem, SecretError
from campaign.workspace.tree import read_bytes
from campaign.workspace.yamltext import Unreadable

ENV_FILE = ".env"
SERVICE = "campaign"
"""The service under which secrets are in the system's keyring."""

MAX_BYTES = 64 * 1024
"""The largest secret, and the largest .env. Our own bound."""


class Secrets:
    """The secrets of a workspace: ``root`` is the folder of config.yaml, ``environ`` the process's environment."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = environ

    def resolve(self, secret: Secret) -> Secret:
        """The same reference with its value. SecretError when it can't be found or is empty."""
        match secret.kind:
            case "env":
                value = self._from_environment(secret.name)
            case "file":
                value = self._from_file(secret.name)
            case "keyring":
                value = _from_keyring(secret.name)
            case _:
                raise SecretError(f"{secret.kind!r} is not a place for secrets", "use env, file or keyring")
        if not value:
            raise SecretError(f"the secret {secret.kind}:{secret.name} is empty", "fill it in")
        return secret.resolved(value)

    def source(self, secret: Secret) -> Path | None:
        """The file that a secret is read from, which somebody may edit meanwhile; None where there is none."""
        if secret.kind == "env" and secret.name not in self._environ:
            return self._root / ENV_FILE
        return self._path(secret.name) if secret.kind == "file" else None

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with how secrets are kept: an .env that others may read."""
        try:
            about = (self._root / ENV_FILE).stat()
        except OSError:
            return ()
        if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return (
                Problem(
                    Place(ENV_FILE),
                    "others on this computer may read it",
                    "run: chmod 600 .env",
                    Level.WARN,
                    "secret",
                ),
            )
        return ()

    def _from_environment(self, name: str) -> str:
        if name in self._environ:
            return self._environ[name]
        value = self._env_file().get(name)
        if value is None:
            raise SecretError(
                f"the variable {name} is not set",
                f"write {name}=… into {ENV_FILE} beside config.yaml, or set it in the environment",
            )
        return value

    def _env_file(self) -> dict[str, str | None]:
        path = self._root / ENV_FILE
        if not path.exists():
            return {}
        # Without interpolation: a $ in a token is a $, and os.environ is left alone.
        from dotenv import dotenv_values

        return dotenv_values(stream=io.StringIO(_text(path, ENV_FILE)), interpolate=False)

    def _path(self, name: str) -> Path | None:
        try:
            return self._root / Path(name).expanduser()
        except RuntimeError:  # ~ of nobody
            return None

    def _from_file(self, name: str) -> str:
        path = self._path(name)
        if path is None:
            raise SecretError(f"the secret file {name} can't be found", "write its path in full")
        return _text(path, name).rstrip("\r\n")


def _text(path: Path, name: str) -> str:
    try:
        return read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except Unreadable as stop:
        raise SecretError(
            f"the secret file {name}: {stop.message}", "look at its name and permissions"
        ) from None
    except UnicodeDecodeError:
        raise SecretError(f"the secret file {name} is not UTF-8 text", "save it as UTF-8") from None


def _from_keyring(name: str) -> str:
    try:
        keyring = import_module("keyring")
        errors = import_module("keyring.errors")
    except ImportError:
        raise SecretError(
            f"the secret keyring:{name} needs the package keyring, which is not installed",
            "install campaign[keyring], or use {env: NAME} or {file: PATH}",
        ) from None
    try:
        value = keyring.get_password(SERVICE, name)
    except errors.KeyringError as error:
        raise SecretError(
            f"the keyring could not be asked for {name} ({type(error).__name__})",
            "unlock it, or use {env: NAME} or {file: PATH}",
        ) from None
    if value is None:
        raise SecretError(f"the keyring has no {name}", f"run: keyring set {SERVICE} {name}")
    return str(value)
