"""E-mail in the contract suite: a real SMTP server that wants STARTTLS and a login."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from campaign.core.outcome import CannotTell
from campaign.networks.email import Email, EmailOptions
from tests.networks.cases import Bench, OwnCase
from tests.networks.memory import secret
from tests.networks.smtp_server import LIST, PASSWORD, USER, SmtpServer, smtp

SENDER = "Yayasan Harapan <kabar@harapan.example>"
NOW = datetime(2027, 7, 30, 1, 0, tzinfo=UTC)


def make(bench: Bench) -> Email:
    assert isinstance(bench.own, SmtpServer)
    options = EmailOptions(
        server=bench.url,
        ca=bench.own.ca,
        user=USER,
        password=secret(PASSWORD),
        sender=SENDER,
        to=LIST,
        timeout=bench.timeout,
    )
    return Email(options, bench.files, clock=lambda: NOW)


CASE = OwnCase(
    name="email",
    secrets=(
        PASSWORD,
        b64encode(PASSWORD.encode()).decode(),
        b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(),
    ),
    make=make,
    serve=smtp,
    breaks="smtplib.SMTP.rcpt",
    after_loss=CannotTell,
    keys=(
        "server: '{url}', ca: ca.pem, user: kabar, password: {env: MAIL_PASSWORD}, "
        "sender: 'Yayasan Harapan <kabar@harapan.example>', to: kabar@lists.example.org"
    ),
    environment={"MAIL_PASSWORD": PASSWORD},
)
