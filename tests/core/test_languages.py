"""Languages: which serves which, which way they are written, and dates and numbers as each of them writes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.core.languages import direction, fallbacks, locale, primary
from campaign.core.model import language_of, text_for
from campaign.core.phones import phone_like
from campaign.core.render import Renderer, RenderError
from campaign.core.scripts import foreign
from campaign.core.variants import best_columns, image_names, suffixes

babel = settings(deadline=None)
"""The first example loads what Babel knows."""

TAGS = st.from_regex(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?(-x-[a-z]{2,8})?", fullmatch=True)


@pytest.mark.parametrize(
    ("language", "served"),
    [
        ("id", ("id",)),
        ("pt-BR", ("pt-BR", "pt")),
        ("es-419", ("es-419", "es")),
        ("zh-Hant-TW", ("zh-Hant-TW", "zh-Hant")),
        ("sr-Latn", ("sr-Latn",)),
        ("en-GB-oxendict", ("en-GB-oxendict", "en-GB", "en")),
        ("en-US-u-ca-buddhist", ("en-US-u-ca-buddhist", "en-US-u-ca", "en-US", "en")),
    ],
)
def test_a_wider_language_serves_but_never_in_another_script(language: str, served: tuple[str, ...]) -> None:
    assert fallbacks(language) == served


@given(TAGS)
def test_a_language_serves_itself_first_and_all_others_are_wider(language: str) -> None:
    served = fallbacks(language)
    assert served[0] == language
    assert all(language.startswith(f"{wider}-") for wider in served[1:])
    assert {primary(code) for code in served} == {primary(language)}


def test_text_templates_pictures_and_columns_fall_back_alike() -> None:
    assert text_for({"pt": "olá", "": "hello"}, "pt-BR") == "olá"
    assert text_for({"pt": "olá", "pt-BR": "oi"}, "pt-BR") == "oi"
    assert text_for({"pt-BR": "oi"}, "pt") is None
    assert language_of({"": "hello"}, "pt-BR") == ""
    assert suffixes("x", "pt-BR") == (".x.pt-BR", ".pt-BR", ".x.pt", ".pt", ".x", "")
    assert image_names("01.jpg", "x", "pt-BR")[3] == "01.pt.jpg"
    row = {"text.pt": "olá", "text.pt-BR": "", "text": "hello"}
    assert best_columns(row, "x", "pt-BR") == {"text": "text.pt"}


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("id", "ltr"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("fa", "rtl"),
        ("he", "rtl"),
        ("ur", "rtl"),
        ("tet", "auto"),
    ],
)
def test_which_way_it_is_written(language: str, way: str) -> None:
    assert direction(language) == way


def test_english_alone_is_that_of_the_world() -> None:
    assert str(locale("en")) == "en_001"
    assert str(locale("en-US")) == "en_US"
    assert getattr(locale("fa-ZZ"), "language", "") == "fa"
    assert locale("tet") is None


# -- filters --------------------------------------------------------------------------------------------------------

DAY = "{{ '2027-07-30' | long_date }} / {{ '2027-07-30' | full_date }} / {{ '08:00' | clock }}"
NUMBERS = "{{ 50000000 | number }} / {{ '27640000' | spoken }} / {{ 0.5 | number }} / {{ 999 | spoken }}"


def said(source: str, language: object) -> str:
    return "".join(Renderer({}).render_text(source, {"language": language}))


@pytest.mark.parametrize(
    ("language", "day", "numbers"),
    [
        (
            "id",
            "30 Juli 2027 / Jumat, 30 Juli 2027 / 08.00",
            "50.000.000 / 27,64 juta / 0,5 / 999",
        ),
        (
            "en",
            "30 July 2027 / Friday, 30 July 2027 / 8:00 am",
            "50,000,000 / 27.64 million / 0.5 / 999",
        ),
        (
            "en-US",
            "July 30, 2027 / Friday, July 30, 2027 / 8:00 AM",
            "50,000,000 / 27.64 million / 0.5 / 999",
        ),
        (
            "pt-BR",
            "30 de julho de 2027 / sexta-feira, 30 de julho de 2027 / 08:00",
            "50.000.000 / 27,64 milhões / 0,5 / 999",
        ),
        ("ar", "30 يوليو 2027 / الجمعة، 30 يوليو 2027 / 8:00 ص", "50,000,000 / 27.64 مليون / 0.5 / 999"),
    ],
)
def test_dates_and_numbers_as_the_language_writes_them(language: str, day: str, numbers: str) -> None:
    assert said(DAY, language).replace("\u202f", " ") == day
    assert said(NUMBERS, language).replace("\xa0", " ") == numbers


def test_a_template_can_not_change_the_language_of_its_post() -> None:
    assert said("{% set language = 'ar' %}{{ '2027-07-30' | long_date }}", "id") == "30 Juli 2027"


def test_a_language_without_long_words_for_numbers_has_short_ones() -> None:
    assert said("{{ 50000000 | spoken }}", "zh-Hant") == "5000萬"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 'tomorrow' | long_date }}", "'tomorrow' is no day"),
        ("{{ '2027-02-30' | full_date }}", "'2027-02-30' is no day"),
        ("{{ '25:00' | clock }}", "'25:00' is no time of day"),
        ("{{ '08:00+07:00' | clock }}", "a time of day has no zone"),
        ("{{ '50 million' | number }}", "'50 million' is no number"),
        ("{{ '1_000' | number }}", "'1_000' is no number"),
        ("{{ '٥' | number }}", "is no number"),
        ("{{ '9999999999999999' | spoken }}", "too large"),
        ("{{ true | number }}", "this is no number"),
        ("{{ nothing | number }}", "there is no 'nothing'"),
        ("{{ [1] | long_date }}", "a list can't be printed"),
    ],
)
def test_what_is_no_date_and_no_number(source: str, message: str) -> None:
    with pytest.raises(RenderError, match=message.replace("(", r"\(")):
        said(source, "id")


@pytest.mark.parametrize("language", ["tet", None])
def test_a_language_that_is_not_known(language: str | None) -> None:
    with pytest.raises(RenderError, match="dates and numbers of the language"):
        said("{{ '2027-07-30' | long_date }}", language)


@given(
    st.integers(-(10**15), 10**15), st.sampled_from(["id", "en", "pt-BR", "ar", "fa", "he", "ur", "zh", "de"])
)
def test_a_number_keeps_its_digits(number: int, language: str) -> None:
    shown = said(f"{{{{ ({number}) | number }}}}", language)
    assert "".join(filter(str.isdecimal, shown)) == str(abs(number))


@babel
@given(st.integers(0, 10**9), st.sampled_from(["id", "en", "pt", "ar", "fa"]))
def test_a_number_is_never_taken_for_a_phone(number: int, language: str) -> None:
    assert phone_like(f"Sekitar {said(f'{{{{ {number} | number }}}}', language)} orang") == []


# -- one post, one language -----------------------------------------------------------------------------------------

ENGLISH = "Someone else keeps your passport and will not give it back?"
INDONESIAN = "Paspor dipegang orang lain dan sulit diminta kembali?"
MALAY = "Pasport anda dipegang oleh orang lain dan sukar diminta kembali?"
ARABIC = "هل يحتفظ شخص آخر بجواز سفرك ولا يعيده إليك؟"


@pytest.mark.parametrize(
    ("text", "language", "wrong"),
    [
        (ENGLISH, "ar", True),
        (INDONESIAN, "zh-Hant", True),
        (ARABIC, "en", True),
        (ARABIC, "sr", True),
        (ARABIC, "ur", False),
        (ARABIC, "fa-AF", False),
        (
            f"{ARABIC} {ARABIC} International Organization for Migration https://example.org/{'a' * 90}",
            "ar",
            False,
        ),
        (f"IOM: https://example.org/{'a' * 90} #EndHumanTrafficking @international@example.org", "ar", False),
        (f"{ENGLISH} «{ARABIC[:30]}»", "en", False),
        (INDONESIAN, "ms", False),
        (MALAY, "id", False),
        (ENGLISH, "id", False),
        ("Neko drugi drži tvoj pasoš i neće da ga vrati?", "sr", False),
        ("Неко други држи твој пасош и неће да га врати?", "sr", False),
        ("Неко други држи твој пасош и неће да га врати?", "sr-Latn", True),
        ("パスポートを取り上げられていませんか。相談できます。", "ja", False),
        ("여권을 다른 사람이 가지고 있습니까? 도움을 받을 수 있습니다.", "ko", False),
        ("有人扣留你的護照而且不肯歸還嗎?你可以求助並由你決定下一步。", "zh-Hant", False),
        ("🕯️🕯️🕯️ 30 7 2027", "ar", False),
        (ENGLISH, "zxx", False),
    ],
)
def test_what_is_plainly_in_other_letters(text: str, language: str, wrong: bool) -> None:
    assert foreign(text, language) is wrong


@babel
@given(st.text(), st.sampled_from(["id", "en", "ar", "zh", "sr", "tet", "x"]))
def test_any_text_is_judged(text: str, language: str) -> None:
    assert foreign(text, language) in (True, False)
