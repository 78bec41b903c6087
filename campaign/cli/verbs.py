"""Which verbs there are, in the order people meet them; a verb's module is imported only when it is used."""

from __future__ import annotations

SECTIONS: dict[str, dict[str, str]] = {
    "Before": {
        "init": "Make a workspace: a folder with a config and a starter pack.",
        "new": "Start a campaign file, from nothing or as a re-dated copy.",
        "check": "Read every file and list everything that is wrong.",
        "preview": "Show posts as each network would, with their length.",
        "plan": "List what will go out, when and where.",
        "rehearse": "Play a month through in seconds; nothing goes out.",
        "approve": "Approve posts that need it, after reading them.",
        "reject": "Keep a post back, with the reason.",
        "accounts": "List the accounts, or prove that each one works.",
        "facts": "List the figures that posts may print, with sources.",
        "hotlines": "List the help lines, or say that one was checked.",
        "import": "Take a pack, or a table of posts (CSV).",
        "export": "Write the plan as a calendar or a table.",
        "directory": "List who helps; write it all as a site for partners.",
        "kit": "Make a toolkit that partners copy from.",
    },
    "Launch day": {
        "run": "Publish what is due, and keep going.",
        "post": "Send a planned post now, or say something at once.",
        "pause": "Stop everything, or a part of it, at once.",
        "resume": "End a pause: send, skip or move what fell into it.",
        "status": "Say whether all is well, and what needs a person.",
        "web": "Show all this in the browser; approve, pause and review there.",
        "cancel": "Take planned posts out, also those still ahead.",
        "move": "Send planned posts at another time.",
    },
    "After": {
        "log": "List what went out, when, where, with its address.",
        "review": "Say that a post is right or wrong; list what nobody saw.",
        "report": "Write what a campaign did, as one page to hand on.",
        "retry": "Try again what was not published.",
        "resolve": "Say what became of a post that may be published.",
        "withdraw": "Take posts back: cancelled, or deleted where they are.",
        "redact": "Remove a post's text from the record, for good.",
        "doctor": "Find what is wrong with clock, disk, files and secrets.",
    },
}
"""Section of ``campaign --help`` -> verb -> what it does, in one line."""

VERBS: tuple[str, ...] = tuple(verb for verbs in SECTIONS.values() for verb in verbs)
