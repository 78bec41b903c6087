"""LinkedIn: little text, pictures, duplicates that name their twin, versions that end, and what a no is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from campaign.core.model import Media, Post
from campaign.core.outcome import Absent, CannotTell, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.core.text import length
from campaign.errors import CampaignError
from campaign.networks.base import Deletes
from campaign.networks.linkedin import LinkedIn, LinkedInOptions
from campaign.networks.linkedin_text import escaped, shown
from tests.networks.case_linkedin import PAGE, TOKEN, make
from tests.networks.cases import KEY, PICTURE, Bench
from tests.networks.double_linkedin import Double, seen, truncated
from tests.networks.memory import Memory, secret
from tests.networks.scripted import Reply, Reset, ScriptedServer

PERSON = "urn:li:person:abc"
POSTS = "/rest/posts"
PICTURES = (Media("signs/01.png", "Sebuah pintu", "image/png"), Media("signs/02.png", "Paspor", "image/png"))


def post(text: str = "Kenali (tandanya): #AkhiriPerdagangan https://example.org/a_b", **keys: Any) -> Post:
    return Post(text=text, language="id", **keys)


def sent(outcome: object) -> Receipt:
    assert isinstance(outcome, Sent), outcome
    return outcome.receipt


@pytest.fixture
def double(server: ScriptedServer) -> Double:
    return Double(server, PAGE)


def since(double: Double) -> datetime:
    return double.now - timedelta(minutes=1)


def person(at: Bench) -> LinkedIn:
    return LinkedIn(LinkedInOptions(server=at.url, author=PERSON, token=secret(TOKEN)), at.files)


# -- little text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sent_as"),
    [
        ("a (b) [c] {d} <e> |f|", r"a \(b\) \[c\] \{d\} \<e\> \|f\|"),
        ("*x* _y_ ~z~ @ani \\", r"\*x\* \_y\_ \~z\~ \@ani \\"),
        ("#Akhiri #16Hari #日本, #1 # #a_b", r"#Akhiri #16Hari #日本, \#1 \# \#a\_b"),
        ("＃Akhiri", "＃Akhiri"),
        ("https://example.org/#a_(b)", r"https://example.org/\#a\_\(b\)"),
    ],
)
def test_signs_are_escaped_and_hashtags_live(text: str, sent_as: str) -> None:
    assert escaped(text) == sent_as
    assert shown(sent_as) == text


@given(
    st.text(st.one_of(st.sampled_from("\\|{}@[]()<>#*_~ab1 \n"), st.characters(exclude_categories=["Cs"])))
)
def test_no_text_is_cut_off_or_changed(text: str) -> None:
    sent_as = escaped(text)
    assert truncated(sent_as) == sent_as
    assert seen(sent_as) == text
    assert len(sent_as.encode("utf-16-le")) // 2 <= length(text, LinkedIn.rules)


def test_templates_that_linkedin_makes_are_read() -> None:
    assert shown(r"lihat {hashtag|\#|Akhiri} dari @[Yayasan \(A\)](urn:li:organization:1)") == (
        "lihat #Akhiri dari Yayasan (A)"
    )


def test_the_double_cuts_off_what_is_not_escaped() -> None:
    assert truncated("Kenali (tandanya)") == "Kenali "
    assert truncated("#Akhiri #") == "#Akhiri "


# -- posts -------------------------------------------------------------------------------------------------


def test_a_post_is_whole(at: Bench, double: Double) -> None:
    receipt = sent(make(at).send(post(), KEY, Memory()))
    (kept,) = double.posts.values()
    assert seen(kept["commentary"]) == post().text
    assert "content" not in kept
    urn = "urn:li:share:7000"
    assert receipt == Receipt(urn, f"https://www.linkedin.com/feed/update/{urn}/", PAGE)


def test_pictures(at: Bench, double: Double, server: ScriptedServer) -> None:
    sent(make(at).send(post(media=PICTURES[:1]), KEY, Memory()))
    sent(make(at).send(post("dua", media=PICTURES), KEY, Memory()))
    one, two = double.posts.values()
    assert one["content"]["media"]["altText"] == "Sebuah pintu"
    assert [image["altText"] for image in two["content"]["multiImage"]["images"]] == [
        "Sebuah pintu",
        "Paspor",
    ]
    assert [request.body for request in server.asked("PUT", "/dms-uploads/.+")] == [PICTURE] * 3


def test_a_picture_that_linkedin_is_still_working_on(
    at: Bench, double: Double, server: ScriptedServer
) -> None:
    double.working = 2
    notes = Memory()
    outcome = make(at).send(post(media=PICTURES[:1]), KEY, notes)
    assert isinstance(outcome, Retry) and outcome.after == 5
    make(at).send(post(media=PICTURES[:1]), KEY, notes)
    sent(make(at).send(post(media=PICTURES[:1]), KEY, notes))
    assert len(server.asked("PUT", "/dms-uploads/.+")) == 1


def test_a_picture_that_linkedin_can_not_read(at: Bench, double: Double, server: ScriptedServer) -> None:
    server.on("GET", "/rest/images/.+", Reply(json={"status": "PROCESSING_FAILED"}))
    outcome = make(at).send(post(media=PICTURES[:1]), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST
    assert not double.posts


def test_a_login_that_may_not_ask_after_pictures_posts_them(
    at: Bench, double: Double, server: ScriptedServer
) -> None:
    server.on("GET", "/rest/images/.+", Reply(403, json={"message": "Not enough permissions"}))
    sent(make(at).send(post(media=PICTURES[:1]), KEY, Memory()))


@pytest.mark.parametrize(
    "place",
    [
        "http://api.linkedin.com/dms",
        "https://example.org/dms",
        "http://www.linkedin.com/dms",
        "https://xlinkedin.com/",
        "",
    ],
)
def test_the_token_goes_to_linkedin_and_nowhere_else(
    at: Bench, double: Double, server: ScriptedServer, place: str
) -> None:
    answer = {"value": {"uploadUrl": place, "image": "urn:li:image:C0"}}
    server.on("POST", "/rest/images", Reply(json=answer))
    assert isinstance(make(at).send(post(media=PICTURES), KEY, Memory()), Retry)


# -- duplicates --------------------------------------------------------------------------------------------


def test_the_same_text_as_an_older_post_is_refused(at: Bench, double: Double) -> None:
    sent(make(at).send(post(), KEY, Memory()))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.POST
    assert "urn:li:share:7000" in outcome.reason
    assert len(double.posts) == 1


def lost_then_refused(at: Bench, server: ScriptedServer, linkedin: LinkedIn) -> Memory:
    """An attempt whose answer is lost, and a second one that is called a duplicate; the notes of both."""
    notes = Memory()
    server.fault("POST", POSTS, Reset())
    assert isinstance(linkedin.send(post(), KEY, notes), Unknown)
    outcome = linkedin.send(post(), KEY, notes)
    assert isinstance(outcome, Unknown) and "urn:li:share:7000" in outcome.reason
    return notes


@pytest.mark.parametrize("who", [make, person])
def test_a_duplicate_after_a_lost_answer_names_the_post(at: Bench, server: ScriptedServer, who: Any) -> None:
    linkedin = who(at)
    double = Double(server, linkedin._author)
    began = since(double)
    notes = lost_then_refused(at, server, linkedin)
    assert sent(linkedin.find(post(), KEY, began, notes)).id == "urn:li:share:7000"
    assert len(double.posts) == 1


def test_a_ghost_is_no_proof(at: Bench, double: Double, server: ScriptedServer) -> None:
    """After a post is deleted LinkedIn may go on naming it as the twin."""
    linkedin, began = make(at), since(double)
    notes = lost_then_refused(at, server, linkedin)
    double.posts.clear()
    found = linkedin.find(post(), KEY, began, notes)
    assert isinstance(found, CannotTell) and "does not show it" in found.reason


def test_a_twin_from_before_the_attempt_is_not_ours(
    at: Bench, double: Double, server: ScriptedServer
) -> None:
    linkedin = make(at)
    notes = lost_then_refused(at, server, linkedin)
    found = linkedin.find(post(), KEY, double.now + timedelta(days=1), notes)
    assert isinstance(found, CannotTell) and "not of this attempt" in found.reason


# -- looking up --------------------------------------------------------------------------------------------


def test_reading_a_pages_posts_back(at: Bench, double: Double) -> None:
    linkedin, began = make(at), since(double)
    assert isinstance(linkedin.find(post(), KEY, began, Memory()), Absent)
    receipt = sent(linkedin.send(post(media=PICTURES), KEY, Memory()))
    for number in range(60):
        sent(linkedin.send(post(f"lain {number}"), KEY, Memory()))
    assert linkedin.find(post(media=PICTURES), KEY, began, Memory()) == Sent(receipt)
    assert isinstance(linkedin.find(post(), KEY, began, Memory()), Absent)
    assert isinstance(linkedin.find(post("x", media=PICTURES), KEY, began, Memory()), Absent)


def test_a_persons_posts_can_not_be_read(at: Bench, server: ScriptedServer) -> None:
    Double(server, PERSON)
    found = person(at).find(post(), KEY, datetime(2027, 7, 30, tzinfo=UTC), Memory())
    assert isinstance(found, CannotTell)
    assert not server.requests


@pytest.mark.parametrize("answer", [Reply(403), Reply(500), Reply(json={}), Reply(json={"elements": [{}]})])
def test_a_list_that_can_not_be_had(at: Bench, double: Double, server: ScriptedServer, answer: Reply) -> None:
    server.on("GET", POSTS, answer)
    assert isinstance(make(at).find(post(), KEY, since(double), Memory()), CannotTell)


# -- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "scope"),
    [
        (401, "EXPIRED_ACCESS_TOKEN", Scope.ACCOUNT),
        (401, "REVOKED_ACCESS_TOKEN", Scope.ACCOUNT),
        (403, "ACCESS_DENIED", Scope.ACCOUNT),
        (400, "INVALID_VALUE_FOR_FIELD", Scope.POST),
        (422, "FIELD_LENGTH_TOO_LONG", Scope.POST),
    ],
)
def test_what_a_no_is_about(
    at: Bench, double: Double, server: ScriptedServer, status: int, code: str, scope: Scope
) -> None:
    body = {"status": status, "code": code, "message": f"in their words, {code}"}
    server.on("POST", POSTS, Reply(status, json=body))
    outcome = make(at).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused)
    assert outcome.scope is scope
    assert code in outcome.reason


def test_a_version_that_is_gone_says_what_to_write(at: Bench, double: Double) -> None:
    options = LinkedInOptions(server=at.url, author=PAGE, token=secret(TOKEN), version="202506")
    outcome = LinkedIn(options, at.files).send(post(), KEY, Memory())
    assert isinstance(outcome, Refused) and outcome.scope is Scope.ACCOUNT
    assert "202506 is not active" in outcome.reason and "set version:" in outcome.reason


@pytest.mark.parametrize("urn", ["", "7000", "urn:li:person:1"])
def test_a_success_without_a_name_is_unknown(
    at: Bench, double: Double, server: ScriptedServer, urn: str
) -> None:
    server.on("POST", POSTS, Reply(201, headers=(("x-restli-id", urn),)))
    assert isinstance(make(at).send(post(), KEY, Memory()), Unknown)


def test_whoami(at: Bench, double: Double, server: ScriptedServer) -> None:
    assert make(at).whoami() == "Yayasan Harapan"
    assert person(at).whoami() == "Ani"
    server.on("GET", "/v2/userinfo", Reply(json={"sub": "other", "name": "Budi"}))
    with pytest.raises(CampaignError) as caught:
        person(at).whoami()
    assert "Budi" in caught.value.message
    assert "60 days" in caught.value.hint


def test_taking_back(at: Bench, double: Double, server: ScriptedServer) -> None:
    linkedin = make(at)
    assert isinstance(linkedin, Deletes)
    receipt = sent(linkedin.send(post(), KEY, Memory()))
    assert linkedin.delete(receipt) == Sent(receipt)
    assert double.posts == {}
    server.on("DELETE", "/rest/posts/.+", Reply(404))
    assert linkedin.delete(receipt) == Sent(receipt)
    server.on("DELETE", "/rest/posts/.+", Reply(403))
    assert isinstance(linkedin.delete(receipt), Refused)


@pytest.mark.parametrize("keys", [{"author": "42"}, {"author": "urn:li:person:"}, {"version": "latest"}])
def test_mistakes_in_the_account(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        LinkedInOptions(**{"author": PAGE, "token": secret(TOKEN), **keys})
