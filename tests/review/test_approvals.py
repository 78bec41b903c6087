"""What waits for approval as people read it: 80 columns, old beside new, and nothing hostile gets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rich.cells import cell_len

from campaign.core.approval import Verdict, Vote
from campaign.core.asked import Asked
from campaign.core.content import content_of, differences
from campaign.core.model import Approval, Media, Post, Target
from campaign.core.text import TextRules
from campaign.errors import Level, Place
from campaign.review.approvals import approval_row, asked_lines, lacking_lines, problems, side_by_side
from campaign.review.table import plain
from tests.dispatch.world import T0, ZONE, account

FEDI = Target(account(), "en")
HOSTILE = "\x1b]0;owned\x07\x1b[31mred\u202e\r\n" + "x" * 200 + " https://example.org/" + "y" * 200


def asked(text: str = "Tonight we light a lamp.", **more: object) -> Asked:
    picture = Media("a.jpg", f"A lamp {text}", "image/jpeg", "0" * 64)
    post = Post(text, "en", (picture,), warning="grief")
    due = T0 + timedelta(hours=1)
    one = Asked(
        "c/s/2027-07-01T09:00/fedi",
        "c",
        "s",
        FEDI,
        ZONE,
        due,
        Approval.TWO,
        (post,),
        content_of([post], FEDI, due),
        place=Place("schedules/c.yaml", 3, 1),
    )
    return replace(one, **more)  # type: ignore[arg-type]


def approved(one: Asked, by: str = "ani") -> Vote:
    return Vote(one.key, one.digest, Verdict.APPROVED, by, f"cli {by}@h", T0, shown=one.content)


def rules(account: object) -> TextRules:
    return TextRules(limit=500, images=4)


def test_old_and_new_stand_side_by_side() -> None:
    new = asked(votes=(approved(asked("Tonight we light a candle.")),))
    said = plain(lacking_lines([new], 80))
    assert said[0] == "  Thu 01 Jul 2027 09:00 WIB  c/s/2027-07-01T09:00/fedi"
    assert "it was changed after ani approved it" in said[1]
    assert "    Tonight we light a candle.           ≠ Tonight we light a lamp." in said
    assert [line for line in said if "description:" in line]
    row = approval_row(new)
    assert (row["missing"], row["approved_by"]) == (2, [])
    assert [(change["what"], change["part"]) for change in row["changed"]] == [
        ("text", 1),
        ("description", 1),
    ]


def test_every_line_fits_and_none_steers_the_terminal() -> None:
    old = asked(HOSTILE)
    new = asked(HOSTILE + " more 🕯️ 祈り " * 9, votes=(approved(old, HOSTILE),))
    assert old.content is not None and new.content is not None
    found = differences(old.content, new.content)
    beside = plain(side_by_side(found, ZONE, 80))
    assert max(map(cell_len, beside)) <= 80
    everything = "\n".join([*beside, *plain(asked_lines([new], rules, 80)), *plain(lacking_lines([new], 80))])
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(everything)


def test_what_was_removed_from_the_record_is_said() -> None:
    new = asked(votes=(replace(approved(asked("Other")), shown=None),))
    assert "   what it said then was removed from the record" in plain(asked_lines([new], rules, 80))
    assert approval_row(new)["changed"] == []


def test_the_nearer_the_louder() -> None:
    soon, late = asked(), asked(key="c/s/x/fedi", due=T0 + timedelta(days=9))
    found = problems([soon, late, asked(approval=Approval.NONE)], T0)
    assert [(p.level, p.rule) for p in found.values()] == [
        (Level.WARN, "approval"),
        (Level.ADVICE, "approval"),
    ]
    assert found[soon.key].hint == "campaign approve c/s"
