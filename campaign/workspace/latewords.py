"""Reads the words that are true only around the moment for which they were written."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from campaign.core.latewords import LateWords

FILE = "latewords.yaml"


@cache
def built_in() -> LateWords:
    """The words that come with the program, by language."""
    import yaml

    text = (files("campaign.workspace") / FILE).read_text(encoding="utf-8")
    return LateWords.of(yaml.safe_load(text))
