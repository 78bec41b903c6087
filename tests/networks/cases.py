"""How a network takes part in the contract suite: a file ``case_NAME.py`` beside this one with a ``CASE``.

A case says how to make the adapter, what a server that accepts looks like, and how to read what it got. The
suite (test_contract.py) does the rest. The scripted server plays the network; ``accept`` gives it its
memory.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from campaign.core.model import Media, Post
from campaign.core.outcome import CannotTell, Found, Outcome, Scope, Unknown
from campaign.networks.base import Network
from tests.networks.memory import Folder, Memory
from tests.networks.scripted import Hold, Instead, Reset, ScriptedServer

KEY = "6d9f0f3e-2f5b-5c8f-9f5a-1c1c5f0b7a10"


def moving(kind: str = "GIF") -> bytes:
    """A picture of two frames, half a second each."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("white", "black")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=500, loop=0)
    return out.getvalue()


def drawn(kind: str = "PNG", size: tuple[int, int] = (400, 320), **options: Any) -> bytes:
    """A small picture, as Pillow writes it: without anything that has to be taken out before it is uploaded."""
    image = Image.new("RGB", size, "white")
    image.paste((200, 30, 30), (0, 0, size[0] // 2, size[1] // 2))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PICTURE = drawn(optimize=True)
"""400 x 320 pixels, as PNG; uploaded as it is."""

PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()


@dataclass
class Bench:
    """What an adapter is made with: the server's address, a workspace folder, a vault, a short timeout
    (seconds). ``own``: the server of an OwnCase."""

    url: str
    files: Folder
    vault: Memory = field(default_factory=Memory)
    timeout: float = 20.0
    own: OwnServer | None = None


@dataclass(frozen=True)
class Seen:
    """One post as the network has it. None: the network has no such field."""

    text: str
    alts: tuple[str, ...] | None
    language: str | None
    warning: str | None
    key: str | None


@dataclass(frozen=True)
class HttpCase:
    """A network behind HTTP.

    ``secrets``: the fake secrets that ``make`` puts in; none may ever be read. ``accept``: script a server
    that publishes, with the network's own idempotency. ``publish``: method and path (a regular expression)
    of THE request that publishes. ``published``: what the server has, in order. ``whoami``: method and path
    of the request by which credentials are proved. ``forbidden``: what a plain 403 is about. ``empty``:
    what an empty 200 means. ``after_loss``: what ``find`` says when the server has the post but its answer
    was lost. ``whoami_reads_nothing``: any success will do there.
    ``tells_limits``: its answers say what is left of the login's limit. ``post``: what to send, where the usual
    example does not fit. ``keys``: the account in config.yaml as a YAML flow mapping without braces, ``network`` and
    ``language``; ``{url}`` is the server. ``environment``: the variables that its secrets name.
    """

    name: str
    secrets: tuple[str, ...]
    make: Callable[[Bench], Network]
    accept: Callable[[ScriptedServer], None]
    publish: tuple[str, str]
    published: Callable[[ScriptedServer], list[Seen]]
    whoami: tuple[str, str]
    forbidden: Scope = Scope.POST
    empty: type[Outcome] = Unknown
    after_loss: type[Found] = CannotTell
    whoami_reads_nothing: bool = False
    tells_limits: bool = False
    post: Post | None = None
    keys: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def example(self) -> Post:
        return self.post or example()


@dataclass(frozen=True)
class FolderCase:
    """A network that is a folder. ``folder``: where it writes; ``done``: the outcome of a send that went well;
    ``keys``: as in ``HttpCase``."""

    name: str
    secrets: tuple[str, ...]
    make: Callable[[Bench], Network]
    published: Callable[[Bench], list[Seen]]
    folder: Callable[[Bench], Path]
    done: type[Outcome]
    after_loss: type[Found]
    keys: str = ""

    def example(self) -> Post:
        return example()


@dataclass(frozen=True)
class No:
    """The server refuses this post for certain, in these words; it does not carry the request out."""

    words: str


class OwnServer(Protocol):
    """The server that an OwnCase brings: it accepts, unless it is told otherwise."""

    url: str

    def fault(self, effect: Hold | Reset | Instead | No) -> None:
        """What becomes of the next request that publishes (a Reset after no byte; an Instead is bytes, or the text of
        a message)."""

    def attempts(self) -> int:
        """How many requests that publish have arrived whole."""

    def published(self) -> list[Seen]:
        """What it has, in order."""


@dataclass(frozen=True)
class OwnCase:
    """A network that speaks another protocol than HTTP and brings a server for it.

    ``serve``: a server on a free port of this machine, until the block ends. ``breaks``: the dotted name of a function
    on the adapter's way to publishing; a test lets it raise. Everything else as in ``HttpCase``.
    """

    name: str
    secrets: tuple[str, ...]
    make: Callable[[Bench], Network]
    serve: Callable[[], AbstractContextManager[OwnServer]]
    breaks: str
    after_loss: type[Found] = CannotTell
    keys: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def example(self) -> Post:
        return example()


Case = HttpCase | FolderCase | OwnCase


def example() -> Post:
    """A post with everything that a network may carry."""
    return Post(
        text="Kenali tandanya: paspor ditahan. https://example.org/tanda",
        language="id",
        media=(
            Media("signs/01.png", "Sebuah tangan memegang paspor", "image/png", PICTURE_SHA256),
            Media("signs/02.png", 'Tanda "kerja paksa" & <utang>', "image/png", PICTURE_SHA256),
        ),
        warning="perdagangan orang",
        link="https://example.org/tanda",
    )


def bench(url: str, root: Path) -> Bench:
    """A bench whose workspace holds the example's pictures."""
    files = Folder(root)
    for media in example().media:
        files.write(media.file, PICTURE)
    return Bench(url, files)


def cases() -> Sequence[Case]:
    """Every case there is: those beside this file, or the modules that CAMPAIGN_CASES names (a package's own)."""
    names = os.environ.get("CAMPAIGN_CASES", "").split()
    here = sorted(path.stem for path in Path(__file__).parent.glob("case_*.py"))
    return [importlib.import_module(name).CASE for name in names or [f"tests.networks.{n}" for n in here]]
