"""Asking La Poste, and reading what it answers."""

import json
from pathlib import Path

import pytest

import milepost
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed, Scan
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.sources.carriers.la_poste.parse import parse
from tests.samples.table import read
from tests.sources.carrier_meeting import CLIENT_ID, NOW, Asked, Told, meeting
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources/carriers/la_poste"
SAMPLES = sorted((FOLDER / "samples").glob("*.json"))
PATH = "/suivi/v2/idships/"
A, B = "6A12345678901", "6A12345678902"
ROW = {"code": "ET1", "label": "On its way.", "date": "2026-03-05T10:00:00+01:00"}
LIMIT = Told({"code": "TOO_MANY_REQUESTS", "message": "max quota reached"}, 429)


def good(number, *rows, **more):
    return {
        "lang": "en_GB",
        "returnCode": 200,
        "shipment": {"idShip": number, "event": rows or [ROW], **more},
    }


def failed(code, number):
    return {"lang": "en_GB", "returnCode": code, "returnMessage": "No.", "idShip": number}


def post_office(asked: Asked) -> Told:
    """One number: its envelope; several: all of them with 207."""
    numbers = numbers_in(asked)
    return Told([good(one) for one in numbers], 207) if len(numbers) > 1 else Told(good(numbers[0]))


def numbers_in(asked):
    return asked.path.removeprefix(PATH).split(",")


async def test_ten_are_asked_in_one_call_with_the_key_in_a_header_only_and_no_buyers_address():
    many = [f"6A{number:011d}" for number in range(11)]
    async with meeting("la_poste", post_office) as post:
        reports = await post.fetch(*many)
    assert [numbers_in(asked) for asked in post.asked] == [many[:10], many[10:]]
    assert [report.subject for report in reports] == [tuple(many[:10]), (many[10],)]
    for asked in post.asked:
        assert asked.headers["x-okapi-key"] == CLIENT_ID
        assert CLIENT_ID not in asked.target
        assert asked.query == {"lang": "en_GB"}
        assert "x-forwarded-for" not in asked.headers
    assert (reports[0].source, reports[0].kind, reports[0].heard_at) == ("la_poste", ReportKind.TRACKING, NOW)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_batch_refused_for_one_bad_number_does_not_hide_the_others(status):
    def answer(asked):
        numbers = numbers_in(asked)
        return Told(failed(400, "BAD"), status) if "BAD" in numbers else Told(good(numbers[0]))

    async with meeting("la_poste", answer) as post:
        reports = await post.fetch(A, "BAD", B)
    assert [numbers_in(asked) for asked in post.asked] == [[A, "BAD", B], [A], ["BAD"], [B]]
    read_of = [post.carrier.parse(report) for report in reports]
    assert [len(parsed.scans) for parsed in read_of] == [1, 0, 1]
    assert [(one.reason, one.subject) for one in read_of[1].refusals] == [("number_refused", "BAD")]


async def test_a_list_answers_number_by_number_whatever_the_status():
    async with meeting("la_poste", lambda _: Told([good(A), failed(104, B)], 404)) as post:
        (report,) = await post.fetch(A, B)
    told = post.carrier.parse(report).shipments
    assert [(one.tracking_number, one.not_found) for one in told] == [(A, False), (B, True)]


async def test_a_refused_key_needs_a_person_and_is_told_to_nobody():
    refused = Told({"code": "UNAUTHORIZED", "message": "This action requires an authorization"}, 401)
    async with meeting("la_poste", lambda _: refused) as post:
        with pytest.raises(AccessError) as raised:
            await post.fetch(A)
    assert not [word for word in (CLIENT_ID, A) if word in str(raised.value)]


async def test_called_too_often_is_put_off_and_a_hundred_calls_a_minute_are_the_limit():
    async with meeting("la_poste", lambda _: LIMIT) as post:
        with pytest.raises(SourceBusyError):
            await post.fetch(A)
        assert len(post.asked) == 3
    async with meeting("la_poste", post_office) as post:
        assert post.carrier.card.quota.per_minute == 100
    async with meeting("la_poste", post_office, per_minute=4) as post:
        await post.fetch(*[A] * 40)
        with pytest.raises(SourceBusyError, match="our own budget"):
            await post.fetch(A)


async def test_a_body_without_end_is_not_read():
    async with meeting("la_poste", lambda _: Told(good(A, note="1" * 10_000_000))) as post:
        with pytest.raises(SourceError, match="larger than"):
            await post.fetch(A)


def report(body, *asked):
    return Report(
        source="la_poste", kind=ReportKind.TRACKING, shop_id=None, subject=asked or (A,), heard_at=NOW,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )  # fmt: skip


def test_a_return_code_counts_and_not_what_stands_beside_it():
    parsed = parse(report(good(A) | {"returnCode": 104}))
    assert not parsed.scans
    assert [one.not_found for one in parsed.shipments] == [True]


@pytest.mark.parametrize("code", [101, 105, 109, 208, 504, "", None])
def test_a_return_code_nobody_explains_is_kept_and_not_guessed(code):
    (refusal,) = parse(report(failed(code, A))).refusals
    assert refusal.reason == ("source_refused" if code else "unknown_shape")
    assert refusal.subject == A
    assert str(code or "") in refusal.detail


@pytest.mark.parametrize(
    ("told", "window"),
    [
        ({"estimDate": "2026-03-05T02:00:00+01:00"}, ("2026-03-05", "2026-03-05")),
        (
            {"estimDate": "2026-03-05T02:00:00+01:00", "estimHourMin": "x", "estimHourMax": None},
            ("2026-03-05", "2026-03-05"),
        ),
        (
            {"estimHourMin": "2026-03-05T09:00:00+01:00", "estimHourMax": "2026-03-05T11:00:00+01:00"},
            ("2026-03-05T09:00:00+01:00", "2026-03-05T11:00:00+01:00"),
        ),
        ({"estimHourMin": "2026-03-05T09:00:00", "estimHourMax": "2026-03-05T11:00:00+01:00"}, None),
        ({"estimDate": "2026-03-05T02:00:00+01:00", "isFinal": True}, None),
        ({"estimDate": "2026-03-05T02:00:00+01:00", "deliveryDate": "2026-03-05T12:00:00+01:00"}, None),
        ({"estimDate": "soon"}, None),
    ],
)
def test_hours_count_where_they_make_a_window_and_else_the_day(told, window):
    etas = [
        (
            eta.from_at.isoformat() if eta.from_at else eta.wall_from,
            eta.to_at.isoformat() if eta.to_at else eta.wall_to,
        )
        for eta in parse(report(good(A, **told))).etas
    ]
    assert etas == ([window] if window else [])


def test_a_partners_number_is_a_hand_over_and_its_own_is_none():
    partner = {"name": "Correios", "reference": "BR000111222BR"}
    (told,) = parse(report(good(A, contextData={"partner": partner}))).shipments
    assert told.handed_over_as == (("Correios", "BR000111222BR"),)
    (told,) = parse(report(good(A, contextData={"partner": partner | {"reference": A}}))).shipments
    assert told.handed_over_as == ()


def test_whatever_comes_is_read_or_refused_and_never_raises():
    for path in SAMPLES:
        asked = tuple(read(path.with_suffix(".txt")).headers["asked"].split(", "))
        for body in mangled(path.read_bytes(), times=60):
            parsed = parse(report(body, *asked))
            assert isinstance(parsed, Parsed), path.stem
            assert all(isinstance(one, Scan) and one.tracking_number in asked for one in parsed.scans)
            assert all(isinstance(one, Refusal) and one.reason for one in parsed.refusals)
