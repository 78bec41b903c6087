"""The rules that no pattern can hold."""

from __future__ import annotations

import pytest

from campaign.core.safeguard.reading import READERS, Read

CASES = {
    "SG09": (
        [
            "About 40 million people.",
            "Ada 12.500 kasus.",
            "Sekitar 38 persen adalah anak.",
            "Nearly 61% are women.",
            "jutaan orang",
            "1,540 reports",
        ],
        [
            "In 2027 we met 12 people.",
            "https://example.org/12345678",
            "Pukul 10.00, 30 Juli 2027",
            "Iuran Rp50.000 saja",
            "Call 0800 1000 now",
        ],
    ),
    "AX03": (
        ["A 😀😀", "🌍🌱🕊️🙏 all", "Help 🙏 is near", "🔸 First\n🔸 Second"],
        ["All is well 🙏", "Plain words", "Two at the end 🌱 🙏", "© 2027 Yayasan ™"],
    ),
    "AX04": (["𝗕𝗼𝗹𝗱 words", "ｗｉｄｅ", "Ⓒⓘⓡⓒⓛⓔ"], ["Bold words", "Café, naïve, Ünï", "人身取引"]),
    "AX06": (
        ["READ THIS NOW: SHARE THAT WITH EVERYONE"],
        ["UNODC, IOM and ILO say it", "SAPA 129", "Read THIS and THAT"],
    ),
    "AX07": (
        ["#A1 #B2 #C3 #D4", "Stop #Forced labour now"],
        ["Words.\n\n#KnowTheSigns #Help", "Words #One https://example.org"],
    ),
    "AX08": (
        [" ".join(["word"] * 31) + ".", "\n".join([" ".join(["word"] * 22) + "."] * 3)],
        ["Short words. And again. And more."],
    ),
    "AX12": (
        ["Apa itu TPPO?"],
        ["Tindak pidana perdagangan orang (TPPO) adalah kejahatan. TPPO melukai.", "#TPPO"],
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_it_finds_what_it_is_for_and_leaves_the_rest(rule: str) -> None:
    bad, good = CASES[rule]
    assert [text for text in bad if not list(READERS[rule](Read(text)))] == []
    assert [text for text in good if list(READERS[rule](Read(text)))] == []


def test_every_reader_is_tried() -> None:
    assert set(CASES) == set(READERS)


def test_a_figure_that_a_fact_printed_has_its_source() -> None:
    text = "About 50 million people, says ILO. And 12,000 more."
    assert [
        text[slice(*at)] for at in READERS["SG09"](Read(text, facts=("About 50 million people, says ILO.",)))
    ] == ["12,000"]


def test_instagram_may_have_five_hashtags() -> None:
    five = "Words.\n#One #Two #Three #Four #Five"
    assert list(READERS["AX07"](Read(five, "instagram"))) == []
    assert list(READERS["AX07"](Read(five, "mastodon")))
