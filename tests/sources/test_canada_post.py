"""Asking Canada Post, and reading what either of its APIs answers."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.canada_post.moments import event_time
from milepost.sources.carriers.canada_post.parse import parse
from tests.sources.carrier_meeting import CLIENT_ID, NOW, SECRET, Asked, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/canada_post"
SAMPLES = sorted(path for path in FOLDER.glob("samples/*") if path.suffix != ".txt")
NUMBER = "1023210039414603"
TOKEN_PATH = "/cpc-api-native-oauth-provider/oauth2/token"
DETAILS = f"/tracking/v1/pins/{NUMBER}/details"
KNOWN = {"pin": NUMBER, "activeExists": True, "archiveExists": False, "significantEvents": []}
THROTTLED = {
    "title": "x",
    "detail": "x",
    "errors": [{"errorCode": "Server", "message": "Rejected by SLM Monitor"}],
}


def server(details=None, tokens=None):
    """A Canada Post: `details` answers for a parcel, `tokens` the token call."""

    def answer(asked: Asked) -> Told:
        if asked.path.endswith(TOKEN_PATH):
            return tokens(asked) if tokens else Told({"access_token": "token-1", "expires_in": 3600})
        return details(asked) if details else Told(KNOWN)

    return answer


async def test_a_number_is_asked_with_a_token_that_is_fetched_once_with_the_keys_in_headers_only():
    async with meeting("canada_post", server()) as post:
        (report, _) = await post.fetch(NUMBER, NUMBER)
    token, first, second = post.asked
    assert [asked.path for asked in post.asked] == [TOKEN_PATH, DETAILS, DETAILS]
    assert (token.headers["x-ibm-client-id"], token.headers["x-ibm-client-secret"]) == (CLIENT_ID, SECRET)
    assert dict(parse_qsl(token.request.body.decode())) == {
        "grant_type": "client_credentials",
        "scope": "merchant",
    }
    assert {one.headers["authorization"] for one in (first, second)} == {"Bearer token-1"}
    assert first.headers["accept-language"] == "en-CA"
    assert (report.source, report.kind, report.subject, report.heard_at) == (
        "canada_post",
        ReportKind.TRACKING,
        (NUMBER,),
        NOW,
    )


async def test_the_older_services_are_asked_where_the_address_is_theirs():
    xml = (FOLDER / "samples/older_services.xml").read_bytes()
    async with meeting(
        "canada_post", lambda _: Told(xml, headers={"content-type": "application/xml"}), at="/vis"
    ) as post:
        (report,) = await post.fetch("1371134583769923")
    (asked,) = post.asked
    assert asked.path == "/vis/track/pin/1371134583769923/detail"
    assert asked.headers["accept"] == "application/vnd.cpc.track-v2+xml"
    keys = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert keys == f"{CLIENT_ID}:{SECRET}"
    assert report.body == xml


async def test_a_token_that_ran_out_is_renewed_once():
    given = iter(["token-1", "token-2"])

    def details(asked: Asked) -> Told:
        good = asked.headers["authorization"] == "Bearer token-2"
        return Told(KNOWN) if good else Told({"httpCode": "401", "httpMessage": "Unauthorized"}, 401)

    tokens = server(details, lambda _: Told({"access_token": next(given), "expires_in": "3600"}))
    async with meeting("canada_post", tokens) as post:
        await post.fetch(NUMBER)
    assert [asked.path for asked in post.asked] == [TOKEN_PATH, DETAILS, TOKEN_PATH, DETAILS]


@pytest.mark.parametrize("at", ["", "/vis"])
async def test_refused_keys_need_a_person_and_are_told_to_nobody(at):
    async with meeting("canada_post", lambda _: Told({"httpCode": "401"}, 401), at=at) as post:
        with pytest.raises(AccessError) as raised:
            await post.fetch(NUMBER)
    assert not [word for word in (CLIENT_ID, SECRET, NUMBER) if word in str(raised.value)]


@pytest.mark.parametrize("told", [Told(THROTTLED, 400), Told(THROTTLED), Told(THROTTLED, 429)])
async def test_called_too_often_is_put_off_whatever_the_status(told):
    async with meeting("canada_post", server(lambda _: told)) as post:
        with pytest.raises(SourceBusyError):
            await post.fetch(NUMBER)


async def test_twenty_calls_a_minute_are_our_own_limit():
    async with meeting("canada_post", server()) as post:
        with pytest.raises(SourceBusyError):
            await post.fetch(*[NUMBER] * 20)
    assert len(post.asked) == 20  # the token's call is one of them


async def test_a_body_without_end_is_not_read():
    big = Told(b'{"pin": "' + b"1" * 10_000_000, headers={"content-type": "application/json"})
    async with meeting("canada_post", server(lambda _: big)) as post:
        with pytest.raises(SourceError, match="larger than"):
            await post.fetch(NUMBER)


@pytest.mark.parametrize(
    ("day", "time", "zone", "moment"),
    [
        ("2026-01-13", "12:31:40", "EST", datetime(2026, 1, 13, 17, 31, 40, tzinfo=UTC)),
        ("2026-07-13", "12:31:40", "EDT", datetime(2026, 7, 13, 16, 31, 40, tzinfo=UTC)),
        ("2026-07-13", "12:31:40", "EST", None),  # the zone's name, or an hour that nobody's clock showed
        ("2026-01-13", "12:31:40", "EDT", None),
        ("2026-11-01", "01:30:00", "EST", None),  # the clocks showed it twice
        ("2026-11-01", "01:30:00", "EDT", None),
        ("2026-03-08", "02:30:00", "EST", None),  # and this they left out
        ("2026-01-13", "12:31:40", "NST", datetime(2026, 1, 13, 16, 1, 40, tzinfo=UTC)),
        ("2026-01-13", "12:31:40", "GMT", datetime(2026, 1, 13, 12, 31, 40, tzinfo=UTC)),
        ("2026-01-13", "12:31:40", "ISRAEL", None),
        ("2026-01-13", "12:31:40", "IST", None),
        ("2026-01-13", "12:31:40", "", None),
        ("2023-12-11T00:00:00.000Z", "11:59:59", "AST", datetime(2023, 12, 11, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_zones_name_is_taken_at_its_word_only_where_it_can_mean_one_thing(day, time, zone, moment):
    when = event_time(day, time, zone)
    assert when.moment == moment
    assert when.wall_clock == (None if moment else f"{day}T{time}")


@pytest.mark.parametrize(
    ("day", "time"),
    [("", ""), ("2026-01-13", ""), ("2026-13-01", "10:00"), ("soon", "later"), ("0001-01-01", "00:00")],
)
def test_what_is_no_time_is_none(day, time):
    assert event_time(day, time, "EST") is None


def report(body):
    return Report(
        source="canada_post", kind=ReportKind.TRACKING, shop_id=None, subject=(NUMBER,), heard_at=NOW, body=body
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"messages": [{"code": "AA001", "description": "Deactivated"}]}', "access_refused"),
        (b'{"messages": [{"code": "005", "description": "Bad"}]}', "number_refused"),
        (b'{"errors": [{"errorCode": "9999", "message": "Oops"}]}', "problem_answer"),
        (b'{"pin": "4006381333931111", "significantEvents": []}', "foreign_number"),
        (b"[]", "unknown_shape"),
        (b"<html><body>Gateway</body></html>", "unknown_shape"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "unreadable_body"),
        (b"<a>" * 50_000, "unreadable_body"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(body, reason):
    assert [refusal.reason for refusal in parse(report(body)).refusals] == [reason]


def test_a_body_of_twenty_thousand_nested_elements_is_read_without_harm():
    parsed = parse(report(b"<tracking-detail>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</tracking-detail>"))
    assert parsed.scans == ()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_reading_never_raises_whatever_comes(path):
    for body in mangled(path.read_bytes(), times=60):
        parsed = parse(report(body))
        assert isinstance(parsed, Parsed)
        assert all(
            isinstance(scan, Scan) and (scan.moment is None) != (scan.wall_clock is None)
            for scan in parsed.scans
        )
        assert all(isinstance(refusal, Refusal) and refusal.reason for refusal in parsed.refusals)
