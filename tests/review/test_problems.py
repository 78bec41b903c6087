"""What check found, in the order in which it matters."""

from campaign.errors import Level, Place, Problem
from campaign.review.problems import has_errors, in_order, problem_lines, summary
from campaign.review.table import plain

LATE = Problem(
    Place("schedules/a.yaml", 9, 3), "would be missed", level=Level.WARN, key="a/b/2027-01-01T08:00/x"
)
TYPO = Problem(Place("config.yaml", 2, 1), "unknown key 'zone' (did you mean 'timezone'?)", "see docs")
TIP = Problem(Place("posts/a.j2"), "no hashtags", level=Level.ADVICE)


def test_errors_come_first_and_nothing_is_said_twice() -> None:
    assert in_order([TIP, LATE, TYPO, LATE]) == [TYPO, LATE, TIP]


def test_each_problem_is_a_place_that_editors_can_jump_to() -> None:
    assert plain(problem_lines([LATE, TYPO])) == [
        "Errors",
        "config.yaml:2:1: unknown key 'zone' (did you mean 'timezone'?)",
        "  hint: see docs",
        "",
        "Warnings",
        "schedules/a.yaml:9:3: would be missed",
        "  post: a/b/2027-01-01T08:00/x",
    ]


def test_one_kind_needs_no_title() -> None:
    assert plain(problem_lines([TIP])) == ["posts/a.j2: no hashtags"]


def test_summary_counts_each_kind() -> None:
    assert summary([TYPO, LATE, TIP, TIP]) == "1 error, 1 warning, 1 piece of advice"
    assert summary([]) == ""
    assert has_errors([LATE, TYPO])
    assert not has_errors([LATE, TIP])
