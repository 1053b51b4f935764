"""Asking the Postal Service, and reading what it answers."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.usps.parse import parse
from milepost.sources.carriers.usps.windows import etas
from tests.sources.carrier_meeting import CLIENT_ID, NOW, SECRET, Asked, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/usps"
SAMPLES = sorted((FOLDER / "samples").glob("*.json"))
NUMBER = "9400111206206406260787"
TOKEN_PATH, MANY, ONE = "/oauth2/v3/token", "/tracking/v3r2/tracking", "/tracking/v3/tracking/"


def token(**more):
    return Told({"access_token": "token-1", "token_type": "Bearer", "expires_in": 28799, **more})


def server(many=None, one=None, tokens=None):
    """A Postal Service: `many` answers a batch, `one` a single number, `tokens` the token call."""

    def answer(asked: Asked) -> Told:
        if asked.path == TOKEN_PATH:
            return tokens(asked) if tokens else token()
        if asked.path == MANY:
            return many(asked) if many else Told([{"trackingNumber": n} for n in numbers_in(asked)])
        return one(asked) if one else Told({"trackingNumber": asked.path.removeprefix(ONE)})

    return answer


def numbers_in(asked):
    return [item["trackingNumber"] for item in asked.json]


def paths(asked):
    return [request.path for request in asked]


async def test_many_numbers_are_asked_in_one_call_with_a_scoped_token():
    async with meeting("usps", server()) as usps:
        (report,) = await usps.fetch("A1", "A2", postal_code="98101-1234")
    assert paths(usps.asked) == [TOKEN_PATH, MANY]
    assert usps.asked[0].json == {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "scope": "tracking",
    }
    assert usps.asked[1].headers["authorization"] == "Bearer token-1"
    assert usps.asked[1].json == [
        {"trackingNumber": "A1", "destinationZIPCode": "98101"},
        {"trackingNumber": "A2", "destinationZIPCode": "98101"},
    ]
    assert report.subject == ("A1", "A2")
    assert (report.source, report.kind, report.shop_id) == ("usps", ReportKind.TRACKING, None)
    assert report.heard_at == NOW
    assert json.loads(report.body) == [{"trackingNumber": "A1"}, {"trackingNumber": "A2"}]


async def test_a_foreign_postal_code_is_kept_to_ourselves():
    async with meeting("usps", server()) as usps:
        await usps.fetch("A1", postal_code="SW1A 1AA")
    assert usps.asked[1].json == [{"trackingNumber": "A1"}]


async def test_the_thirty_sixth_number_starts_another_call():
    asked = [f"N{number}" for number in range(36)]
    async with meeting("usps", server()) as usps:
        reports = await usps.fetch(*asked)
    assert [len(request.json) for request in usps.asked if request.path == MANY] == [35, 1]
    assert [number for report in reports for number in report.subject] == asked
    assert paths(usps.asked).count(TOKEN_PATH) == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_an_app_without_batches_is_asked_one_by_one_and_that_is_remembered(status):
    refused = Told({"error": {"code": str(status), "message": "no"}}, status)
    async with meeting("usps", server(many=lambda _: refused)) as usps:
        reports = await usps.fetch("A1", "A2")
        await usps.fetch("A3")
    assert paths(usps.asked) == [TOKEN_PATH, MANY, f"{ONE}A1", f"{ONE}A2", f"{ONE}A3"]
    assert usps.asked[2].query == {"expand": "DETAIL"}
    assert [report.subject for report in reports] == [("A1",), ("A2",)]


async def test_a_batch_refused_for_one_bad_number_does_not_hide_the_others_nor_end_batches():
    def many(asked):
        return Told({"error": {"code": "400"}}, 400) if "BAD" in numbers_in(asked) else Told([{}])

    def one(asked):
        bad = asked.path.endswith("BAD")
        return (
            Told({"error": {"code": "400", "message": "bad"}}, 400) if bad else Told({"trackingNumber": "A1"})
        )

    async with meeting("usps", server(many=many, one=one)) as usps:
        reports = await usps.fetch("A1", "BAD")
        await usps.fetch("A2")
    assert paths(usps.asked) == [TOKEN_PATH, MANY, f"{ONE}A1", f"{ONE}BAD", MANY]
    parsed = [usps.carrier.parse(report) for report in reports]
    assert [shipment.tracking_number for shipment in parsed[0].shipments] == ["A1"]
    assert [refusal.reason for refusal in parsed[1].refusals] == ["number_refused"]


@pytest.mark.parametrize("status", [200, 207, 404])
async def test_a_list_answers_item_by_item_whatever_its_status(status):
    failed = [{"statusCode": "404", "trackingNumber": "A1", "error": {"code": "404"}}]
    async with meeting("usps", server(many=lambda _: Told(failed, status))) as usps:
        (report,) = await usps.fetch("A1")
    assert paths(usps.asked) == [TOKEN_PATH, MANY]
    assert usps.carrier.parse(report).shipments[0].not_found


async def test_a_token_that_ran_out_is_renewed_once():
    given = iter(["token-1", "token-2"])

    def many(asked):
        if asked.headers["authorization"] != "Bearer token-2":
            return Told({"error": {"code": "401", "message": "expired"}}, 401)
        return Told([{}])

    async with meeting(
        "usps", server(many=many, tokens=lambda _: token(access_token=next(given), expires_in="28799"))
    ) as usps:
        await usps.fetch("A1")
    assert paths(usps.asked) == [TOKEN_PATH, MANY, TOKEN_PATH, MANY]


@pytest.mark.parametrize(
    "refusing",
    [
        pytest.param(server(tokens=lambda _: Told({"error": "invalid_client"}, 401)), id="keys"),
        pytest.param(server(tokens=lambda _: Told({"error": "invalid_scope"}, 400)), id="scope"),
        pytest.param(server(many=lambda _: Told({"error": {}}, 401)), id="token without scope"),
        pytest.param(
            server(many=lambda _: Told({"error": {}}, 403), one=lambda _: Told({"error": {}}, 403)), id="app"
        ),
    ],
)
async def test_refused_keys_need_a_person_and_are_not_told_to_anybody(refusing):
    async with meeting("usps", refusing) as usps:
        with pytest.raises(AccessError) as raised:
            await usps.fetch(NUMBER)
    assert SECRET not in str(raised.value)
    assert NUMBER not in str(raised.value)


async def test_a_token_answer_that_cannot_be_read_is_an_outage():
    async with meeting("usps", server(tokens=lambda _: Told({"access_token": None}))) as usps:
        with pytest.raises(SourceError, match="token server's answer cannot be read"):
            await usps.fetch(NUMBER)


async def test_a_long_retry_after_puts_the_call_off():
    busy = Told({"error": {"code": "429"}}, 429, {"Retry-After": "600"})
    async with meeting("usps", server(many=lambda _: busy)) as usps:
        with pytest.raises(SourceBusyError) as raised:
            await usps.fetch(NUMBER)
    assert raised.value.retry_after_s == 600


async def test_five_calls_a_minute_are_our_own_limit_unless_more_was_granted():
    async with meeting("usps", server()) as usps:
        for _ in range(4):  # and one for the token
            await usps.fetch(NUMBER)
        with pytest.raises(SourceBusyError):
            await usps.fetch(NUMBER)
    async with meeting("usps", server(), per_minute=100, per_day=1000) as usps:
        for _ in range(8):
            await usps.fetch(NUMBER)
    assert usps.carrier.card.batch_max == 35


def report(body, *asked):
    return Report(
        source="usps",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=asked or (NUMBER,),
        heard_at=NOW,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def scan_of(**row):
    (scan,) = parse(report({"trackingNumber": NUMBER, "trackingEvents": [row]})).scans
    return scan


def test_gmt_gives_the_true_second_and_the_local_time_is_never_called_gmt():
    scan = scan_of(
        eventCode="01",
        eventTimestamp="2024-11-22T13:58:00",
        GMTTimestamp="2024-11-22T18:58:40Z",
        GMTOffset="-05:00",
    )
    assert scan.moment == datetime(2024, 11, 22, 18, 58, 40, tzinfo=UTC)
    assert scan.moment.isoformat() == "2024-11-22T13:58:40-05:00"


@pytest.mark.parametrize(
    ("row", "moment", "wall_clock"),
    [
        ({"GMTTimestamp": "2024-04-04T14:03:12.041Z", "GMTOffset": "-7:00"}, "2024-04-04T07:03:12.041000-07:00", None),
        ({"GMTTimestamp": "2024-04-04T14:03:12", "GMTOffset": "+0530"}, "2024-04-04T19:33:12+05:30", None),
        ({"GMTTimestamp": "2024-04-04T14:03:12Z", "GMTOffset": None}, "2024-04-04T14:03:12+00:00", None),
        ({"GMTTimestamp": "2024-04-04T14:03:12Z", "GMTOffset": "+99:00"}, "2024-04-04T14:03:12+00:00", None),
        ({"GMTTimestamp": "soon", "eventTimestamp": "2024-04-04T07:03:00", "GMTOffset": "-07:00"}, "2024-04-04T07:03:00-07:00", None),
        ({"eventTimestamp": "2024-04-04T07:03:00+02:00"}, "2024-04-04T07:03:00+02:00", None),
        ({"eventTimestamp": "2024-04-04T07:03:00"}, None, "2024-04-04T07:03:00"),
        ({"eventTimestamp": "2024-04-04T07:03:00Z"}, None, "2024-04-04T07:03:00"),
    ],
)  # fmt: skip
def test_a_time_keeps_what_was_told_of_its_offset(row, moment, wall_clock):
    scan = scan_of(eventCode="OF", **row)
    assert (scan.moment.isoformat() if scan.moment else None, scan.wall_clock) == (moment, wall_clock)


def test_a_bad_row_is_refused_and_the_others_stay():
    rows = [{"eventCode": "OF"}, {"eventCode": "01", "GMTTimestamp": "2024-11-22T18:58:40Z"}, "nonsense"]
    parsed = parse(report({"trackingNumber": NUMBER, "trackingEvents": rows}))
    assert [scan.code for scan in parsed.scans] == ["01"]
    assert [refusal.reason for refusal in parsed.refusals] == ["no_time"]


def test_neither_the_category_nor_a_text_makes_an_event():
    told = {"status": "Delivered", "statusCategory": "Delivered", "statusSummary": "Your item was delivered."}
    parsed = parse(report({"trackingNumber": NUMBER, "trackingEvents": [], **told}))
    assert (parsed.scans, parsed.proofs) == ((), ())
    scan = scan_of(eventType="Delivered, Front Door", GMTTimestamp="2024-11-22T18:58:40Z")
    assert scan.refs == ()


@pytest.mark.parametrize(
    ("city", "place"),
    [
        ("JACKSONVILLE FL DISTRIBUTION CENTER", ("JACKSONVILLE", "FL", "US")),
        ("NORTH HOUSTON TX DISTRIBUTION CENTER", ("NORTH HOUSTON", "TX", "US")),
        ("JAMAICA", ("JAMAICA", "", "US")),
        ("LOS ANGELES CA NETWORK DISTRIBUTION CENTER", ("LOS ANGELES", "CA", "US")),
        ("TOKYO PM DEPOT", ("TOKYO PM DEPOT", "", "US")),
    ],
)
def test_a_plant_is_looked_up_by_the_city_and_state_in_its_name(city, place):
    found = scan_of(eventCode="10", GMTTimestamp="2024-11-22T18:58:40Z", eventCity=city).place
    assert (found.city, found.region, found.country) == place
    assert city in found.line


@pytest.mark.parametrize(
    ("told", "window"),
    [
        ({"predictedDeliveryDate": "2026-03-05"}, ("predicted", "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        ({"predictedDeliveryDate": "2026-03-05", "predictedDeliveryWindowStartTime": "14:00", "predictedDeliveryWindowEndTime": "18:30:00"}, ("predicted", "2026-03-05T14:00:00", "2026-03-05T18:30:00")),
        ({"predictedDeliveryDate": "2026-03-05", "predictedDeliveryWindowStartTime": "10:15am", "predictedDeliveryWindowEndTime": "12:15 p.m."}, ("predicted", "2026-03-05T10:15:00", "2026-03-05T12:15:00")),
        ({"predictedDeliveryDate": "2026-03-05", "endOfDay": "by 9:00pm"}, ("predicted", "2026-03-05T00:00:00", "2026-03-05T21:00:00")),
        ({"predictedDeliveryDate": "2026-03-05", "endOfDay": "false"}, ("predicted", "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        ({"predictedDeliveryDate": "2026-03-05", "predictedDeliveryWindowEndTime": "25:00"}, ("predicted", "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        ({"expectedDeliveryTimeStamp": "2026-03-05T21:00:00"}, ("estimated", "2026-03-05T00:00:00", "2026-03-05T21:00:00")),
        ({"expectedDeliveryTimeStamp": "2026-03-05T00:00:00"}, ("estimated", "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
        ({"deliveryDateExpectation": {"guaranteedDeliveryDate": "2026-03-05"}}, ("committed", "2026-03-05T00:00:00", "2026-03-05T23:59:59")),
    ],
)  # fmt: skip
def test_a_delivery_date_is_a_window_of_the_destinations_day(told, window):
    item = {"destinationCity": "SEATTLE", "destinationState": "WA", "trackingNumber": NUMBER, **told}
    (eta,) = parse(report(item)).etas
    assert (eta.kind.value, eta.wall_from, eta.wall_to) == window
    assert (eta.place.city, eta.place.region, eta.place.country) == ("SEATTLE", "WA", "US")


def test_an_expectation_with_an_offset_is_an_instant_and_nonsense_is_no_window():
    (eta,) = etas(
        {"expectedDeliveryTimeStamp": "2026-03-05T21:00:00-08:00"},
        NUMBER,
        scan_of(eventTimestamp="2026-03-05T21:00:00").place,
    )
    assert eta.to_at.isoformat() == "2026-03-05T21:00:00-08:00"
    assert (
        parse(
            report(
                {"trackingNumber": NUMBER, "expectedDeliveryTimeStamp": "soon", "predictedDeliveryDate": None}
            )
        ).etas
        == ()
    )


def test_an_entry_without_its_number_is_known_by_its_place_in_the_list():
    body = [{"error": {"code": "404"}, "statusCode": "404"}, {"error": {"code": "400"}}]
    parsed = parse(report(body, "A1", "A2"))
    assert [(told.tracking_number, told.not_found) for told in parsed.shipments] == [("A1", True)]
    assert [(refusal.reason, refusal.subject) for refusal in parsed.refusals] == [("number_refused", "A2")]


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
