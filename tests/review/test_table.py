"""Listings keep their columns, and cut nothing that a person would copy."""

from campaign.review.table import Cell, Columns, Entry, Heading, Row, lines, plain, rich_text

KEY = "world-day/signs/2027-07-19T09:00/" + "a" * 80
ENTRIES: list[Entry] = [
    Heading((Cell("Mon 19 Jul", "bold"), Cell(KEY))),
    Row((Cell("fedi.en"), Cell("138/500"), Cell("Know the signs: " + "a job abroad " * 10))),
    Row((Cell("x"), Cell("9"), Cell("人身取引")), notes=(Cell("error: " + "too long " * 12, "red"),)),
    Heading((Cell("later"),)),
]


def test_columns_stand_under_each_other_and_lines_fit() -> None:
    shown = plain(lines(ENTRIES, Columns(right=frozenset({1})), width=60))
    assert shown[0] == f"Mon 19 Jul  {KEY}"
    assert shown[1].startswith("  fedi.en  138/500  Know the signs")
    assert shown[1].endswith("…")
    assert shown[2] == "  x              9  人身取引"
    assert all(len(line) <= 60 for line in shown[1:])
    assert " ".join(line.strip() for line in shown[3:-2]) == "error: " + "too long " * 11 + "too long"
    assert shown[-2:] == ["", "later"]


def test_a_note_never_breaks_an_address() -> None:
    url = "https://social.example/" + "x" * 120
    shown = plain(lines([Row((Cell("a"),), notes=(Cell(f"see {url} there"),))], Columns(), width=40))
    assert f"    {url}" in shown


def test_a_terminal_reads_the_same_words() -> None:
    laid = list(lines(ENTRIES, Columns(), width=60))
    text = rich_text(laid)
    assert [line.rstrip() for line in text.plain.split("\n")] == plain(laid)
    assert any("red" in str(span.style) for span in text.spans)


def test_nothing_gives_nothing() -> None:
    assert plain(lines([], Columns())) == []
