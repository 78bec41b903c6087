"""Tokens, sessions and pages of the log, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from campaign.core.lifecycle import State
from campaign.core.marks import Mark, Verdict
from campaign.core.roles import Role
from campaign.store import entrance, marks, paging
from campaign.store.database import Store
from campaign.store.entrance import Visit
from tests.store.made import ANI, NOW, a_row, after, bring_to, put

SENT = {"seen": "fedi", "flagged": "x", "open": "x"}
"""Slot -> account, of what is out."""


def visit(secret: str, token: str | None, door: str = "web token phone", **ends: float) -> Visit:
    return Visit(
        entrance.hashed(secret), token, "ani", Role.REVIEWER, door, "form", after(**ends or {"hours": 1})
    )


def test_a_session_ends_with_its_time_its_token_or_its_door(store: Store) -> None:
    with store.write() as connection:
        entrance.add_token(connection, "phone", "ani", Role.REVIEWER, "secret", NOW, ANI)
        entrance.begin(connection, visit("cookie", "phone"), NOW)
        entrance.begin(connection, visit("local", None, "web link ani@laptop"), NOW)
    with store.read() as connection:
        token = entrance.token_of(connection, "secret")
        assert token is not None
        assert (token.name, token.handle, token.role, token.made_by) == ("phone", "ani", Role.REVIEWER, "ani")
        assert entrance.token_of(connection, "other") is None
        found = entrance.visit(connection, "cookie", NOW)
        assert found == visit("cookie", "phone")
        assert entrance.visit(connection, "cookie", after(hours=1)) is None
        assert entrance.visit(connection, "local", NOW) is not None
    with store.write() as connection:
        assert entrance.revoke(connection, "phone", NOW, ANI)
        assert not entrance.revoke(connection, "phone", NOW, ANI)
        entrance.end_of_door(connection, "web link ani@laptop")
    with store.read() as connection:
        assert entrance.visit(connection, "cookie", NOW) is None
        assert entrance.visit(connection, "local", NOW) is None
        assert entrance.token_of(connection, "secret") is None
        assert [one.revoked_by for one in entrance.tokens(connection)] == ["ani"]
    with pytest.raises(IntegrityError), store.write() as connection:
        entrance.add_token(connection, "phone", "ani", Role.VIEWER, "new", NOW, ANI)


def test_what_has_ended_is_forgotten(store: Store) -> None:
    with store.write() as connection:
        entrance.begin(connection, visit("old", None, minutes=5), NOW)
        entrance.begin(connection, visit("new", None), after(minutes=5))
        kept = connection.exec_driver_sql("SELECT digest FROM web_sessions").scalars().all()
    assert kept == [entrance.hashed("new")]


def test_pages_are_the_log_whatever_the_page_s_size(store: Store) -> None:
    rows = [a_row(f"s{n}", f"a{n % 3}", due=NOW - timedelta(minutes=n // 2)) for n in range(23)]
    put(store, *rows)
    for size in (1, 4, 23, 50):
        spot, found = None, []
        with store.read() as connection:
            while True:
                page = paging.page(connection, size=size, after=spot)
                found += page.rows
                spot = page.next
                if spot is None:
                    break
        assert [(row.due, row.key) for row in found] == sorted(
            ((row.due, row.key) for row in found), reverse=True
        ) or store.shared  # PostgreSQL has its own order of keys
        assert {row.key for row in found} == {row.key for row in rows}
        assert len(found) == len(rows)


def test_a_page_lets_pass_what_is_asked_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_to(store, State.PENDING, "wait", "y")
    keys = {slot: bring_to(store, State.SENT, slot, account) for slot, account in SENT.items()}
    with store.write() as connection:
        for slot, verdict in (("seen", Verdict.OK), ("flagged", Verdict.FLAG)):
            marks.add(connection, [Mark(slot, keys[slot], verdict, "wrong", "ani", "", NOW)])

    def slots(**asked: object) -> set[str]:
        with store.read() as connection:
            return {row.slot for row in paging.page(connection, size=10, **asked).rows}  # type: ignore[arg-type]

    assert slots() == {"seen", "flagged", "open", "wait"}
    assert slots(state=State.SENT) == {"seen", "flagged", "open"}
    assert slots(account="x") == {"flagged", "open"}
    assert slots(looked=paging.Looked.NOT_YET) == {"open"}
    assert slots(looked=paging.Looked.FLAGGED) == {"flagged"}
    assert slots(campaign="other") == slots(since=after(minutes=1)) == slots(until=NOW) == set()
    monkeypatch.setattr(paging, "WINDOW", 2)
    with store.read() as connection:
        page = paging.page(connection, size=10, campaign="world-day")
        everything = paging.page(connection, size=10)
    assert (len(page.rows), page.cut, page.next is not None) == (2, True, True)
    assert (len(everything.rows), everything.cut, everything.next) == (4, False, None)
