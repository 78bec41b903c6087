"""What looks like a phone number and what does not; each changed digit of each help line is found."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core import phones
from campaign.core.helpline import stray_numbers
from campaign.core.hotlines import Audience, Channel, Hotline, Kind, Reach, Status, calling_words
from campaign.core.phones import canonical, digits_of, may_hold_a_number, phone_like, short_numbers
from campaign.workspace.findings import Findings
from campaign.workspace.hotlines import NAME, read_hotlines
from campaign.workspace.yamlfile import read

ROOT = Path(__file__).resolve().parents[2]


def starter() -> dict[str, Hotline]:
    findings = Findings()
    found = read_hotlines(read(NAME, (ROOT / NAME).read_bytes()), findings)
    assert findings.problems == []
    return found


LINES = starter()
NUMBERS = [
    (line, channel)
    for line in LINES.values()
    for channel in line.channels
    if channel.kind is not Kind.WEB and channel.status is line.status
]


def stray(text: str, country: str) -> list[str]:
    return [message for message, _ in stray_numbers([text], LINES, Audience(country))]


SENTENCES = ("Call {}.", "Hubungi {} (24 jam), gratis.", "WhatsApp: {}", "Telepon {} atau datang.", "No. {}")


@pytest.mark.parametrize(
    ("line", "channel"), NUMBERS, ids=[f"{line.id}-{digits_of(channel.show)}" for line, channel in NUMBERS]
)
def test_a_known_number_passes_and_each_changed_digit_of_it_is_refused(
    line: Hotline, channel: Channel
) -> None:
    others = {canonical(other.show, line.country) for own, other in NUMBERS if own.country == line.country}
    tried = 0
    for written in filter(None, (channel.show, channel.e164)):
        for sentence in SENTENCES:
            assert stray(sentence.format(written), line.country) == [], written
            for place, digit in enumerate(written):
                for other in "0123456789" if digit.isdigit() else "":
                    changed = written[:place] + other + written[place + 1 :]
                    if other == digit or canonical(changed, line.country) in others:
                        continue
                    assert stray(sentence.format(changed), line.country), changed
                    tried += 1
    assert tried >= 9 * len(SENTENCES) * len(digits_of(channel.show)) - 90


def test_there_are_numbers_to_change() -> None:
    assert len(LINES) == 12
    assert len(NUMBERS) >= 13


@pytest.mark.parametrize(
    "text",
    [
        "08000121700 is read, spaced or not",
        "WA08111129129",
        "(021) 7973 4567",
        "+62 811‑8080‑141",
        "０８１１ ８０８０ １４１",
        "٠٨١١٨٠٨٠١٤١",
        "1.888.373.7888",
        "0811-8080-141.Hubungi kami",
        "at 0800 222 777",
        "Call 128",
        "Dial us at 131.238",
        "telepon ke 1956",
        "0811_8080_141",
        "0811\t8080\t141",
        "0811 · 8080 · 141",
        "0811\u200b8080\u200b141",
        "0811–8080–142 jam",
        "☎️ 128",
        "📞 128",
        "tel:128",
        "https://wa.me/628118080142",
        "https://api.whatsapp.com/send?phone=628118080142",
        "0811/8080/141",
        "+62 / 811 / 8080 / 141",
        "0811\n8080\n141",
        "0811 -\r\n8080 -\r\n141",
        "*128#",
        "Tekan *123*4# gratis",
        "*#06#",
        "Call one two eight",
        "hubungi satu-dua-delapan",
        "Telepon: nol delapan satu satu delapan nol delapan nol satu empat satu",
    ],
)
def test_what_looks_like_a_number_to_call(text: str) -> None:
    assert len(phone_like(text)) == 1


def test_numbers_joined_by_a_slash_are_read_apart() -> None:
    assert phone_like("Call 129/128") == ["129", "128"]
    assert stray("Call 129/0800-1000", "ID") == []
    assert stray("Call 129/0800-1001", "ID")
    assert stray("0800-1000/129", "ID") == []
    assert stray("Call 000\n131 237", "AU") == []


@pytest.mark.parametrize("joint", ["/", " / ", "\n", "-\n", " \n  "])
def test_a_known_number_over_slashes_and_lines_passes_and_each_other_digit_is_refused(joint: str) -> None:
    groups = ("0811", "8080", "141")
    assert stray(joint.join(groups), "ID") == []
    digits = "".join(groups)
    for place, digit in enumerate(digits):
        for other in set("0123456789") - {digit}:
            changed = digits[:place] + other + digits[place + 1 :]
            if place == 0 or (place == 1 and other == "0"):
                continue  # it does not begin as a number does
            assert stray(joint.join((changed[:4], changed[4:8], changed[8:])), "ID"), changed


def test_a_code_for_the_own_network_is_never_a_help_line() -> None:
    assert stray("*129#", "ID")
    assert stray("Call *129# now", "ID")


DIGITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "id": ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"],
}


@pytest.mark.parametrize(("words", "call"), [(DIGITS["en"], "Call"), (DIGITS["id"], "Hubungi")])
def test_a_number_in_words_is_read_digit_by_digit(words: list[str], call: str) -> None:
    assert stray(f"{call} {words[1]} {words[2]} {words[9]}", "ID") == []
    assert stray(f"{call} {words[1].upper()}-{words[2]}, {words[9]}.", "ID") == []
    for place in range(3):
        for other in range(10):
            spoken = [1, 2, 9]
            if spoken[place] != other:
                spoken[place] = other
                assert stray(f"{call} {' '.join(words[digit] for digit in spoken)}", "ID"), spoken
    assert stray(f"{words[1]} {words[2]} {words[8]}", "ID") == [], "nobody is told to call that"


def test_a_red_short_number_needs_no_word_before_it() -> None:
    police = Hotline("id-police", {"": "Polisi"}, "ID", (RED,), Status.RED, "https://example.org")
    for text in ("110", "Ingat: 110!", "1 1 0"):
        assert stray(text, "ID") == []
        ((message, hint),) = stray_numbers([text], LINES | {"id-police": police}, Audience("ID"))
        assert "'id-police', which is marked red" in message
        assert "110 people" in hint
    for text in ("110 orang", "30 July 2110", "Rp 110", "111", "1,110", "110%"):
        assert list(stray_numbers([text], LINES | {"id-police": police}, Audience("ID"))) == []
    assert list(stray_numbers(["110"], LINES | {"id-police": police}, Audience("US"))) == []
    both = LINES | {
        "id-police": police,
        "new": replace(police, id="new", status=Status.GREEN, channels=(GREEN,)),
    }
    assert list(stray_numbers(["110"], both, Audience("ID"))) == [], "a newer entry vouches for it"


RED = Channel(Kind.PHONE, "110", Reach.DOMESTIC, Status.RED)
GREEN = replace(RED, status=Status.GREEN)


def test_a_name_of_a_service_calls_too() -> None:
    assert phone_like("Layanan baik: SAPA 128") == []
    assert phone_like("Layanan baik: SAPA 128", calling_words(LINES.values())) == ["128"]
    assert stray("SAPA 128", "ID")
    assert stray("SAPA 129", "ID") == []


def test_a_link_to_a_chat_leads_to_a_known_number() -> None:
    assert stray("https://wa.me/628118080141", "ID") == []
    assert stray("https://wa.me/628118080142", "ID")


def test_a_number_of_another_country_is_stray() -> None:
    assert stray("Call 1-888-373-7888", "US") == []
    assert stray("Call 1-888-373-7888", "ID")
    assert stray("Call 911", "US") == []
    assert stray("SMS 233733", "US"), "an amber channel is not known"
    assert stray("Call 1-866-373-7888", "US"), "the wrong number that was once published"


def test_without_an_audience_no_number_is_known() -> None:
    found = list(stray_numbers(["WhatsApp 0811-8080-141"], LINES, None))
    assert len(found) == 1
    assert "audience" in found[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "30 July 2027 at 18:30",
        "Pada 30 Juli 2027, pukul 20.00-21.00 WIB",
        "2027-07-30 20:00",
        "30.07.2027 20:00 and 20:00 30/07/2027",
        "Rp 1.000.000 and Rp50000000 and US$236,000,000,000 and €1.234,50",
        "202,478 victims, 10.793 korban, 138 million children, 27,6 juta",
        "between 100,000-120,000 people; 50000000 orang",
        "2019-2022, 2020/21, 2021–2023",
        "UU 21/2007, A/RES/68/192, S.I. 2010/2325",
        "#Day2027000000 #129",
        "https://example.org/08118080141?x=1234567890 and example.org/12345678",
        "hello1234567@example.org and @user12345678",
        "ISBN 978-92-2-037483-2",
        "1 in 150, 16 Days, 24/7, COVID-19, 61 %",
        "Call 250 people. Hubungi 150 relawan.",
        "Contact with 1,200 women; phone 12",
        "(1/3)",
        "UU No. 21/2007 dan PP No. 9/2008",
        "01/07-07/07/2027",
        "2019\n2020\n2021\n2022",
        "50\n100\n150",
        "one two three, satu dua tiga, call one or two",
        "*12* bold #129",
    ],
)
def test_what_is_no_number_to_call(text: str) -> None:
    assert phone_like(text) == []


@given(st.dates(date(1900, 1, 1), date(2097, 12, 31)), st.times())
def test_no_date_or_time_is_taken_for_a_number(day: date, at: object) -> None:
    moment = f"{at:%H:%M}"
    for text in (
        f"{day} {moment}",
        f"{moment} {day}",
        f"{day:%d.%m.%Y}, {moment}",
        f"{day:%d/%m/%Y} {at:%H.%M}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%B} {day.day}, {day.year}",
        f"{moment}-{moment} {day:%d-%m-%Y}",
        f"Call on {day}",
        f"{day.year}-{(day + timedelta(days=400)).year}",
    ):
        assert phone_like(text) == [], text


@given(st.integers(1000, 10**13), st.sampled_from(["Rp ", "US$", "€", "Rp", "$"]), st.sampled_from(",."))
def test_no_money_or_figure_is_taken_for_a_number(amount: int, sign: str, mark: str) -> None:
    figure = f"{amount:,}".replace(",", mark)
    for text in (
        f"{sign}{figure}",
        f"{sign}{amount}",
        f"{figure} people",
        f"{amount} orang",
        f"A: {figure}.",
    ):
        assert phone_like(text) == [], text


@given(st.text("abcDEF0123456789", min_size=1, max_size=30))
def test_no_hashtag_or_link_is_taken_for_a_number(word: str) -> None:
    assert phone_like(f"#{word} https://example.org/{word}?q={word} @{word}") == []


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for found in phone_like(text):
        assert found in text
        assert len(digits_of(found)) >= 3


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "1.",
        "1,",
        "(1",
        "1-",
        "call ",
        "a.",
        "1) ",
        "2027-",
        "12:",
        "call the ",
        "€1.",
        "٣",
        "1/",
        "0811/",
        "0811\n",
        "*1",
        "*12*",
        "one ",
        "call one two ",
    ],
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    begin = time.perf_counter()
    phone_like(text)
    assert time.perf_counter() - begin < 3


@given(st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-01-01")))
def test_a_stamp_with_seconds_is_no_number(moment: datetime) -> None:
    assert phone_like(f"{moment:%Y-%m-%d %H:%M:%S}") == []


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("0811-8080-141", "+62 811 8080 141", "ID"),
        ("08000 121 700", "0800 0121 700", "GB"),
        ("129", " 1 2 9 ", "ID"),
        ("1-888-373-7888", "+1 (888) 373 7888", "US"),
        ("٠٨١١٨٠٨٠١٤١", "0811 8080 141", "ID"),
    ],
)
def test_two_spellings_are_one_number(one: str, other: str, country: str) -> None:
    assert canonical(one, country) == canonical(other, country)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_neutral_corpus_holds_no_number_to_call(language: str) -> None:
    corpus = ROOT / "tests" / "core" / "safeguard" / f"neutral.{language}.txt"
    text = corpus.read_text(encoding="utf-8")
    names = calling_words(LINES.values())
    assert [found for piece in (text, *text.splitlines()) for found in phone_like(piece, names)] == []


PIECES = st.sampled_from(
    [
        *(
            "call ",
            "Hubungi ",
            "SAPA ",
            "xcall ",
            "129",
            "0812-3456-7890",
            "+62 812 3456 789",
            "2027-12-31",
            "27/12/2027",
        ),
        *(
            "12 mei",
            "May 12, 2027",
            "Rp 1.000.000",
            "USD5",
            "131.237",
            "1955",
            "10:30 - 11.45",
            "5%",
            "12 people",
            "3-5 jam",
        ),
        *(
            "#tag12",
            "@me12",
            "a@b.c",
            "foo.org/12",
            "wa.me/628123456",
            "*128#",
            "one, two three",
            "someone",
            "oh",
        ),
        *(
            "ISBN 978-3-16-148410-0",
            "\u0663\u0664\u0665",
            "\uff11",
            "\uff0b",
            "\u017f",
            "\u0130",
            "\u2013",
            "\u260e",
        ),
        *("2027.07-30a.com", "2027-07-30.org "),
        *("#2030.12.10 ", "#", "1234", "/", "\n", " ", "-", ".", ",", ":", "(", ")", "0", "7", "x"),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join), st.sampled_from([(), ("SAPA", "no x"), ("hub.", "é")]))
def test_what_is_looked_for_first_changes_nothing(text: str, names: tuple[str, ...]) -> None:
    def found() -> object:
        for memo in (phones._phone_like, phones._groups):
            memo.cache_clear()
        return phone_like(text, names), short_numbers(text, names), may_hold_a_number(text)

    quick = found()
    with (
        patch.object(phones, "_OTHERS", tuple((re.compile(""), pattern) for _, pattern in phones._OTHERS)),
        patch.object(phones, "_at_digits", lambda pattern, text, instead: pattern.sub(instead, text)),
        patch.object(phones, "_spelled", phones._SPELLED.finditer),
        patch.object(phones, "_nothing_to_call", lambda plain, names: False),
        patch.object(phones, "_may_be_called", lambda before, names: True),
    ):
        assert found() == quick
