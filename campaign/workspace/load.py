"""The door: every file of a workspace becomes one value, and everything that is wrong is said at once."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from campaign.core import model
from campaign.core.model import AD_HOC, Campaign, Spec, Workspace
from campaign.core.packs import pack_of
from campaign.errors import Level, Place, WorkspaceError
from campaign.workspace import cardkeys, explain, hotlines, packs, quiet
from campaign.workspace.cards import CardPress
from campaign.workspace.config import NAME as CONFIG
from campaign.workspace.config import read_config
from campaign.workspace.findings import Findings
from campaign.workspace.kept import Keeper, Read, shared
from campaign.workspace.keys import links_of
from campaign.workspace.known import Shelf, read_known
from campaign.workspace.pictures import Gallery
from campaign.workspace.publicdays import PublicDays
from campaign.workspace.readers import complaint, kind_of, read_id
from campaign.workspace.schedules import RESERVED, CampaignHead, SlotKeys
from campaign.workspace.slots import Around, Inherited, inherit, read_slot, stems_of
from campaign.workspace.targets import warn_unspoken
from campaign.workspace.templates import read_posts
from campaign.workspace.tree import Entry, read_bytes, walk
from campaign.workspace.yamlfile import MAX_BYTES, Document, Map, Seq, read
from campaign.workspace.yamltext import Unreadable

SCHEDULES = "schedules"


def load(
    directory: Path,
    specs: Mapping[str, Spec],
    beside: Mapping[str, bytes] | None = None,
    earlier: Workspace | None = None,
) -> Workspace:
    """The workspace in a folder. ``specs``: the networks that there are, by name. ``beside``: campaigns that are not
    on disk, by name, read as if their files were there. ``earlier``: what was loaded before; files that are as they
    were then are not parsed again.

    A campaign with an error is in ``broken`` while the others load; every problem is in ``problems``, by place.
    WorkspaceError, with all problems, when config.yaml itself can't be used.
    """
    with _no_collection():
        return _load(directory, specs, beside or {}, Keeper(earlier.kept if earlier else None))


def _load(
    directory: Path, specs: Mapping[str, Spec], beside: Mapping[str, bytes], keeper: Keeper
) -> Workspace:
    findings = Findings()
    digest = hashlib.sha256()
    common = hashlib.sha256()
    knowledge = hashlib.sha256()
    _rename(directory, findings)
    config = _read(directory, CONFIG, keeper, digest, common, knowledge)
    settings = read_config(config, specs, findings)
    posts = read_posts(directory, findings)
    for entry in posts.entries:
        digest.update(f"posts/{entry.name}\0{entry.size}\0{entry.mtime_ns}\n".encode())
    for name, content in (*posts.templates.items(), *posts.tables.items()):
        for part in (digest, common):
            part.update(f"{name}\0{content}\0".encode())

    @cache
    def about(name: str) -> Document:
        return _read(directory, name, keeper, digest, common, knowledge)

    used = packs.read_packs(posts, settings.packs if settings else None, config, about, findings)
    packs.check_own(used, posts.templates, findings)
    if settings is not None:
        packs.must_have_needs(used, settings.vars, about, findings)
    pictures = Gallery(entry for entry in posts.entries if entry.name in posts.media)
    if settings is not None:
        cardkeys.logo_must_be_there(settings.cards, config, posts.media, pictures, findings)
    files = list(_schedules(directory, findings))
    there = {f"posts/{name}" for name in posts.media} | {f"{SCHEDULES}/{entry.name}" for entry in files}
    known = read_known(Shelf(there, posts, used, about, findings), settings, specs)
    around: Around | None = None
    if settings is not None:
        hotlines.must_be_there(config, settings.hotlines, known.hotlines, findings)
        quiet.must_be_there(settings.quiet_on, (), config, known.observances, findings)
        around = Around(
            settings,
            posts.templates,
            _stems(posts.templates),
            posts.sizes,
            known.observances,
            known.hotlines,
            {rule.id: rule for rule in known.rules},
            tuple(pack.id for pack in used),
            any(pack.alts for pack in used),
        )
    campaigns: dict[str, Campaign] = {}
    broken: set[str] = set()
    same = shared(knowledge.hexdigest(), posts, used, settings, specs) if settings else ""
    on_disk = [entry.name.removesuffix(".yaml") for entry in files if entry.name not in RESERVED]
    for stem in (*on_disk, *beside):
        read = _campaign(directory, stem, around, digest, same, keeper, beside.get(stem))
        findings.extend(read.problems)
        campaign = read.campaign
        if campaign is None:
            broken.add(stem)
        else:
            campaigns[stem] = campaign
    problems = findings.sorted()
    if settings is None:
        # The sentence of the exception is the first problem: let it be an error, and one of config.yaml.
        raise WorkspaceError(
            sorted(problems, key=lambda p: (p.level is not Level.ERROR, p.place.file != CONFIG))
        )
    return Workspace(
        root=directory,
        id=settings.id,
        zone=settings.zone,
        store=settings.store,
        languages=settings.languages,
        accounts=settings.accounts,
        campaigns=campaigns,
        templates=posts.templates,
        tables=posts.tables,
        media=frozenset(posts.media),
        pictures=pictures,
        facts=known.facts,
        people=settings.people,
        vars=settings.vars,
        links=settings.links,
        heartbeat=settings.heartbeat,
        senders=settings.senders,
        alerts=settings.alerts,
        problems=problems,
        hotlines=known.hotlines,
        checks=known.checks,
        consents=known.consents,
        organisations=known.organisations,
        claims=known.claims,
        audience=settings.audience,
        preferred=settings.hotlines,
        packs=used,
        cards=settings.cards,
        press=CardPress(directory),
        observances=known.observances,
        holidays=PublicDays(settings.languages[0]),
        rules=known.rules,
        broken=frozenset(broken),
        digest=digest.hexdigest(),
        common=common.hexdigest(),
        kept=keeper.kept,
    )


def _stems(templates: Iterable[str]) -> frozenset[str]:
    """What templates may be called in a slot; those of a pack with and without their folder."""
    names = [*templates, *(name.split("/", 2)[2] for name in templates if pack_of(name))]
    return frozenset(stem for name in names for stem in stems_of(name))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without garbage collection while thousands of values are made: none of them is garbage, and looking for it makes
    reading three times as slow."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read(directory: Path, name: str, keeper: Keeper, *digests: hashlib._Hash) -> Document:
    """A YAML file of the workspace; its bytes count towards the digests."""
    data = _bytes(directory, name, *digests)
    return data if isinstance(data, Document) else keeper.document(name, data, read)


def _bytes(directory: Path, name: str, *digests: hashlib._Hash) -> bytes | Document:
    """The bytes of a file, which count towards the digests; a document that says why there are none."""
    try:
        data = read_bytes(directory / name, MAX_BYTES)
    except Unreadable as stop:
        problem = stop.problem(name)
        for digest in digests:
            digest.update(f"{name}\0{problem}\0".encode())
        return Document(name, "", None, (problem,))
    for digest in digests:
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return data


def _rename(directory: Path, findings: Findings) -> None:
    for name in (
        "config.yml",
        "posts/facts.yml",
        "posts/hotlines.yml",
        "posts/organisations.yml",
        "posts/consents.yml",
    ):
        try:
            there = (directory / name).is_file()
        except OSError:
            there = False
        if there:
            findings.add(Place(name), "this file is not read", f"rename it to {name[:-3]}yaml", rule="ending")


def _schedules(directory: Path, findings: Findings) -> Iterator[Entry]:
    """The YAML files of schedules/; those that are there and not read are in ``findings``."""
    for entry in walk(directory / SCHEDULES, SCHEDULES, findings):
        place = Place(f"{SCHEDULES}/{entry.name}")
        folder, _, last = entry.name.rpartition("/")
        stem, dot, ending = last.rpartition(".")
        if not dot or ending.lower() not in ("yaml", "yml"):
            continue
        if folder:
            findings.warn(place, "this file is not read", "campaigns lie in schedules/ itself", rule="ending")
        elif ending != "yaml":
            findings.add(place, "this file is not read", f"rename it to {stem}.yaml", rule="ending")
        elif last not in RESERVED and (bad := complaint(read_id, stem)):
            findings.add(place, f"the name of a campaign is its file's: {bad[0]}", bad[1])
        elif stem == AD_HOC:
            told = f"a campaign can't be called {AD_HOC}: what `campaign post --text` says is logged under that name"
            findings.add(place, told, "choose another name")
        else:
            yield entry


def _campaign(
    directory: Path,
    stem: str,
    around: Around | None,
    digest: hashlib._Hash,
    same: str,
    keeper: Keeper,
    data: bytes | None = None,
) -> Read:
    """The campaign in schedules/STEM.yaml (or in ``data``, where the file is not there); ``same``: the digest of what
    it may refer to. Without ``around`` (config.yaml is broken) only the form of the file is checked."""
    name = f"{SCHEDULES}/{stem}.yaml"
    there = _bytes(directory, name, digest) if data is None else data

    def parsed() -> Read:
        findings = Findings()
        document = there if isinstance(there, Document) else read(name, there)
        campaign = _parsed(stem, document, around, findings)
        return Read(campaign, tuple(findings.problems))

    if isinstance(there, Document) or around is None:
        return parsed()
    return keeper.campaign(same, name, there, parsed)


def _parsed(stem: str, document: Document, around: Around | None, findings: Findings) -> Campaign | None:
    """The campaign, or None when it has errors."""
    findings.extend(document.problems)
    root = document.root
    if not isinstance(root, Map):
        if root is not None:
            findings.add(
                document.place(),
                "a campaign is a mapping",
                "it holds lines such as `starts: 2027-07-01`, and `posts:`",
            )
        return None
    head: CampaignHead | None = None
    try:
        head = CampaignHead.model_validate({key: value for key, value in root.items() if key != "posts"})
    except ValidationError as error:
        findings.extend(explain.problems(error, CampaignHead, document, known=("posts",)))
    inherited = inherit(head, around.settings) if head and around else None
    if head is not None and around is not None:
        hotlines.must_be_there(document, head.hotlines or (), around.hotlines, findings)
        read_by = head.audience.languages if head.audience else None
        warn_unspoken(document, read_by or (), around.settings.accounts, findings)
        quiet.must_be_there(head.quiet_on, (), document, around.observances, findings)
    slots = list(_slots(document, inherited, around, findings))
    if head is None or inherited is None or around is None or findings.errors():
        return None
    return Campaign(
        id=stem,
        title=head.title or {"": stem},
        zone=inherited.zone,
        slots=tuple(slots),
        place=document.place(),
        digest=hashlib.sha256(document.text.encode()).hexdigest(),
        starts=head.starts,
        ends=head.ends,
        hashtags={language: tuple(words) for language, words in head.hashtags.items()},
        vars=head.vars,
        links=links_of(head.links),
        audience=head.audience.value() if head.audience else None,
        hotlines=tuple(dict.fromkeys(head.hotlines)) if head.hotlines else None,
    )


def _slots(
    document: Document, campaign: Inherited | None, around: Around | None, findings: Findings
) -> Iterator[model.Slot]:
    """The slots that can be read, one by one, so that a wrong one hides no other."""
    items = document.root.get("posts")
    if not isinstance(items, Seq) or not items:
        what = (
            "`posts` is missing" if items is None else f"`posts` takes a list of posts, not {kind_of(items)}"
        )
        findings.add(
            document.place(("posts",)),
            "there are no posts" if items == [] else what,
            "write posts: and below it - id: …",
        )
        return
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        path = ("posts", index)
        if not isinstance(item, Map):
            findings.add(document.place(path), f"a post is a mapping, not {kind_of(item)}", "write - id: …")
            continue
        slot_id = item.get("id")
        if isinstance(slot_id, str) and first.setdefault(slot_id, index) != index:
            other = document.place(("posts", first[slot_id], "id"))
            findings.add(
                document.place((*path, "id")),
                f"the id `{slot_id}` is there twice",
                f"it is also in line {other.line}: every post of a campaign has its own",
                rule="duplicate-id",
            )
        try:
            keys = SlotKeys.model_validate(item)
        except ValidationError as error:
            findings.extend(explain.problems(error, SlotKeys, document, path))
            continue
        if campaign is not None and around is not None:
            slot = read_slot(keys, path, document, campaign, around, findings)
            if slot is not None:
                yield slot
