"""A notice board that takes plain text: POST /notices with a key and a text; GET /notices?key=... lists what it has."""

from datetime import timedelta

from campaign.core.media import MediaRules
from campaign.core.model import Secret
from campaign.core.outcome import Absent, CannotTell, Receipt, Sent, Unknown
from campaign.core.text import TextRules
from campaign.errors import CampaignError
from campaign.networks.base import Options, Traits
from campaign.networks.http import Answer, Client, SafeServer, required


class NoticeBoardOptions(Options):
    server: SafeServer  # https, for a token goes there
    token: Secret
    timeout: float = 60.0


class NoticeBoard:
    name = "noticeboard"
    rules = TextRules(limit=300, threads=False)  # the source of each number: example.org/rules
    media = MediaRules()
    traits = Traits(reads_back="exactly, by its key", person="when the board can't be asked")
    options = NoticeBoardOptions
    repeat_safe_for = timedelta()  # the same key again would be a second notice

    def __init__(self, options):
        login = {"Authorization": f"Bearer {options.token.value}"}  # never logged, cut out of every reason
        self._http = Client(options.server, headers=login, timeout=(10.0, options.timeout))

    @classmethod
    def from_account(cls, account, vault, files):
        return cls(account.options)

    def prepare(self, post):
        return {}

    def send(self, post, key, notes):
        answer = self._http.post("/notices", json={"key": key, "text": post.text})
        told = answer.object() if isinstance(answer, Answer) else answer  # a failure, as http.py judges it
        return _sent(told) if isinstance(told, dict) else told

    def find(self, post, key, since, notes):
        answer = self._http.get("/notices", params={"key": key})
        listed = answer.array() if isinstance(answer, Answer) else answer
        if not isinstance(listed, list):
            return CannotTell(listed.reason)
        found = _sent(listed[0]) if listed else Absent("the board does not have it")
        return CannotTell(found.reason) if isinstance(found, Unknown) else found

    def whoami(self):
        hint = "look at `server` and `token`"
        me = required(self._http.get("/me"), "the board does not know us", hint).object()
        if isinstance(me, Unknown):
            raise CampaignError(me.reason, hint)
        return str(me.get("name"))


def _sent(notice):
    if not isinstance(notice, dict) or "id" not in notice:
        return Unknown("the board has something, but does not say what")
    return Sent(Receipt(str(notice["id"]), str(notice.get("url") or "")))
