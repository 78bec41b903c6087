"""What people type as a day, a time or a list."""

from datetime import date, datetime

import click
import pytest

from campaign.cli.arguments import day, names, wall

CONTEXT = click.Context(click.Command("x"))
OPTION = click.Option(["--to"])


def test_days_and_times() -> None:
    assert day(CONTEXT, OPTION, "2027-07-30") == date(2027, 7, 30)
    assert day(CONTEXT, OPTION, None) is None
    assert wall(CONTEXT, OPTION, "2027-07-30 20:00") == datetime.fromisoformat("2027-07-30T20:00")
    assert wall(CONTEXT, OPTION, "2027-07-30T20:00:05") == datetime.fromisoformat("2027-07-30T20:00:05")


@pytest.mark.parametrize("text", ["30/07/2027", "2027-02-30", "tomorrow", ""])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write it as 2027-07-30"):
        day(CONTEXT, OPTION, text)


@pytest.mark.parametrize(
    "text", ["2027-07-30", "20:00", "2027-07-30 20:00+07:00", "2027-07-30 25:00", "20:00 2027-07-30"]
)
def test_what_is_no_local_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write it as '2027-07-30 20:00'"):
        wall(CONTEXT, OPTION, text)


def test_lists_of_names() -> None:
    assert names(None) is None
    assert names(" fedi, x,,fedi ") == ("fedi", "x")
