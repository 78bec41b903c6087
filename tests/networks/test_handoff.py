"""The handoff beyond the contract: the page, the message, and that neither gets lost."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, Handed, Refused
from campaign.errors import CampaignError
from campaign.networks.handoff import Handoff, HandoffOptions
from tests.networks.case_handoff import CASE
from tests.networks.cases import KEY, PICTURE, Bench
from tests.networks.memory import Memory, account, secret
from tests.networks.reading import Reader
from tests.networks.scripted import Reply, ScriptedServer

POST = CASE.example()


def handoff(at: Bench, notify: str | None = None) -> Handoff:
    return Handoff(HandoffOptions(to="ani", notify=secret(notify) if notify else None), at.files)


def page(at: Bench, key: str = KEY) -> Path:
    return at.files.root / "handoff" / key / "post.html"


def hand(at: Bench, post: Post = POST) -> str:
    assert isinstance(handoff(at).send(post, KEY, Memory()), Handed)
    return page(at).read_text()


def test_the_reason_names_the_person_and_the_page(at: Bench) -> None:
    outcome = handoff(at).send(POST, KEY, Memory())
    assert outcome == Handed(f"waiting for ani to post it: {page(at)}")


def test_text_and_pictures_lie_beside_the_page(at: Bench) -> None:
    hand(at)
    assert (page(at).parent / "text.txt").read_text() == POST.text + "\n"
    assert (page(at).parent / "1.png").read_bytes() == PICTURE


def test_the_page_needs_nothing_but_itself(at: Bench) -> None:
    html = hand(at)
    tags = Reader(html).tags
    sources = [values["src"] or "" for tag, values in tags if tag == "img"]
    assert [b64decode(source.partition(",")[2]) for source in sources] == [PICTURE, PICTURE]
    assert not [values for tag, values in tags if tag == "link" or (tag == "script" and "src" in values)]


def test_its_policy_lets_only_our_own_script_run(at: Bench) -> None:
    html = hand(at)
    [policy] = [v["content"] or "" for t, v in Reader(html).tags if t == "meta" and "http-equiv" in v]
    for tag in ("script", "style"):
        [inside] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_it_ends_with_the_line_that_brings_the_link_back(at: Bench) -> None:
    assert Reader(hand(at)).fields[-1] == f"campaign resolve {KEY} --published ALAMAT"


def test_the_share_links_carry_the_text(at: Bench) -> None:
    links = [v["href"] or "" for t, v in Reader(hand(at)).tags if t == "a" and v.get("class") == "share"]
    whatsapp, telegram, mail = links
    assert parse_qs(urlsplit(whatsapp).query)["text"] == [POST.text]
    assert urlsplit(whatsapp).netloc == "wa.me"
    assert parse_qs(urlsplit(telegram).query) == {"url": [POST.link], "text": [POST.text]}
    assert unquote(mail) == f"mailto:?body={POST.text}"


@pytest.mark.parametrize(
    "nasty",
    [
        "</textarea><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }} {% raw %}",
        "\n\nkept first lines &amp; &lt;b&gt;",
        "\u202eright to left\u202c 👩‍👩‍👧",
    ],
)
def test_nothing_in_a_post_can_change_the_page(at: Bench, nasty: str) -> None:
    media = (replace(POST.media[0], alt=nasty.strip() or "x"),)
    plain = Reader(
        hand(at, replace(POST, text="plain", warning="plain", media=(replace(media[0], alt="plain"),)))
    )
    reader = Reader(hand(at, replace(POST, text=nasty, warning=nasty, media=media)))
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in plain.tags]
    assert [set(values) for _, values in reader.tags] == [set(values) for _, values in plain.tags]
    assert reader.fields[0] == nasty


def test_a_part_of_a_thread_says_where_it_belongs(at: Bench) -> None:
    assert "Ini bagian 2 dari 3" in hand(at, replace(POST, part=2, parts=3))
    assert "This is part 2 of 3" in hand(at, replace(POST, part=2, parts=3, language="en"))


def test_what_is_neither_picture_nor_film_is_refused(at: Bench) -> None:
    at.files.write("x.html", b"<script>")
    outcome = handoff(at).send(replace(POST, media=(Media("x.html", "x"),)), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert not page(at).exists()


# -- the message
# ----------------------------------------------------------------------------------------------------------


def inbox(server: ScriptedServer, status: int = 200) -> str:
    """An Apprise address whose messages the scripted server gets."""
    server.on("POST", "/inbox", Reply(status))
    return server.url.replace("http://", "json://ani:notify-secret-9@") + "/inbox"


def test_the_person_is_told_with_text_and_pictures(at: Bench, server: ScriptedServer) -> None:
    notes = Memory()
    assert handoff(at, inbox(server)).send(POST, KEY, notes) == Handed(
        f"waiting for ani to post it: {page(at)}"
    )
    [request] = server.requests
    message = request.json()
    assert message["title"] == "Satu unggahan menunggu ani"
    assert POST.text in message["message"]
    assert "perdagangan orang" in message["message"]
    assert f"campaign resolve {KEY} --published" in message["message"]
    assert [b64decode(a["base64"]) for a in message["attachments"]] == [PICTURE, PICTURE]


def test_the_person_is_told_once(at: Bench, server: ScriptedServer) -> None:
    notes = Memory()
    address = inbox(server)
    handoff(at, address).send(POST, KEY, notes)
    handoff(at, address).send(POST, KEY, notes)
    assert len(server.requests) == 1


def test_a_message_that_fails_loses_nothing_and_is_tried_with_the_next_attempt(
    at: Bench, server: ScriptedServer
) -> None:
    notes = Memory()
    outcome = handoff(at, inbox(server, 500)).send(POST, KEY, notes)
    assert isinstance(outcome, Handed)
    assert "could not be sent" in outcome.reason
    assert "notify-secret-9" not in outcome.reason
    assert page(at).exists()
    handoff(at, inbox(server)).send(POST, KEY, notes)
    assert len(server.requests) == 2


def test_an_address_that_is_none_loses_nothing_and_is_found_out_beforehand(
    at: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    adapter = handoff(at, "no-such-service-secret-5")
    with pytest.raises(CampaignError) as caught:
        adapter.whoami()
    assert "secret-5" not in caught.value.message + caught.value.hint
    outcome = adapter.send(POST, KEY, Memory())
    assert isinstance(outcome, Handed)
    assert "could not be sent" in outcome.reason
    assert "secret-5" not in outcome.reason + caplog.text


def test_what_was_never_handed_over_is_absent(at: Bench) -> None:
    adapter = Handoff.from_account(account("handoff", HandoffOptions(to="ani")), at.vault, at.files)
    assert isinstance(adapter.find(POST, KEY, datetime(2027, 7, 30, tzinfo=UTC), Memory()), Absent)
    assert adapter.whoami() == "ani, by hand"
