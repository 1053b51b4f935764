"""Asking Australia Post, and reading what it answers."""

import base64
import json
from pathlib import Path

import pytest

import milepost
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.australia_post.parse import parse
from milepost.sources.carriers.australia_post.phrases import phrase, place
from tests.sources.carrier_meeting import CLIENT_ID, NOW, SECRET, Asked, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/australia_post"
SAMPLES = sorted(FOLDER.glob("samples/*.json"))
ACCOUNT = "0001234567"
TOO_MANY = {
    "errors": [{"error_code": "API_002", "error_name": "Too many requests", "message": "Too many requests"}]
}


def numbers_in(asked: Asked) -> list[str]:
    return asked.query["tracking_ids"].split(",")


def good(asked: Asked) -> Told:
    return Told({"tracking_results": [{"tracking_id": n, "trackable_items": []} for n in numbers_in(asked)]})


def spoiled_by(*bad: str, code: str = "51104"):
    """A server that fails a whole call for one number in it."""

    def answer(asked: Asked) -> Told:
        if set(bad) & set(numbers_in(asked)):
            return Told({"errors": [{"code": code, "name": "X", "message": "x"}]}, 400)
        return good(asked)

    return answer


async def test_ten_numbers_go_into_a_call_with_the_key_and_the_account_in_headers_only():
    asked = [f"N{number}" for number in range(11)]
    async with meeting("australia_post", good, account=ACCOUNT) as post:
        reports = await post.fetch(*asked)
    assert [len(numbers_in(one)) for one in post.asked] == [10, 1]
    first = post.asked[0]
    assert (first.path, first.headers["account-number"]) == ("/shipping/v1/track", ACCOUNT)
    keys = base64.b64decode(first.headers["authorization"].removeprefix("Basic ")).decode()
    assert keys == f"{CLIENT_ID}:{SECRET}"
    assert [number for report in reports for number in report.subject] == asked
    assert (reports[0].source, reports[0].kind, reports[0].heard_at) == (
        "australia_post",
        ReportKind.TRACKING,
        NOW,
    )


async def test_without_an_account_number_nobody_is_asked_and_the_setting_is_named():
    async with meeting("australia_post", good) as post:
        with pytest.raises(AccessError, match=r"carriers\.australia_post\.account"):
            await post.fetch("A1")
    assert post.asked == []


@pytest.mark.parametrize("code", ["51103", "51104"])
async def test_a_number_that_spoils_the_call_is_halved_out_and_hides_no_other(code):
    numbers = [f"N{number}" for number in range(8)]
    async with meeting("australia_post", spoiled_by("N5", code=code), account=ACCOUNT) as post:
        reports = await post.fetch(*numbers)
    assert [report.subject for report in reports] == [tuple(numbers[:4]), ("N4",), ("N5",), ("N6", "N7")]
    assert len(post.asked) == 7
    (told,) = post.carrier.parse(reports[2]).shipments if code == "51104" else [None]
    assert told is None or told.not_found


async def test_what_was_heard_before_the_budget_ran_out_is_kept():
    async with meeting("australia_post", spoiled_by("N0", "N2", "N4", "N6", "N8"), account=ACCOUNT) as post:
        reports = await post.fetch(*[f"N{number}" for number in range(10)])
    assert len(post.asked) == 10
    assert reports
    assert len({number for report in reports for number in report.subject}) == len(
        [number for report in reports for number in report.subject]
    )


async def test_another_refusal_of_the_whole_call_is_asked_once():
    refused = Told(
        {"errors": [{"code": "49202", "name": "ACCOUNT_NOT_FOUND", "message": "No account."}]}, 400
    )
    async with meeting("australia_post", lambda _: refused, account=ACCOUNT) as post:
        (report,) = await post.fetch("A1", "A2")
    assert len(post.asked) == 1
    assert [refusal.reason for refusal in post.carrier.parse(report).refusals] == ["problem_answer"]


@pytest.mark.parametrize("status", [200, 400, 429])
async def test_called_too_often_is_put_off_whatever_the_status(status):
    async with meeting("australia_post", lambda _: Told(TOO_MANY, status), account=ACCOUNT) as post:
        with pytest.raises(SourceBusyError):
            await post.fetch("A1")


async def test_ten_calls_a_minute_are_our_own_limit():
    async with meeting("australia_post", good, account=ACCOUNT) as post:
        assert len(await post.fetch(*[f"N{number}" for number in range(100)])) == 10
        with pytest.raises(SourceBusyError):
            await post.fetch("A1")
    assert len(post.asked) == 10


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_keys_need_a_person_and_are_told_to_nobody(status):
    async with meeting("australia_post", lambda _: Told({"errors": []}, status), account=ACCOUNT) as post:
        with pytest.raises(AccessError) as raised:
            await post.fetch("7XX1000634011427")
    assert not [
        word for word in (CLIENT_ID, SECRET, ACCOUNT, "7XX1000634011427") if word in str(raised.value)
    ]


async def test_a_body_without_end_is_not_read():
    async with meeting("australia_post", lambda _: Told(b"[" * 10_000_000), account=ACCOUNT) as post:
        with pytest.raises(SourceError, match="larger than"):
            await post.fetch("A1")


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("In transit to next facility in OAKLEIGH SOUTH VIC", "in transit to next facility"),
        ("Awaiting collection at INALA HEIGHTS LPO", "awaiting collection"),
        ("Awaiting collection at Example Post Office", "awaiting collection"),
        ("Transferred to COFFS HARBOUR DC", "transferred"),
        ("Item is in Customs", "item is in customs"),
        ("Arrived in New Zealand", "arrived in new zealand"),
        ("Delivered", "delivered"),
        ("", ""),
    ],
)
def test_a_sentence_without_the_place_at_its_end_is_the_code(sentence, code):
    assert phrase(sentence) == code


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("KEW VIC", RawPlace(city="KEW", region="VIC", country="AU")),
        ("Sydney,NSW", RawPlace(city="Sydney", region="NSW", country="AU")),
        ("CHICAGO (US)", RawPlace(text="CHICAGO (US)", city="CHICAGO", country="US")),
        (
            "JOHN F. KENNEDY APT/NEW YORK (US)",
            RawPlace(text="JOHN F. KENNEDY APT/NEW YORK (US)", city="NEW YORK", country="US"),
        ),
        ("NZ", RawPlace(country="NZ")),
        ("PER", RawPlace(text="PER")),
        ("Transit Scan", RawPlace()),
        ("", RawPlace()),
    ],
)
def test_a_place_is_read_as_far_as_it_can_be(told, read):
    assert place(told) == read


def report(body, *asked):
    return Report(
        source="australia_post", kind=ReportKind.TRACKING, shop_id=None, subject=asked or ("A1",), heard_at=NOW, body=body
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"errors": "x"}', b'"x"'])
def test_an_unknown_shape_is_refused_by_name(body):
    assert [refusal.reason for refusal in parse(report(body)).refusals] == ["unknown_shape"]


def test_a_number_is_found_in_whatever_case_it_comes_back():
    answer = {"tracking_results": [{"tracking_id": "7xx1000634011427", "trackable_items": []}]}
    (told,) = parse(report(json.dumps(answer).encode(), "7XX1000634011427")).shipments
    assert (told.tracking_number, told.not_found) == ("7XX1000634011427", False)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_reading_never_raises_whatever_comes(path):
    for body in mangled(path.read_bytes(), times=60):
        parsed = parse(report(body, "A1", "33ABC0123456", "7XX1000634011427"))
        assert isinstance(parsed, Parsed)
        assert all(
            isinstance(scan, Scan) and (scan.moment is None) != (scan.wall_clock is None)
            for scan in parsed.scans
        )
        assert all(isinstance(refusal, Refusal) and refusal.reason for refusal in parsed.refusals)
