"""E-mail: each post as one message to ONE address, that of a mailing list (Mailman, Listmonk, Sympa, a group).

Who gets it, who left, and the headers for leaving (List-Unsubscribe) belong to the list's software. Over ``smtplib``.
The codes are those of RFC 5321 (SMTP), RFC 4954 (AUTH) and RFC 1870 (SIZE).
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parseaddr
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from campaign.core.media import GIF, JPEG, PNG, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks import fence, redact
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.email_message import Letter, message, subject
from campaign.networks.http import Failure
from campaign.networks.media import Fitted, fitted
from campaign.networks.tcp import bounded, plain

_PORTS = {"smtp": 587, "smtps": 465}  # RFC 8314
_HERE = ("localhost", "127.0.0.1", "::1")


def _server(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address such as smtps://mail.example.org or smtp://mail.example.org:587")
    if parts.username is not None or parts.query or parts.fragment or parts.path.strip("/"):
        raise ValueError("must be an address without user, password, path, ? or #")
    return address.rstrip("/")


def _address(text: str) -> str:
    """An address with or without a name, fit for a header."""
    [(_, address), *others] = getaddresses([text])
    local, _, domain = address.rpartition("@")
    if others or not (local and domain and address.isascii() and text.isprintable()):
        raise ValueError("must be an address such as kabar@example.org, in ASCII")
    if any(character in address for character in " <>,;\"'()[]:\\"):
        raise ValueError("must be one plain address")
    return text


def _plain_address(text: str) -> str:
    if parseaddr(_address(text))[1] != text:
        raise ValueError("must be one address and nothing else, such as kabar@lists.example.org")
    return text


class EmailOptions(Options):
    """``server``: ``smtps://host`` (encrypted from the start, port 465) or ``smtp://host`` (port 587, STARTTLS is
    demanded). ``starttls: false`` is for a mail server on this machine. ``ca``: a file with the certificate that an own
    mail server's is signed by. ``sender``: ``Name <address>``. ``to``: the list."""

    server: Annotated[str, AfterValidator(_server)]
    starttls: bool = True
    ca: str | None = None
    user: str | None = None
    password: Secret | None = None
    sender: Annotated[str, AfterValidator(_address)]
    to: Annotated[str, AfterValidator(_plain_address)]
    timeout: float = Field(60.0, gt=0, le=600, description="seconds to wait for each of the server's answers")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if not self.starttls and urlsplit(self.server).hostname not in _HERE:
            raise ValueError("starttls: false is only for a mail server on this machine")
        return self


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


class Email:
    """One list."""

    name: ClassVar[str] = "email"
    # A mail may be as long as it likes. Pictures are read on telephones, and programs that show WebP are few.
    rules: ClassVar[TextRules] = TextRules(limit=None, images=10)
    media: ClassVar[MediaRules] = MediaRules(
        kinds=frozenset({JPEG, PNG, GIF}), max_bytes=1_000_000, max_side=1600, animated=True
    )
    traits: ClassVar[Traits] = Traits(
        reads_back="no",
        person="after each lost answer: look into the list's archive",
        warning=True,
        language=True,
    )
    options: ClassVar[type[Options]] = EmailOptions
    # Nothing in SMTP keeps a Message-ID; list software that does (Mailman 3's archive) does not say so.
    repeat_safe_for: ClassVar[timedelta] = timedelta()

    def __init__(
        self,
        options: EmailOptions,
        files: Files,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``clock``: the aware time that a message is dated with, asked once per post and kept with it."""
        parts = urlsplit(options.server)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._encrypted = parts.scheme == "smtps"
        self._options = options
        self._files = files
        self._clock = clock
        self._from = parseaddr(options.sender)[1]
        self._domain = self._from.rpartition("@")[2]
        self._password = options.password.value if options.password else ""
        if not self._password.isascii() or not (options.user or "").isascii():
            raise CampaignError(
                "user and password of a mail account must be ASCII: smtplib can't send anything else",
                "choose a password of letters, digits and signs",
            )
        # What LOGIN and PLAIN make of it (RFC 4954, RFC 4616): a server may repeat that too.
        both = f"\0{options.user}\0{self._password}"
        redact.remember(
            [self._password, *(base64.b64encode(text.encode()).decode() for text in (self._password, both))]
            if self._password
            else []
        )

    @classmethod
    def from_account(cls, account: Account, vault: Vault, files: Files) -> Self:
        return cls(account.options, files)

    def prepare(self, post: Post) -> Mapping[str, Any]:
        """The date of the message, seconds since 1970."""
        return {"date": int(self._clock().timestamp())}

    def send(self, post: Post, key: str, notes: Notes) -> Outcome:
        pictures: list[Fitted] = []
        for media in post.media:
            file = fitted(media, self._files, self.media)
            if isinstance(file, Refused):
                return file
            pictures.append(file)
        headline = subject(post)
        data = message(
            post,
            Letter(
                sender=self._options.sender,
                to=self._options.to,
                date=datetime.fromtimestamp(post.prepared["date"], UTC),
                key=key,
                domain=self._domain,
                subject=headline,
            ),
            pictures,
        )
        try:
            with self._conversation() as smtp:
                self._envelope(smtp, len(data))
                self._deliver(smtp, data)
        except _Refusal as refusal:
            return refusal.outcome
        extra = (("subject", headline), ("to", self._options.to))
        return Sent(Receipt(f"<{key}@{self._domain}>", author=self._from, extra=extra))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        return CannotTell(
            f"a mail server can't be asked: look into the archive of {self._options.to}, or at a subscriber's"
        )

    def whoami(self) -> str:
        """Log in, and ask whether the server takes mail from the sender to the list; then begin nothing."""
        try:
            with self._conversation() as smtp:
                self._envelope(smtp, 0)
                self._say(smtp, "RSET")
        except _Refusal as refusal:
            raise CampaignError(
                refusal.outcome.reason, "look at `server`, `user`, `password`, `sender` and `to`"
            ) from None
        return f"{self._from} to {self._options.to}"

    # -- the conversation: nothing is published before the last answer to DATA ------------------------------------

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted and logged in. _Refusal: what went wrong on the way; nothing had left."""
        context = self._context()
        try:
            # Our own name would go into every message's Received line: the sender's domain tells less.
            smtp = _Connection(
                self._host,
                self._port,
                context if self._encrypted else None,
                local_hostname=self._domain,
                timeout=self._options.timeout,
            )
            try:
                self._expect(smtp.ehlo())
                if self._options.starttls and not self._encrypted:
                    self._encrypt(smtp, context)
                if self._options.user is not None:
                    self._log_in(smtp, self._options.user)
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
            raise _Refusal(Retry(f"{self._host}: {plain(error)}")) from None

    def _encrypt(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if not smtp.has_extn("starttls"):
            reason = f"{self._host} offers no encryption (STARTTLS), so nothing is sent"
            raise _Refusal(Refused(reason, Scope.ACCOUNT))
        self._expect(smtp.starttls(context=context))
        self._expect(smtp.ehlo())

    def _log_in(self, smtp: smtplib.SMTP, user: str) -> None:
        try:
            smtp.login(user, self._password)
        except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
            raise
        except smtplib.SMTPException as error:  # it offers no login, or none that smtplib knows
            raise _Refusal(Refused(f"{self._host}: {plain(error)}", Scope.ACCOUNT)) from None

    def _context(self) -> ssl.SSLContext:
        """Certificates are always verified: against the machine's authorities, or an own one."""
        if self._options.ca is None:
            return ssl.create_default_context()
        try:
            return ssl.create_default_context(cafile=str(self._files.root / self._options.ca))
        except OSError as error:  # SSLError, too
            raise _Refusal(
                Refused(f"the file of `ca` can't be used: {error.strerror or 'no certificate'}", Scope.HERE)
            ) from None

    def _envelope(self, smtp: smtplib.SMTP, size: int) -> None:
        """Who writes to whom. A 5yz here is about sender or list, except that a message may be too large."""
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < size:
            raise _Refusal(
                Refused(f"the message has {size} bytes; {self._host} takes {limit} at most (fewer pictures?)")
            )
        sized = [f"SIZE={size}"] if size and smtp.does_esmtp and smtp.has_extn("size") else []
        self._expect(smtp.mail(self._from, sized))
        self._expect(smtp.rcpt(self._options.to))

    def _deliver(self, smtp: smtplib.SMTP, data: bytes) -> None:
        """The message itself. Until its last line has left nothing is accepted; from then on only an answer tells."""
        self._say(smtp, "DATA", wanted=354)
        fence.look()
        try:
            smtp.send(_stuffed(data))
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(
                Unknown(
                    redact.one_line(f"{self._host} did not say whether it took the message: {plain(error)}")
                )
            ) from None
        reason = redact.one_line(f"{self._host} answered {code}: {_text(words)}")
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
        reason = redact.one_line(f"{self._host} answered {code}: {_text(words)}")
        if code == 552:  # RFC 1870: larger than the server, or the list, takes
            return Refused(reason)
        # 530, 534, 535, 538 (login), 550, 551, 553, 554 (sender, list, this machine): none is about this post.
        return Refused(reason, Scope.ACCOUNT) if 500 <= code < 600 else Retry(reason)


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _stuffed(data: bytes) -> bytes:
    """A message as it goes over the line (RFC 5321, 4.5.2): a full stop that begins a line is doubled, one ends it."""
    body = data.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"
