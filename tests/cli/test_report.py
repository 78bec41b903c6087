"""``campaign report``: the figures are the log's, people are roles, and nothing else is written over."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.conftest import CONFIG, Place, day

PEOPLE = "people: {ani: {can: [approve, safeguard]}, budi: {can: [review]}}\nvars: {org: Yayasan Harapan}\n"


@pytest.fixture
def busy(place: Place) -> Place:
    """A campaign of which something is published, handed over, cancelled and still ahead."""
    place.write("config.yaml", CONFIG + PEOPLE + "approval: one\n")
    place.campaign("[site, wa]")
    assert place("approve", "c/vigil", "--by", "ani", "--yes").code == 0
    assert place("post", "c/vigil", "--by", "ani").code == 0
    assert place("cancel", f"c/daily/{day(3)}T09:00/site", "--by", "ani").code == 0
    assert place("move", f"c/daily/{day(4)}T09:00/site", "--to", f"{day(4)} 11:00", "--by", "ani").code == 0
    return place


def test_the_figures_are_those_of_the_log(busy: Place) -> None:
    assert busy("review", busy.vigil, "--by", "budi", "--ok").code == 0
    log = busy("log", "--campaign", "c", "--json").rows()
    (row,) = busy("report", "c", "--json").rows()
    assert len(log) == row["rows"] == 4
    assert row["states"] == Counter(one["state"] for one in log)
    sent = [one for one in log if one["state"] == "sent"]
    assert row["published"] == len(sent) == row["on_time"] == 1
    assert row["days"] == Counter(one["sent_at"][:10] for one in sent)
    for name, field in (("networks", "network"), ("languages", "language")):
        assert {
            word: both["published"] + both["not_published"] for word, both in row[name].items()
        } == Counter(one[field] for one in log)
    assert [one["key"] for one in row["not_published"]] == [
        one["key"] for one in log if one["state"] != "sent"
    ]
    assert row["reviewed_by"] == Counter(who for one in log for who in one["reviewed_by"]) == {"reviewer": 1}
    assert row["approved_by"] == Counter(who for one in log for who in one["approved_by"] if one in sent)
    assert row["approved_by"] == {"approver": 1}
    assert row["out"] is None and not (busy.folder / "reports").exists()


def test_the_page_names_roles_and_no_machine(busy: Place) -> None:
    done = busy("report", "c")
    file = busy.folder / "reports" / "c.html"
    assert (done.code, done.out, done.err) == (0, f"{file}\n", "1 post published, 3 not\n")
    page = file.read_text(encoding="utf-8")
    assert "World Day" in page and "Yayasan Harapan" in page
    assert "waiting for approver to post it" in page
    assert "ani" not in page.replace("alternatif", "").split("<main")[1].split("<footer")[0].split()
    assert str(busy.folder) not in page
    named = busy("report", "c", "--names", "--out", "-")
    assert "waiting for ani to post it" in named.out and "by their role" not in named.out
    assert "Laporan" in busy("report", "c", "--language", "id", "--out", "-").out


def test_days_choose_rows(busy: Place) -> None:
    (row,) = busy("report", "c", "--json", "--from", day(3), "--to", day(3)).rows()
    assert (row["rows"], row["states"], row["from"], row["to"]) == (1, {"cancelled": 1}, day(3), day(3))
    (row,) = busy("report", "c", "--json", "--from", day(20)).rows()
    assert (row["rows"], row["from"], row["median_late"]) == (0, None, None)
    assert "Nothing has been due yet." in busy("report", "c", "--out", "-", "--from", day(20)).out


def test_what_is_asked_wrongly(busy: Place) -> None:
    refused = busy("report", "c", "--out", str(busy.folder / "config.yaml"))
    assert refused.code == 1
    assert "config.yaml is there already, and is no report of ours\n  hint: name another file" in refused.err
    assert [busy("report", "c").code for _ in range(2)] == [0, 0]
    unknown = busy("report", "cc")
    assert (unknown.code, unknown.err) == (
        1,
        "campaign: there is no campaign 'cc'\n  hint: did you mean c?\n",
    )
    assert busy("report", "c", "--from", day(3), "--to", day(2)).code == 2
    assert busy("report", "c", "--json", "--out", "-").code == 2
