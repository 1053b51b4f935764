"""Each carrier's token call, its happy answer, each of its errors and each of its quirks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.world.words import Eta
from tests.sandbox.servers.carriers import TALKERS, DhlTalker, FedExTalker, UpsTalker, UspsTalker
from tests.sandbox.servers.parcels import BY_SOURCE, LATER, app_of, delivered, on_its_way
from tests.sandbox.servers.small_world import (
    LEIPZIG,
    NUMBERS,
    START,
    parcel,
    step,
    whole_story,
)

# --- UPS ---------------------------------------------------------------------------------------------------


async def test_ups_gives_a_token_of_strings_for_basic_only() -> None:
    app, _ = app_of("ups")
    ups = UpsTalker(app)
    reply = (await ups.sign_in()).json()
    assert {type(value) for value in reply.values()} == {str}
    assert (reply["token_type"], reply["expires_in"], reply["status"]) == ("Bearer", "14399", "approved")
    wrong = await ups.sign_in(auth=("ups-id", "wrong"))
    assert (wrong.status_code, wrong.json()["response"]["errors"][0]["code"]) == (401, "10401")
    assert (await ups.sign_in(data={})).status_code == 400


async def test_ups_tells_a_parcel() -> None:
    app, the_world = app_of("ups", delivered("ups"))
    package = await UpsTalker(app).package(NUMBERS["ups"])
    assert package["trackingNumber"] == NUMBERS["ups"]
    assert package["currentStatus"]["code"] == "ML"
    assert [row["status"]["code"] for row in package["activity"]] == ["ML", "AR", "DP", "PU", "MP"]
    assert package["deliveryDate"] == [{"type": "DEL", "date": "20260106"}]
    assert package["deliveryTime"]["type"] == "DEL"
    assert package["deliveryInformation"]["receivedBy"] == "SAMPLE"
    assert package["deliveryInformation"]["location"] == "Front Door"
    assert package["service"]["description"] == "UPS Ground"
    assert the_world.served_at("ups", "p1/s30-delivered") == LATER


async def test_ups_knows_an_unknown_number_from_a_malformed_one() -> None:
    app, _ = app_of("ups")
    ups = UpsTalker(app)
    await ups.sign_in()
    unknown = await ups.details("1Z5R89390357567999")
    shipment = unknown.json()["trackResponse"]["shipment"][0]
    assert (unknown.status_code, shipment["warnings"][0]["code"]) == (200, "TW0001")
    assert "package" not in shipment
    malformed = await ups.details("1Z-5")
    assert (malformed.status_code, malformed.json()["response"]["errors"][0]["code"]) == (400, "TV1002")


async def test_ups_wants_a_token_and_its_two_headers() -> None:
    app, the_world = app_of("ups", on_its_way("ups"))
    ups = UpsTalker(app)
    assert (await ups.details(NUMBERS["ups"])).json()["response"]["errors"][0]["code"] == "250002"
    await ups.sign_in()
    assert (await ups.details(NUMBERS["ups"], transId="")).status_code == 400
    assert (await ups.details(NUMBERS["ups"], transactionSrc="")).status_code == 400
    assert (await ups.details(NUMBERS["ups"], transId="x" * 33)).status_code == 400
    the_world.clock.advance(LATER + timedelta(seconds=14_400))
    late = await ups.details(NUMBERS["ups"])
    assert (late.status_code, late.json()["response"]["errors"][0]["code"]) == (401, "251004")


async def test_ups_quirks_of_time_and_relation_do_occur() -> None:
    app, _ = app_of("ups", whole_story("ups"), at=START + timedelta(days=30))
    rows = await UpsTalker(app).rows(NUMBERS["ups"])
    times = [row["gmtTime"] for row in rows if "gmtTime" in row]
    assert any(len(time) < 6 for time in times)
    assert any("gmtTime" not in row and "gmtOffset" in row for row in rows)
    assert {row["logicalScan"] for row in rows} == {True, False}
    relations = set()
    for n in range(8):
        app, _ = app_of("ups", on_its_way("ups", key=f"p{n}"))
        ups = UpsTalker(app)
        await ups.sign_in()
        answer = (await ups.details(NUMBERS["ups"])).json()
        relations.add(type(answer["trackResponse"]["shipment"][0]["userRelation"]))
    assert relations == {str, list}


async def test_ups_promises_a_window_then_another_date() -> None:
    first = Eta(known_at=START, from_at=START, to_at=START + timedelta(days=2), kind="estimated")
    second = Eta(
        known_at=START + timedelta(days=1), from_at=None, to_at=START + timedelta(days=3), kind="rescheduled"
    )
    app, the_world = app_of("ups", on_its_way("ups", eta=(first, second)), at=START + timedelta(hours=21))
    ups = UpsTalker(app)
    package = await ups.package(NUMBERS["ups"])
    assert package["deliveryDate"] == [{"type": "SDD", "date": "20260107"}]
    assert package["deliveryTime"] == {"type": "EDW", "startTime": "060000", "endTime": "060000"}
    the_world.clock.advance(START + timedelta(hours=24))
    package = await ups.package(NUMBERS["ups"])
    assert [one["type"] for one in package["deliveryDate"]] == ["SDD", "RDD"]
    assert package["deliveryTime"] == {"type": "CMT", "endTime": "060000"}


async def test_ups_names_the_post_offices_number_fee_and_pickup_date() -> None:
    steps = [
        step(1, "customs_hold", LEIPZIG, fee="12.50", currency="EUR"),
        step(5, "handed_to_post", partner_number="9400111206206406260787"),
        step(9, "available_for_pickup"),
    ]
    app, _ = app_of("ups", parcel("ups", steps))
    package = await UpsTalker(app).package(NUMBERS["ups"])
    assert package["alternateTrackingNumber"] == [{"number": "9400111206206406260787", "type": "USPS_PIC"}]
    assert package["paymentInformation"][0]["amount"] == "12.50"
    assert package["accessPointInformation"]["pickupByDate"] == "20260112"


@pytest.mark.parametrize(
    "source", ["ups", "usps", "dhl", "royal_mail", "la_poste", "canada_post", "australia_post", "yanwen"]
)
async def test_an_older_parcel_with_the_same_number_is_forgotten(source: str) -> None:
    new = on_its_way(source)
    old_at = timedelta(days=160)
    old_steps = tuple(
        replace(one, key=f"old/{one.key}", at=one.at - old_at, published_at=one.published_at - old_at)
        for one in delivered(source).steps
    )
    old = replace(
        new,
        key="old",
        steps=old_steps,
        order_ids=(),
        label_at=new.label_at - old_at,
        ship_date=date(2025, 7, 29),
    )
    app, _ = app_of(source, old, new)
    assert len(await TALKERS[source](app).rows(NUMBERS[source])) == 4
    early, _ = app_of(source, old, new, at=START - timedelta(days=100))
    if source == "ups":
        package = await UpsTalker(early).package(NUMBERS["ups"])
        assert package["currentStatus"]["code"] == "ML"


# --- FedEx -------------------------------------------------------------------------------------------------


async def test_fedex_gives_a_token_for_a_form() -> None:
    app, _ = app_of("fedex")
    fedex = FedExTalker(app)
    reply = (await fedex.sign_in()).json()
    assert (reply["token_type"], reply["expires_in"], reply["scope"]) == ("bearer", 3599, "CXS")
    wrong = await fedex.sign_in(client_secret="wrong")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (401, "NOT.AUTHORIZED.ERROR")


async def test_fedex_tells_a_parcel_not_strictly_newest_first() -> None:
    app, the_world = app_of("fedex", delivered("fedex", service="express"))
    (result,) = await FedExTalker(app).results(NUMBERS["fedex"])
    assert [row["eventType"] for row in result["scanEvents"]] == ["DL", "AR", "PU", "DP", "OC"]
    assert result["latestStatusDetail"]["derivedCode"] == "DL"
    assert result["deliveryDetails"]["receivedByName"] == "Sample"
    assert result["deliveryDetails"]["deliveryAttempts"] == "0"
    assert result["trackingNumberInfo"]["carrierCode"] == "FDXE"
    assert {"type": "ACTUAL_DELIVERY", "dateTime": "2026-01-06T12:00:17-06:00"} in result["dateAndTimes"]
    assert the_world.served_at("fedex", "p1/s1-label_created") == LATER


async def test_fedex_without_detailed_scans_tells_the_newest_alone() -> None:
    app, the_world = app_of("fedex", delivered("fedex"))
    (result,) = await FedExTalker(app).results(NUMBERS["fedex"], detailed=False)
    assert [row["eventType"] for row in result["scanEvents"]] == ["DL"]
    assert the_world.served_at("fedex", "p1/s1-label_created") is None


async def test_fedex_puts_an_unknown_number_into_a_good_answer() -> None:
    app, _ = app_of("fedex", on_its_way("fedex"))
    fedex = FedExTalker(app)
    await fedex.sign_in()
    answer = await fedex.track("111111111111", NUMBERS["fedex"])
    unknown, known = answer.json()["output"]["completeTrackResults"]
    assert answer.status_code == 200
    assert unknown["trackResults"][0]["error"]["code"] == "TRACKING.TRACKINGNUMBER.NOTFOUND"
    assert "error" not in known["trackResults"][0]
    assert answer.json()["customerTransactionId"] == "c-1"


async def test_fedex_refuses_31_numbers_nonsense_and_an_old_token() -> None:
    app, the_world = app_of("fedex", on_its_way("fedex"))
    fedex = FedExTalker(app)
    assert (await fedex.track(NUMBERS["fedex"])).status_code == 401
    await fedex.sign_in()
    assert (await fedex.track(*[NUMBERS["fedex"]] * 30)).status_code == 200
    assert (await fedex.track(*[NUMBERS["fedex"]] * 31)).status_code == 400
    headers = {"Authorization": f"Bearer {fedex.token}"}
    nonsense = await fedex.http.post("/track/v1/trackingnumbers", content=b"{", headers=headers)
    assert nonsense.status_code == 400
    the_world.clock.advance(LATER + timedelta(hours=1))
    assert (await fedex.track(NUMBERS["fedex"])).json()["errors"][0]["code"] == "NOT.AUTHORIZED.ERROR"


async def test_fedex_tells_both_parcels_of_a_number_used_again() -> None:
    new = on_its_way("fedex")
    back = timedelta(days=200)
    old_steps = tuple(
        replace(one, key=f"old/{one.key}", at=one.at - back, published_at=one.published_at - back)
        for one in delivered("fedex").steps
    )
    old = replace(
        new,
        key="old",
        steps=old_steps,
        order_ids=(),
        label_at=new.label_at - back,
        ship_date=date(2025, 6, 19),
    )
    app, _ = app_of("fedex", old, new)
    fedex = FedExTalker(app)
    both = await fedex.results(NUMBERS["fedex"])
    ids = [one["trackingNumberInfo"]["trackingNumberUniqueId"] for one in both]
    ships = [one["dateAndTimes"][0]["dateTime"][:10] for one in both]
    assert (len(set(ids)), ships) == (2, ["2026-01-05", "2025-06-19"])
    (recent,) = await fedex.results(NUMBERS["fedex"], shipDateBegin="2026-01-01", shipDateEnd="2026-01-31")
    assert recent["trackingNumberInfo"]["trackingNumberUniqueId"] == ids[0]
    info = {"trackingNumber": NUMBERS["fedex"], "trackingNumberUniqueId": ids[1]}
    (wanted,) = await fedex.results(NUMBERS["fedex"], trackingNumberInfo=info)
    assert wanted["latestStatusDetail"]["code"] == "DL"


async def test_fedex_windows_may_have_an_end_alone_and_bodies_may_be_gzip() -> None:
    shapes, codings = set(), set()
    for n in range(12):
        app, _ = app_of("fedex", on_its_way("fedex", key=f"p{n}"))
        fedex = FedExTalker(app)
        await fedex.sign_in()
        for _ in range(8):
            answer = await fedex.track(NUMBERS["fedex"])
            codings.add(answer.headers.get("content-encoding"))
            result = answer.json()["output"]["completeTrackResults"][0]["trackResults"][0]
            shapes.add(tuple(sorted(result["estimatedDeliveryTimeWindow"]["window"])))
    assert shapes == {("ends",), ("begins", "ends")}
    assert codings == {None, "gzip"}


async def test_fedex_sends_gzip_only_to_those_who_take_it() -> None:
    app, _ = app_of("fedex", on_its_way("fedex"))
    fedex = FedExTalker(app)
    await fedex.sign_in()
    fedex.http.headers["accept-encoding"] = "identity"
    for _ in range(12):
        assert "content-encoding" not in (await fedex.track(NUMBERS["fedex"])).headers


# --- USPS --------------------------------------------------------------------------------------------------


async def test_usps_gives_a_scoped_token() -> None:
    app, _ = app_of("usps", on_its_way("usps"))
    usps = UspsTalker(app)
    reply = (await usps.sign_in()).json()
    assert (reply["expires_in"], reply["scope"]) == (28799, "tracking subscriptions-tracking")
    assert (await usps.one(NUMBERS["usps"])).status_code == 200
    assert (await usps.sign_in(scope="tracking")).json()["scope"] == "tracking"
    assert (await usps.one(NUMBERS["usps"])).status_code == 200
    await usps.sign_in(scope="addresses")
    assert (await usps.one(NUMBERS["usps"])).status_code == 401
    assert (await usps.sign_in(client_secret="wrong")).json()["error"] == "invalid_client"


async def test_usps_v3_tells_a_parcel_with_strings_for_booleans_and_html() -> None:
    app, the_world = app_of("usps", delivered("usps"))
    usps = UspsTalker(app)
    await usps.sign_in()
    answer = (await usps.one(NUMBERS["usps"])).json()
    assert [row["eventCode"] for row in answer["trackingEvents"]] == ["01", "A1", "T1", "03", "GX"]
    assert (answer["proofOfDeliveryEnabled"], answer["onTime"]) == ("true", "true")
    assert "<SUP>" in answer["mailClass"]
    assert answer["statusCategory"] == "Delivered"
    newest, departed = answer["trackingEvents"][0], answer["trackingEvents"][2]
    assert newest["eventType"] == "Delivered, Front Door/Porch"
    assert (newest["eventTimestamp"], newest["GMTTimestamp"]) == (
        "2026-01-06T12:00:00",
        "2026-01-06T18:00:17Z",
    )
    assert newest["GMTOffset"] == "-06:00"
    assert (departed["eventCity"], departed["eventState"], departed["eventZIP"]) == (
        "MEMPHIS TN DISTRIBUTION CENTER",
        None,
        None,
    )
    assert the_world.served_at("usps", "p1/s30-delivered") == LATER


async def test_usps_computed_rows_have_no_place() -> None:
    app, _ = app_of("usps", parcel("usps", [step(1, "in_transit_note")]))
    (row,) = await UspsTalker(app).rows(NUMBERS["usps"])
    assert (row["eventCode"], row["eventCity"], row["eventState"], row["eventZIP"]) == (
        "NT",
        None,
        None,
        None,
    )


async def test_usps_summary_has_no_events_and_marks_nothing_as_served() -> None:
    app, the_world = app_of("usps", delivered("usps"))
    usps = UspsTalker(app)
    await usps.sign_in()
    answer = (await usps.one(NUMBERS["usps"], "SUMMARY")).json()
    assert "trackingEvents" not in answer
    assert the_world.served_at("usps", "p1/s30-delivered") is None


async def test_usps_v3_errors() -> None:
    app, _ = app_of("usps", on_its_way("usps"))
    usps = UspsTalker(app)
    assert (await usps.one(NUMBERS["usps"])).status_code == 401
    await usps.sign_in()
    assert (await usps.one("94001112062064062607")).status_code == 404
    assert (await usps.one("nonsense")).status_code == 400
    assert (await usps.one(NUMBERS["usps"], "EVERYTHING")).json()["error"]["code"] == "400"


async def test_usps_v3r2_takes_35_and_mixes_luck_in_a_207() -> None:
    app, _ = app_of("usps", on_its_way("usps"))
    usps = UspsTalker(app)
    await usps.sign_in()
    known, unknown = {"trackingNumber": NUMBERS["usps"]}, {"trackingNumber": "94001112062064062607"}
    assert (await usps.many(*[known] * 35)).status_code == 200
    assert (await usps.many(*[known] * 36)).status_code == 400
    assert (await usps.many()).status_code == 400
    assert (await usps.many(known | {"shoeSize": "44"})).status_code == 400
    mixed = await usps.many(unknown, known, {"trackingNumber": "nonsense"})
    first, second, third = mixed.json()
    assert mixed.status_code == 207
    assert (first["statusCode"], third["statusCode"]) == ("404", "400")
    assert second["trackingNumber"] == NUMBERS["usps"]
    assert second["onTime"] is True
    assert second["trackingEvents"][0]["eventZIPCode"] == "78701"
    assert second["deliveryDateExpectation"]["predictedDeliveryWindowEndTime"] == "10:00"


# --- DHL ---------------------------------------------------------------------------------------------------


async def test_dhl_tells_a_parcel() -> None:
    app, the_world = app_of("dhl", delivered("dhl"))
    shipment = await DhlTalker(app).shipment(NUMBERS["dhl"])
    codes = [row.get("statusDetailed") or row["status"] for row in shipment["events"]]
    assert codes[0] == "OK"
    assert [row["statusCode"] for row in shipment["events"]] == [
        "delivered",
        "transit",
        "transit",
        "transit",
        "pre-transit",
    ]
    assert shipment["status"] == shipment["events"][0]
    assert shipment["details"]["proofOfDelivery"]["signed"]["name"] == "Sample"
    assert shipment["events"][0]["location"]["address"]["addressLocality"] == "AUSTIN - TX - USA"
    assert the_world.served_at("dhl", "p1/s30-delivered") == LATER


async def test_dhl_problems() -> None:
    app, _ = app_of("dhl", on_its_way("dhl"))
    dhl = DhlTalker(app)
    wrong_key, unknown = await dhl.track(NUMBERS["dhl"], key="wrong"), await dhl.track("3318810036")
    assert (wrong_key.status_code, wrong_key.json()["title"]) == (401, "Unauthorized")
    assert (unknown.status_code, unknown.json()["status"]) == (404, 404)
    assert unknown.headers["content-type"] == "application/problem+json"
    assert (await dhl.track("")).status_code == 400


async def test_dhl_shapes_differ_from_parcel_to_parcel() -> None:
    ids, references, frames = set(), set(), set()
    for n in range(16):
        app, _ = app_of("dhl", on_its_way("dhl", key=f"p{n}"))
        shipment = await DhlTalker(app).shipment(NUMBERS["dhl"])
        assert str(shipment["id"]) == NUMBERS["dhl"]
        ids.add(type(shipment["id"]))
        references.add(type(shipment["details"]["references"]))
        frames.add("estimatedDeliveryTimeFrame" in shipment)
    assert (ids, references, frames) == ({str, int}, {dict, list}, {True})


async def test_dhl_times_come_in_three_forms_and_codes_in_two_places() -> None:
    app, _ = app_of("dhl", whole_story("dhl"), at=START + timedelta(days=30))
    rows = await DhlTalker(app).rows(NUMBERS["dhl"])
    forms = {
        "Z" if (t := row["timestamp"]).endswith("Z") else "offset" if len(t) > 19 else "naive" for row in rows
    }
    assert forms == {"Z", "offset", "naive"}
    assert {"statusDetailed" in row for row in rows} == {True, False}


async def test_dhl_may_shout_delivered_before_it_has_the_parcel() -> None:
    steps = [step(n, "label_created") for n in range(60)]
    app, the_world = app_of("dhl", parcel("dhl", steps))
    rows = await DhlTalker(app).rows(NUMBERS["dhl"])
    shouting = [row for row in rows if row["description"] == "DELIVERED"]
    assert shouting
    assert {row["statusCode"] for row in shouting} == {"pre-transit"}
    platform, one = BY_SOURCE["dhl"], the_world.parcels[0]
    entailed = [e for s in one.steps for e in platform.entails(the_world, Faults(7), one, s, LATER)]
    assert {e.status for e in entailed} == {"label_created"}


# --- all ---------------------------------------------------------------------------------------------------


async def test_every_answer_carries_the_worlds_date() -> None:
    for source in TALKERS:
        app, _ = app_of(source)
        answer = await httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x").get("/")
        assert answer.headers["date"] == "Tue, 13 Jan 2026 12:00:00 GMT"
