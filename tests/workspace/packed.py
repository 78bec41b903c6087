"""Packs made for tests: their files, a pack.yaml with true checksums, and the ZIP that an issuer would send."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from tests.workspace.small import write


@cache
def picture(kind: str = "JPEG", size: int = 16, colour: str = "teal") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, kind)
    return file.getvalue()


SIGNS = """\
{% block greeting %}{{ vars.org }} says:{% endblock %}

{% block heart %}Nobody may keep your passport. It may be a sign, it is no proof.{% endblock %}

{{ link('act') }} {{ hashtags() }}
"""

FILES: Mapping[str, str | bytes] = {
    "signs.j2": SIGNS,
    "signs.id.j2": SIGNS.replace(
        "Nobody may keep your passport", "Tak ada yang boleh menahan paspormu"
    ).replace("It may be a sign, it is no proof", "Ini bisa menjadi tanda, bukan bukti"),
    "tips.j2": "{{ row.text }}\n{% include 'foot.j2' %}\n",
    "foot.j2": "{{ vars.contact }}\n",
    "tips.csv": "id,text,text.id\na,Keep a copy.,Simpan salinan.\nb,Tell a friend.,Beri tahu teman.\n",
    "images/tea.jpg": picture(),
    "facts.yaml": "facts:\n  - {id: packed, text: {en: One in two., id: Satu dari dua.}, source: {title: A report}, "
    "publishable: true}\n",
    "hotlines.yaml": "hotlines:\n  - {id: id-line, name: {en: A line, id: Saluran}, country: ID, status: green, "
    'source: "https://example.org/line", channels: [{type: phone, show: "129"}]}\n',
    "observances.yaml": "observances:\n  - {id: packed-day, rule: {type: fixed, month: 7, day: 9}}\n",
    "README.md": "# Act together\n",
}

ABOUT: Mapping[str, Any] = {
    "id": "act",
    "version": "1.0.0",
    "issuer": "Koalisi Contoh",
    "licence": "CC-BY-4.0",
    "languages": ["id", "en"],
    "review_by": "2027-12-31",
    "needs": ["org"],
    "vars": {"contact": "halo@example.org"},
    "links": {"act": {"url": "https://example.org/act"}},
    "hashtags": {"id": ["AkhiriPerdaganganOrang"], "en": ["EndHumanTrafficking"]},
    "templates": {"signs": {"editable": ["greeting"]}},
    "assets": {"images/tea.jpg": {"alt": {"id": "Dua cangkir teh", "en": "Two cups of tea"}}},
    "dos": {"id": ["Pakai kata-kata sendiri."], "en": ["Use your own words."]},
    "donts": {"id": ["Jangan menyebut nama."], "en": ["Name nobody."]},
}


def pack(files: Mapping[str, str | bytes | None] | None = None, /, **about: Any) -> dict[str, bytes]:
    """The files of a pack: FILES with ``files`` over them (None takes one out), and a pack.yaml with their checksums.
    ``about``: keys of pack.yaml over ABOUT; None takes one out."""
    merged = {**FILES, **(files or {})}
    made = {
        name: content.encode() if isinstance(content, str) else content
        for name, content in merged.items()
        if content is not None
    }
    keys = {key: value for key, value in {**ABOUT, **about}.items() if value is not None}
    if "images/tea.jpg" not in made and "assets" not in about:
        keys.pop("assets", None)
    if "files" not in about:
        keys["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
    return {"pack.yaml": yaml.safe_dump(keys, sort_keys=False, allow_unicode=True).encode(), **made}


def install(folder: Path, made: Mapping[str, bytes], name: str = "act") -> None:
    """Put a pack's files where an import would."""
    for file, data in made.items():
        write(folder, f"posts/packs/{name}/{file}", data)


def zipped(made: Mapping[str, bytes], folder: str = "") -> bytes:
    """The ZIP of a pack, its files in ``folder`` if there is one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            # One date for all: the same files are the same bytes, in whichever second they are zipped.
            archive.writestr(zipfile.ZipInfo(folder + name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()
