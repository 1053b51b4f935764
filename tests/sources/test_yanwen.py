"""Asking Yanwen, and reading what it answers."""

import json
from pathlib import Path

import pytest

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.yanwen.parse import parse
from tests.samples.table import read
from tests.sources.carrier_meeting import CLIENT_ID, NOW, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/yanwen"
SAMPLES = sorted((FOLDER / "samples").glob("*.json"))
A, B = "UH000000001YP", "UH000000002YP"
ROW = {
    "time_stamp": "2026-03-05T10:00:00",
    "time_zone": "+8",
    "tracking_status": "PU10",
    "message": "Yanwen Pickup Scan",
    "location": "Shenzhen",
}


def good(*numbers, **more):
    return {"code": 0, "result": [{"tracking_number": one, "checkpoints": [ROW], **more} for one in numbers]}


def told(body):
    return parse(
        Report(
            source="yanwen",
            kind=ReportKind.TRACKING,
            shop_id=None,
            subject=(A,),
            heard_at=NOW,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
    )


async def test_thirty_are_asked_in_one_call_with_the_customer_number_in_a_header_only():
    many = [f"UH{number:09d}YP" for number in range(31)]
    async with meeting("yanwen", lambda asked: Told(good(*asked.query["nums"].split(",")))) as carrier:
        reports = await carrier.fetch(*many)
    assert [asked.query["nums"].split(",") for asked in carrier.asked] == [many[:30], many[30:]]
    assert [report.subject for report in reports] == [tuple(many[:30]), (many[30],)]
    for asked in carrier.asked:
        assert (asked.path, asked.headers["authorization"]) == ("/api/tracking", CLIENT_ID)
        assert CLIENT_ID not in asked.target
    assert (reports[0].source, reports[0].heard_at) == ("yanwen", NOW)


@pytest.mark.parametrize(
    ("status", "raised"), [(401, AccessError), (429, SourceBusyError), (500, SourceError)]
)
async def test_an_answer_without_parcels_is_named_and_tells_no_secret(status, raised):
    async with meeting("yanwen", lambda _: Told({"code": status, "message": CLIENT_ID}, status)) as carrier:
        with pytest.raises(raised) as error:
            await carrier.fetch(A)
    assert not [word for word in (CLIENT_ID, A) if word in str(error.value)]


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("+8", "+08:00"),
        ("8", "+08:00"),
        ("+08", "+08:00"),
        ("-5", "-05:00"),
        ("+05:30", "+05:30"),
        ("GMT+8", "+08:00"),
    ],
)
def test_the_clock_and_its_offset_are_one_instant(zone, offset):
    (scan,) = told(
        good(A) | {"result": [{"tracking_number": A, "checkpoints": [ROW | {"time_zone": zone}]}]}
    ).scans
    assert scan.moment is not None
    assert scan.moment.isoformat() == f"2026-03-05T10:00:00{offset}"


@pytest.mark.parametrize("zone", ["", "+15", "CST", "+8:0", "--8"])
def test_an_offset_that_cannot_be_read_leaves_the_clock_to_the_place(zone):
    (scan,) = told(
        {"code": 0, "result": [{"tracking_number": A, "checkpoints": [ROW | {"time_zone": zone}]}]}
    ).scans
    assert (scan.moment, scan.wall_clock) == (None, "2026-03-05T10:00:00")


def test_the_number_of_the_last_mile_is_told_once_and_never_as_its_own():
    handed = [
        told(good(A, exchange_number=number, last_mile_carrier=carrier)).shipments[0].handed_over_as
        for number, carrier in (("003456", "DHL"), ("003456", ""), (A, "DHL"), ("", "DHL"))
    ]
    assert handed == [(("DHL", "003456"),), (("last mile", "003456"),), (), ()]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_answer_however_mangled_stops_the_reader(path):
    asked = read(path.with_suffix(".txt")).headers["asked"].split(", ")
    for body in mangled(path.read_bytes()):
        parsed = told(body)
        assert isinstance(parsed, Parsed)
        assert all(isinstance(scan, Scan) for scan in parsed.scans)
        assert all(isinstance(one, Refusal) for one in parsed.refusals)
    assert asked
