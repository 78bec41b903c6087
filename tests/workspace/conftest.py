"""A small workspace to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspace.small import FILES, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace without problems."""
    for name, text in FILES.items():
        write(tmp_path, name, text)
    return tmp_path
