"""A conversation with one mail server over ``smtplib``, encrypted and logged in, and what its answers mean.

The codes are those of RFC 5321 (SMTP), RFC 4954 (AUTH) and RFC 1870 (SIZE).
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign.core.outcome import Refused, Retry, Scope, Unknown
from campaign.networks import fence, redact
from campaign.networks.http import Failure
from campaign.networks.tcp import bounded, plain


class _Refusal(Exception):
    """The conversation ended with an outcome."""

    def __init__(self, outcome: Failure) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class _Connection(smtplib.SMTP):
    """smtplib's client over a bounded socket. ``wrap``: given where TLS comes first."""

    def __init__(self, host: str, port: int, wrap: ssl.SSLContext | None, **options: Any) -> None:
        self._wrap = wrap
        super().__init__(host, port, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        sock = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        bounded(sock)
        return sock if self._wrap is None else self._wrap.wrap_socket(sock, server_hostname=host)


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach it. ``encrypted``: from the start; else ``starttls``. ``ca``: a file with its authority. ``called``:
    what we call ourselves. ``timeout``: seconds for each of its answers."""

    host: str
    port: int
    encrypted: bool
    starttls: bool
    ca: Path | None
    user: str | None
    password: str = field(repr=False)
    called: str
    timeout: float

    def deliver(self, sender: str, to: str, data: bytes) -> Failure | None:
        """Hand a message over (addresses without names). None when the server took it; else what its answer means."""
        try:
            with self._conversation() as smtp:
                self._envelope(smtp, sender, to, len(data))
                self._deliver(smtp, data)
        except _Refusal as refusal:
            return refusal.outcome
        return None

    def check(self, sender: str, to: str) -> Failure | None:
        """Whether it lets us in and would take mail from one to the other; no message is begun."""
        try:
            with self._conversation() as smtp:
                self._envelope(smtp, sender, to, 0)
                self._say(smtp, "RSET")
        except _Refusal as refusal:
            return refusal.outcome
        return None

    # -- nothing is published before the last answer to DATA ------------------------------------------------------

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted and logged in. _Refusal: what went wrong on the way; nothing had left."""
        context = self._context()
        try:
            smtp = _Connection(
                self.host,
                self.port,
                context if self.encrypted else None,
                local_hostname=self.called,
                timeout=self.timeout,
            )
            try:
                self._expect(smtp.ehlo())
                if self.starttls and not self.encrypted:
                    self._encrypt(smtp, context)
                if self.user is not None:
                    self._log_in(smtp, self.user)
                yield smtp
            finally:
                with contextlib.suppress(OSError, smtplib.SMTPException):  # politeness; all is over by now
                    smtp.putcmd("QUIT")
                smtp.close()
        except fence.Away as error:
            raise _Refusal(Retry(plain(error))) from None
        except smtplib.SMTPResponseException as error:
            raise _Refusal(self._judged(error.smtp_code, error.smtp_error)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(Retry(f"{self.host}: {plain(error)}")) from None

    def _encrypt(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if not smtp.has_extn("starttls"):
            reason = f"{self.host} offers no encryption (STARTTLS), so nothing is sent"
            raise _Refusal(Refused(reason, Scope.ACCOUNT))
        self._expect(smtp.starttls(context=context))
        self._expect(smtp.ehlo())

    def _log_in(self, smtp: smtplib.SMTP, user: str) -> None:
        try:
            smtp.login(user, self.password)
        except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
            raise
        except smtplib.SMTPException as error:  # it offers no login, or none that smtplib knows
            raise _Refusal(Refused(f"{self.host}: {plain(error)}", Scope.ACCOUNT)) from None

    def _context(self) -> ssl.SSLContext:
        """Certificates are always verified: against the machine's authorities, or an own one."""
        if self.ca is None:
            return ssl.create_default_context()
        try:
            return ssl.create_default_context(cafile=str(self.ca))
        except OSError as error:  # SSLError, too
            raise _Refusal(
                Refused(f"the file of `ca` can't be used: {error.strerror or 'no certificate'}", Scope.HERE)
            ) from None

    def _envelope(self, smtp: smtplib.SMTP, sender: str, to: str, size: int) -> None:
        """Who writes to whom. A 5yz here is about sender or list, except that a message may be too large."""
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < size:
            raise _Refusal(
                Refused(f"the message has {size} bytes; {self.host} takes {limit} at most (fewer pictures?)")
            )
        sized = [f"SIZE={size}"] if size and smtp.does_esmtp and smtp.has_extn("size") else []
        self._expect(smtp.mail(sender, sized))
        self._expect(smtp.rcpt(to))

    def _deliver(self, smtp: smtplib.SMTP, data: bytes) -> None:
        """The message itself. Until its last line has left nothing can be accepted (RFC 5321, 3.8: a server that loses
        the connection before drops what it has); from then on only an answer tells."""
        self._say(smtp, "DATA", wanted=354)
        fence.look()
        smtp.send(_stuffed(data))
        fence.look()
        try:
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(
                Unknown(
                    redact.one_line(f"{self.host} did not say whether it took the message: {plain(error)}")
                )
            ) from None
        reason = redact.one_line(f"{self.host} answered {code}: {_text(words)}")
        # RFC 5321, 4.2.5: after any answer but a success the server must not try to deliver the message.
        if 400 <= code < 500:
            raise _Refusal(Retry(reason))
        if 500 <= code < 600:
            raise _Refusal(Refused(reason))
        if not 200 <= code < 300:
            raise _Refusal(Unknown(reason))

    def _say(self, smtp: smtplib.SMTP, command: str, wanted: int = 250) -> None:
        self._expect(smtp.docmd(command), wanted)

    def _expect(self, answer: tuple[int, bytes | str], wanted: int = 0) -> None:
        """Go on only when it went well: ``wanted``, or any 2yz."""
        code, words = answer
        if not (code == wanted or (not wanted and 200 <= code < 300)):
            raise _Refusal(self._judged(code, words))

    def _judged(self, code: int, words: bytes | str) -> Failure:
        """What a bad answer means before the message is sent: then nothing can have been published, and what nobody
        can read may be tried again."""
        reason = redact.one_line(f"{self.host} answered {code}: {_text(words)}")
        if code == 552:  # RFC 1870: larger than the server, or the list, takes
            return Refused(reason)
        # 530, 534, 535, 538 (login), 550, 551, 553, 554 (sender, list, this machine): none is about this post.
        return Refused(reason, Scope.ACCOUNT) if 500 <= code < 600 else Retry(reason)


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _stuffed(data: bytes) -> bytes:
    """A message as it goes over the line (RFC 5321, 4.5.2): a full stop that begins a line is doubled. What ends it, a
    line with nothing but one, is not in it."""
    body = data.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body if body.endswith(b"\r\n") else body + b"\r\n"
