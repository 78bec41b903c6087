"""The awareness days below a plan."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from campaign.core.hotlines import Audience
from campaign.core.model import Account, Workspace
from campaign.core.observances import Observance, Tone
from campaign.core.timetable import Dates, Span, Yearly
from campaign.review.days import day_lines
from campaign.review.table import plain

DAYS = (
    Observance("ours", Yearly(8, 17), {"en": "Our Day", "id": "Hari Kita"}, frozenset({"ID"})),
    Observance("theirs", Yearly(8, 18), {"en": "Their Day"}, frozenset({"US"})),
    Observance(
        "memory", Yearly(8, 23), {"id": "Hari Mengenang " + "yang Sangat Panjang " * 4}, tone=Tone.REMEMBRANCE
    ),
    Observance("weeks", Span(Yearly(8, 20), Yearly(9, 3)), {"en": "Two Weeks"}),
    Observance("later", Dates((date(2027, 9, 1), date(2026, 8, 20))), {"en": "Later"}),
)


def shown(audience: Audience | None, **more: Any) -> list[str]:
    known = {one.id: one for one in DAYS}
    workspace = Workspace(
        PurePath(),
        None,
        "UTC",
        "",
        ("id", "en"),
        more.pop("accounts", {}),
        {},
        audience=audience,
        observances=known,
    )
    return plain(day_lines(workspace, date(2027, 8, 17), date(2027, 8, 31), 80))


def test_those_of_everybody_and_of_the_audience_by_date() -> None:
    found = shown(Audience("ID"))
    assert [line[:26] for line in found] == [
        "Awareness days",
        "  Tue 17 Aug 2027  Hari Ki",
        "  Fri 20 Aug 2027  (until ",
        "  Mon 23 Aug 2027  (rememb",
    ]
    assert found[1].endswith("Hari Kita")
    assert found[2].endswith("(until 3 Sep) Two Weeks")
    assert max(map(len, found)) <= 80
    assert found[3].endswith("…")


def test_an_account_may_speak_to_somebody_else() -> None:
    account = Account("us", "feed", ("en",), None, audience=Audience("US"))
    assert any("Their Day" in line for line in shown(Audience("ID"), accounts={"us": account}))
    assert not any("Their Day" in line for line in shown(Audience("ID")))
    assert not any("Hari Kita" in line for line in shown(None))


def test_where_there_are_none_nothing_is_said() -> None:
    nothing = Workspace(PurePath(), None, "UTC", "", ("id",), {}, {})
    assert list(day_lines(nothing, date(2027, 8, 17), date(2027, 8, 31), 80)) == []
