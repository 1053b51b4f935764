"""Asking aggregators, proving their pushes, and reading whatever they send."""

import base64
import hashlib
import hmac
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.model.shipments import TrackingQuery
from milepost.ports.pushes import SHOWN_TOKEN
from milepost.ports.sources import AccessError
from milepost.settings import AggregatorAccess, Http, Settings, Web
from milepost.sources.aggregator_catalog import aggregators
from milepost.sources.cards import CatalogError
from milepost.sources.couriers import AGGREGATORS, couriers, couriers_of
from tests.sources.mangling import mangled
from tests.sources.scripted_server import HandClock, answer, scripted

KEYS = sorted(path.parent.name for path in AGGREGATORS.glob("*/aggregator.toml"))
PUSHING = [key for key in KEYS if (AGGREGATORS / key / "push.py").exists()]
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
KEY, SECRET, FORMER = "key+0001/x==", "webhook-secret-0001", "webhook-secret-0000"
NUMBER = "9400100000000000000001"
MANGLED = 12


def sample(key, name="push"):
    return (AGGREGATORS / key / "samples" / f"{name}.json").read_bytes()


def signed(key, body, secret=SECRET, at=NOW):
    """The headers that prove these bytes to be that aggregator's."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    return {
        "aftership": {"AfterShip-HMAC-SHA256": base64.b64encode(digest.digest()).decode()},
        "easypost": {"X-Hmac-Signature": f"hmac-sha256-hex={digest.hexdigest()}"},
        "shippo": {SHOWN_TOKEN: secret},
        "seventeen_track": {"sign": hashlib.sha256(body + b"/" + secret.encode()).hexdigest()},
        "ship24": {"Authorization": f"Bearer {secret}"},
    }[key]


def heard(key, body, headers, **more):
    access = AggregatorAccess(client_id=KEY, push=True, push_secret=SECRET, **more)
    module = import_module(f"milepost.sources.aggregators.{key}.push")
    return module.read(access, headers, body, NOW)


@pytest.mark.parametrize("key", PUSHING)
def test_a_push_counts_only_when_its_very_bytes_are_proved(key):
    body = sample(key)
    push = heard(key, body, signed(key, body))
    assert (push.report.source, push.report.kind, push.report.body) == (key, ReportKind.PUSH, body)
    assert push.report.subject
    refused = {
        "another secret": signed(key, body, "webhook-secret-9999"),
        "no proof": {},
        "an empty one": dict.fromkeys(signed(key, body), ""),
        "one that is no text": dict.fromkeys(signed(key, body), "\udcff\u00fc"),
    }
    if key not in ("shippo", "ship24"):  # these show a secret: the bytes are not in it
        refused["other bytes"] = signed(key, body + b" ")
    for why, headers in refused.items():
        found = heard(key, body, headers)
        assert isinstance(found, Refusal), why
        assert found.reason == "bad_signature", why
        assert SECRET not in found.detail


@pytest.mark.parametrize("key", PUSHING)
def test_the_secret_before_is_good_while_the_new_one_gets_about(key):
    body = sample(key)
    assert isinstance(heard(key, body, signed(key, body, FORMER)), Refusal)
    assert not isinstance(heard(key, body, signed(key, body, FORMER), push_secret_before=FORMER), Refusal)


@pytest.mark.parametrize("key", PUSHING)
def test_the_same_push_has_the_same_name_and_another_one_another(key):
    body = sample(key)
    first, again = (heard(key, body, signed(key, body)) for _ in range(2))
    assert first.notification_id == again.notification_id
    told = json.loads(body)
    told |= {"id": "evt_other", "event_id": "other", "more": 1}
    other = json.dumps(told).encode()
    assert heard(key, other, signed(key, other)).notification_id != first.notification_id


@pytest.mark.parametrize("key", PUSHING)
def test_a_proved_push_that_nobody_can_read_is_refused_by_name(key):
    for body in (b"{", b"[]", b"7", b"null", b"{}", sample(key)[:200]):
        found = heard(key, body, signed(key, body))
        assert isinstance(found, Refusal)
        assert found.reason in ("unreadable_body", "unknown_shape"), body


def test_shippos_signature_is_over_its_time_and_bytes_and_an_old_one_is_stale():
    body = sample("shippo")

    def header(at, over=None):
        told = str(int(at.timestamp()))
        message = f"{told}.".encode() + (body if over is None else over)
        return {
            "Shippo-Auth-Signature": f"t={told},v1={hmac.new(SECRET.encode(), message, 'sha256').hexdigest()}"
        }

    assert not isinstance(heard("shippo", body, header(NOW)), Refusal)
    assert heard("shippo", body, header(NOW - timedelta(hours=2))).reason == "stale_timestamp"
    assert heard("shippo", body, header(NOW, over=b"{}")).reason == "bad_signature"
    for odd in ("t=1", "v1=", "t=x,v1=y", ",,,,", "t=\u00b2,v1=\u00fc"):
        assert heard("shippo", body, {"shippo-auth-signature": odd}).reason == "bad_signature"


def test_easyposts_secret_is_taken_in_its_nfkd_form():
    secret, body = "gehe\u00efm-secret", sample("easypost")
    spelled = unicodedata.normalize("NFKD", secret)
    headers = signed("easypost", body, spelled)
    access = AggregatorAccess(client_id=KEY, push_secret=secret)
    push = import_module("milepost.sources.aggregators.easypost.push").read(access, headers, body, NOW)
    assert not isinstance(push, Refusal)


@pytest.mark.parametrize("key", KEYS)
def test_whatever_comes_is_read_or_refused_and_never_raises(key):
    parse = import_module(f"milepost.sources.aggregators.{key}.parse").parse
    for path in sorted((AGGREGATORS / key / "samples").glob("*.json")):
        for kind in (ReportKind.TRACKING, ReportKind.PUSH):
            for body in mangled(path.read_bytes(), seed=len(path.name), times=MANGLED):
                report = Report(
                    source=key, kind=kind, shop_id=None, subject=(NUMBER,), heard_at=NOW, body=body
                )
                assert isinstance(parse(report), Parsed)


@pytest.mark.parametrize("key", KEYS)
def test_an_answer_about_another_number_is_not_believed(key):
    name = next(
        path.stem
        for path in sorted((AGGREGATORS / key / "samples").glob("*.json"))
        if path.stem in ("answer", "troubles", "odd")
    )
    report = Report(
        source=key,
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=("SOMETHING-ELSE",),
        heard_at=NOW,
        body=sample(key, name),
    )
    parsed = import_module(f"milepost.sources.aggregators.{key}.parse").parse(report)
    assert (parsed.scans, parsed.shipments) == ((), ())
    assert {one.reason for one in parsed.refusals} == {"foreign_number"}


EMPTY = {
    "aftership": (200, {"meta": {"code": 200}, "data": {"trackings": []}}),
    "easypost": (200, {"trackers": [], "has_more": False}),
    "seventeen_track": (
        200,
        {"code": 0, "data": {"accepted": [], "rejected": [{"number": NUMBER, "error": {"code": -18019902}}]}},
    ),
    "ship24": (404, {"errors": [{"code": "tracker_not_found"}]}),
    "karrio": (404, {"errors": [{"code": "not_found"}]}),
    "shippo": (200, {"carrier": "usps", "tracking_number": NUMBER, "tracking_history": []}),
}
KEY_IN = {
    "aftership": ("as-api-key", KEY),
    "easypost": ("authorization", "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()),
    "seventeen_track": ("17token", KEY),
    "ship24": ("authorization", f"Bearer {KEY}"),
    "karrio": ("authorization", f"Token {KEY}"),
    "shippo": ("authorization", f"ShippoToken {KEY}"),
}


async def asked(key, *, register=False, told=None, numbers=(NUMBER,)):
    """What its server was asked, and the reports."""
    requests = []

    def answering(request):
        requests.append(request)
        status, body = told or EMPTY[key]
        return answer(status, json.dumps(body).encode())

    async with scripted(answering) as server:
        access = AggregatorAccess(client_id=KEY, url=server.url, register=register)
        settings = Settings(aggregators={key: access}, http=Http(retry_base_s=0.0, timeout_s=5.0))
        one = aggregators(settings, HandClock(NOW.isoformat()))[key]
        queries = [TrackingQuery(tracking_number=number, since=NOW, carrier="usps") for number in numbers]
        try:
            return requests, await one.fetch(queries), one
        finally:
            await one.close()


@pytest.mark.parametrize("key", KEYS)
async def test_it_is_asked_with_the_key_in_its_header_only_and_an_unknown_number_is_news(key):
    requests, reports, one = await asked(key)
    name, value = KEY_IN[key]
    assert [request.headers[name] for request in requests] == [value]
    assert all(KEY not in request.path for request in requests)
    (report,) = reports
    (told,) = one.parse(report).shipments
    assert (told.tracking_number, told.not_found) == (NUMBER, True)
    assert KEY not in repr(one)


ASKED_AGAIN = ("aftership", "seventeen_track")
"""Those whose answer to a registration does not say what they know of the parcel."""


@pytest.mark.parametrize("key", [key for key in KEYS if key != "shippo"])
async def test_a_number_is_registered_only_when_the_operator_wishes_it_and_with_our_carriers_name(key):
    requests, _, _ = await asked(key)
    polls = 1
    assert len(requests) == polls
    requests, _, _ = await asked(key, register=True)
    assert len(requests) == polls + (2 if key in ASKED_AGAIN else 1)
    wish = json.loads(requests[1].body)
    assert NUMBER in json.dumps(wish)
    assert couriers_of(key).name_of("usps") in json.dumps(wish)
    requests, _, _ = await asked(key, register=True, told=(200, known(key)))
    assert len(requests) == polls, "a number it follows already is not registered again"


def known(key):
    """An answer about our number."""
    if key == "easypost":
        return {"trackers": [json.loads(sample(key))["result"]], "has_more": False}
    if key == "seventeen_track":
        return {"code": 0, "data": {"accepted": [{"number": NUMBER}], "rejected": []}}
    return json.loads(sample(key, {"aftership": "answer", "ship24": "odd", "karrio": "answer"}[key]))


@pytest.mark.parametrize("key", KEYS)
async def test_a_refused_key_needs_a_person_and_is_told_to_nobody(key):
    with pytest.raises(AccessError) as refused:
        await asked(key, told=(401, {"error": KEY}))
    assert KEY not in str(refused.value)


def test_many_numbers_go_into_one_call_where_it_takes_many():
    sizes = {key: one.card.batch_max for key, one in aggregators(Settings(), HandClock()).items()}
    assert sizes == {
        "aftership": 50, "easypost": 1, "karrio": 1, "seventeen_track": 40, "ship24": 1, "shippo": 1,
    }  # fmt: skip


def test_nobody_is_asked_without_keys_and_shippo_only_about_carriers_it_can_be_told():
    found = aggregators(Settings(aggregators={"shippo": AggregatorAccess(client_id=KEY)}), HandClock())
    assert [key for key, one in found.items() if one.is_configured] == ["shippo"]
    assert found["shippo"].reaches("usps")
    assert not found["shippo"].reaches("gofo")
    assert not found["shippo"].reaches(None)
    assert found["aftership"].reaches(None)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"aftershp": AggregatorAccess()}, r"aggregators\.aftershp: there is no such aggregator"),
        ({"karrio": AggregatorAccess(client_id=KEY)}, r"aggregators\.karrio\.url: say where your server is"),
        ({"shippo": AggregatorAccess(client_id=KEY, register=True)}, r"aggregators\.shippo\.register"),
        ({"karrio": AggregatorAccess(push=True)}, r"aggregators\.karrio\.push: karrio pushes nothing"),
        ({"ship24": AggregatorAccess(client_id=KEY, push=True)}, r"aggregators\.ship24\.push_secret"),
        ({"ship24": AggregatorAccess(push=True, push_secret=SECRET)}, r"aggregators\.ship24\.client_id"),
        ({"easypost": AggregatorAccess(url="ftp://x")}, r"aggregators\.easypost\.url: write it as https"),
    ],
)
def test_a_wrong_setting_is_named_with_its_fix(told, says):
    with pytest.raises(CatalogError, match=says):
        aggregators(Settings(aggregators=told, web=Web(public_url="https://t.example.com")), HandClock())


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("theirs,carrier\n", "columns"),
        ("theirs,carrier,confidence\nUPS,ups,high\nups,ups,high\n", "each name once"),
        ("theirs,carrier,confidence\nUPS,ups,sure\n", "not a confidence"),
    ],
)
def test_a_wrong_table_of_carriers_is_refused_with_the_place(tmp_path, table, says):
    path = tmp_path / "carriers.csv"
    path.write_text(table)
    with pytest.raises(CatalogError, match=says):
        couriers(path)
