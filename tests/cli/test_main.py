"""The command as a whole: help, exit codes, and what is imported when."""

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from campaign import __version__
from campaign.cli.main import main
from campaign.cli.session import Session
from campaign.cli.verb import verb
from campaign.cli.verbs import SECTIONS, VERBS
from campaign.errors import CampaignError

Give = Callable[[Callable[[Session], int | None]], None]

HEAVY = (
    "rich", "sqlalchemy", "requests", "apscheduler", "pydantic", "jinja2", "yaml", "tweepy", "PIL", "apprise",
    "websockets", "coincurve", "smtplib", "babel", "icalendar",
)  # fmt: skip


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Let the verb ``check`` do something else."""

    def as_check(function: Callable[[Session], int | None]) -> None:
        module = ModuleType("campaign.cli.check")
        module.command = verb("check", "campaign check")(function)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "campaign.cli.check", module)

    return as_check


def raising(error: BaseException) -> Callable[[Session], int | None]:
    def function(session: Session) -> int | None:
        raise error

    return function


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    code = (
        "import sys; from campaign.cli.main import main; code = main([sys.argv[1]]); "
        f"print(code, [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, argument], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert done.stderr == ""


def test_help_groups_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [shown.index(f"{title}:") for title in SECTIONS] == sorted(shown.index(f"{t}:") for t in SECTIONS)
    assert all(f"  {name} " in shown for name in VERBS)
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"campaign {__version__}\n"


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_explains_itself_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Example: campaign {name}" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    inner = ("cursor", "claim", "settle", "reconcile")
    assert not any(word in shown.lower() for word in inner)


def test_nothing_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Launch day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["chekc"], "campaign: there is no verb 'chekc' (did you mean 'check'?)\n  hint: campaign --help\n"),
        (["check", "--jsno"], "campaign check --help"),
        (["--wrokspace", "x", "check"], "campaign --help"),
    ],
)
def test_usage_errors_exit_2(argv: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.out == ""


def test_an_expected_failure_is_one_line_and_a_hint(give: Give, capsys: pytest.CaptureFixture[str]) -> None:
    give(raising(CampaignError("no such thing", "look there")))
    assert main(["check"]) == 1
    assert capsys.readouterr().err == "campaign: no such thing\n  hint: look there\n"


def test_a_full_disk_is_no_bug(give: Give, capsys: pytest.CaptureFixture[str]) -> None:
    give(raising(OSError(errno.ENOSPC, "No space left on device", "campaign.db")))
    assert main(["check"]) == 1
    assert capsys.readouterr().err == "campaign: campaign.db: No space left on device\n"


def test_control_c(give: Give, capsys: pytest.CaptureFixture[str]) -> None:
    give(raising(KeyboardInterrupt()))
    assert main(["check"]) == 130
    assert "campaign: stopped\n" in capsys.readouterr().err


def test_a_verb_says_its_own_exit_code(give: Give) -> None:
    give(lambda session: 1)
    assert main(["check"]) == 1
    give(lambda session: None)
    assert main(["check"]) == 0


def test_a_bug_goes_into_a_file(give: Give, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("timezone: UTC\n")

    def buggy(session: Session) -> int | None:
        return 1 // len(str(session.folder)[:0])

    give(buggy)
    assert main(["check", "-w", str(tmp_path)]) == 3
    shown = capsys.readouterr()
    [report] = (tmp_path / ".campaign").glob("crash-*.txt")
    assert shown.err.startswith(
        f"campaign: this is a bug in campaign (ZeroDivisionError): what happened is in {report}\n"
    )
    assert "Traceback" not in shown.err + shown.out
    assert "ZeroDivisionError: integer division" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_a_bug_without_a_workspace_goes_into_the_temporary_folder(
    give: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    give(raising(RuntimeError("oops")))
    assert main(["check"]) == 3
    [report] = tmp_path.glob("crash-*.txt")
    assert str(report) in capsys.readouterr().err


def test_the_workspace_may_be_named_before_or_behind_the_verb(
    give: Give,
) -> None:
    seen: list[str | None] = []
    give(lambda session: seen.append(session.workspace_option))
    main(["-w", "before", "check"])
    main(["-w", "before", "check", "-w", "behind"])
    assert seen == ["before", "behind"]


def test_a_reader_that_went_away_is_quiet() -> None:
    code = (
        "import sys; from types import ModuleType\n"
        "from campaign.cli import output; from campaign.cli.verb import verb\n"
        "m = ModuleType('campaign.cli.check')\n"
        "m.command = verb('check', 'x')(lambda session: [output.data('x' * 99) for _ in range(5000)] and 1)\n"
        "sys.modules['campaign.cli.check'] = m\n"
        "from campaign.cli.main import main; sys.exit(main(['check']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1  # the verb's own exit code


def test_lazy_verbs_are_all_there() -> None:
    for name in VERBS:
        assert (Path(__file__).parents[2] / "campaign" / "cli" / f"{name}.py").is_file()
