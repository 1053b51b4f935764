"""Codes first, the sentence second: what becomes of a scan whose code nobody knows."""

from datetime import UTC, datetime

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.places import RawPlace
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import CodeRef, Scan
from milepost.model.statuses import Evidence, Responsible, Status
from milepost.normalize.scans import event
from milepost.places.gazetteer import SqliteGazetteer
from milepost.words.reader import WordsReader

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
KNOWN = CodeRef(family="action_code", code="40501")
WEATHER = CodeRef(family="detail", code="071")
BOOK = CodeBook(
    {
        KNOWN: CodeMeaning(status="out_for_delivery", reason="", evidence="", note=""),
        WEATHER: CodeMeaning(status="", reason="external.weather", evidence="", note=""),
    }
)


NOWHERE = RawPlace()


def heard(text, *refs, place=NOWHERE, words=True, code=""):
    scan = Scan(moment=AT, code=code, refs=refs, text=text, place=place, tracking_number="1Z")
    report = Report(
        source="acme", kind=ReportKind.TRACKING, shop_id=None, subject=("1Z",), heard_at=AT, body=b"{}"
    )
    return event(scan, report, BOOK, SqliteGazetteer(), WordsReader() if words else None)


def test_a_known_code_counts_and_its_sentence_is_not_read():
    told = heard("Delivered to the recipient", KNOWN)
    assert (told.status, told.certainty) == (Status.OUT_FOR_DELIVERY, None)


def test_without_a_code_the_sentence_is_read_and_says_how_sure_we_are():
    told = heard("Delivered to the recipient")
    assert told.status is Status.DELIVERED
    assert told.certainty is not None
    assert told.certainty >= 70
    assert told.description == "Delivered to the recipient"


def test_a_reason_that_a_code_gave_stays_when_the_sentence_gives_the_status():
    told = heard("Delivered to the recipient", WEATHER, code="071")
    assert (told.status, told.reason, told.responsible) == (
        Status.DELIVERED,
        "external.weather",
        Responsible.NATURE,
    )


def test_a_sentence_we_are_not_sure_of_stays_unknown_and_whole():
    told = heard("Package note", CodeRef(family="action_code", code="99001"))
    assert (told.status, told.certainty, told.description) == (Status.UNKNOWN, None, "Package note")


def test_a_note_moves_nothing():
    told = heard("Thank you for your order. Rate us in the app!")
    assert (told.status, told.evidence) == (None, Evidence.MESSAGE)


def test_a_code_that_nobody_knows_does_not_vanish_as_a_note():
    told = heard("Thank you for your order. Rate us in the app!", code="QQ")
    assert (told.status, told.certainty) == (Status.UNKNOWN, None)


def test_the_place_in_a_sentence_is_found_and_is_no_part_of_the_identity():
    text = "[Lyon] The parcel has arrived at the depot"
    told, without = heard(text), heard(text, words=False)
    assert told.place.located is not None
    assert told.place.located.city == "Lyon"
    assert told.place.raw.is_empty
    assert told.event_id == without.event_id


def test_the_place_that_the_source_gave_counts_more():
    told = heard("Arrived at facility in Lyon", place=RawPlace(city="Marseille", country="FR"))
    assert told.place.located is not None
    assert told.place.located.city == "Marseille"
