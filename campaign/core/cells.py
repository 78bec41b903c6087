"""Cells of a table that a person may open in a spreadsheet: what would start a formula there, and back again."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""What starts a formula in Excel, LibreOffice or Google Sheets, in full width too:
https://owasp.org/www-community/attacks/CSV_Injection"""

_MARK = "'"
"""Before a cell it says "this is text" to a spreadsheet."""


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it. A text that begins with apostrophes and
    would be one without them gets another, so that ``restored`` gives back every text as it was."""
    return _MARK + text if _runs(text.lstrip(_MARK)) else text


def restored(cell: str) -> str:
    """The text of a cell, without the apostrophe that ``defused`` put before it."""
    return cell[1:] if cell.startswith(_MARK) and _runs(cell.lstrip(_MARK)) else cell


def _runs(text: str) -> bool:
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
