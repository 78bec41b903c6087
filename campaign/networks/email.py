"""E-mail: each post as one message to ONE address, that of a mailing list (Mailman, Listmonk, Sympa, a group).

Who gets it, who left, and the headers for leaving (List-Unsubscribe) belong to the list's software.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parseaddr
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from campaign.core.media import GIF, JPEG, PNG, MediaRules
from campaign.core.model import Account, Post, Secret
from campaign.core.outcome import CannotTell, Found, Outcome, Receipt, Refused, Sent
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks import redact
from campaign.networks.base import Files, Notes, Options, Traits, Vault
from campaign.networks.loading import loading
from campaign.networks.media import Fitted, fitted

if TYPE_CHECKING:
    from campaign.networks.email_smtp import MailServer

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
    (_, address), *others = getaddresses([text]) or [("", "")]
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
        reaches="a mailing list",
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
        with loading():
            from campaign.networks.email_message import Letter, message, subject

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
        failure = self._server().deliver(self._from, self._options.to, data)
        if failure is not None:
            return failure
        extra = (("subject", headline), ("to", self._options.to))
        return Sent(Receipt(f"<{key}@{self._domain}>", author=self._from, extra=extra))

    def find(self, post: Post, key: str, since: datetime, notes: Notes) -> Found:
        return CannotTell(
            f"a mail server can't be asked: look into the archive of {self._options.to}, or at a subscriber's"
        )

    def whoami(self) -> str:
        """Log in, and ask whether the server takes mail from the sender to the list; then begin nothing."""
        failure = self._server().check(self._from, self._options.to)
        if failure is not None:
            raise CampaignError(failure.reason, "look at `server`, `user`, `password`, `sender` and `to`")
        return f"{self._from} to {self._options.to}"

    def _server(self) -> MailServer:
        with loading():
            from campaign.networks.email_smtp import MailServer

        options, parts = self._options, urlsplit(self._options.server)
        return MailServer(
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            encrypted=parts.scheme == "smtps",
            starttls=options.starttls,
            ca=None if options.ca is None else self._files.root / options.ca,
            user=options.user,
            password=self._password,
            # The machine's own name would go into every message's Received line: the sender's domain tells less.
            called=self._domain,
            timeout=options.timeout,
        )
