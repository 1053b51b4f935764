"""The labelled set for identifying carriers keeps its form, and its check digits agree with the documented examples."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from tests.corpora.identify import checks, posts
from tests.corpora.identify.case import COLUMNS, read, written
from tests.corpora.identify.formats import BY_NAME, COUNTER_EXAMPLES, EXAMPLES, FORMATS
from tests.corpora.identify.junk import JUNK
from tests.corpora.identify.make import HAND, cases, distinct, is_found, is_right, random_digits
from tests.corpora.identify.parts import CHECKED, SLIPS

FOLDER = Path(__file__).with_name("identify")
SEED = 4
CONFIDENCES = {"documented", "observed", "unconfirmed", "junk"}
ALL_LEAST, HAND_LEAST = 13_000, 250  # as README.md says


@pytest.fixture(scope="module")
def everything():
    return list(cases(SEED))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_documented_number_fits_its_format_and_its_check_digit(name):
    assert [number for number in EXAMPLES[name] if not BY_NAME[name].accepts(number)] == []


@pytest.mark.parametrize("name", COUNTER_EXAMPLES)
def test_a_number_documented_as_wrong_fails_by_its_check_digit_alone(name):
    form = BY_NAME[name]
    assert [
        number for number in COUNTER_EXAMPLES[name] if form.accepts(number) or not form.fits(number)
    ] == []


def test_the_posts_standard_agrees_with_its_worked_examples():
    assert (checks.s10("12345678"), checks.s10("47312482")) == ("5", "9")


def test_every_generated_number_is_accepted_by_its_own_format(everything):
    wrong = [
        case
        for case in everything
        if case.valid_format and case.format in BY_NAME and not BY_NAME[case.format].accepts(case.number)
    ]
    assert wrong == []


def test_a_format_refused_for_its_check_digit_has_one_and_it_fails(everything):
    wrong = [
        case
        for case in everything
        if case.valid_format is False and case.format != "s10" and BY_NAME[case.format].accepts(case.number)
    ]
    assert wrong == []
    assert all(
        not posts.is_valid(case.number)
        for case in everything
        if case.format == "s10" and case.valid_format is False
    )


def test_each_check_digit_has_wrong_digits_and_swapped_ones(everything):
    kinds = {(case.format, case.how.partition("+")[0]) for case in everything}
    assert [(form.name, how) for form in CHECKED for how in SLIPS if (form.name, how) not in kinds] == []


def test_each_format_each_post_and_each_kind_of_junk_is_there(everything):
    formats = Counter(case.format for case in everything)
    assert [form.name for form in FORMATS if formats[form.name] < 10] == []
    assert [name for name in JUNK if formats[name] < 5] == []
    codes = Counter(case.number[-2:] for case in everything if case.format == "s10" and case.valid_format)
    assert [post.code for post in posts.posts() if codes[post.code] < 4] == []


def test_labels_are_known_and_hold_together(everything):
    keys = {form.carrier for form in FORMATS if form.told != "beyond"} | {post.key for post in posts.posts()}
    assert {case.carrier for case in everything} - keys == {""}
    assert {case.confidence for case in everything} == CONFIDENCES
    assert [case for case in everything if case.carrier in case.also] == []
    assert [case for case in everything if case.number in case.also_number] == []
    assert [case for case in everything if case.carrier and not case.number] == []
    assert [case for case in everything if case.confidence == "junk" and case.number and case.carrier] == []


def test_there_are_as_many_as_said_and_no_question_comes_twice(everything):
    questions = [(case.text, case.provider, case.country) for case in everything]
    assert len(set(questions)) == len(questions) >= ALL_LEAST


def test_the_hand_written_ones_are_a_plain_table_in_order():
    text = HAND.read_text(encoding="utf-8")
    assert text.partition("\n")[0] == "\t".join(COLUMNS)
    assert "\r" not in text
    hand = list(read(HAND))
    assert len(hand) >= HAND_LEAST
    assert [written(case) for case in hand] == text.rstrip("\n").split("\n")[1:]
    assert hand == sorted(hand, key=lambda case: (case.kind.partition("/")[0], case.text))


def test_the_posts_of_the_world_have_one_key_each():
    table = posts.posts()
    assert [post.code for post in table] == sorted({post.code for post in table})
    assert [
        post for post in table if post.key.startswith("s10:") and post.key != f"s10:{post.code.lower()}"
    ] == []
    assert Counter(post.standing for post in table) == {"member": 190, "territory": 28, "other": 3}


def test_the_same_seed_gives_the_same_and_another_seed_others():
    assert list(islice(cases(1), 500)) == list(islice(cases(1), 500))
    assert list(islice(cases(1), 500)) != list(islice(cases(2), 500))
    assert list(random_digits(1, 50)) == list(random_digits(1, 50))


def test_random_digits_have_every_length_and_distinct_numbers_never_repeat():
    digits = list(random_digits(SEED, 20_000))
    assert {len(number) for number in digits} == set(range(8, 35))
    assert all(number.isdigit() for number in digits)
    assert len(set(distinct(SEED, 5_000))) == 5_000


def test_an_answer_is_judged_as_the_readme_says(everything):
    ups = next(case for case in everything if case.kind == "documented:ups_1z/plain")
    junk = next(case for case in everything if case.confidence == "junk")
    assert is_right(ups, "ups")
    assert not is_right(ups, "usps")
    assert not is_right(junk, "ups")
    assert is_found(ups, ["usps", "ups", "dhl"])
    assert not is_found(ups, ["usps", "dhl", "ups"])
    assert is_found(junk, ["ups"]) is None


def test_nothing_of_milepost_is_imported():
    assert [
        path.name
        for path in FOLDER.glob("*.py")
        if "import milepost" in path.read_text() or "from milepost" in path.read_text()
    ] == []
