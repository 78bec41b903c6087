"""How each state of a post looks on a terminal."""

from __future__ import annotations

from campaign.core.lifecycle import State

STYLE: dict[State, str] = {
    State.SENT: "green",
    State.FAILED: "red",
    State.UNCERTAIN: "bold yellow",
    State.MISSED: "red",
    State.HELD: "yellow",
    State.CANCELLED: "dim",
}
