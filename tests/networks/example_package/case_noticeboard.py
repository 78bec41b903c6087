"""How the notice board takes part in campaign's contract suite: CAMPAIGN_CASES=case_noticeboard pytest ..."""

from campaign_noticeboard import NoticeBoard, NoticeBoardOptions

from campaign.core.model import Post
from campaign.core.outcome import Sent
from tests.networks.cases import HttpCase, Seen
from tests.networks.memory import secret
from tests.networks.scripted import Reply

TOKEN = "noticeboard-token-Zq3_x-9"


def make(bench):
    return NoticeBoard(NoticeBoardOptions(server=bench.url, token=secret(TOKEN), timeout=bench.timeout))


def accept(server):
    """As much of a board as answers are tried on."""
    notices = []

    def pin(request):
        number = len(notices) + 1
        notices.append({"id": number, "url": f"https://board.example/{number}", **request.json()})
        return Reply(201, json=notices[-1])

    def listing(request):
        return Reply(json=[notice for notice in notices if [notice["key"]] == request.query["key"]])

    server.on("GET", "/me", Reply(json={"name": "Harapan"}))
    server.on("POST", "/notices", pin)
    server.on("GET", "/notices", listing)


def published(server):
    bodies = [request.json() for request in server.asked("POST", "/notices")]
    return [Seen(body["text"], (), None, None, body["key"]) for body in bodies]


CASE = HttpCase(
    name="noticeboard",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/notices"),
    published=published,
    whoami=("GET", "/me"),
    after_loss=Sent,
    post=Post(text="Kenali tandanya: paspor ditahan. https://example.org/tanda", language="id"),
)
