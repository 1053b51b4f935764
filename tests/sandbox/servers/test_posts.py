"""The posts' happy answers, each of their errors and each of their quirks."""

from __future__ import annotations

from datetime import timedelta

from tests.sandbox.servers.carriers import LaPosteTalker, RoyalMailTalker
from tests.sandbox.servers.parcels import LATER, ON_ITS_WAY, app_of, delivered, on_its_way
from tests.sandbox.servers.small_world import AUSTIN, NUMBERS, START, parcel, step


async def test_royal_mail_tells_a_history_with_proof_and_a_summary_without() -> None:
    last = step(30, "delivered", received_by="Sample", left_with="person")
    app, the_world = app_of("royal_mail", parcel("royal_mail", [*ON_ITS_WAY, last]))
    post = RoyalMailTalker(app)
    (piece,) = await post.summary(NUMBERS["royal_mail"])
    assert "events" not in piece
    assert (piece["status"], piece["summary"]["lastEventCode"]) == ("200", "EVKSP")
    assert the_world.served_at("royal_mail", "p1/s30-delivered") == LATER
    assert the_world.served_at("royal_mail", "p1/s20-arrived") is None
    whole = await post.piece(NUMBERS["royal_mail"])
    assert [row["eventCode"] for row in whole["events"]] == ["EVKSP", "EVIMC", "EVODO", "EVDAC", "EVAIP"]
    assert whole["signature"]["recipientName"] == "Sample"
    assert "estimatedDelivery" not in whole
    assert the_world.served_at("royal_mail", "p1/s20-arrived") == LATER
    proof = (await post.ask(f"{NUMBERS['royal_mail']}/signature")).json()["mailPieces"]["signature"]
    assert (proof["recipientName"], proof["imageFormat"]) == ("Sample", "image/svg+xml")


async def test_royal_mail_promises_a_day_with_hours_apart() -> None:
    app, _ = app_of("royal_mail", on_its_way("royal_mail"), at=START + timedelta(hours=21))
    window = (await RoyalMailTalker(app).piece(NUMBERS["royal_mail"]))["estimatedDelivery"]
    assert window == {
        "date": "2026-01-08",
        "startOfEstimatedWindow": "06:00:00-06:00",
        "endOfEstimatedWindow": "10:00:00-06:00",
    }


async def test_royal_mail_wants_its_keys_and_its_terms_and_mixes_luck_in_a_summary() -> None:
    app, _ = app_of("royal_mail", on_its_way("royal_mail"))
    post, known = RoyalMailTalker(app), NUMBERS["royal_mail"]
    wrong = await post.ask(f"{known}/events", X_IBM_Client_Secret="wrong")
    assert (wrong.status_code, wrong.json()["httpMessage"]) == (401, "Unauthorized")
    without = await post.ask(f"{known}/events", X_Accept_RMG_Terms="")
    assert (without.status_code, without.json()["errors"][0]["errorCode"]) == (400, "E0004")
    told, unknown = await post.summary(known, "RB999999999GB")
    assert (told["status"], unknown["status"]) == ("200", "404")
    assert unknown["error"]["errorCode"] == "E1142"
    missing = await post.ask("RB999999999GB/events")
    assert (missing.status_code, missing.json()["errors"][0]["errorCode"]) == (404, "E1142")
    many = await post.ask("summary", mailPieceId=",".join([known] * 31))
    assert (many.status_code, many.json()["errors"][0]["errorCode"]) == (400, "E0013")
    unsigned = await post.ask(f"{known}/signature")
    assert (unsigned.status_code, unsigned.json()["errors"][0]["errorCode"]) == (404, "E1144")


async def test_la_poste_tells_one_number_by_itself_and_several_with_a_code_each() -> None:
    app, the_world = app_of("la_poste", delivered("la_poste"))
    post, known = LaPosteTalker(app), NUMBERS["la_poste"]
    one = await post.ask(known, lang="en_GB")
    assert (one.status_code, one.json()["returnCode"], one.json()["lang"]) == (200, 200, "en_GB")
    shipment = one.json()["shipment"]
    assert [row["code"] for row in shipment["event"]] == ["DI1", "ET1", "ET1", "PC1", "DR1"]
    assert (shipment["isFinal"], shipment["timeline"][-1]["status"]) == (True, True)
    assert shipment["deliveryDate"] == shipment["event"][0]["date"]
    assert the_world.served_at("la_poste", "p1/s30-delivered") == LATER
    several = await post.ask(known, "6A99999999999", "nonsense")
    assert several.status_code == 207
    assert [entry["returnCode"] for entry in several.json()] == [200, 104, 400]


async def test_la_poste_names_the_errors_of_its_gateway_and_its_own() -> None:
    app, _ = app_of("la_poste", on_its_way("la_poste"))
    post, known = LaPosteTalker(app), NUMBERS["la_poste"]
    refused = await post.ask(known, key="wrong")
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHORIZED")
    assert (await post.ask("6A99999999999")).status_code == 404
    assert (await post.ask("nonsense")).status_code == 400
    assert (await post.ask(*[known] * 11)).status_code == 400
    shipment = await post.shipment(known)
    assert shipment["estimDate"].endswith("T02:00:00+01:00")
    assert shipment["estimHourMin"] < shipment["estimHourMax"]


async def test_la_poste_names_where_a_parcel_waits() -> None:
    app, _ = app_of("la_poste", parcel("la_poste", [*ON_ITS_WAY, step(30, "available_for_pickup")]))
    shipment = await LaPosteTalker(app).shipment(NUMBERS["la_poste"])
    assert shipment["contextData"]["removalPoint"] == {"name": AUSTIN.facility.upper(), "type": "A2P"}
