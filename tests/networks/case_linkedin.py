"""LinkedIn in the contract suite, as an organization's page; the server is the double."""

from __future__ import annotations

from campaign.core.outcome import Scope, Sent
from campaign.networks.linkedin import LinkedIn, LinkedInOptions
from tests.networks.cases import Bench, HttpCase, Seen
from tests.networks.double_linkedin import Double, seen, sent_twice
from tests.networks.memory import secret
from tests.networks.scripted import ScriptedServer

TOKEN = "AQX-linkedin-Zq3_x9Kp7w2"
PAGE = "urn:li:organization:42"


def make(bench: Bench) -> LinkedIn:
    options = LinkedInOptions(server=bench.url, author=PAGE, token=secret(TOKEN), timeout=bench.timeout)
    return LinkedIn(options, bench.files)


def accept(server: ScriptedServer) -> None:
    Double(server, PAGE)


def published(server: ScriptedServer) -> list[Seen]:
    posts = {said["commentary"]: said for said in sent_twice(server)}
    return [
        Seen(
            seen(said["commentary"]),
            tuple(image["altText"] for image in said["content"]["multiImage"]["images"])
            if "multiImage" in said.get("content", {})
            else tuple(item["altText"] for item in [said.get("content", {}).get("media")] if item),
            None,
            None,
            None,
        )
        for said in posts.values()
    ]


CASE = HttpCase(
    name="linkedin",
    secrets=(TOKEN,),
    make=make,
    accept=accept,
    publish=("POST", "/rest/posts"),
    published=published,
    whoami=("GET", "/rest/organizations/42"),
    forbidden=Scope.ACCOUNT,
    after_loss=Sent,
    keys=f"server: '{{url}}', author: {PAGE}, token: {{env: LINKEDIN_TOKEN}}",
    environment={"LINKEDIN_TOKEN": TOKEN},
)
