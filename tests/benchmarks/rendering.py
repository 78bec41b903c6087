"""One post of a template: composing it, rendering it in our sandbox, and what Jinja2 alone takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from campaign.core.compose import Composer
from campaign.core.render import Renderer
from campaign.core.scope import Scope
from campaign.core.timetable import first
from campaign.dispatch import station
from campaign.networks import registry
from tests.benchmarks import made
from tests.benchmarks.measure import Contest, Contestant, Figures, quiet

TEMPLATE = """\
{{ campaign.title }}, {{ occurrence.date }}: did you know?
{% if occurrence.weekday == 'mon' %}A new week, a new sign.{% else %}A sign to know.{% endif %}
Somebody else keeps your passport. Somebody else is paid for your work.
{% for word in vars.words %}{{ word }} {% endfor %}
{{ hashtags() }}
"""

CAMPAIGN = """\
title: {en: Know the signs}
hashtags: {en: [EndHumanTrafficking]}
vars: {words: [know, ask, help]}
posts:
  - {id: signs, template: signs, every: {days: [day], at: "09:00"}}
"""


def _timed(posts: int, work: Callable[[], str], expected: str) -> Figures:
    with quiet():
        began = time.process_time()
        for _ in range(posts):
            text = work()
        spent = time.process_time() - began
    assert text.split() == expected.split(), (text, expected)
    return {"us/post": spent / posts * 1e6}


@contextmanager
def _prepare(posts: int) -> Iterator[Mapping[str, Contestant]]:
    with tempfile.TemporaryDirectory() as folder:
        root = made.folder(Path(folder), {"site": "network: feed"}, signs=CAMPAIGN)
        (root / "posts" / "signs.j2").write_text(TEMPLATE)
        workspace = station.read(root)
    ((campaign, slot),) = workspace.slots()
    moment = first(slot.timetable, datetime.now(UTC))
    assert moment is not None
    composer = Composer(workspace, lambda account: registry.network(account.network).rules)
    names = Scope(workspace, campaign, slot, moment, slot.targets[0], None).names()
    renderer = Renderer(workspace.templates)
    plain = {
        "campaign": {"title": "Know the signs"},
        "occurrence": dict(names["occurrence"].names),
        "vars": {"words": ["know", "ask", "help"]},
        "hashtags": lambda: "#EndHumanTrafficking",
    }
    same: Any = {"loader": DictLoader(workspace.templates), "undefined": StrictUndefined, "trim_blocks": True}
    sandboxed = SandboxedEnvironment(**same)
    bare = Environment(**same)

    works: dict[str, Callable[[], str]] = {
        "Jinja2, sandboxed": lambda: sandboxed.get_template("signs.j2").render(plain),
        "Jinja2": lambda: bare.get_template("signs.j2").render(plain),
        "Jinja2, compiled anew each time": lambda: sandboxed.from_string(TEMPLATE).render(plain),
        "campaign: render": lambda: renderer.render("signs.j2", names)[0],
        "campaign: compose": lambda: composer.compose(campaign, slot, moment, slot.targets[0]).posts[0].text,
    }
    expected = works["Jinja2"]()
    yield {name: partial(_timed, posts, work, expected) for name, work in works.items()}


CONTEST = Contest("posts rendered from one template", 2000, 3, _prepare)
