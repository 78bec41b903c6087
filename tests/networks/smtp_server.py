"""A real SMTP server (aiosmtpd) on a free port of 127.0.0.1, with STARTTLS, a login and a list; each of its answers can
be another one."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.networks.cases import No, Seen
from tests.networks.reading import Reader
from tests.networks.scripted import Hold, Instead, Reset

USER = "kabar"
PASSWORD = "mail-password-Zq3x9J7"
LIST = "kabar@lists.example.org"

Effect = str | Hold | Reset | Instead | No


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@dataclass
class SmtpServer:
    """``ca``: the file with the authority that signed its certificate. ``answers``: what is answered instead, by step:
    CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, and END, which is the answer to the message itself."""

    url: str = ""
    ca: str = ""
    answers: dict[str, Effect] = field(default_factory=dict)
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The commands, and what they were about, as they arrived."""
    reached: list[str] = field(default_factory=list)
    arrived: int = 0

    def fault(self, effect: Hold | Reset | Instead | No) -> None:
        self.answers["END"] = effect

    def attempts(self) -> int:
        return self.arrived

    def published(self) -> list[Seen]:
        return [read(message) for message in self.messages]

    # -- hooks of aiosmtpd --

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arrived += 1
        self.reached.append("END")
        effect = self.answers.get("END")
        if isinstance(effect, No):
            del self.answers["END"]
            return f"554 5.6.0 {effect.words}"
        if isinstance(effect, str):
            del self.answers["END"]
            return effect
        data = envelope.original_content or b""
        self.raw.append(data)
        parsed = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return "250 2.0.0 Ok: queued as 4F1A2"


class _Smtp(SMTP):
    def __init__(self, script: SmtpServer, **options: Any) -> None:
        super().__init__(script, **options)
        self._script = script
        self._greeted = False

    async def push(self, status: Any) -> None:
        step = "" if self._greeted else "CONNECT"
        self._greeted = True
        if str(status).startswith("250 2.0.0 Ok: queued"):
            step = "END"
        if not step or not await self._instead(step):
            await super().push(status)

    async def _instead(self, step: str) -> bool:
        """Whether something else was done than to answer."""
        effect = self._script.answers.get(step)
        self._script.reached.append(step)
        if step != "AUTH":  # which is tried in several ways
            self._script.answers.pop(step, None)
        if isinstance(effect, str):
            await super().push(effect)
        elif isinstance(effect, Instead):
            assert isinstance(effect.answer, bytes)
            await super().push(effect.answer.rstrip())
        elif isinstance(effect, Hold):
            await asyncio.get_running_loop().create_future()
        elif isinstance(effect, Reset):
            assert self.transport is not None
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        return effect is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        self._script.said.append(f"EHLO {hostname}")
        if not await self._instead("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        self._script.said.append("STARTTLS")
        if not await self._instead("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        self._script.said.append("AUTH")
        if not await self._instead("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        self._script.said.append(f"MAIL {arg}")
        if not await self._instead("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        self._script.said.append(f"RCPT {arg}")
        if not await self._instead("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        self._script.said.append("DATA")
        if not await self._instead("DATA"):
            await super().smtp_DATA(arg)


def _known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


def read(message: EmailMessage) -> Seen:
    """A message as its reader sees it: the plain text without what stands beside it, the pictures of the page."""
    page, plain = message.get_body(("html",)), message.get_body(("plain",))
    assert page is not None
    assert plain is not None
    html = Reader(page.get_content())
    paragraphs = plain.get_content().replace("\r\n", "\n").removesuffix("\n").split("\n\n")
    warning = paragraphs.pop(0) if any(tag == "strong" for tag, _ in html.tags) else ""
    paragraphs = paragraphs[: len(paragraphs) - len([alt for alt in html.alts if alt])]
    key = message["Message-ID"].strip("<>").partition("@")[0]
    return Seen("\n\n".join(paragraphs), tuple(html.alts), str(message["Content-Language"]), warning, key)


@contextmanager
def smtp(*, name: str = "127.0.0.1", tls: str = "starttls", size: int = 33_554_432) -> Iterator[SmtpServer]:
    """A server until the block ends. ``name``: whom its certificate is for. ``tls``: starttls (a login is needed), tls
    (it is possible; aiosmtpd does not see that the line is encrypted) or none."""
    script = SmtpServer()
    with tempfile.TemporaryDirectory() as folder:
        script.ca = str(Path(folder) / "ca.pem")
        authority().cert_pem.write_to_path(script.ca)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority().issue_cert(name).configure_cert(context)
        options: dict[str, Any] = {
            "hostname": "mail.example.org",
            "data_size_limit": size,
            "authenticator": _known,
            "auth_require_tls": tls == "starttls",
            "tls_context": context if tls == "starttls" else None,
            "require_starttls": tls == "starttls",
            "auth_required": tls == "starttls",
        }
        loop = asyncio.new_event_loop()

        def factory() -> _Smtp:
            return _Smtp(script, loop=loop, **options)

        listening = loop.run_until_complete(
            loop.create_server(factory, "127.0.0.1", 0, ssl=context if tls == "tls" else None)
        )
        port = listening.sockets[0].getsockname()[1]
        script.url = f"{'smtps' if tls == 'tls' else 'smtp'}://127.0.0.1:{port}"
        logger = logging.getLogger("mail.log")  # the server's: it writes logins down
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield script
        finally:
            asyncio.run_coroutine_threadsafe(_stop(listening), loop).result(30)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
            logger.setLevel(level)


async def _stop(listening: asyncio.Server) -> None:
    listening.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
