"""Asking DHL, and reading what any of its divisions answers."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import milepost
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import CodeRef, Parsed, Scan
from milepost.normalize.meaning import meaning_of
from milepost.ports.sources import AccessError, SourceBusyError
from milepost.sources.carriers.dhl.codes import division_code, group_of, refs
from milepost.sources.carriers.dhl.fetch import PAGES_MAX
from milepost.sources.carriers.dhl.parse import parse
from milepost.sources.carriers.dhl.windows import etas
from milepost.sources.catalog import codes
from tests.sources.carrier_meeting import CLIENT_ID, NOW, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/dhl"
SAMPLES = sorted((FOLDER / "samples").glob("*.json"))
CODES = codes(FOLDER / "codes.csv")
NUMBER = "3318810025"
PROBLEM = {"title": "No result found", "detail": "No shipment found.", "status": 404}


def page(count):
    return Told({"shipments": [{"id": NUMBER, "service": "express", "events": []}] * count})


async def test_each_number_is_asked_by_itself_with_the_key_in_a_header_only():
    async with meeting("dhl", lambda _: page(1)) as dhl:
        reports = await dhl.fetch("A1", "A2", postal_code="53113")
    assert [asked.query for asked in dhl.asked] == [
        {
            "trackingNumber": number,
            "language": "en",
            "offset": "0",
            "limit": "5",
            "recipientPostalCode": "53113",
        }
        for number in ("A1", "A2")
    ]
    assert {asked.path for asked in dhl.asked} == {"/track/shipments"}
    assert {asked.headers["dhl-api-key"] for asked in dhl.asked} == {CLIENT_ID}
    assert all(CLIENT_ID not in asked.target for asked in dhl.asked)
    assert [report.subject for report in reports] == [("A1",), ("A2",)]
    assert (reports[0].source, reports[0].kind, reports[0].heard_at) == ("dhl", ReportKind.TRACKING, NOW)


async def test_a_full_page_is_followed_by_the_next_until_one_is_not_full():
    async with meeting("dhl", lambda asked: page(5 if asked.query["offset"] == "0" else 2)) as dhl:
        reports = await dhl.fetch(NUMBER)
    assert [asked.query["offset"] for asked in dhl.asked] == ["0", "5"]
    assert len(reports) == 2


async def test_no_page_after_the_last_full_one_is_not_news():
    answers = {"0": page(5), "5": Told(PROBLEM, 404)}
    async with meeting("dhl", lambda asked: answers[asked.query["offset"]]) as dhl:
        (report,) = await dhl.fetch(NUMBER)
    assert not any(told.not_found for told in dhl.carrier.parse(report).shipments)


async def test_pages_without_end_are_read_up_to_a_bound():
    async with meeting("dhl", lambda _: page(5)) as dhl:
        assert len(await dhl.fetch(NUMBER)) == PAGES_MAX


async def test_a_number_nobody_knows_is_news_and_no_error():
    async with meeting("dhl", lambda _: Told(PROBLEM, 404)) as dhl:
        (report,) = await dhl.fetch(NUMBER)
    (told,) = dhl.carrier.parse(report).shipments
    assert (told.tracking_number, told.not_found) == (NUMBER, True)


async def test_a_refused_key_needs_a_person_and_is_not_told_to_anybody():
    async with meeting("dhl", lambda _: Told({"title": "Unauthorized", "status": 401}, 401)) as dhl:
        with pytest.raises(AccessError) as raised:
            await dhl.fetch(NUMBER)
    assert CLIENT_ID not in str(raised.value)
    assert NUMBER not in str(raised.value)


async def test_too_many_requests_without_a_retry_after_are_tried_again_and_then_put_off():
    async with meeting("dhl", lambda _: Told({"status": 429}, 429)) as dhl:
        with pytest.raises(SourceBusyError):
            await dhl.fetch(NUMBER)
    assert len(dhl.asked) == 3


async def test_twelve_calls_a_minute_are_our_own_limit():
    async with meeting("dhl", lambda _: page(1)) as dhl:
        with pytest.raises(SourceBusyError):
            await dhl.fetch(*[f"N{number}" for number in range(13)])
    assert len(dhl.asked) == 12


def report(body, *asked):
    return Report(
        source="dhl",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=asked or (NUMBER,),
        heard_at=NOW,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def parsed_with(*events, **item):
    return parse(report({"shipments": [{"id": NUMBER, "service": "express", "events": events, **item}]}))


def status_of(service, coarse, status="", detailed="", text="text"):
    row = {
        "timestamp": "2026-03-05T10:00:00Z", "statusCode": coarse, "status": status,
        "statusDetailed": detailed, "description": text,
    }  # fmt: skip
    (scan,) = parsed_with(row, service=service).scans
    meaning = meaning_of(scan.refs, CODES, logical=scan.logical)
    return meaning.status.value if meaning.status else None, meaning.reason


@pytest.mark.parametrize(
    ("told", "means"),
    [
        (("express", "transit", "WC"), ("out_for_delivery", None)),
        (("express", "failure", "CLOSED ON ARRIVAL", "CA"), ("attempted", "receiver.closed")),
        (("express", "failure", "failure", "BA"), ("held", "address.wrong")),
        (("express", "failure"), ("held", None)),
        (("express", "transit", "RR"), (None, None)),
        (("express", "transit", "AD"), ("in_transit", None)),  # agreed delivery: DHL's own word decides
        (("express", "delivered", "AD"), ("delivered", None)),
        (("express", "transit", "606"), ("in_transit", None)),  # an eCommerce code is none of Express's
        (("ecommerce", "transit", "606"), ("delivered", None)),
        (("ecommerce-europe", "transit", "", "558"), ("out_for_delivery", None)),
        (("ecommerce", "failure", "690"), ("held", "carrier.lost")),
        (("ecommerce", "failure", "825"), ("destroyed", None)),
        (("ecommerce", "transit", "860"), ("returned", None)),
        (("parcel-de", "transit", "PO"), ("out_for_delivery", None)),
        (("parcel-de", "failure", "NTDEL", "NHOME"), ("attempted", "receiver.absent")),
        (("parcel-de", "failure", "NTDEL/AGNEG"), ("attempted", "receiver.id_or_age_failed")),
        (("parcel-de", "failure", "NTDEL-ZZZZZ"), ("attempted", None)),
        (("parcel-de", "delivered", "DLVRD", "NGHBR"), ("delivered", None)),
        (("parcel-de", "delivered", "DLVRD", "ACCDM"), ("delivered", "carrier.damaged")),
        (("parcel-de", "transit", "DLVRD", "CODRP"), (None, None)),  # money was sent, nothing was delivered
        (("parcel-de", "failure", "EXPHD/LOSTX"), ("held", "carrier.lost")),
        (("parcel-de", "failure", "RCCLS/LOSTX"), ("lost", "carrier.lost")),
        (("parcel-de", "failure", "RETRN/NTCLM"), ("return_in_transit", "receiver.not_collected")),
        (("freight", "transit", "20-266"), ("in_transit", "external.weather")),
        (("dgf", "delivered", "DELIVERED"), ("delivered", None)),
        (("", "unknown"), ("unknown", None)),
        (("express", "", "", "", "Delivered"), ("unknown", None)),
        (("express", "pre-transit", "DELIVERED", "", "DELIVERED"), ("label_created", None)),
    ],
)  # fmt: skip
def test_the_divisions_code_decides_then_dhls_own_word_and_never_a_text(told, means):
    assert status_of(*told) == means


@pytest.mark.parametrize(
    ("status", "detailed", "code"),
    [
        ("WC", "", "WC"),
        ("DELIVERED", "OK", "OK"),
        ("OK", "OK", "OK"),
        ("NTDEL", "NHOME", "NTDEL/NHOME"),
        ("NTDEL-NHOME", "", "NTDEL/NHOME"),
        ("606", "", "606"),
        ("21-0", "", "21-0"),
        ("ADDRESS_NOT_FOUND", "", "ADDRESS_NOT_FOUND"),
        ("DELIVERED", "", ""),
        ("CLEAR DELAY", "", ""),
        ("transit", "", ""),
        ("The shipment is on its way", "", ""),
    ],
)
def test_a_code_is_told_from_a_word(status, detailed, code):
    assert division_code(status, detailed) == code


def test_a_service_nobody_listed_has_its_own_codes_and_borrows_nobodys():
    assert group_of("post-de") == "post-de"
    assert refs(group_of("svb"), "transit", "OK") == (
        CodeRef(family="svb", code="OK"),
        CodeRef(family="coarse", code="transit"),
    )


def test_an_event_says_its_code_as_dhl_gave_it():
    row = {
        "timestamp": "2026-03-05T10:00:00Z",
        "statusCode": "failure",
        "statusDetailed": "NH",
        "description": " Not home ",
    }
    (scan,) = parsed_with(row).scans
    assert (scan.code, scan.text) == ("failure/NH", "Not home")


@pytest.mark.parametrize(
    ("timestamp", "moment", "wall_clock"),
    [
        ("2026-03-05T10:00:00-08:00", datetime(2026, 3, 5, 18, tzinfo=UTC), None),
        ("2026-03-05T10:00:00Z", datetime(2026, 3, 5, 10, tzinfo=UTC), None),
        ("2026-03-05T10:00:00", None, "2026-03-05T10:00:00"),
        ("2026-03-05T10:00", None, "2026-03-05T10:00:00"),
    ],
)
def test_a_time_keeps_what_was_told_of_its_offset(timestamp, moment, wall_clock):
    (scan,) = parsed_with({"timestamp": timestamp, "statusCode": "transit"}).scans
    assert (scan.moment, scan.wall_clock) == (moment, wall_clock)


@pytest.mark.parametrize(
    ("told", "window"),
    [
        ({"estimatedTimeOfDelivery": "2026-03-05T12:00:00-08:00"}, (None, "2026-03-05T12:00:00-08:00", None, None)),
        ({"estimatedTimeOfDelivery": "2026-03-05T12:00:00"}, (None, None, None, "2026-03-05T12:00:00")),
        ({"estimatedTimeOfDelivery": "2026-03-06T00:00:00-08:00"}, (None, "2026-03-06T00:00:00-08:00", None, None)),
        ({"estimatedTimeOfDelivery": "2026-03-05T00:00:00Z"}, (None, None, "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        ({"estimatedTimeOfDelivery": "2026-03-05"}, (None, None, "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        (
            {"estimatedDeliveryTimeFrame": {"estimatedFrom": "2026-03-05T09:00:00+01:00", "estimatedThrough": "2026-03-05T18:00:00+01:00"}, "estimatedTimeOfDelivery": "2026-03-06"},
            ("2026-03-05T09:00:00+01:00", "2026-03-05T18:00:00+01:00", None, None),
        ),
        (
            {"estimatedDeliveryTimeFrame": {"estimatedFrom": "2026-03-05T09:00:00", "estimatedThrough": "2026-03-06T00:00:00"}},
            (None, None, "2026-03-05T09:00:00", "2026-03-06T23:59:59"),
        ),
        ({"estimatedDeliveryTimeFrame": {"estimatedThrough": "2026-03-05T18:00:00+01:00"}}, (None, "2026-03-05T18:00:00+01:00", None, None)),
    ],
)  # fmt: skip
def test_an_estimate_is_a_window_and_midnight_is_a_whole_day(told, window):
    (eta,) = etas(told, NUMBER, RawPlace(country="US"))
    ends = (eta.from_at.isoformat() if eta.from_at else None, eta.to_at.isoformat() if eta.to_at else None)
    assert (*ends, eta.wall_from, eta.wall_to) == window


def test_nonsense_is_no_window():
    assert (
        etas({"estimatedTimeOfDelivery": "soon", "estimatedDeliveryTimeFrame": []}, NUMBER, RawPlace()) == ()
    )


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [(253.5, "kg", 253500), ("2", "LB", 907), (500, "g", 500), (3, "stone", None), (None, "kg", None)],
)
def test_weights_are_grams(value, unit, grams):
    (told,) = parsed_with(details={"weight": {"value": value, "unitText": unit}}).shipments
    assert told.weight_g == grams


@pytest.mark.parametrize(
    "references",
    [
        {"number": "N1", "type": "customer-reference"},
        [{"number": "N1", "type": "customer-reference"}, {"number": ""}, None],
    ],
)
def test_references_are_an_object_or_a_list(references):
    (told,) = parsed_with(details={"references": references}).shipments
    assert told.references == (("customer-reference", "N1"),)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_reading_never_raises_whatever_comes(path):
    for body in mangled(path.read_bytes()):
        parsed = parse(report(body))
        assert isinstance(parsed, Parsed)
        assert all(
            isinstance(scan, Scan) and (scan.moment is None) != (scan.wall_clock is None)
            for scan in parsed.scans
        )
        assert all(isinstance(refusal, Refusal) and refusal.reason for refusal in parsed.refusals)
