"""Meta's Graph API: what each of its errors means, its limits, its lists."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaign.core.outcome import Outcome, Receipt, Refused, Retry, Scope, Sent, Unknown
from campaign.errors import CampaignError
from campaign.networks import graph
from campaign.networks.http import Answer, Failure

POST, ACCOUNT = Scope.POST, Scope.ACCOUNT
WORDS = "This is said in Meta's words"


def answer(status: int = 200, body: Any = None, *lines: tuple[str, str]) -> Answer:
    return Answer(status, lines, json.dumps(body if body is not None else {}).encode(), "graph.example")


def told(status: int, code: int, subcode: int | None = None, **more: Any) -> Answer:
    error = {"message": WORDS, "type": "OAuthException", "code": code, "fbtrace_id": "x", **more}
    return answer(status, {"error": error | ({"error_subcode": subcode} if subcode is not None else {})})


@pytest.mark.parametrize(
    ("status", "code", "subcode", "expected"),
    [
        # Something is wrong over there: posts were seen that went out all the same.
        (500, 1, None, Unknown),
        (500, 2, None, Unknown),
        (400, 1, None, Unknown),
        (400, 2, None, Unknown),
        (400, -1, 2207001, Unknown),
        (503, 4, None, Unknown),
        (400, 4, 2207051, Unknown),
        # Too many calls.
        (400, 4, None, Retry),
        (403, 17, None, Retry),
        (400, 32, None, Retry),
        (400, 613, None, Retry),
        (400, 80001, None, Retry),
        (400, 80002, None, Retry),
        # Instagram and Threads, before anything is published.
        (400, 9, 2207042, Retry),
        (400, 9007, 2207027, Retry),
        (400, 9004, 2207052, Retry),
        (400, -2, 2207003, Retry),
        (400, 1, 2207052, Retry),
        (400, 24, 2207006, Retry),
        (400, 24, 2207008, Retry),
        (400, 24, 4279009, Retry),
        (400, 1609005, None, Retry),
        # The login.
        (400, 190, None, ACCOUNT),
        (401, 190, 460, ACCOUNT),
        (400, 190, 463, ACCOUNT),
        (400, 102, None, ACCOUNT),
        (403, 3, None, ACCOUNT),
        (403, 10, None, ACCOUNT),
        (403, 200, None, ACCOUNT),
        (400, 299, None, ACCOUNT),
        (400, 368, 1390008, ACCOUNT),
        (400, 25, 2207050, ACCOUNT),
        (400, 10, 4279013, ACCOUNT),
        (400, 24, 4279013, ACCOUNT),
        (400, 100, 33, ACCOUNT),
        (403, 12345, None, ACCOUNT),
        # This post.
        (400, 100, None, POST),
        (400, 100, 2207028, POST),
        (400, 352, 2207026, POST),
        (400, 506, None, POST),
        (400, 36000, 2207004, POST),
        (400, 36001, 2207005, POST),
        (400, 36003, 2207009, POST),
        (400, 36004, 2207010, POST),
        (400, 300, None, POST),
    ],
)
def test_what_an_error_means(
    status: int, code: int, subcode: int | None, expected: type[Outcome] | Scope
) -> None:
    outcome = graph.classify(told(status, code, subcode))
    assert outcome is not None
    if isinstance(expected, Scope):
        assert isinstance(outcome, Refused)
        assert outcome.scope is expected
    else:
        assert isinstance(outcome, expected)
    assert WORDS in outcome.reason
    assert str(code) in outcome.reason
    assert str(subcode or code) in outcome.reason


def test_what_says_itself_that_it_passes_is_unknown() -> None:
    assert isinstance(graph.classify(told(400, 12345, is_transient=True)), Unknown)
    assert isinstance(graph.classify(told(400, 12345, is_transient=False)), Refused)


@pytest.mark.parametrize("status", [401, 402, 408, 429])
def test_the_shared_table_judges_what_has_no_code_of_its_own(status: int) -> None:
    assert graph.classify(told(status, 12345)) is None
    assert graph.classify(answer(status)) is None


@pytest.mark.parametrize("body", [{}, {"error": "Forbidden"}, {"error": {"code": "x"}}, [1]])
def test_an_error_without_a_number(body: Any) -> None:
    assert graph.classify(answer(400, body)) is None
    outcome = graph.classify(answer(403, body))
    assert isinstance(outcome, Refused)
    assert outcome.scope is ACCOUNT


def test_the_words_for_people_are_quoted_too() -> None:
    said = graph.reason(
        told(400, 24, 4279009, error_user_msg="The media can't be found.", error_user_title="Oh")
    )
    assert said == f"graph.example answered 400, error 24/4279009: {WORDS}; The media can't be found."
    assert graph.reason(told(400, 190, error_user_msg=WORDS)).count(WORDS) == 1


BUSINESS = "X-Business-Use-Case-Usage"


def use(minutes: Any, share: int = 100) -> dict[str, Any]:
    return {"type": "pages", "call_count": share, "total_time": 2, "estimated_time_to_regain_access": minutes}


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([], None),
        ([(BUSINESS, json.dumps({"1": [use(0, 12)]}))], None),
        ([(BUSINESS, json.dumps({"1": [use(19)]}))], 1140.0),
        ([(BUSINESS.lower(), json.dumps({"1": [use(3), use(19)], "2": [use(7)]}))], 1140.0),
        ([("X-App-Usage", '{"call_count": 28, "total_time": 25, "total_cputime": 25}')], None),
        ([("X-App-Usage", '{"call_count": 28, "total_time": 100, "total_cputime": 25}')], 300.0),
        ([("X-App-Usage", '{"call_count": 130}'), (BUSINESS, json.dumps({"1": [use(19)]}))], 1140.0),
        ([(BUSINESS, "not json"), ("X-App-Usage", "[1]")], None),
        ([(BUSINESS, '{"1": "x", "2": [1, {"estimated_time_to_regain_access": "soon"}]}')], None),
    ],
)
def test_the_wait_that_the_usage_headers_tell(lines: list[tuple[str, str]], seconds: float | None) -> None:
    assert graph.wait(answer(200, {}, *lines)) == seconds
    throttled = told(400, 4)
    outcome = graph.classify(Answer(400, tuple(lines), throttled.body, throttled.host))
    assert outcome == Retry(graph.reason(throttled), seconds, seconds)


class Pages:
    """Plays a list, one page for each request, and writes down what was asked."""

    def __init__(self, *pages: Any) -> None:
        self.pages = list(pages)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, method: str, path: str, **options: Any) -> Answer | Failure:
        assert (method, path) == ("GET", "me/posts")
        self.asked.append(dict(options["params"]))
        page = self.pages.pop(0)
        return page if isinstance(page, Refused | Unknown | Retry) else answer(200, page)

    def all(self) -> list[Any]:
        return [one for page in graph.listed(self, "me/posts", "id,text") for one in page]


def page(*ids: str, after: str | None = None, more: bool = False) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after}} if after else {}
    if more:
        paging["next"] = "https://evil.example/steal?access_token=T"
    return {"data": [{"id": one} for one in ids], "paging": paging}


def test_a_list_is_read_by_its_cursors_to_the_end() -> None:
    pages = Pages(page("3", after="c1", more=True), page(after="c2", more=True), page("1", after="c3"))
    assert [one["id"] for one in pages.all()] == ["3", "1"]  # an empty page is not the last
    assert [asked.get("after") for asked in pages.asked] == [None, "c1", "c2"]
    assert {asked["fields"] for asked in pages.asked} == {"id,text"}


def test_an_empty_list() -> None:
    assert Pages({"data": []}).all() == []


@pytest.mark.parametrize(
    "pages",
    [
        [page("1", more=True)],  # more, but no cursor: its address is not followed
        [page("1", after="c1", more=True), page("1", after="c1", more=True)],  # going round in a circle
        [{"paging": {}}],
        [{"data": {}}],
        [[1]],
        [Refused("no"), page()],
        [page("1", after="c1", more=True), Unknown("broke")],
        [page("1", after=f"c{number}", more=True) for number in range(99)],
    ],
)
def test_a_list_that_can_not_be_had_to_the_end_is_no_list(pages: list[Any]) -> None:
    with pytest.raises(CampaignError):
        Pages(*pages).all()


def test_the_token_stays_out_of_the_hands_of_a_foreign_host() -> None:
    pages = Pages(page("1", more=True))
    with pytest.raises(CampaignError) as caught:
        pages.all()
    assert "evil" not in caught.value.message
    assert len(pages.asked) == 1


class Deleting:
    def __init__(self, delete: Answer, read: Answer) -> None:
        self.answers = {"DELETE": delete, "GET": read}

    def __call__(self, method: str, path: str, **options: Any) -> Answer | Failure:
        assert path == "7"
        got = self.answers[method]
        return got if got.ok else options["classify"](got)


GONE = told(400, 100, 33)


@pytest.mark.parametrize(
    ("delete", "read", "expected"),
    [
        (answer(200, {"success": True}), GONE, Sent),
        (GONE, GONE, Sent),  # it was gone before
        (told(400, 24, 4279009), told(400, 24, 4279009), Sent),  # in Threads' words
        (GONE, answer(200, {"id": "7"}), Refused),  # "does not support this operation"
        (GONE, told(500, 2), Refused),
        (told(403, 200), GONE, Refused),
        (told(500, 2), GONE, Unknown),
        (told(400, 4), GONE, Retry),
    ],
)
def test_taking_back(delete: Answer, read: Answer, expected: type[Outcome]) -> None:
    receipt = Receipt("7")
    outcome = graph.deleted(Deleting(delete, read), receipt)
    assert isinstance(outcome, expected)
    if isinstance(outcome, Refused):
        assert WORDS in outcome.reason
