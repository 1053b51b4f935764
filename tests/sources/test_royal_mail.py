"""Asking Royal Mail, and reading what it answers."""

import json
from pathlib import Path

import pytest

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.royal_mail import fetch
from milepost.sources.carriers.royal_mail.parse import parse
from milepost.sources.catalog import codes
from tests.samples.table import read
from tests.sources.carrier_meeting import CLIENT_ID, NOW, SECRET, Asked, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/royal_mail"
SAMPLES = sorted((FOLDER / "samples").glob("*.json"))
SUMMARY = "/mailpieces/v2/summary"
A, B = "RB123456785GB", "RB123456794GB"
AT = "2026-03-05T10:00:00+00:00"
LIMIT = Told({"httpCode": "429", "httpMessage": "Too Many Requests", "moreInformation": "The plan."}, 429)


def events_path(number):
    return f"/mailpieces/v2/{number}/events"


def newest(number, code="EVIMC", at=AT):
    return {
        "mailPieceId": number,
        "status": "200",
        "summary": {"lastEventCode": code, "lastEventDateTime": at},
    }


def history(number, *more):
    row = {
        "eventCode": "EVIMC",
        "eventName": "Item Received",
        "eventDateTime": AT,
        "locationName": "Leeds MC",
    }
    return {"mailPieces": {"mailPieceId": number, "events": [row, *more]}}


def server(summary=None, events=None):
    """A Royal Mail: `summary` answers for many numbers, `events` for one."""

    def answer(asked: Asked) -> Told:
        if asked.path == SUMMARY:
            numbers = asked.query["mailPieceId"].split(",")
            return summary(asked) if summary else Told({"mailPieces": [newest(one) for one in numbers]})
        number = asked.path.split("/")[3]
        return events(asked) if events else Told(history(number))

    return answer


def paths(asked):
    return [one.path for one in asked]


async def test_thirty_are_asked_in_one_call_with_both_keys_and_the_terms_in_headers_only():
    many = [f"RB{number:09d}GB" for number in range(31)]
    async with meeting("royal_mail", server(lambda _: Told({"mailPieces": []})), per_minute=100) as post:
        reports = await post.fetch(*many)
    assert [asked.query["mailPieceId"].split(",") for asked in post.asked] == [many[:30], many[30:]]
    assert [report.subject for report in reports] == [tuple(many[:30]), tuple(many[30:])]
    for asked in post.asked:
        assert asked.headers["x-ibm-client-id"] == CLIENT_ID
        assert asked.headers["x-ibm-client-secret"] == SECRET
        assert asked.headers["x-accept-rmg-terms"] == "yes"
        assert CLIENT_ID not in asked.target
    assert (reports[0].source, reports[0].kind, reports[0].heard_at) == (
        "royal_mail",
        ReportKind.TRACKING,
        NOW,
    )


async def test_only_a_parcel_with_news_is_asked_for_its_history():
    state = {A: "EVDAC", B: "EVDAC"}

    def summary(asked):
        return Told(
            {"mailPieces": [newest(one, state[one]) for one in asked.query["mailPieceId"].split(",")]}
        )

    async with meeting("royal_mail", server(summary)) as post:
        first = await post.fetch(A, B)
        await post.fetch(A, B)
        state[B] = "EVIMC"
        await post.fetch(A, B)
    assert paths(post.asked) == [SUMMARY, events_path(A), events_path(B), SUMMARY, SUMMARY, events_path(B)]
    assert [report.subject for report in first] == [(A, B), (A,), (B,)]


async def test_a_history_grows_old_since_a_window_may_move_without_an_event():
    async with meeting("royal_mail", server()) as post:
        await post.fetch(A)
        post.carrier.clock.step(hours=11)
        await post.fetch(A)
        post.carrier.clock.step(hours=2)
        await post.fetch(A)
    assert paths(post.asked).count(events_path(A)) == 2


async def test_a_history_that_cannot_be_had_keeps_nothing_back_and_is_asked_for_at_the_next_poll():
    answers = iter([LIMIT, LIMIT, LIMIT, Told(history(A))])
    async with meeting("royal_mail", server(events=lambda _: next(answers))) as post:
        (summary,) = await post.fetch(A)
        _, late = await post.fetch(A)
    (scan,) = post.carrier.parse(summary).scans
    assert (scan.code, scan.tracking_number, late.subject) == ("EVIMC", A, (A,))


async def test_a_number_that_is_not_ours_to_see_does_not_hide_the_others():
    forbidden = {"errors": [{"errorCode": "E0016", "errorDescription": "Access Denied"}], "httpCode": "403"}

    def events(asked):
        return Told(forbidden, 403) if A in asked.path else Told(history(B))

    async with meeting("royal_mail", server(events=events)) as post:
        reports = await post.fetch(A, B)
    refused, told = (post.carrier.parse(report) for report in reports[1:])
    assert [(one.reason, one.subject) for one in refused.refusals] == [("access_refused", A)]
    assert [scan.tracking_number for scan in told.scans] == [B]


@pytest.mark.parametrize("where", ["summary", "events"])
async def test_refused_keys_need_a_person_and_are_told_to_nobody(where):
    refused = Told({"httpCode": "401", "httpMessage": "Unauthorized"}, 401)
    async with meeting("royal_mail", server(**{where: lambda _: refused})) as post:
        with pytest.raises(AccessError) as raised:
            await post.fetch(A)
    assert not [word for word in (CLIENT_ID, SECRET, A) if word in str(raised.value)]


async def test_called_too_often_is_put_off_and_fifty_calls_a_day_are_the_limit_of_the_smallest_plan():
    async with meeting("royal_mail", server(lambda _: LIMIT)) as post:
        with pytest.raises(SourceBusyError):
            await post.fetch(A)
        assert len(post.asked) == 3
    async with meeting("royal_mail", server(lambda _: Told({"mailPieces": []}))) as post:
        for _ in range(50):
            await post.fetch(A)
            post.carrier.clock.step(minutes=5)
        with pytest.raises(SourceBusyError, match="our own budget"):
            await post.fetch(A)
        assert len(post.asked) == 50


async def test_a_body_without_end_is_not_read():
    big = Told({"mailPieces": [{"mailPieceId": A, "note": "1" * 10_000_000}]})
    async with meeting("royal_mail", server(lambda _: big)) as post:
        with pytest.raises(SourceError, match="larger than"):
            await post.fetch(A)


async def test_what_is_remembered_has_a_bound(monkeypatch):
    monkeypatch.setattr(fetch, "REMEMBERED_MAX", 1)
    async with meeting("royal_mail", server()) as post:
        await post.fetch(A, B)
        await post.fetch(A, B)
    assert paths(post.asked).count(events_path(A)) == 2


def asked_in(path):
    return tuple(read(path.with_suffix(".txt")).headers["asked"].split(", "))


def report(body, *asked):
    return Report(
        source="royal_mail", kind=ReportKind.TRACKING, shop_id=None, subject=asked or (A,), heard_at=NOW,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("location", "home", "place"),
    [
        ("Stafford DO", False, ("", "Stafford", "GB")),
        ("Milton Keynes Delivery Office", False, ("", "Milton Keynes", "GB")),
        ("Heathrow Worldwide DC", False, ("", "Heathrow", "GB")),
        ("DO", True, ("DO", "", "GB")),
        ("Leeds", True, ("Leeds", "", "GB")),
        ("SHENZHEN", False, ("SHENZHEN", "", "")),
        ("", True, ("", "", "")),
    ],
)
def test_an_office_is_named_after_its_town(location, home, place):
    ends = dict.fromkeys(("originCountryCode", "destinationCountryCode"), "GBR") if home else {}
    row = {"eventCode": "EVIMC", "eventDateTime": AT, "locationName": location}
    (scan,) = parse(report({"mailPieces": {"mailPieceId": A, "summary": ends, "events": [row]}})).scans
    assert (scan.place.text, scan.place.city, scan.place.country) == place


def test_a_parcel_is_known_by_its_short_barcode_and_by_its_long_one():
    piece = {"mailPieceId": "090367574000000FE1E1B", "summary": {"oneDBarcode": A}, "events": []}
    (told,) = parse(report({"mailPieces": piece})).shipments
    assert told.tracking_number == A


@pytest.mark.parametrize(
    "date", ["2026-03-05T10:00:00Z", "2026-03-05T10:00:00", "2026-03-05", "tomorrow", None]
)
def test_a_window_is_read_or_left_out(date):
    told = {"date": date, "startOfEstimatedWindow": "soon", "endOfEstimatedWindow": "11:00:00+01:00"}
    parsed = parse(report({"mailPieces": {"mailPieceId": A, "estimatedDelivery": told}}))
    ends = [eta.to_at.isoformat() for eta in parsed.etas if eta.to_at]
    assert ends == (["2026-03-05T11:00:00+01:00"] if date and date[0] == "2" else [])


def test_every_code_is_looked_up_as_it_comes():
    table = codes(FOLDER / "codes.csv")
    assert {ref.family for ref in table} == {"event"}
    assert all(len(ref.code) == 5 and ref.code.isupper() for ref in table)


def test_whatever_comes_is_read_or_refused_and_never_raises():
    for path in SAMPLES:
        asked = asked_in(path)
        for body in mangled(path.read_bytes(), times=60):
            parsed = parse(report(body, *asked))
            assert isinstance(parsed, Parsed), path.stem
            assert all(isinstance(one, Scan) and one.tracking_number in asked for one in parsed.scans)
            assert all(isinstance(one, Refusal) and one.reason for one in parsed.refusals)
