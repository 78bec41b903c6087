"""E-mail beyond the contract: the message, the address, every answer at every step, and whom a certificate is for."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks import fence
from campaign.networks.email import Email, EmailOptions
from campaign.networks.email_message import Letter, message, subject
from campaign.networks.email_smtp import _stuffed
from tests.networks.case_email import NOW, SENDER
from tests.networks.cases import KEY, PICTURE, Bench, bench, example
from tests.networks.memory import Folder, Memory, account, secret
from tests.networks.reading import Reader
from tests.networks.scripted import Hold, Instead, Reset, ScriptedServer
from tests.networks.smtp_server import LIST, PASSWORD, USER, Effect, SmtpServer, smtp

POST = Post("Malam ini kami menyalakan lilin. https://example.org/tanda", "id")
settled = settings(max_examples=60, deadline=None, derandomize=True)
LETTER = Letter(SENDER, LIST, NOW, KEY, "harapan.example", "Malam ini")


@pytest.fixture
def files(tmp_path: Path) -> Folder:
    return bench("", tmp_path).files


def mailer(server: SmtpServer, files: Folder, clock: datetime = NOW, **changes: object) -> Email:
    options: dict[str, object] = {
        "server": server.url,
        "ca": server.ca,
        "user": USER,
        "password": secret(PASSWORD),
        "sender": SENDER,
        "to": LIST,
        "timeout": 20.0,
    }
    return Email(EmailOptions(**{**options, **changes}), files, clock=lambda: clock)  # type: ignore[arg-type]


def send(adapter: Email, post: Post = POST) -> Outcome:
    return adapter.send(replace(post, prepared=dict(adapter.prepare(post))), KEY, Memory())


def parsed(data: bytes) -> EmailMessage:
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def body(read: EmailMessage, kind: str) -> str:
    part = read.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


# -- the message --


def test_it_has_the_headers_of_a_mail_to_a_list(files: Folder) -> None:
    with smtp() as server:
        outcome = send(mailer(server, files))
    [got] = server.messages
    assert got["From"] == SENDER
    assert got["To"] == LIST
    assert got["Subject"] == "Malam ini kami menyalakan lilin."
    assert parsedate_to_datetime(got["Date"]) == NOW
    assert got["Message-ID"] == f"<{KEY}@harapan.example>"
    assert got["Content-Language"] == "id"
    assert got["MIME-Version"] == "1.0"
    assert not {"In-Reply-To", "References", "List-Unsubscribe", "Precedence", "Bcc"} & set(got.keys())
    assert outcome == Sent(
        Receipt(
            f"<{KEY}@harapan.example>",
            author="kabar@harapan.example",
            extra=(("subject", "Malam ini kami menyalakan lilin."), ("to", LIST)),
        )
    )


def test_text_and_page_say_the_same_and_the_picture_comes_along(files: Folder) -> None:
    with smtp() as server:
        send(mailer(server, files), example())
    [got] = server.messages
    assert got.get_content_type() == "multipart/alternative"
    post = example()
    assert body(got, "plain") == (
        f"{post.warning}\n\n{post.text}\n\n[{post.media[0].alt}]\n\n[{post.media[1].alt}]\n"
    )
    page = Reader(body(got, "html"))
    assert page.alts == [media.alt for media in post.media]
    assert page.text() == f"{post.warning}\n\n{post.text}"
    assert ("a", {"href": "https://example.org/tanda"}) in page.tags
    assert page.tags[0] == ("html", {"lang": "id", "dir": "ltr"})
    sources = [str(tags["src"]) for name, tags in page.tags if name == "img"]
    pictures = {
        f"cid:{part['Content-ID'].strip('<>')}": part.get_content()
        for part in got.walk()
        if part.get_content_maintype() == "image"
    }
    assert [pictures[source] for source in sources] == [PICTURE, PICTURE]
    assert "http" not in "".join(sources)  # nothing is loaded that tells who reads


def test_a_thread_is_one_conversation(files: Folder) -> None:
    with smtp() as server:
        adapter = mailer(server, files)
        receipts: list[Receipt] = []
        for number, key in enumerate((KEY, KEY.replace("6d9f", "7d9f"), KEY.replace("6d9f", "8d9f")), 1):
            part = Post(f"Bagian {number}. Lebih lanjut.", "id", part=number, parts=3)
            if receipts:
                part = replace(part, root=receipts[0], reply_to=receipts[-1])
            outcome = adapter.send(replace(part, prepared=adapter.prepare(part)), key, Memory())
            assert isinstance(outcome, Sent)
            receipts.append(outcome.receipt)
    first, second, third = server.messages
    assert first["Subject"] == "Bagian 1."
    assert second["Subject"] == third["Subject"] == "Re: Bagian 1."
    assert second["In-Reply-To"] == second["References"] == receipts[0].id
    assert third["In-Reply-To"] == receipts[1].id
    assert third["References"] == f"{receipts[0].id} {receipts[1].id}"


@pytest.mark.parametrize(
    ("text", "warning", "expected"),
    [
        ("One. Two.", "", "One."),
        ("\n\n  First line\nSecond line", "", "First line"),
        ("Is it? Yes!", "", "Is it?"),
        ("人身取引です。助けがあります。", "", "人身取引です。"),
        ("See example.org today", "", "See example.org today"),
        ("He was held for years.", "trafficking", "trafficking"),
        ("", "", ""),
        ("word " * 30, "", "word word word word word word word word word word word word word word word…"),
        ("x" * 100, "", "x" * 77 + "…"),
        ("Hi\u2028Bcc: all@example.org", "", "Hi"),
        ("x", "hard\r\nBcc: all@example.org", "hard Bcc: all@example.org"),
    ],
)
def test_the_subject_is_the_warning_or_the_first_sentence(text: str, warning: str, expected: str) -> None:
    assert subject(Post(text, "en", warning=warning)) == expected
    assert len(expected) <= 78


any_text = st.text(st.characters(exclude_categories=()), max_size=300)


@settled
@given(any_text, any_text, any_text)
def test_any_text_makes_a_sound_message(text: str, warning: str, alt: str) -> None:
    post = Post(text, "id", media=(Media("signs/01.png", alt, "image/png"),), warning=warning)
    from campaign.networks.media import Fitted

    letter = replace(LETTER, subject=subject(post))
    data = message(post, letter, [Fitted("01.png", PICTURE, "image/png")])
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    got = parsed(data)
    assert sorted(got.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version", "Content-Type"]
    )
    assert got["Subject"] == letter.subject
    tags = [name for name, _ in Reader(body(got, "html")).tags]
    assert set(tags) <= {"html", "head", "meta", "body", "div", "p", "strong", "img", "a", "br"}
    assert message(post, letter, [Fitted("01.png", PICTURE, "image/png")]) == data


@settled
@given(st.text("a.\n", max_size=40))
def test_a_full_stop_at_the_beginning_of_a_line_ends_nothing(text: str) -> None:
    data = text.replace("\n", "\r\n").encode()
    sent = _stuffed(data)
    assert sent.endswith(b"\r\n")
    lines = sent.split(b"\r\n")
    assert b"." not in lines
    taken = b"\r\n".join(line.removeprefix(b".") for line in lines)
    assert taken in (data, data + b"\r\n")


def test_lines_of_full_stops_arrive(files: Folder) -> None:
    with smtp() as server:
        assert isinstance(send(mailer(server, files), Post(".\n..\n.a\n\n.", "id")), Sent)
    assert server.published()[0].text == ".\n..\n.a\n\n."


def test_markup_in_a_text_stays_text(files: Folder) -> None:
    text = '<script>alert(1)</script> & "x" https://example.org/?a=1&b=<2> (https://example.org/b).'
    with smtp() as server:
        send(mailer(server, files), Post(text, "en"))
    page = Reader(body(server.messages[0], "html"))
    assert "script" not in {name for name, _ in page.tags}
    assert [tags["href"] for name, tags in page.tags if name == "a"] == [
        "https://example.org/?a=1&b=",
        "https://example.org/b",
    ]


def test_long_addresses_survive_folding() -> None:
    domain = ".".join(["a-rather-long-label-of-a-domain"] * 4) + ".example"
    earlier = Receipt(f"<{KEY}@{domain}>")
    post = replace(POST, part=2, parts=2, root=earlier, reply_to=earlier)
    letter = replace(LETTER, sender=f"Yayasan Élan <kabar@{domain}>", domain=domain, to=f"list@{domain}")
    got = parsed(message(post, letter, []))
    assert got["Message-ID"] == f"<{KEY}@{domain}>"
    assert got["References"] == got["In-Reply-To"] == earlier.id
    assert got["To"] == f"list@{domain}"
    assert got["From"] == f"Yayasan Élan <kabar@{domain}>"


# -- every step --


@pytest.mark.parametrize(
    ("step", "answer", "kind", "scope"),
    [
        ("CONNECT", "421 too busy", Retry, None),
        ("CONNECT", "554 no mail from you", Refused, Scope.ACCOUNT),
        ("CONNECT", Reset(), Retry, None),
        ("CONNECT", Instead(b"SSH-2.0-OpenSSH_9.2"), Retry, None),
        ("EHLO", "421 going down", Retry, None),
        ("EHLO", "550 who are you?", Refused, Scope.ACCOUNT),
        ("STARTTLS", "454 TLS not available", Retry, None),
        ("STARTTLS", "502 no", Refused, Scope.ACCOUNT),
        ("STARTTLS", Reset(), Retry, None),
        ("AUTH", "454 4.7.0 Temporary authentication failure", Retry, None),
        ("AUTH", "534 5.7.9 Application-specific password required", Refused, Scope.ACCOUNT),
        ("AUTH", "535 5.7.8 Bad credentials", Refused, Scope.ACCOUNT),
        ("AUTH", "538 5.7.11 Encryption required", Refused, Scope.ACCOUNT),
        ("AUTH", Reset(), Retry, None),
        ("MAIL", "451 try again", Retry, None),
        ("MAIL", "452 no space", Retry, None),
        ("MAIL", "530 5.7.0 Authentication required", Refused, Scope.ACCOUNT),
        ("MAIL", "550 5.7.1 Sender not owned by user", Refused, Scope.ACCOUNT),
        ("MAIL", "552 5.3.4 Message size exceeds fixed limit", Refused, Scope.POST),
        ("MAIL", Reset(), Retry, None),
        ("RCPT", "450 4.7.1 Greylisted", Retry, None),
        ("RCPT", "550 5.1.1 No such list", Refused, Scope.ACCOUNT),
        ("RCPT", "551 not here", Refused, Scope.ACCOUNT),
        ("RCPT", "553 no", Refused, Scope.ACCOUNT),
        ("RCPT", "554 5.7.1 Only members may post", Refused, Scope.ACCOUNT),
        ("RCPT", Reset(), Retry, None),
        ("DATA", "451 not now", Retry, None),
        ("DATA", "554 5.5.1 no valid recipients", Refused, Scope.ACCOUNT),
        ("DATA", Reset(), Retry, None),
        ("DATA", Hold(), Retry, None),
        ("END", "421 4.3.0 shutting down", Retry, None),
        ("END", "451 4.3.0 local error", Retry, None),
        ("END", "452 4.3.1 no space", Retry, None),
        ("END", "550 5.7.1 spam", Refused, Scope.POST),
        ("END", "552 5.3.4 too large", Refused, Scope.POST),
        ("END", "554 5.6.0 no", Refused, Scope.POST),
        ("END", "354 go on", Unknown, None),
    ],
)
def test_what_an_answer_means_where(
    files: Folder, step: str, answer: Effect, kind: type[Outcome], scope: Scope | None
) -> None:
    with smtp() as server:
        server.answers[step] = answer
        outcome = send(mailer(server, files, timeout=2.0 if isinstance(answer, Hold) else 20.0))
        assert server.messages == []
        assert step in server.reached
    assert isinstance(outcome, kind)
    if isinstance(outcome, Refused):
        assert outcome.scope is scope
    if isinstance(answer, str) and not isinstance(outcome, Sent):
        assert f"127.0.0.1 answered {answer[:3]}" in outcome.reason


def test_a_wrong_password_is_about_the_account(files: Folder) -> None:
    with smtp() as server:
        adapter = mailer(server, files, password=secret("wrong-password-9x7"))
        outcome = send(adapter)
        with pytest.raises(CampaignError, match="535") as caught:
            adapter.whoami()
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.ACCOUNT
    assert "wrong-password" not in outcome.reason + caught.value.message
    assert not any(said.startswith("MAIL") for said in server.said)


@pytest.mark.parametrize("looks", [0, 1])
def test_a_sender_that_was_away_sends_nothing(files: Folder, looks: int) -> None:
    """Neither before the message nor, which is what counts, before the line that ends it."""
    answers = iter([False] * looks + [True] * 9)
    with smtp() as server, fence.put_up(lambda: next(answers)):
        outcome = send(mailer(server, files))
    assert isinstance(outcome, Retry)
    assert "DATA" in server.said
    assert server.attempts() == 0


def test_a_message_that_is_too_large_does_not_leave(files: Folder) -> None:
    with smtp(size=3000) as server:
        outcome = send(mailer(server, files), example())
        assert isinstance(send(mailer(server, files)), Sent)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert "3000" in outcome.reason
    assert len(server.messages) == 1


def test_a_picture_that_is_gone_refuses_the_post(files: Folder) -> None:
    files.path(example().media[1].file).unlink()
    with smtp() as server:
        outcome = send(mailer(server, files), example())
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.POST
    assert server.said == []


def test_this_machine_is_not_named(files: Folder) -> None:
    with smtp() as server:
        send(mailer(server, files))
    assert {said for said in server.said if said.startswith("EHLO")} == {"EHLO harapan.example"}


def test_whoami_asks_for_the_list_too(files: Folder) -> None:
    with smtp() as server:
        adapter = mailer(server, files)
        assert adapter.whoami() == f"kabar@harapan.example to {LIST}"
        server.answers["RCPT"] = "550 5.1.1 No such list"
        with pytest.raises(CampaignError, match="No such list") as caught:
            adapter.whoami()
    assert "`to`" in caught.value.hint
    assert "DATA" not in server.said


# -- encryption --


def test_encrypted_from_the_start(files: Folder) -> None:
    with smtp(tls="tls") as server:
        assert server.url.startswith("smtps://")
        assert isinstance(send(mailer(server, files)), Sent)
    assert "STARTTLS" not in server.said
    assert "AUTH" in server.said


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_for_somebody_else_is_refused(files: Folder, tls: str) -> None:
    with smtp(name="mail.other.example", tls=tls) as server:
        outcome = send(mailer(server, files))
    assert isinstance(outcome, Retry)
    assert "certificate" in outcome.reason
    assert "AUTH" not in server.said


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(files: Folder, tls: str) -> None:
    with smtp(tls=tls) as server:
        outcome = send(mailer(server, files, ca=None))
    assert isinstance(outcome, Retry)
    assert "certificate" in outcome.reason
    assert "AUTH" not in server.said


def test_a_server_without_encryption_gets_nothing(files: Folder) -> None:
    with smtp(tls="none") as server:
        outcome = send(mailer(server, files))
        assert isinstance(outcome, Refused)
        assert outcome.scope is Scope.ACCOUNT
        assert "STARTTLS" in outcome.reason
        assert not any(said.startswith(("AUTH", "MAIL")) for said in server.said)
        plain = mailer(server, files, starttls=False, user=None, password=None, ca=None)
        assert isinstance(send(plain), Sent)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_that_is_none_is_about_here(files: Folder, content: str | None) -> None:
    if content is not None:
        (files.root / "ca.pem").write_text(content)
    with smtp() as server:
        adapter = mailer(server, files, ca="ca.pem")
        outcome = send(adapter)
        with pytest.raises(CampaignError, match="`ca`"):
            adapter.whoami()
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.HERE


def test_a_ca_is_a_file_of_the_workspace(files: Folder) -> None:
    with smtp() as server:
        (files.root / "own.pem").write_bytes(Path(server.ca).read_bytes())
        assert isinstance(send(mailer(server, files, ca="own.pem")), Sent)


# -- options --


@pytest.mark.parametrize(
    "changes",
    [
        {"server": "mail.example.org"},
        {"server": "https://mail.example.org"},
        {"server": "smtps://kabar:word@mail.example.org"},
        {"server": "smtp://mail.example.org/inbox"},
        {"starttls": False},
        {"user": None},
        {"password": None},
        {"sender": "Yayasan Harapan"},
        {"sender": "Harapan <kabar@harapan.example>\r\nBcc: all@example.org"},
        {"sender": "a@example.org, b@example.org"},
        {"to": "Kabar <kabar@lists.example.org>"},
        {"to": "a@example.org,b@example.org"},
        {"to": "kabar@lists.example.org\nBcc: all@example.org"},
        {"to": "käbar@lists.example.org"},
        {"to": "kabar"},
        {"to": ""},
        {"sender": ""},
        {"sender": "Harapan <>"},
        {"to": "<kabar@lists.example.org>"},
    ],
)
def test_what_an_account_may_not_say(changes: dict[str, object]) -> None:
    good: dict[str, object] = {
        "server": "smtp://mail.example.org",
        "user": USER,
        "password": secret(PASSWORD),
        "sender": SENDER,
        "to": LIST,
    }
    EmailOptions(**good)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        EmailOptions(**{**good, **changes})  # type: ignore[arg-type]


def test_a_password_that_can_not_be_sent_is_not_repeated(at: Bench, server: ScriptedServer) -> None:
    options = EmailOptions(
        server="smtps://mail.example.org", user=USER, password=secret("pässword-9x7"), sender=SENDER, to=LIST
    )
    with pytest.raises(CampaignError) as caught:
        Email.from_account(account("email", options), at.vault, at.files)
    assert "9x7" not in caught.value.message + caught.value.hint


def test_the_date_is_that_of_the_row(files: Folder) -> None:
    adapter = Email.from_account(
        account("email", EmailOptions(server="smtps://mail.example.org", sender=SENDER, to=LIST)),
        Memory(),
        files,
    )
    before = datetime.now(UTC)
    prepared = adapter.prepare(POST)
    assert before.timestamp() - 1 <= prepared["date"] <= datetime.now(UTC).timestamp()


def test_the_same_post_is_the_same_bytes_whenever_it_is_sent(files: Folder) -> None:
    with smtp() as server:
        adapter = mailer(server, files)
        post = replace(example(), prepared=dict(adapter.prepare(example())))
        adapter.send(post, KEY, Memory())
        mailer(server, files, clock=NOW + timedelta(hours=5)).send(post, KEY, Memory())
    one, other = server.raw
    assert one == other
    assert one.isascii()
