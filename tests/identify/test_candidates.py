"""Whose a number is: sure where a shape speaks for itself, honest where it does not."""

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import milepost
from milepost.identify.candidates import Identifier
from milepost.identify.checks import FORMULAS
from milepost.identify.providers import ProviderNames
from milepost.model.carriers import Clues, number_shape
from milepost.sources.cards import card
from milepost.sources.posts import with_posts

FOLDERS = Path(milepost.__file__).parent / "sources/carriers"
CARDS = {path.parent.name: card(path) for path in FOLDERS.glob("*/carrier.toml")}
identify = Identifier(with_posts(CARDS))

SAMPLES = [  # carriers.md §8.1: number, whose, whether the number alone is enough to say so
    ("1Z5R89390357567127", "ups", True),
    ("K1506235620", "ups", False),
    ("986578788855", "fedex", False),
    ("1001921334250001000300779017972697", "fedex", False),
    ("32971514560102447849175802862014", "fedex", False),
    ("041441760228964", "fedex", False),
    ("000123450000000027", "fedex", False),
    ("9611020987654312345672", "fedex", True),
    ("9622001900000000000000776632517510", "fedex", True),
    ("03071790000523483741", "usps", False),
    ("9400111206206406260787", "usps", True),
    ("4201002334249200190132607600833457", "usps", True),
    ("9101123456789000000013", "usps", True),
    ("71969010756003077385", "usps", False),
    ("92748931507708513018050063", "usps", True),
    ("9361289878700317633795", "usps", True),
    ("4202215391 01026837331000039521", "usps", True),
    ("3318810025", "dhl", False),
    ("73891051146", "dhl", False),
    ("JVGL0999999990", "dhl", False),
    ("GM2951173225174494", "dhl", False),
    ("60120172242323", "dhl", False),
    ("00340434292135100124", "dhl", True),
]
KNOWN_SAMPLES = [  # carriers.md §8.1 and §8.4, whose carriers cannot be asked
    ("TBA010000000000", "amazon_shipping"),
    ("0073938000549297", "canada_post"),
    ("GFUS01011884214464", "gofo"),
    ("LX17635036", "ontrac"),
    ("C11031500001879", "ontrac"),
    ("D10011354453707", "ontrac"),
    ("JJD0002257639032011", "yodel"),
    ("YT2229521272164446", "yunexpress"),
    ("09980000020033F", "dpd"),
    ("008182709980000020033350276C", "dpd"),
    ("UUS123456789012", "uniuni"),
    ("JT1234567890123", "jt_express"),
    ("TH12345678901B", "flash"),
    ("SPXTH012345678901", "spx"),
    ("SPXDFW005672609080003764", "speedx"),
    ("NVSGABC123456789", "ninja_van"),
    ("UG123456789YP", "yanwen"),
    ("4PX3000123456789CN", "four_px"),
    ("LP00123456789012", "cainiao"),
    ("SF1234567890123", "sf_express"),
    ("H01HYA0012345678", "evri"),
    ("VH1234567890123", "veho"),
    ("D576002440000001718010", "canpar"),
    ("LTN74207623N1", "landmark"),
    ("07209562763", "old_dominion"),
    ("80003280379", "old_dominion"),
    ("320595463938", "purolator"),
    ("KYV009956937", "purolator"),
    ("SP029692510000920746", "speedee"),
    ("INTLCMD602433960", "intelcom"),
    ("S469203.6573942426", "ghtk"),
    ("629812720847146026991575", "inpost"),
]
KIN = {"dhl", "dhl_ecommerce", "deutsche_post"}  # one name for all of them
POSTS = {
    "GB": "royal_mail",
    "DE": "deutsche_post",
    "FR": "la_poste",
    "CA": "canada_post",
    "AU": "australia_post",
    "CN": "china_post",
    "BR": "correios",
    "NL": "s10:nl",
    "TW": "s10:tw",
}
NAMES = {"ups": "UPS", "fedex": "FedEx", "usps": "USPS", "dhl": "DHL Express"}


@pytest.mark.parametrize(("number", "carrier", "sure"), SAMPLES)
def test_a_printed_number_is_first_of_all_its_carriers(number, carrier, sure):
    found = identify(number)
    assert found.candidates[0].carrier == carrier
    assert found.answer == (carrier if sure else None)
    assert found.valid_format


@pytest.mark.parametrize(("number", "carrier"), KNOWN_SAMPLES)
def test_a_carrier_that_cannot_be_asked_is_guessed_by_its_number_and_settled_by_its_name(number, carrier):
    alone = identify(number)
    assert carrier in [candidate.carrier for candidate in alone.candidates[:2]]
    assert alone.answer in {None, carrier}
    assert identify(number, provider_name=CARDS[carrier].name).answer == carrier


@pytest.mark.parametrize(("country", "carrier"), POSTS.items())
def test_international_mail_is_the_issuing_countrys_post(country, carrier):
    assert identify(f"RB 12345678 5 {country}").answer == carrier
    assert not identify(f"RB 12345678 4 {country}").valid_format


@pytest.mark.parametrize(("number", "carrier", "sure"), SAMPLES)
def test_the_name_the_marketplace_gave_settles_it(number, carrier, sure):
    found = identify(number, provider_name=NAMES[carrier])
    assert found.answer == carrier
    kin = KIN if carrier in KIN else {carrier}
    assert sum(one.probability for one in found.candidates if one.carrier in kin) > 0.9
    assert found.candidates[0].reasons[0] == f"the marketplace names {NAMES[carrier]}"


@pytest.mark.parametrize(
    ("number", "carrier", "sentence"),
    [
        ("1Z5R89390357567128", "ups", "its check digit should be 7, not 8"),
        ("986578788857", "fedex", "its check digit should be 5, not 7"),
        ("9400111206206406260788", "usps", "its check digit should be 7, not 8"),
        ("3318810024", "dhl", "its check digit should be 5, not 4"),
        ("RB123456784US", "usps", "its check digit should be 5, not 4"),
    ],
)
def test_a_mistyped_number_is_said_to_be_so_and_the_right_digit_is_named(number, carrier, sentence):
    for provider_name in ("", NAMES[carrier]):
        found = identify(number, provider_name=provider_name)
        assert not found.valid_format
        told = next(candidate for candidate in found.candidates if candidate.carrier == carrier)
        assert sentence in told.reasons[-1]


def test_a_container_number_is_not_mistyped_for_one_carriers_way_to_check_it():
    """FedEx leaves the first two digits out of the sum, GS1 does not; an EPCIS feed brings both."""
    assert identify("106141412345678908").valid_format
    assert identify("000123450000000027").valid_format
    assert not identify("106141412345678909").valid_format


def test_an_end_of_letters_is_never_taken_for_digits():
    """JD or GM before international mail: shapes of the same length that end in digits do not fit."""
    for number in ("JD123456785US", "GM123456785US", "JD123456785JP"):
        matches, _ = identify._book.matches(number)
        fits = [re.fullmatch(match.pattern.regex, number) for match in matches]
        assert fits, number
        assert all(fits), [match.name for match in matches]


def test_pasted_rubbish_fills_no_memory():
    fresh = Identifier(CARDS)
    for code in range(33, 127):
        fresh(f"#{chr(code)}3456789012")
    starts = [start for shelf in fresh._book._shelves.values() for start in shelf.by_start]
    assert not [start for start in starts if not start.isalnum()], starts


def test_one_wrong_or_two_swapped_characters_are_noticed_in_a_number_that_speaks_for_itself():
    rng, number, noticed = Random(1), "9400111206206406260787", 0
    for _ in range(300):
        at = rng.randrange(2, len(number) - 1)
        digit = rng.choice([d for d in "0123456789" if d != number[at]])
        noticed += not identify(number[:at] + digit + number[at + 1 :]).valid_format
    assert noticed == 300


@pytest.mark.parametrize("length", [8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20])
def test_random_digits_never_get_an_answer(length):
    rng = Random(length)
    numbers = ["".join(rng.choice("0123456789") for _ in range(length)) for _ in range(500)]
    assert [number for number in numbers if identify(number).answer] == []


def test_random_twenty_two_digits_get_an_answer_less_than_once_in_fifty():
    rng = Random(22)
    numbers = ["".join(rng.choice("0123456789") for _ in range(22)) for _ in range(2_000)]
    assert sum(identify(number).answer is not None for number in numbers) < 40


def test_a_carrier_without_a_card_keeps_its_number_to_itself():
    for number, name in (("TH12345678901B", "Kerry Express"), ("986578788855", "JNE Express")):
        found = identify(number, provider_name=name)
        assert found.answer is None
        assert found.valid_format
        assert all(candidate.probability < 0.5 for candidate in found.candidates)


def test_a_mistyped_looking_number_of_a_carrier_without_a_card_is_not_judged():
    assert identify("986578788856", provider_name="JNE Express").valid_format
    assert not identify("1Z5R89390357567128", provider_name="TikTok Shipping").valid_format


def test_an_unmistakable_number_beats_a_wrong_name_and_says_both():
    found = identify("1Z5R89390357567127", provider_name="USPS")
    assert found.answer == "ups"
    assert [candidate.carrier for candidate in found.candidates] == ["ups", "usps"]
    assert found.candidates[1].reasons == (
        "the marketplace names USPS",
        "it has no shape of USPS that we know",
    )


def test_the_named_carrier_is_believed_when_the_number_has_no_shape_we_know():
    found = identify("ABC123", provider_name="FedEx Ground Economy")
    assert found.answer == "fedex"
    assert found.valid_format


def test_a_number_used_in_the_united_states_weighs_less_elsewhere():
    at_home = identify("03071790000523483741", country="US").candidates[0]
    abroad = identify("03071790000523483741", country="GB").candidates[0]
    assert (at_home.carrier, abroad.carrier) == ("usps", "usps")
    assert abroad.probability < at_home.probability


@pytest.mark.parametrize(
    ("name", "carrier"),
    [
        ("USPS", "usps"),
        ("U.S. Postal Service", "usps"),
        ("usps ground advantage℠", "usps"),
        ("UPS® Ground", "ups"),
        ("DHL eCommerce US", "dhl"),
        ("Fedex SmartPost", "fedex"),
        ("UniUni", "uniuni"),
        ("J&T Express", "jt_express"),
        ("Royal Mail Tracked 24", "royal_mail"),
        ("Deutsche Post", "deutsche_post"),
        ("Better Trucks", None),
        ("Upstream Logistics", None),
        ("", None),
    ],
)
def test_marketplaces_spell_carriers_in_many_ways(name, carrier):
    assert ProviderNames(CARDS).carrier_of(name) == carrier


def test_no_two_carriers_are_spelled_alike():
    spelled = [
        tuple(spelling.casefold().split())
        for card in CARDS.values()
        for spelling in {spelling.casefold() for spelling in (card.name, *card.provider_names)}
    ]
    assert [name for name, times in Counter(spelled).items() if times > 1] == [], "whose name is it?"


def test_no_number_has_no_candidates():
    found = identify("   ")
    assert (found.number, found.answer, found.candidates, found.valid_format) == ("", None, (), False)


def test_probabilities_are_shares():
    for number in ("9400111206206406260787", "71969010756003077385", "986578788855", "3318810025"):
        shares = [candidate.probability for candidate in identify(number).candidates]
        assert 0 < sum(shares) <= 1.0
        assert shares == sorted(shares, reverse=True)


def test_every_pattern_names_a_formula_that_exists_and_marks_what_it_needs():
    for one in CARDS.values():
        for pattern in one.patterns:
            assert pattern.check in {*FORMULAS, ""}, f"{one.key}: {pattern.name}"
            if pattern.check:
                assert "(?P<serial>" in pattern.regex, f"{one.key}: {pattern.name}"
                assert "(?P<check>" in pattern.regex, f"{one.key}: {pattern.name}"


def test_a_code_that_no_post_has_is_nobodys():
    found = identify("RB123456785XX")
    assert (found.answer, found.candidates, found.valid_format) == (None, (), True)


def test_a_post_without_a_folder_is_told_by_name_and_is_no_carrier_to_ask():
    first = identify("RB123456785NL").candidates[0]
    assert (first.carrier, first.name) == ("s10:nl", "PostNL")
    assert first.carrier not in CARDS


@pytest.mark.parametrize(
    ("text", "provider_name", "carrier"),
    [
        ("https://www.evri.com/track/parcel/8356786382662365", "", "evri"),
        ("https://track.dpd.co.uk/search?reference=01051120062903", "", "dpd"),
        ("https://www.fedex.com/fedextrack/?trknbr=1Z5R89390357567127", "", "ups"),  # the number knows better
        ("https://www.evri.com.redelivery-fee.example/track/parcel/8356786382662365", "", None),
        ("https://www.evri.com/help/2026", "", None),
        ("https://www.evri.com/track/parcel/8356786382662365", "Royal Mail", "royal_mail"),
    ],
)
def test_a_carriers_page_names_it_and_a_page_that_pretends_names_nobody(text, provider_name, carrier):
    assert identify(text, provider_name).answer == carrier


def test_the_shops_own_history_ranks_what_the_number_leaves_open():
    number = "986578788855"
    shape = number_shape(number)
    before = [one.carrier for one in identify(number).candidates]
    after = identify(number, clues=Clues(history={shape: {"jt_express": 200}}))
    assert before[0] != "jt_express"
    assert after.candidates[0].carrier == "jt_express"
    assert "200 of this shop's numbers of this shape were theirs" in after.candidates[0].reasons
    elsewhere = identify(number, clues=Clues(history={"JT0000000000": {"jt_express": 200}}))
    assert [one.carrier for one in elsewhere.candidates] == before


def test_first_scans_that_name_a_carrier_settle_bare_digits():
    told = Clues(scan_texts=("Shipment information received", "Arrived at FedEx location"))
    found = identify("986578788855", clues=told)
    assert (identify("986578788855").answer, found.answer) == (None, "fedex")
    assert "its first scans name them" in found.candidates[0].reasons


def test_where_it_was_first_scanned_weighs_like_where_it_goes():
    here, there = (evri_of(Clues(scan_countries=(one,))) for one in ("GB", "CA"))
    assert here.probability > 3 * there.probability
    assert "it was first scanned in GB, where such numbers are used" in here.reasons


def evri_of(clues):
    found = identify("8356786382662366", clues=clues)
    return next(one for one in found.candidates if one.carrier == "evri")


def test_the_words_around_a_number_rank_and_never_settle():
    found = identify("FedEx says 986578788855 is on its way")
    assert (found.number, found.answer, found.candidates[0].carrier) == ("986578788855", None, "fedex")
    assert "the text around it names them" in found.candidates[0].reasons


def test_letters_that_look_like_digits_are_read_as_digits_where_the_check_digit_then_is_right():
    found = identify("IZ5R8939O357567127")
    assert (found.number, found.answer) == ("1Z5R89390357567127", "ups")
    assert "letters that look like digits were read as digits" in found.candidates[0].reasons


def test_what_is_remembered_are_findings_and_no_numbers():
    fresh = Identifier(CARDS)
    for number in ("9400111206206406260787", "9400111206206406260788", "986578788856"):
        fresh(number)
    assert "9400111206206406260787" not in str(fresh._verdicts)
    assert (
        fresh("9400111206206406260788")
        .candidates[0]
        .reasons[0]
        .endswith("should be 7, not 8: a character was mistyped")
    )


def test_every_post_is_there_once_and_those_with_a_folder_are_their_folders():
    cards = with_posts(CARDS)
    issuing = [
        one.regex[-2:]
        for card in cards.values()
        for one in card.patterns
        if one.check == "s10" and one.strength >= 0.97
    ]
    assert len(issuing) == len(set(issuing)) == 221
