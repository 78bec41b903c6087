"""Files that nobody should have written: each verb says so, and none breaks."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import CONFIG, Place

FILES: dict[str, bytes] = {
    "empty": b"",
    "binary": b"\x00\xff\xfe",
    "only a byte order mark": b"\xef\xbb\xbf",
    "a list": b"- a\n",
    "a ring of aliases": b"a: &a [*a]\n",
    "a template without quotes": b"posts:\n  - {id: x, at: {{ y }}\n",
    "not UTF-8": "title: dér".encode("latin-1"),
    "a number for a name": b"posts: [{id: 12, at: 1999, text: 5}]\naccounts: 7\n",
}


@pytest.mark.parametrize("name", ["schedules/bad.yaml", "config.yaml", "posts/facts.yaml"])
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_bad_file_is_a_problem(place: Place, name: str, data: bytes) -> None:
    (place.folder / name).write_bytes(data)
    for verb in ("check", "plan", "status", "log"):
        said = place(verb)
        assert said.code in (0, 1), said.err
        assert "bug" not in said.err
    if name != "posts/facts.yaml":
        assert place("check").code == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda place: (place.folder / "campaign.db").write_bytes(
            b"this is no database, whatever its name says"
        ),
        lambda place: (place.folder / "campaign.db").mkdir(),
        lambda place: place.write("config.yaml", CONFIG + "store: mysql://root@localhost/x\n"),
        lambda place: place.write("config.yaml", CONFIG + "store: 'sqlite:////no/such/folder/campaign.db'\n"),
    ],
    ids=["no database", "a folder", "another database", "nowhere"],
)
def test_a_store_that_can_not_be_used(place: Place, spoil: Callable[[Place], object]) -> None:
    spoil(place)
    said = place("run", "--once", "--new-store")
    assert said.code == 1, said
    assert said.err.startswith("campaign: ")
    assert "hint: " in said.err


def test_a_text_with_commands_for_the_terminal_is_disarmed(place: Place) -> None:
    place.campaign(vigil="Look \x1b]0;owned\x07 \u202ehere")
    for words in (["plan"], ["preview", "c"], ["check"], ["post", "c/vigil"], ["log"]):
        said = place(*words)
        assert "\x1b" not in said.out + said.err
        assert "\u202e" not in said.out + said.err
