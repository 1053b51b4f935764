"""UPS: how it is asked, and the facts about its codes and times that are easy to get wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from milepost.model.reports import Report, ReportKind
from milepost.model.scans import CodeRef
from milepost.model.shipments import TrackingQuery
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.carriers.ups.moments import moment_of, offset_of, time_of
from milepost.sources.carriers.ups.parse import parse
from milepost.sources.catalog import SOURCES, carriers, codes
from tests.sources.scripted_server import HandClock, answer, scripted

CODES = codes(SOURCES / "carriers/ups/codes.csv")
SAMPLES = sorted((SOURCES / "carriers/ups/samples").glob("*.json"))
TOKEN = json.dumps({"token_type": "Bearer", "access_token": "token-1", "expires_in": "14399"}).encode()
HEARD = datetime(2026, 11, 22, 12, tzinfo=UTC)


def meaning(family, code):
    found = CODES[CodeRef(family=family, code=code)]
    return found.status, found.reason


def report(body: bytes) -> Report:
    return Report(
        source="ups", kind=ReportKind.TRACKING, shop_id=None, subject=("1Z",), heard_at=HEARD, body=body
    )


def ups(url: str, **given):
    access = CarrierAccess(url=url, client_id="the-client", client_secret="the-secret")
    settings = Settings(carriers={"ups": access}, http=Http(retry_base_s=0.0, **given))
    return carriers(settings, HandClock())["ups"]


def query(number: str) -> TrackingQuery:
    return TrackingQuery(tracking_number=number, since=HEARD)


async def test_each_number_is_asked_by_itself_with_one_token():
    async with scripted([answer(body=TOKEN), answer(body=b'{"a": 1}'), answer(body=b'{"b": 2}')]) as server:
        reports = await ups(server.url).fetch([query("1Z5R89390357567127"), query("K1506235620")])
    token, first, second = server.asked
    assert (token.method, token.path) == ("POST", "/security/v1/oauth/token")
    assert token.headers["authorization"] == "Basic dGhlLWNsaWVudDp0aGUtc2VjcmV0"
    assert token.body == b"grant_type=client_credentials"
    assert first.path.startswith("/api/track/v1/details/1Z5R89390357567127?locale=en_US&returnSignature=true")
    assert first.headers["authorization"] == "Bearer token-1"
    assert first.headers["transactionsrc"] == "milepost"
    assert 0 < len(first.headers["transid"]) <= 32
    assert first.headers["transid"] != second.headers["transid"]
    assert [(told.subject, told.body) for told in reports] == [
        (("1Z5R89390357567127",), b'{"a": 1}'),
        (("K1506235620",), b'{"b": 2}'),
    ]


async def test_a_number_from_a_stranger_cannot_change_the_path():
    async with scripted([answer(body=TOKEN), answer(400, b'{"response": {}}')]) as server:
        await ups(server.url).fetch([query("../../x?y=1#")])
    assert server.asked[1].path.startswith("/api/track/v1/details/..%2F..%2Fx%3Fy%3D1%23?")


async def test_refused_keys_name_what_to_check_and_no_key():
    async with scripted([answer(401, b'{"response": {"errors": [{"code": "10401"}]}}')]) as server:
        with pytest.raises(AccessError, match="client id or secret was refused") as told:
            await ups(server.url).fetch([query("1Z")])
    assert "the-secret" not in str(told.value)


async def test_a_token_answer_without_a_token_is_an_outage():
    async with scripted([answer(body=b"{}")]) as server:
        with pytest.raises(SourceError, match="no token came"):
            await ups(server.url).fetch([query("1Z")])


async def test_an_expired_token_is_renewed_and_the_number_asked_again():
    expired = answer(401, b'{"response": {"errors": [{"code": "251004"}]}}')
    script = [answer(body=TOKEN), expired, answer(body=TOKEN.replace(b"token-1", b"token-2")), answer()]
    async with scripted(script) as server:
        assert len(await ups(server.url).fetch([query("1Z5R89390357567127")])) == 1
    assert server.asked[3].headers["authorization"] == "Bearer token-2"


def test_one_code_means_three_things_in_three_classes():
    assert meaning("M", "DP") == ("label_created", "")
    assert meaning("I", "DP") == ("in_transit", "")
    assert meaning("X", "DP") == ("held", "shipper.prohibited_goods")


def test_the_whole_exception_table_and_all_numbers_that_say_something_are_there():
    families = [ref.family for ref in CODES]
    assert families.count("X") == 686, "687 codes of the reference, less F4, which means delivered"
    assert families.count("number") + families.count("number_last") == 156, (
        "160 less the four that say unknown"
    )


@pytest.mark.parametrize("number", ["000", "088", "148", "163"])
def test_a_number_that_says_unknown_has_no_meaning(number):
    assert CodeRef(family="number", code=number) not in CODES
    assert CodeRef(family="number_last", code=number) not in CODES


def test_only_numbers_and_proven_words_say_delivered():
    said = {(ref.family, ref.code) for ref, found in CODES.items() if found.status == "delivered"}
    assert {family for family, _ in said} == {"number", "D_proven"}
    assert {code for family, code in said if family == "number"} == {"011", "026", "143", "156"}


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("74700", "07:47:00"),
        ("074700", "07:47:00"),
        ("7:47:00", "07:47:00"),
        ("0", "00:00:00"),
        ("235959", "23:59:59"),
    ],
)
def test_a_time_may_lack_its_leading_zeros(told, read):
    assert time_of(told).isoformat() == read


@pytest.mark.parametrize("told", ["", "noon", "250000", "1234567", "-10000"])
def test_what_is_no_time_is_none(told):
    assert time_of(told) is None


@pytest.mark.parametrize(
    ("told", "minutes"),
    [("-05:00", -300), ("-05.00", -300), ("-0500", -300), ("+05:30", 330), ("08:00", 480), ("-5", -300)],
)
def test_an_offset_is_read_in_any_spelling(told, minutes):
    assert offset_of(told) == timedelta(minutes=minutes)


@pytest.mark.parametrize("told", ["", "Z", "+15:00", "EST"])
def test_what_is_no_offset_is_none(told):
    assert offset_of(told) is None


def test_gmt_settles_the_instant_and_local_time_the_offset():
    moment, wall_clock = moment_of(
        {"date": "20261120", "time": "024700", "gmtDate": "20261120", "gmtTime": "74700"}
    )
    assert moment.isoformat() == "2026-11-20T02:47:00-05:00"
    assert wall_clock is None


def test_gmt_alone_is_an_instant_of_offset_zero():
    moment, _ = moment_of({"gmtDate": "20261120", "gmtTime": "074700"})
    assert moment.isoformat() == "2026-11-20T07:47:00+00:00"


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
                    *("trackResponse", "shipment", "package", "activity", "status", "location", "address"),
                    *("deliveryDate", "type", "date", "gmtTime", "warnings", "response", "errors", "weight"),
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
    parse(report(json.dumps({"trackResponse": {"shipment": value}}).encode()))
    parse(report(json.dumps({"trackResponse": {"shipment": [{"package": [{"activity": value}]}]}}).encode()))
