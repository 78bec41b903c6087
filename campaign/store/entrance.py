"""Who may come in by ``campaign web``: tokens and sessions. Of both only a hash is kept.

A token is 256 random bits, so SHA-256 is enough: there is nothing to guess that a slow hash would make slower
(OWASP, Password Storage: slow hashes are for what people choose), and nobody can make the program work by guessing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from campaign.core.roles import Role
from campaign.store import log
from campaign.store.log import Who
from campaign.store.tables import web_sessions, web_tokens

_t = web_tokens.c
_s = web_sessions.c


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the store knows it. Instants are aware UTC; ``revoked_at`` None: it is good."""

    name: str
    handle: str
    role: Role
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A session: whose, through which door, and what each of its forms must bring back. ``token``: its name; None for
    whoever came by the link on the terminal."""

    digest: str
    token: str | None
    handle: str
    role: Role
    door: str
    form: str
    ends_at: datetime

    @property
    def who(self) -> Who:
        return Who(self.handle, self.door)


def hashed(secret: str) -> str:
    """What the store keeps of a secret (hex)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def door_of(name: str) -> str:
    """What the log says of whoever came in with the token of that name. An export says ``web``, without the name."""
    return f"web token {name}"


# -- tokens ----------------------------------------------------------------------------------------------

_TOKEN = (_t.name, _t.handle, _t.role, _t.made_at, _t.made_by, _t.revoked_at, _t.revoked_by)


def tokens(connection: Connection) -> list[Token]:
    """All tokens that ever were, the newest last."""
    rows = connection.execute(select(*_TOKEN).order_by(_t.made_at, _t.name)).mappings()
    return [Token(**{**row, "role": Role(row["role"])}) for row in rows]


def token_named(connection: Connection, name: str) -> Token | None:
    """A token by its name."""
    row = connection.execute(select(*_TOKEN).where(_t.name == name)).mappings().one_or_none()
    return Token(**{**row, "role": Role(row["role"])}) if row is not None else None


def token_of(connection: Connection, secret: str) -> Token | None:
    """The token that somebody shows, unless it was revoked."""
    wanted = (_t.digest == hashed(secret), _t.revoked_at.is_(None))
    row = connection.execute(select(*_TOKEN).where(*wanted)).mappings().one_or_none()
    return Token(**{**row, "role": Role(row["role"])}) if row is not None else None


def add_token(
    connection: Connection, name: str, handle: str, role: Role, secret: str, now: datetime, who: Who
) -> None:
    """Keep a new token, and say so in the log. IntegrityError when the name was used before."""
    connection.execute(
        insert(web_tokens).values(
            name=name, handle=handle, role=role.value, digest=hashed(secret), made_at=now, made_by=who.by
        )
    )
    told = {"door": door_of(name), "held_by": handle, "role": role.value}
    log.write(connection, now, "web-token-added", who=who, detail=told)


def revoke(connection: Connection, name: str, now: datetime, who: Who) -> bool:
    """Let a token and all its sessions end at once, and say so in the log; False when it had ended before."""
    good = (_t.name == name, _t.revoked_at.is_(None))
    done = connection.execute(update(web_tokens).where(*good).values(revoked_at=now, revoked_by=who.by))
    if not done.rowcount:
        return False
    connection.execute(delete(web_sessions).where(_s.token == name))
    log.write(connection, now, "web-token-revoked", who=who, detail={"door": door_of(name)})
    return True


# -- sessions --------------------------------------------------------------------------------------------


def begin(connection: Connection, visit: Visit, now: datetime) -> None:
    """Keep a session, and forget those that have ended."""
    connection.execute(delete(web_sessions).where(_s.ends_at <= now))
    connection.execute(
        insert(web_sessions).values(
            digest=visit.digest,
            token=visit.token,
            handle=visit.handle,
            role=visit.role.value,
            door=visit.door,
            form=visit.form,
            ends_at=visit.ends_at,
        )
    )


def visit(connection: Connection, secret: str, now: datetime) -> Visit | None:
    """The session that a cookie's secret stands for, unless it or its token has ended."""
    statement = (
        select(web_sessions)
        .outerjoin(web_tokens, _t.name == _s.token)
        .where(_s.digest == hashed(secret), _s.ends_at > now, _t.revoked_at.is_(None))
    )
    row = connection.execute(statement).mappings().one_or_none()
    return Visit(**{**row, "role": Role(row["role"])}) if row is not None else None


def end(connection: Connection, digest: str) -> None:
    """Forget a session."""
    connection.execute(delete(web_sessions).where(_s.digest == digest))


def end_of_door(connection: Connection, door: str) -> None:
    """Forget the sessions that came by the terminal's link through this door: its program ends."""
    connection.execute(delete(web_sessions).where(_s.token.is_(None), _s.door == door))
