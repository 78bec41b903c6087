"""Finds what looks like a phone number in a text, and compares numbers by their digits, however they are written.

What is no number to call is taken out first: links, addresses, hashtags, dates, times, years, money, figures. What is
left and has seven digits or more looks like a phone number; three to six digits do where a word such as "call" stands
right before them, and so do three digits or more in words there. Groups of digits may be joined by slashes or stand on
lines of their own; ``*128#`` is a number to dial wherever it stands. Patterns are linear: no repetition of a repetition
that could match the same text twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from campaign.core import links

LONG = 7
"""From so many digits on, a number looks like a phone number wherever it stands (ITU-T E.164: up to 15)."""

SHORT = 3
"""The fewest digits of a short code (110, 129)."""

_SPACE = r"[ \t\u00a0\u202f\u200b-\u200f\u2060]{0,2}"
_GAP = rf"(?:{_SPACE}(?:[-._·•\u2010-\u2015\u2212)]{{1,2}}|\((?=\d{{1,5}}\)))?{_SPACE})"
_CHAT = re.compile(r"(?:\bwa\.me/|\bwhatsapp\.com/send/?\?phone=)\+?(\d{5,15})", re.IGNORECASE)
"""A link that opens a chat holds a number, and one wrong digit of it leads a person to a stranger."""

_DIGITS = re.compile(r"\d+")
_FOREIGN = re.compile(r"[^\D0-9]|＋")
"""The digits and the plus of other scripts."""

_NUMBER = re.compile(rf"(?<!\d)\+?\(?\d(?:{_GAP}\d)*")
_CODE = re.compile(r"\*#?\d{2,8}(?:\*\d{1,15}){0,5}#")
"""What phones send to their own network (3GPP TS 22.030): ``*128#`` is never the help line 128."""

_JOINT = r"(?:[ \t]?/[ \t]?|[ \t]{0,2}-?[ \t]{0,2}\r?\n[ \t]{0,4})"
_JOINED = re.compile(
    rf"(?<![\w+#@/.,-])\(?(?:\+\d{{1,3}}|0[1-9]\d{{0,3}})\)?(?:{_JOINT}\d{{3,6}}){{1,4}}(?![\w/]|[-.,]\d)"
)
"""A number whose groups are joined by slashes or stand on lines of their own. It begins as no year, day or short code
does, and no group of it is a number by itself."""

MOST = 15
"""The most digits of a number (ITU-T E.164)."""

_WORDS = {
    word: str(digit)
    for digit, words in enumerate(
        (
            ("zero", "oh", "nol", "kosong"),
            ("one", "satu"),
            ("two", "dua"),
            ("three", "tiga"),
            ("four", "empat"),
            ("five", "lima"),
            ("six", "enam"),
            ("seven", "tujuh"),
            ("eight", "delapan"),
            ("nine", "sembilan"),
        )
    )
    for word in words
}
"""Digits as words, English and Indonesian."""

_DIGIT = "|".join(_WORDS)
_SPELLED = re.compile(rf"(?<!\w)(?:{_DIGIT})(?:[ ,-]{{1,2}}(?:{_DIGIT})){{2,14}}(?!\w)", re.IGNORECASE)

_MONTHS = (
    "jan|feb|mar|apr|may|mei|jun|jul|aug|agu|sep|oct|okt|nov|dec|des"  # beginnings, English and Indonesian
)
_UNITS = (
    "%|percent|persen|per cent|people|persons?|orang|women|men|girls|boys|children|perempuan|laki|anak|victims|korban|"
    "survivors|penyintas|cases|kasus|laporan|reports|workers|pekerja|countries|negara|characters|huruf|words|kata|"
    "thousand|million|billion|trillion|ribu|juta|miliar|triliun|rupiah|dollars?|dolar|euros?|pounds|ringgit|"
    "km|kg|m²|jam|hours?|menit|minutes?|hari|days?|minggu|weeks?|bulan|months?|tahun|years?|relawan|volunteers|times|kali"
)
_AMOUNT = r"(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,2})?"
_YEAR = r"(?:19|20)\d\d"
_NO_MORE = r"(?!\d|[-.,:/\u2010-\u2015]\d)"
_NOT_INSIDE = r"(?<![\d+])(?<!\d[-.,:/ \u2010-\u2015])"
_NOT_JOINED = r"(?<![\d+])(?<!\d[-.,:/])"

_BOOK = re.compile("is[bs]n|doi", re.IGNORECASE)
_ISO_DATE = re.compile(
    rf"{_NOT_JOINED}{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01]){_NO_MORE}", re.IGNORECASE
)
_LONE_DATE = re.compile(rf"{_ISO_DATE.pattern}(?![\w.-]*\.[a-z])", re.IGNORECASE)
"""One that is no beginning of a domain: that would take a part of it along."""
_AT_DIGITS = None
"""Such a pattern begins at the first of some digits, so that it is tried nowhere else."""

_OTHERS = tuple(
    (re.compile(needs, re.IGNORECASE) if needs else _AT_DIGITS, re.compile(pattern, re.IGNORECASE))
    for needs, pattern in (
        ("@", r"[\w.+-]{1,64}@[\w.-]{1,255}"),  # a mail address, a Fediverse name
        ("[#@]", r"[#@][\w-]+"),  # a hashtag, a mention
        (  # an address without https://
            r"\.[a-z]",
            r"\b(?=[\d-]{0,63}[a-z])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b(?:/[^\s]{0,500})?",
        ),
        (_BOOK.pattern, r"\b(?:ISBN|ISSN|DOI)[ :]{0,3}[\dXx./ -]{8,24}"),
        ("", _ISO_DATE.pattern),
        (
            "",
            rf"{_NOT_JOINED}(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\1(?:{_YEAR}|\d\d){_NO_MORE}",
        ),
        ("", rf"{_NOT_INSIDE}(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/{_YEAR}{_NO_MORE}"),
        (
            "",
            rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: ?[-–] ?\d{{1,2}})? (?:{_MONTHS})[a-z]{{0,7}},?(?: {_YEAR})?\b",
        ),
        (
            r"[a-z] \d",
            rf"\b(?:{_MONTHS})[a-z]{{0,7}} \d{{1,2}}(?: ?[-–] ?\d{{1,2}})?(?:, ?{_YEAR})?\b",
        ),
        (
            "",
            rf"{_NOT_INSIDE}(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d)?"
            rf"(?: ?[-–] ?(?:[01]?\d|2[0-4])[:.][0-5]\d)?{_NO_MORE}(?! ?\d)",
        ),
        ("", rf"{_NOT_INSIDE}{_YEAR} ?[-–/] ?(?:{_YEAR}|\d\d){_NO_MORE}"),
        (
            r"[prdm$€£¥]\.? ?\d",
            rf"(?:\bRp|\bIDR|US\$|\bUSD|\$|€|\bEUR|£|\bGBP|¥|\bRM|\bSGD|\bAUD)\.? ?(?!0\d){_AMOUNT}{_NO_MORE}",
        ),
        ("", rf"{_NOT_INSIDE}(?!0\d){_AMOUNT}(?: ?[-–] ?(?!0\d){_AMOUNT})?[ -]?(?:{_UNITS})(?!\w)"),
    )
)
"""What is no number to call, in the order in which it is taken out; before each pattern what a text has to hold for it,
which is found sooner."""
_FIGURE = re.compile(
    rf"{_NOT_INSIDE}(?!0)\d{{1,3}}(?:([.,\u00a0\u202f])\d{{3}})(?:\1\d{{3}})*(?:[.,]\d{{1,2}})?{_NO_MORE}(?! ?\d)"
)
_ONE_YEAR = re.compile(rf"{_NOT_INSIDE}{_YEAR}{_NO_MORE}(?! ?\d)")

_CALLING = (
    "call|dial|ring|phone|telephone|tel|telp|telepon|tlp|hotline|helpline|line|sms|text|whatsapp|wa|hubungi|kontak|"
    "contact|number|nomor|no|saluran|layanan|panggil|línea|disque|ligue|reach|☎|📞|📱"
)
_SMALL = "us|them|now|free|at|on|to|the|di|ke|kami|sekarang|gratis|nomor|number|bebas|pulsa"
_BETWEEN_SIGNS = " \ufe0f\u00a0:.,(\"'“\n"
_BETWEEN = rf"[ \ufe0f\u00a0:.,(\"'“]{{0,3}}(?:(?:{_SMALL})[ :]{{1,2}}){{0,3}}"


def phone_like(text: str, names: tuple[str, ...] = ()) -> list[str]:
    """What looks like a phone number in a text, as it is written there; those in links to a chat come first.

    ``names``: further words (``SAPA``) after which a short number is one to call.
    """
    return list(_phone_like(text, names))


@lru_cache(maxsize=4096)  # the same text goes to many accounts, and several rules ask
def _phone_like(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    spelled = [match[0] for match in _spelled(text) if _called(text[: match.start()], names)]
    if not _DIGITS.search(text):
        return tuple(spelled)
    plain = _ascii(text)
    found = [match[1] for match in _CHAT.finditer(plain)] if "/" in plain else []
    found += [match[0] for match in _CODE.finditer(plain)]
    if not _nothing_to_call(plain, names):
        found += [text[start:end].strip() for start, end, like in _groups(plain, names) if like]
    return (*found, *spelled)


def short_numbers(text: str, names: tuple[str, ...] = ()) -> list[str]:
    """The numbers of three to six digits in a text before which no word stands that tells to call them."""
    if not _DIGITS.search(text):
        return []
    groups = [text[start:end].strip() for start, end, like in _groups(_ascii(text), names) if not like]
    return [group for group in groups if len(digits_of(group)) >= SHORT]


def may_hold_a_number(text: str) -> bool:
    """Whether it is worth looking: a quick no for most texts."""
    return _DIGITS.search(text) is not None or any(True for _ in _spelled(text))


def _spelled(text: str) -> Iterator[re.Match[str]]:
    """Numbers in words. Most texts hold not one such word, which is quickly seen where capitals are no puzzle."""
    if text.isascii():
        low = text.lower()
        if not any(word in low for word in _WORDS):
            return iter(())
    return _SPELLED.finditer(text)


def _nothing_to_call(plain: str, names: tuple[str, ...]) -> bool:
    """A quick look that is enough for most texts: beside dates and links there are too few digits for a long number,
    and before none of them stands a word that may tell to call. False says nothing."""
    rest = _without_links(plain)
    if not (
        "@" in rest or "#" in rest or "/" in rest or _BOOK.search(rest)
    ):  # what might take a part of a date along
        rest = _at_digits(_LONE_DATE, rest, _blank)
    places = [digits.span() for digits in _DIGITS.finditer(rest)]
    if sum(end - start for start, end in places) >= LONG:
        return False
    return not any(
        _may_be_called(rest[max(start - 62, 0) : start].rstrip("(+"), names) for start, _ in places
    )


@lru_cache(maxsize=4096)
def _groups(plain: str, names: tuple[str, ...]) -> tuple[tuple[int, int, bool], ...]:
    """Where the numbers of a text begin and end that are no dates, figures and so on, and whether each looks like one
    to call."""
    rest = _CODE.sub(_blank, _without_links(plain))
    found = [
        (match.start(), match.end(), True)
        for match in _JOINED.finditer(rest)
        if LONG <= len(digits_of(match[0])) <= MOST
    ]
    for start, end, _ in found:
        rest = rest[:start] + "\0" * (end - start) + rest[end:]
    bare = _without(rest, names)
    called, last = False, 0
    for match in _NUMBER.finditer(bare) if _DIGITS.search(bare) else ():
        start, end = match.span()
        count = len(digits_of(match[0]))
        # What is joined by a slash to a number that is to be called is to be called too.
        after = called and bare[last:start].strip() == "/"
        called, last = count >= SHORT and (after or _called(bare[max(start - 60, 0) : start], names)), end
        found.append((start, end, count >= LONG or called))
    return tuple(found)


def digits_of(text: str) -> str:
    """The digits of a text, those of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


@lru_cache(maxsize=4096)
def canonical(number: str, country: str) -> str:
    """A number in the one form in which two spellings are equal: ``+62…`` where the numbering plan of the country gives
    it a country code (phonenumbers, Google's libphonenumber data), else its digits."""
    import phonenumbers  # costs start-up time

    if "*" in number:
        return number  # a code for the own network: no help line has one
    bare = digits_of(number) or "".join(
        _WORDS[word] for word in re.split(r"[ ,-]+", number.casefold()) if word in _WORDS
    )
    if len(bare) <= SHORT:
        return bare
    plus = "+" if number.lstrip(" (\u202a\u2066").startswith("+") else ""
    try:
        parsed = phonenumbers.parse(plus + bare, country)
    except phonenumbers.NumberParseException:
        return bare
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _ascii(text: str) -> str:
    """The same text, letter by letter, with the digits and the plus of every script as ASCII."""
    if text.isascii():
        return text
    return _FOREIGN.sub(lambda sign: "+" if sign[0] == "＋" else str(unicodedata.decimal(sign[0])), text)


def _without_links(text: str) -> str:
    if "://" not in text:
        return text
    pieces, last = [], 0
    for start, end in links.spans(text):
        pieces += [text[last:start], "\0" * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def _without(text: str, names: tuple[str, ...]) -> str:
    """The text with everything that is no number to call made unreadable, at the same length."""
    for needs, pattern in _OTHERS:
        if needs is _AT_DIGITS:
            text = _at_digits(pattern, text, _blank)
        elif needs.search(text):
            text = pattern.sub(_blank, text)

    def unless_called(match: re.Match[str]) -> str:
        # "131.237" and "1955" are figures, unless somebody is told to call them.
        told = "," not in match[0] and _called(match.string[: match.start()], names)
        return match[0] if told else _blank(match)

    for pattern in (_FIGURE, _ONE_YEAR):
        text = _at_digits(pattern, text, unless_called)
    return text


def _at_digits(pattern: re.Pattern[str], text: str, instead: Callable[[re.Match[str]], str]) -> str:
    """``pattern.sub(instead, text)`` for one that begins at the first of some digits."""
    pieces, last = [], 0
    for digits in _DIGITS.finditer(text):
        start = digits.start()
        if start >= last and (match := pattern.match(text, start)):
            pieces += [text[last:start], instead(match)]
            last = match.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


@lru_cache(maxsize=64)
def _before(names: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join([_CALLING, *(re.escape(name) for name in names)])
    return re.compile(rf"(?<!\w)(?:{words}){_BETWEEN}$", re.IGNORECASE)


def _called(before: str, names: tuple[str, ...]) -> bool:
    """Whether a text ends with a word that tells to call what follows."""
    return _may_be_called(before[-60:], names) and _before(names).search(before[-60:]) is not None


def _may_be_called(before: str, names: tuple[str, ...]) -> bool:
    """Whether a text ends with the letters of such a word, as is quickly seen."""
    end = before.rstrip(_BETWEEN_SIGNS)
    return not end.isascii() or end.lower().endswith(_endings(names))


@lru_cache(maxsize=64)
def _endings(names: tuple[str, ...]) -> tuple[str, ...]:
    """How such a text ends, in small letters, if it is ASCII; "" stands for a word with letters that are not."""
    own = (word for word in (*_CALLING.split("|"), *_SMALL.split("|")) if word.isascii())
    return (*own, *(name.rstrip(_BETWEEN_SIGNS).lower() if name.isascii() else "" for name in names))
