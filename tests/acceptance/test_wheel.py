"""The wheel holds all that is needed: from an empty folder to a published post."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CAMPAIGN_", "PYTHON"))}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=clean,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built, cwd=ROOT)
    [file] = built.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command installed from the wheel into an environment of its own; the dependencies are those of this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", wheel),
        cwd=home,
    )
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import campaign; print(campaign.__file__)", cwd=home).stdout
    assert where.startswith(str(home)), "the checkout is used instead of the wheel"
    return home / "bin" / "campaign"


def test_the_wheel_holds_the_program_and_the_starter_pack_only(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"campaign"}
    for name in (
        "campaign/starter/config.example.yaml",
        "campaign/starter/schedules/observances.yaml",
        "campaign/review/preview.html.j2",
        "campaign/workspace/press/card.typ",
        "campaign/workspace/press/OFL.txt",
        "campaign/workspace/press/PlusJakartaSans.ttf",
        "campaign/review/kit_page/page.html.j2",
        "campaign/review/kit_page/kit.css",
        "campaign/review/kit_page/kit.js",
        "campaign/review/report_page/page.html.j2",
        "campaign/review/report_page/report.css",
        "campaign/py.typed",
    ):
        assert name in names
    assert not [name for name in names if "test" in name or "__pycache__" in name or name.endswith(".db")]


def test_from_an_empty_folder_to_a_log(command: Path, tmp_path: Path) -> None:
    run(command, "init", cwd=tmp_path)
    assert (tmp_path / "config.yaml").is_file()
    run(command, "check", cwd=tmp_path)
    told = run(command, "directory", "--out", "site", "--json", cwd=tmp_path).stdout
    assert json.loads(told)["organisations"] == 9
    assert '<a id="exit"' in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    run(command, "run", "--once", "--new-store", cwd=tmp_path)
    (tmp_path / "said.txt").write_text("From the wheel", encoding="utf-8")
    run(command, "post", "--text", "said.txt", "--accounts", "site", cwd=tmp_path)
    rows = [json.loads(line) for line in run(command, "log", "--json", cwd=tmp_path).stdout.splitlines()]
    assert ("sent", "From the wheel") in [(row["state"], row["text"]) for row in rows]
