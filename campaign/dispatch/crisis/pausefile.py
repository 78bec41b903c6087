"""The file PAUSE of a checkout, kept in step with the store: so that a file on one host stops all hosts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from campaign.core.pause import Pause, Scope, clean_reason
from campaign.dispatch.station import checkout
from campaign.store import pauses
from campaign.store.database import Store
from campaign.store.log import Who
from campaign.workspace import pausefile


def look(store: Store, directory: Path, now: datetime) -> bool:
    """Make the pause of a file that is there, end that of one that was removed. True: the store was changed."""
    text, host = pausefile.read(directory), checkout(directory)
    said = clean_reason(text) if text is not None else None
    with store.read() as connection:
        made = pauses.of_host(connection, host)
    if (made.reason if made is not None else None) == said:
        return False
    who = Who("", f"the file PAUSE on {host}")
    with store.write() as connection:
        made = pauses.of_host(connection, host)  # another process here may have been faster
        if made is None and said is not None:
            pauses.add(connection, Scope(), said, now, who, host=host)
        elif made is not None and said is None:
            pauses.end(connection, made.id, now, who, "the file was removed")
        elif made is not None and said is not None and made.reason != said:
            pauses.reword(connection, made.id, said, now, who)
    store.nudge()
    return True


def unseen(store: Store, directory: Path, now: datetime) -> list[Pause]:
    """The pause of a file that is there and that the store does not know of yet, for those who only look (id 0)."""
    text, host = pausefile.read(directory), checkout(directory)
    with store.read() as connection:
        made = pauses.of_host(connection, host)
    return (
        [Pause(0, Scope(), clean_reason(text), "", "", now, host=host)]
        if text is not None and not made
        else []
    )
