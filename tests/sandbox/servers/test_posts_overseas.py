"""The posts of Canada and Australia: their keys, happy answers, errors and quirks."""

from __future__ import annotations

from datetime import timedelta

from milepost_sandbox.world.words import Eta
from tests.sandbox.servers.carriers import AustraliaPostTalker, CanadaPostTalker
from tests.sandbox.servers.parcels import LATER, app_of, delivered, on_its_way
from tests.sandbox.servers.small_world import NUMBERS, START

# --- Canada Post -------------------------------------------------------------------------------------------


async def test_canada_post_gives_a_token_for_keys_in_headers_and_a_whole_form() -> None:
    app, the_world = app_of("canada_post", on_its_way("canada_post"))
    post = CanadaPostTalker(app)
    assert (await post.details(NUMBERS["canada_post"])).json()["httpCode"] == "401"
    for wrong in ({"client_secret": "wrong"}, {"scope": "other"}, {"grant_type": "password"}):
        assert (await post.sign_in(**wrong)).status_code in (400, 401)
    reply = (await post.sign_in()).json()
    assert (reply["token_type"], reply["scope"], reply["expires_in"]) == ("Bearer", "merchant", 3600)
    assert (await post.details(NUMBERS["canada_post"])).status_code == 200
    the_world.clock.advance(LATER + timedelta(hours=1))
    assert (await post.details(NUMBERS["canada_post"])).status_code == 401


async def test_canada_post_tells_a_parcel_with_its_signature_beside_the_delivery() -> None:
    app, the_world = app_of("canada_post", delivered("canada_post"))
    post = CanadaPostTalker(app)
    await post.sign_in()
    answer = (await post.details(NUMBERS["canada_post"])).json()
    rows = answer["significantEvents"]
    assert [int(row["eventIdentifier"]) for row in rows] == [1421, 20, 400, 410, 2300, 3000]
    assert [row.get("signatoryName") for row in rows[:2]] == [None, "SAMPLE"]
    assert rows[0]["eventSite"] == "AUSTIN,United States"
    assert (answer["signatureImageExists"], answer["expectedDeliveryDate"]) == (True, "2026-01-08")
    assert the_world.served_at("canada_post", "p1/s30-delivered") == LATER


async def test_canada_posts_shapes_differ_from_parcel_to_parcel() -> None:
    shapes = set()
    for n in range(16):
        app, _ = app_of("canada_post", on_its_way("canada_post", key=f"p{n}"))
        post = CanadaPostTalker(app)
        await post.sign_in()
        answer = (await post.details(NUMBERS["canada_post"])).json()
        shapes.add(("pin", type(answer["pin"])))
        shapes.add(("event", type(answer["significantEvents"][0]["eventIdentifier"])))
    assert shapes == {("pin", str), ("pin", int), ("event", str), ("event", int)}


async def test_canada_post_changes_a_date_when_the_promise_moves() -> None:
    first = Eta(known_at=START, from_at=None, to_at=START + timedelta(days=2), kind="estimated")
    second = Eta(
        known_at=START + timedelta(days=1), from_at=None, to_at=START + timedelta(days=3), kind="rescheduled"
    )
    app, _ = app_of("canada_post", on_its_way("canada_post", eta=(first, second)))
    post = CanadaPostTalker(app)
    await post.sign_in()
    answer = (await post.details(NUMBERS["canada_post"])).json()
    assert (answer["expectedDeliveryDate"], answer["changedExpectedDate"]) == ("2026-01-07", "2026-01-08")


async def test_canada_post_knows_an_unknown_number_from_a_malformed_one() -> None:
    app, _ = app_of("canada_post")
    post = CanadaPostTalker(app)
    await post.sign_in()
    unknown, malformed = await post.details("1023210039414611"), await post.details("nonsense")
    assert (unknown.status_code, unknown.json()["errors"][0]["errorCode"]) == (404, "004")
    assert malformed.status_code == 400


# --- Australia Post ----------------------------------------------------------------------------------------


async def test_australia_post_tells_ten_numbers_a_call_and_an_error_beside_them() -> None:
    app, the_world = app_of("australia_post", delivered("australia_post"))
    post = AustraliaPostTalker(app)
    known, unknown = (await post.track(NUMBERS["australia_post"], "7XX1")).json()["tracking_results"]
    assert unknown["errors"] == [{"code": "ESB-10001", "name": "Invalid tracking ID"}]
    assert known["tracking_id"] == NUMBERS["australia_post"]
    rows = await post.rows(NUMBERS["australia_post"])
    assert [row["description"] for row in rows[:2]] == [
        "Delivered - Left in a safe place",
        "Arrived at facility",
    ]
    assert (rows[0]["location"], rows[0]["date"]) == ("AUSTIN (US)", "2026-01-07T05:00:17+11:00")
    assert the_world.served_at("australia_post", "p1/s30-delivered") == LATER


async def test_australia_post_wants_a_key_its_password_and_the_account() -> None:
    app, _ = app_of("australia_post", on_its_way("australia_post"))
    post = AustraliaPostTalker(app)
    for wrong in ({"password": "wrong"}, {"account": "1"}):
        refused = await post.track(NUMBERS["australia_post"], **wrong)
        assert (refused.status_code, refused.json()["errors"][0]["error_code"]) == (403, "API_000")


async def test_australia_post_refuses_none_and_eleven() -> None:
    app, _ = app_of("australia_post")
    post = AustraliaPostTalker(app)
    codes = [(await post.track(*numbers)).json()["errors"][0]["code"] for numbers in ([], ["7XX1"] * 11)]
    assert codes == ["51100", "51101"]
    assert (await post.track(*["7XX1"] * 10)).status_code == 200


async def test_australia_post_puts_some_articles_into_consignments() -> None:
    shapes = set()
    for n in range(12):
        app, _ = app_of("australia_post", on_its_way("australia_post", key=f"p{n}"))
        (result,) = (await AustraliaPostTalker(app).track(NUMBERS["australia_post"])).json()[
            "tracking_results"
        ]
        shapes.add(("consignment_id" in result["trackable_items"][0], "status" in result))
    assert shapes == {(True, False), (False, True)}
