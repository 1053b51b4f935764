"""Every language that is offered is whole: each sentence translated, with its placeholders and its markup."""

import re
from collections import Counter
from datetime import date, time

import pytest
from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po

from milepost.tongues.catalogs import ENGLISH, LOCALES, OFFERED, catalog_path, tongue
from tests.tidy.tree import told

WRITTEN = sorted(path.parts[-3].replace("_", "-") for path in LOCALES.glob("*/LC_MESSAGES/*.po"))
PLACE = re.compile(r"%\(\w+\)s|%%|%(?!\()")
TAG = re.compile(r"<[^>]*>")
MISSING_SHOWN = 20


def messages(language):
    with catalog_path(language).open("rb") as file:
        return [one for one in read_po(file, locale=language.replace("-", "_")) if one.id]


def forms(message):
    """English and translation, side by side; the English plural stands for every further form."""
    if isinstance(message.id, tuple):
        one, many = message.id
        return [(one if place == 0 else many, text) for place, text in enumerate(message.string)]
    return [(message.id, message.string)]


def test_what_is_written_is_offered_when_it_is_complete_and_only_then():
    wrong = []
    for language in {*WRITTEN, *OFFERED} - {ENGLISH}:
        lacks = [one.id for one in messages(language) if not all(text for _, text in forms(one))]
        if language in OFFERED and lacks:
            wrong.append(f"{language} lacks {len(lacks)} sentences; translate: {lacks[:MISSING_SHOWN]}")
        if language not in OFFERED and not lacks:
            wrong.append(f"{language} is complete: add it to OFFERED in tongues/catalogs.py")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("language", WRITTEN)
def test_a_translation_keeps_placeholders_and_markup(language):
    wrong = []
    for message in messages(language):
        for english, text in forms(message):
            if not text:
                continue
            needed, found = Counter(PLACE.findall(english)), Counter(PLACE.findall(text))
            if isinstance(message.id, tuple):  # "every hour": a form for one thing may leave its number out
                needed.pop("%(num)s", None)
                found.pop("%(num)s", None)
            if needed != found:
                wrong.append(f"{text!r}: has {dict(found)}, needs {dict(needed)}")
            if Counter(TAG.findall(english)) != Counter(TAG.findall(text)):
                wrong.append(f"{text!r}: its markup is not that of {english!r}")
            if '"' in TAG.sub("", text) or "<" in TAG.sub("", text):
                wrong.append(f"{text!r}: a straight quotation mark or a < may end an attribute")
            if english[:1].isspace() != text[:1].isspace() or text != text.rstrip():
                wrong.append(f"{text!r}: blanks at its ends")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("language", WRITTEN)
def test_its_date_patterns_can_be_written(language):
    locale, seen = Locale.parse(language, sep="-"), 0
    for message in messages(language):
        if message.context == "date pattern" and message.string:
            seen += 1
            pattern = message.string
            written = (
                format_time(time(14, 5), pattern, locale=locale)
                if "m" in pattern
                else format_date(date(2026, 11, 24), pattern, locale=locale)
            )
            assert re.search(r"24|05|5", written), f"{pattern!r} says {written!r}"
    assert seen or language not in OFFERED


def test_a_language_that_is_not_offered_is_english():
    assert tongue("tlh").tag == ENGLISH
    assert tongue("../../etc").tag == ENGLISH


@pytest.mark.parametrize("language", OFFERED)
def test_a_language_knows_its_own_name_and_direction(language):
    assert tongue(language).name
    assert tongue(language).direction == ("rtl" if language == "ar" else "ltr")


def test_a_name_keeps_the_capitals_it_has():
    assert tongue("vi").name == "Tiếng Việt"
