"""A long text as the parts of a thread: where it breaks, that nothing is lost, and that every part fits."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign.core import text as texts
from campaign.core.sentences import Strength, breaks
from campaign.core.split import Fits, split
from campaign.core.text import TextRules, Unit

RULES = {
    "characters": TextRules(limit=60, unit=Unit.GRAPHEMES),
    "weighted": TextRules(limit=60, unit=Unit.WEIGHTED, url_length=23),
    "mastodon": TextRules(limit=60, unit=Unit.MASTODON, url_length=23),
    "utf16": TextRules(limit=60, unit=Unit.UTF16),
    "bytes": TextRules(limit=90, unit=Unit.GRAPHEMES, max_bytes=120),
}


def under(limit: int, first: int | None = None) -> Fits:
    return lambda text, number: len(text) <= (first if first and number == 1 else limit)


def within(rules: TextRules) -> Fits:
    return lambda text, number: not texts.problems(text, "", rules)


def sentences(text: str) -> list[str]:
    """The text broken at the ends of all its sentences, lines and paragraphs."""
    pieces, start = [], 0
    for place in breaks(text):
        if place.strength >= Strength.SENTENCE:
            pieces.append(text[start : place.end])
            start = place.start
    return [*pieces, text[start:]]


def bare(text: str) -> str:
    """A text without what may be lost between two parts."""
    return re.sub(r"[\s\u200b\u2060\ufeff]+", "", text)


# -- where sentences end -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Kami bertemu dr. Sari dan Prof. Dr. Ani di RS. Harapan, Jl. Sudirman No. 5 pukul 20.00.",
        "Harganya Rp 10.000.000 atau US$1.50 per hari.",
        "See Mr. Brown, Dr. Lee, e.g. Monday, i.e. tomorrow, and the U.S. Government.",
        "Lihat hlm. 12, Vol. 3, Art. 4 dan Tel. 021-555.",
        "Kepada Yth. Bapak A. Rahman, a.n. Yayasan.",
        "Baca https://example.org/a.b/c?d=e.f dan www.example.org/x.y sekarang.",
        '"Tolong!" katanya, "jangan pergi?" lalu diam...',
        "Kami ... menunggu … kabar.",
        "1. Jangan beri paspormu",
        "a. Jangan beri paspormu",
        "Tanggal 30 Jul. 2027 di Kab. Bogor.",
        "Hubungi kami:\nSAPA 129",
        "Hubungi kami:\n\nSAPA 129",
    ],
)
def test_one_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Satu. Dua! Tiga? Empat", ["Satu.", "Dua!", "Tiga?", "Empat"]),
        ("Jam 20.00. Datanglah.", ["Jam 20.00.", "Datanglah."]),
        ("Pada tahun 2027. Kami di sana.", ["Pada tahun 2027.", "Kami di sana."]),
        ("Tonight at 8 p.m. Bring candles.", ["Tonight at 8 p.m.", "Bring candles."]),
        ("Really? No. He left.", ["Really?", "No.", "He left."]),
        ("Judi, narkoba, dll. Hubungi kami.", ["Judi, narkoba, dll.", "Hubungi kami."]),
        ("(Lihat hlm. 5.) Lalu pulang.", ["(Lihat hlm. 5.)", "Lalu pulang."]),
        ("“Jangan pergi.” “Mengapa?” Diam.", ["“Jangan pergi.”", "“Mengapa?”", "Diam."]),
        ("Dia menunggu… Lalu datang.", ["Dia menunggu…", "Lalu datang."]),
        ("Call us! 📞 Tell a friend. 🙏🏽 Now.", ["Call us!", "📞", "Tell a friend.", "🙏🏽", "Now."]),
        (
            "Lihat https://a.example/x. https://b.example Ini.",
            ["Lihat https://a.example/x.", "https://b.example Ini."],
        ),
        ("Sudah. #AkhiriTPPO @org", ["Sudah.", "#AkhiriTPPO @org"]),
        ("Judul\n- satu\n- dua\n\nAkhir", ["Judul", "- satu", "- dua", "Akhir"]),
        ("求助。请打电话！「真的吗？」是的", ["求助。", "请打电话！", "「真的吗？」", "是的"]),
        ("त्रासदी। मदद लें।", ["त्रासदी।", "मदद लें।"]),
        ("هل أنت بخير؟ اتصل بنا.", ["هل أنت بخير؟", "اتصل بنا."]),
    ],
)
def test_several_sentences(text: str, pieces: list[str]) -> None:
    assert sentences(text) == pieces


@pytest.mark.parametrize(
    "whole",
    [
        "https://example.org/路径/。下",
        "#反人口贩卖日今天",
        "@组织@example.org",
        "ani@example.org",
        "example.org/a/b",
        "👩🏽\u200d🚀",
        "🇮🇩",
        "e\u0301e\u0301",
        "SAPA\u00a0129",
        "10\u202f000",
        "น้ำ",
    ],
)
def test_what_is_never_broken(whole: str) -> None:
    link = whole.removesuffix("。下")  # a full stop of Chinese ends the link
    text = f"{link} {link}"
    assert [(place.end, place.start) for place in breaks(text)] == [(len(link), len(link) + 1)]


def test_signs_and_emoji_may_stand_apart_but_not_from_what_closes_them() -> None:
    assert [place.end for place in breaks("人口贩卖。")] == [1, 2, 3]
    assert [place.end for place in breaks("🙏🏽👩🏽\u200d🚀🇮🇩")] == [2, 6]


# -- parts ---------------------------------------------------------------------------------------------------


def test_what_fits_stays_as_it_is_to_the_letter() -> None:
    text = " Satu.  Dua.\n\n\u200b"
    assert split([text], under(50)) == split([text], under(50), numbered=True) == (text,)
    assert split(["", "a"], under(50)) == ("", "a")


def test_sentences_fill_the_parts() -> None:
    text = "Satu dua. Tiga empat. Lima enam. Tujuh."
    assert split([text], under(22)) == ("Satu dua. Tiga empat.", "Lima enam. Tujuh.")


def test_a_paragraph_end_is_better_when_it_costs_no_part() -> None:
    text = "Satu dua tiga.\n\nEmpat. Lima enam tujuh. Delapan."
    assert split([text], under(25)) == ("Satu dua tiga.", "Empat. Lima enam tujuh.", "Delapan.")
    text = "Satu dua tiga empat.\n\nLima. Enam tujuh delapan sembilan."
    assert split([text], under(36)) == ("Satu dua tiga empat.", "Lima. Enam tujuh delapan sembilan.")


def test_an_early_paragraph_end_makes_no_further_part() -> None:
    text = "x" * 139 + ".\n\n" + "y" * 126 + ". " + "Z" + "z" * 248 + "."
    assert [len(part) for part in split([text], under(280))] == [140 + 2 + 127, 250]


def test_a_sentence_that_is_too_long_breaks_at_a_clause_and_then_at_a_word() -> None:
    text = "Satu dua tiga, empat lima enam tujuh delapan sembilan."
    assert split([text], under(20)) == ("Satu dua tiga,", "empat lima enam", "tujuh delapan", "sembilan.")


def test_a_short_sentence_stands_alone_only_before_one_that_stays_whole() -> None:
    assert split(["Hai! Satu dua tiga empat lima."], under(26)) == ("Hai!", "Satu dua tiga empat lima.")
    assert split(["Hai! Satu dua tiga empat lima enam."], under(20)) == (
        "Hai! Satu dua tiga",
        "empat lima enam.",
    )


def test_the_first_part_may_have_another_limit() -> None:
    text = "Satu dua. Tiga empat. Lima enam. Tujuh."
    assert split([text], under(40, first=10)) == ("Satu dua.", "Tiga empat. Lima enam. Tujuh.")


def test_parts_that_a_person_wrote_stay_apart() -> None:
    assert split(["Satu.", "Dua dua. Tiga tiga.", "Empat."], under(10)) == (
        "Satu.",
        "Dua dua.",
        "Tiga tiga.",
        "Empat.",
    )


def test_what_can_not_be_broken_is_left_too_long_and_alone() -> None:
    link = "https://example.org/" + "a" * 40
    assert split([f"Lihat {link} di sana."], under(20)) == ("Lihat", link, "di sana.")
    assert split(["a" * 50], under(20), numbered=True) == ("a" * 50,)


def test_where_nothing_fits_nothing_is_split() -> None:
    assert split(["Satu. Dua."], lambda text, number: False, numbered=True) == ("Satu. Dua.",)


def test_chinese_breaks_anywhere_but_inside_a_tag() -> None:
    assert split(["人口贩卖是犯罪请打电话 #反人口贩卖"], under(7)) == (
        "人口贩卖是犯罪",
        "请打电话",
        "#反人口贩卖",
    )


def test_numbers_count_and_their_total_too() -> None:
    text = " ".join(["Satu dua."] * 40)
    parts = split([text], under(20), numbered=True)
    assert len(parts) == 40
    assert parts[0] == "Satu dua. (1/40)" and parts[-1] == "Satu dua. (40/40)"
    nine = split([" ".join(["Satu dua tiga."] * 9)], under(20), numbered=True)
    assert nine[8] == "Satu dua tiga. (9/9)"
    # One more: nothing is wide enough for "Satu dua tiga. (1/10)" now.
    ten = split([" ".join(["Satu dua tiga."] * 10)], under(20), numbered=True)
    assert all(len(part) <= 20 for part in ten) and len(ten) > 10


def test_numbers_run_through_the_parts_that_a_person_wrote() -> None:
    assert split(["Satu.", "Dua."], under(20), numbered=True) == ("Satu. (1/2)", "Dua. (2/2)")


def test_a_very_long_text_is_split_in_good_time() -> None:
    measured = []

    def fits(text: str, number: int) -> bool:
        measured.append(len(text))
        return len(text) <= 280

    split(["Kenali tandanya, simpan nomornya. " * 1900, "\u00a0" * 60_000 + "@", "a" * 60_000], fits)
    assert sum(measured) < 4_000_000
    assert sum(length > 1200 for length in measured) < 10


# -- properties ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *(
            "Kenali",
            "tandanya",
            "simpan",
            "nomor",
            "dr.",
            "No.",
            "5",
            "pukul",
            "20.00",
            "e.g.",
            "help!",
            "Why?",
        ),
        *("(yes.)", "“Stop.”", "kami,", "tahu;", "—", "…", "https://example.org/a.b?c=d.", "example.org"),
        *(
            "#AkhiriTPPO",
            "@org@mastodon.example",
            "🙏🏽",
            "👩🏽\u200d🚀",
            "🇮🇩",
            "e\u0301",
            "人口贩卖。",
            "求助！",
        ),
        *("ไทย", "SAPA\u00a0129", "\u200b"),
    ]
)
TEXTS = st.lists(
    st.tuples(WORDS, st.sampled_from([" ", " ", " ", "\n", "\n\n", ""])), min_size=1, max_size=60
).map(lambda pairs: "".join(word + blank for word, blank in pairs))


@settings(deadline=None)  # a library is loaded at the first look
@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(sorted(RULES)), st.booleans())
@example(["人口贩卖。求助！" * 20], "weighted", True)
def test_nothing_is_lost_and_all_that_can_fits(written: list[str], name: str, numbered: bool) -> None:
    fits = within(RULES[name])
    parts = split(written, fits, numbered=numbered)
    if len(parts) > 1 and numbered:
        suffixes = [f" ({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
        assert all(part.endswith(suffix) for part, suffix in zip(parts, suffixes, strict=True))
        shown = [part.removesuffix(suffix) for part, suffix in zip(parts, suffixes, strict=True)]
    else:
        shown = list(parts)
    assert bare("".join(shown)) == bare("".join(written))
    for number, (part, text) in enumerate(zip(parts, shown, strict=True), 1):
        assert fits(part, number) or not breaks(text)
        if any(map(bare, written)):
            assert bare(text) or text in written


@settings(deadline=None)  # a library is loaded at the first look
@given(TEXTS, st.sampled_from(sorted(RULES)))
def test_no_two_neighbours_could_be_one(written: str, name: str) -> None:
    fits = within(RULES[name])
    parts = split([written], fits)
    at = 0
    for number, (one, two) in enumerate(pairwise(parts), 1):
        begin = written.index(one, at)
        end = written.index(two, begin + len(one)) + len(two)
        assert not fits(written[begin:end], number)
        at = begin + len(one)


@given(st.text(max_size=200), st.integers(1, 30))
def test_any_text_breaks_between_clusters_only(written: str, limit: int) -> None:
    parts = split([written], under(limit))
    assert bare("".join(parts)) == bare(written)
    if len(parts) > 1:
        assert all(bare(part) for part in parts)
        assert all(unicodedata.category(part[0]) not in ("Mn", "Me") for part in parts[1:])
    clusters = {match.start() for match in regex.finditer(r"\X", written)}
    at = 0
    for part in parts:
        at = written.find(part, at)
        assert at in clusters or not written
        at += len(part)
