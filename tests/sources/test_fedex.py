"""FedEx: how it is asked, and the facts about its codes and times that are easy to get wrong."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import TrackingQuery
from milepost.ports.sources import AccessError
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.carriers.fedex.parse import parse
from milepost.sources.catalog import SOURCES, carriers, codes
from tests.sources.scripted_server import HandClock, answer, scripted, zipped

CODES = codes(SOURCES / "carriers/fedex/codes.csv")
SAMPLES = sorted((SOURCES / "carriers/fedex/samples").glob("*.json"))
TOKEN = json.dumps({"token_type": "bearer", "access_token": "token-1", "expires_in": 3599}).encode()
HEARD = datetime(2026, 11, 22, 12, tzinfo=UTC)


def report(body: bytes) -> Report:
    return Report(
        source="fedex", kind=ReportKind.TRACKING, shop_id=None, subject=("9865",), heard_at=HEARD, body=body
    )


def sample(name: str):
    return parse(report((SOURCES / f"carriers/fedex/samples/{name}.json").read_bytes()))


def fedex(url: str):
    access = CarrierAccess(url=url, client_id="the-client", client_secret="the-secret")
    settings = Settings(carriers={"fedex": access}, http=Http(retry_base_s=0.0))
    return carriers(settings, HandClock())["fedex"]


def queries(count: int) -> list[TrackingQuery]:
    return [TrackingQuery(tracking_number=f"{number:012d}", since=HEARD) for number in range(count)]


async def test_thirty_one_numbers_are_asked_in_two_calls_with_one_token():
    async with scripted([answer(body=TOKEN), answer(), zipped(b'{"zipped": true}')]) as server:
        reports = await fedex(server.url).fetch(queries(31))
    token, first, second = server.asked
    assert (token.method, token.path) == ("POST", "/oauth/token")
    assert token.body == b"grant_type=client_credentials&client_id=the-client&client_secret=the-secret"
    assert (first.method, first.path) == ("POST", "/track/v1/trackingnumbers")
    assert first.headers["authorization"] == "Bearer token-1"
    assert first.headers["content-type"] == "application/json"
    question = json.loads(first.body)
    assert question["includeDetailedScans"] is True
    assert len(question["trackingInfo"]) == 30
    assert json.loads(second.body)["trackingInfo"] == [
        {"trackingNumberInfo": {"trackingNumber": "000000000030"}}
    ]
    assert [len(told.subject) for told in reports] == [30, 1]
    assert reports[1].body == b'{"zipped": true}'


async def test_refused_keys_name_what_to_check_and_no_key():
    async with scripted([answer(401, b'{"errors": [{"code": "NOT.AUTHORIZED.ERROR"}]}')]) as server:
        with pytest.raises(AccessError, match="client id or secret was refused") as told:
            await fedex(server.url).fetch(queries(1))
    assert "the-secret" not in str(told.value)


async def test_an_expired_token_is_renewed_once_and_the_numbers_asked_again():
    script = [answer(body=TOKEN), answer(401), answer(body=TOKEN.replace(b"-1", b"-2")), answer()]
    async with scripted(script) as server:
        assert len(await fedex(server.url).fetch(queries(1))) == 1
    assert server.asked[3].headers["authorization"] == "Bearer token-2"


def test_12_41_57_four_hours_west_is_16_41_57_in_utc():
    delivered = sample("delivered_with_proof").scans[0]
    assert delivered.moment.isoformat() == "2026-11-20T12:41:57-04:00"
    assert delivered.moment.astimezone(UTC).isoformat() == "2026-11-20T16:41:57+00:00"


def test_a_date_without_an_offset_gets_none_from_us():
    arrived = sample("naive_dates").scans[0]
    assert (arrived.moment, arrived.wall_clock) == (None, "2026-11-20T16:00:00")


def test_a_number_used_again_tells_both_uses_and_the_proof_of_neither_parcel_as_the_others():
    told = sample("reused_number")
    assert len(told.scans) == 4
    assert [shipment.ship_date.isoformat() for shipment in told.shipments] == ["2025-03-03", "2026-11-18"]
    assert told.proofs == (), "the old parcel's proof says nothing of the new one"


def test_a_push_without_the_outer_levels_reads_the_same():
    whole = json.loads((SOURCES / "carriers/fedex/samples/in_transit.json").read_bytes())
    bare = {"trackResults": whole["output"]["completeTrackResults"][0]["trackResults"]}
    assert parse(report(json.dumps(bare).encode())) == sample("in_transit")


@pytest.mark.parametrize("family", ["express", "ground"])
def test_the_two_spaces_of_exception_codes_are_apart(family):
    shapes = {ref.code.rpartition("/")[2] for ref in CODES if ref.family == family}
    assert all((len(code) >= 3 and code[0].isdigit()) == (family == "ground") for code in shapes)


def test_only_the_status_code_says_delivered():
    assert {(ref.family, ref.code) for ref, found in CODES.items() if found.status == "delivered"} == {
        ("event", "DL")
    }


def test_no_window_is_told_of_a_delivered_parcel():
    assert sample("delivered_with_proof").etas == ()


def test_code_tables_hold_every_code_of_the_reference():
    told = "OC IN MD RP LP RG RD LC AP EP DS DR PD PU PX DO IP AR AF OF DP LO IT IX OW AA EA EO PF PL SF FD TR PM"
    told += " AC AX OX OD ED AD DL DE SE DD DY CD CP CC HL HP HA RS RT CA AE AO US RR RM RC CH RA PR AS SP"
    assert {ref.code for ref in CODES if ref.family == "event"} == set(told.split())


@settings(deadline=None)
@given(some.binary(max_size=300))
def test_no_bytes_make_the_parser_raise(body):
    assert parse(report(body)).refusals


@settings(deadline=None)
@given(path=some.sampled_from(SAMPLES), at=some.integers(0, 10_000), text=some.binary(max_size=6))
def test_no_damage_to_an_answer_makes_the_parser_raise(path, at, text):
    body = path.read_bytes()
    parse(report(body[: at % len(body)] + text + body[at % len(body) + len(text) :]))


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                [
                    *("output", "completeTrackResults", "trackResults", "scanEvents", "date", "eventType"),
                    *(
                        "window",
                        "dateAndTimes",
                        "type",
                        "dateTime",
                        "error",
                        "code",
                        "packageIdentifiers",
                        "values",
                    ),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(json_values)
def test_no_shape_makes_the_parser_raise(value):
    parse(report(json.dumps(value).encode()))
    parse(report(json.dumps({"output": {"completeTrackResults": value}}).encode()))
    parse(report(json.dumps({"trackResults": [value]}).encode()))
    parse(report(json.dumps({"trackResults": [{"scanEvents": value}]}).encode()))
