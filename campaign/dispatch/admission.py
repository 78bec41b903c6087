"""Who may come in by ``campaign web``: a person makes a token for somebody, or revokes one."""

from __future__ import annotations

import re
import secrets

from campaign.core.roles import Role, rights
from campaign.core.suggest import did_you_mean
from campaign.dispatch.decide import Desk
from campaign.errors import CampaignError, RefusedChange
from campaign.store import entrance

PREFIX = "cw_"
"""How each token begins, so that scanners for leaked secrets can know it."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def add_token(desk: Desk, name: str, role: Role, handle: str) -> str:
    """Make a token for ``handle``. The token itself (256 random bits), which is kept nowhere and shown only now.

    CampaignError when the name is no name, or the person is not one of ``people`` or lacks the right that the role is
    there for; RefusedChange when the name was used before, since the log means one token by it.
    """
    if not _NAME.fullmatch(name):
        raise CampaignError(
            f"{name!r} is no name of a token", "small letters, digits and hyphens: siti-phone"
        )
    people = desk.workspace.people
    if people and handle not in people:
        raise CampaignError(
            f"nobody called {handle!r} in `people`{did_you_mean(handle, people)}",
            f"say whose token it is with --for HANDLE, one of: {', '.join(people)}",
        )
    if role.own and role.own not in rights(role, handle, people):
        raise CampaignError(
            f"{handle!r} does not have the right {role.own}, which a {role.value} uses",
            f"add it to `can` of {handle} in config.yaml, or choose another --role",
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    with desk.store.write() as connection:
        if entrance.token_named(connection, name) is not None:
            raise RefusedChange(
                f"there was a token {name!r} before, and the log names it", "choose another name"
            )
        entrance.add_token(connection, name, handle, role, secret, desk.now, desk.who)
    return secret


def revoke_token(desk: Desk, name: str) -> bool:
    """Let a token end, and with it its sessions, at once. False when it had ended before; CampaignError when there is
    no such token."""
    with desk.store.write() as connection:
        if entrance.token_named(connection, name) is None:
            known = [token.name for token in entrance.tokens(connection)]
            raise CampaignError(
                f"there is no token {name!r}{did_you_mean(name, known)}", "campaign web token list shows them"
            )
        return entrance.revoke(connection, name, desk.now, desk.who)
