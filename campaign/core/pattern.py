"""Regular expressions that are compiled when they are first used: most verbs need few of them, and each takes a part of
a millisecond when the program starts."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """Stands for a compiled pattern; what it is asked for once, it has from then on."""

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # re keeps what it has compiled only for a while, so the methods are kept here.
        value = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, value)
        return value


def late(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """The same as ``re.compile``, done at the first use. (``re.sub(pattern, ...)`` needs a real one.)"""
    return cast("re.Pattern[str]", _Late(pattern, flags))
