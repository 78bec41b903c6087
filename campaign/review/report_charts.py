"""The charts of a report: bars drawn by pygal, as SVG that stands in a page and that a screen reader reads out.

Each chart has one series and the number beside each bar, so that no colour has to be told from another.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from campaign.review.words import cut

_WIDTH = 440
_BAR = 28
"""Pixels for each bar with its space."""

_LETTERS = 14
"""Pixels; report.css says the same."""

_LABEL = 24
"""Letters of a label."""

_ROOM = 1.25
"""So much longer than the longest bar the chart is, for its number."""

_DROPPED = ("defs", "script", "style", "desc", "title")
"""Of pygal's drawing: its style and script (the page has its own style and no script), and texts for its tooltips."""


def bars(name: str, title: str, described: str, values: Sequence[tuple[str, int]]) -> str:
    """A chart of horizontal bars as an ``<svg>``. ``name``: unique in the page; ``title`` and ``described``: read out
    in its stead; ``values``: label and number of each bar, from the top."""
    pygal = _pygal()
    chart = pygal.HorizontalBar(
        # The page's own style draws it; pygal needs the sizes of letters to leave room for labels.
        style=pygal.style.Style(
            label_font_size=_LETTERS, major_label_font_size=_LETTERS, value_font_size=_LETTERS
        ),
        js=[],
        show_legend=False,
        show_x_labels=False,  # the numbers stand at the bars
        show_x_guides=False,
        show_y_guides=False,
        print_values=True,
        print_values_position="top",
        include_x_axis=True,
        margin=4,
        spacing=6,
        width=_WIDTH,
        height=_BAR * max(len(values), 2) + 16,
        range=(0, _ROOM * (max((number for _, number in values), default=0) or 1)),
    )
    chart.uuid = name
    # pygal draws from the bottom up.
    chart.x_labels = [cut(label, _LABEL) for label, _ in reversed(values)]
    chart.add("", [number for _, number in reversed(values)])
    drawn = ElementTree.fromstring(chart.render())  # noqa: S314 - what pygal has just written
    return _readable(drawn, name, title, described)


def _pygal() -> Any:
    """The library. It puts a finder for its map plug-ins in the way of every later import of this process, in a form
    that Python 3.12 no longer knows and 3.11 warns of: that is taken away again."""
    import pygal
    import pygal.style

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _readable(svg: ElementTree.Element, name: str, title: str, described: str) -> str:
    """The drawing alone, with its title and description for those who don't see it."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if _tag(child) in _DROPPED or child.get("class") == "plot tooltip-overlay":
                parent.remove(child)
    for element in svg.iter():
        element.tag = _tag(element)  # inside of HTML an <svg> needs no namespace
        element.attrib.pop("id", None)
    svg.set("role", "img")
    svg.set("class", "chart")
    svg.set("aria-labelledby", f"{name}-title {name}-desc")
    for number, (tag, text) in enumerate((("title", title), ("desc", described))):
        told = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        told.text = text
        svg.insert(number, told)
    return ElementTree.tostring(svg, encoding="unicode")


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
