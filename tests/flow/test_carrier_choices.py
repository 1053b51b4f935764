"""A person says whose parcel it is: history stays, another carrier's scans are set aside, and it can be undone."""

import pytest

from milepost.desk.accounts import add_api_key
from milepost.desk.carriers import ChoiceError, choose_carrier, undo_choice
from milepost.desk.entries import By
from milepost.model.people import Role
from milepost.model.reports import Report, ReportKind
from tests.flow.house import NOW, browsing, house, order, scans
from tests.journeys.acme import Bolt

ADA = By(kind="user", id="u1", name="Ada")


def said(source, number, *lines):
    body = "\n".join(lines).encode()
    return Report(
        source=source, kind=ReportKind.TRACKING, shop_id=None, subject=(number,), heard_at=NOW, body=body
    )


def two(tmp_path):
    return house(tmp_path, more_carriers={"bolt": Bolt(), "post": Bolt("post")})


async def the_shipment(here):
    (row,) = await here.shipments()
    return row.shipment


async def kinds_open(here):
    found = await here.app.store.exceptions(shop_ids=None, cursor=None, limit=20)
    return sorted(one.kind for one in found.rows)


async def polls_due(here):
    return [key for key in await here.due() if key.startswith("poll:")]


async def test_a_chosen_carrier_holds_and_the_other_ones_scans_are_set_aside_until_it_is_undone(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  LOST  Bonn DE"))
        await here.hear(said("bolt", "AC1", "2026-03-02T09:00Z  PU  Paris FR"))
        one = (await the_shipment(here)).shipment_id
        choice = await choose_carrier(here.app, one, "bolt", ADA, "the label says Bolt")
        shipment = await the_shipment(here)
        assert (shipment.carrier, shipment.carrier_reason) == (
            "bolt",
            "chosen by Ada on 2026-03-04: the label says Bolt",
        )
        assert (await here.told_of("AC1"), await kinds_open(here)) == ((["PU"], "accepted"), [])
        assert len(choice.set_aside) == 1
        assert await polls_due(here) == [f"poll:{one}:bolt"]
        await here.hear(scans("AC1", "2026-03-02T10:00Z  LOST  Bonn DE"))
        assert (await here.told_of("AC1"))[1] == "accepted", "heard again it stays set aside"
        await undo_choice(here.app, one, ADA)
        assert (await the_shipment(here)).carrier == "acme"
        assert (await here.told_of("AC1"), await kinds_open(here)) == ((["PU", "LOST"], "lost"), ["lost"])
        assert await polls_due(here) == [f"poll:{one}"]
        history = await here.app.store.carrier_choices(one)
        assert [(told.carrier, told.by, told.undoes) for told in history] == [
            ("bolt", "Ada", False),
            ("acme", "Ada", True),
        ]
        with pytest.raises(ChoiceError, match="nothing to undo"):
            await undo_choice(here.app, one, ADA)


async def test_choices_are_undone_one_by_one(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order())
        one = (await the_shipment(here)).shipment_id
        await choose_carrier(here.app, one, "bolt", ADA)
        await choose_carrier(here.app, one, "post", ADA)
        await undo_choice(here.app, one, ADA)
        shipment = await the_shipment(here)
        assert (shipment.carrier, shipment.chosen_at) == ("bolt", NOW)
        await undo_choice(here.app, one, ADA)
        shipment = await the_shipment(here)
        assert (shipment.carrier, shipment.chosen_at) == ("acme", None)


async def test_a_later_scan_of_another_carrier_is_raised_for_review_in_the_sellers_inbox(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-03T09:00Z  PU  Paris FR"))
        one = (await the_shipment(here)).shipment_id
        await choose_carrier(here.app, one, "acme", ADA)
        await here.hear(scans("AC1", "2026-03-03T20:00Z  DEP  Paris FR"))
        assert await kinds_open(here) == []
        await here.hear(said("bolt", "AC1", "2026-03-04T09:00Z  DEP  Lyon FR"))
        await here.hear(said("bolt", "AC1", "2026-03-04T10:00Z  ARR  Lyon FR"))
        assert await kinds_open(here) == ["carrier_doubted"]
        assert (await the_shipment(here)).carrier == "acme"
        page = await here.app.store.notices(shop_ids=None, cursor=None, limit=20)
        told = [(notice.audience, notice.channel) for notice, _ in page.rows if "doubted" in notice.template]
        assert ("seller", "inbox") in told
        assert "buyer" not in {audience for audience, _ in told}
        await choose_carrier(here.app, one, "acme", ADA)
        assert await kinds_open(here) == [], "confirmed"
        assert (await here.told_of("AC1"))[0] == ["PU", "DEP"]


async def test_a_wrong_choice_is_refused_with_the_field_and_the_fix(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order())
        one = (await the_shipment(here)).shipment_id
        for wish, match in (
            ((one, "nobody", ADA), "carrier: there is no `nobody`"),
            ((one, "bolt", ADA, "x" * 201), "note: 201 characters"),
            (("no-such", "bolt", ADA), "shipment: there is none"),
        ):
            with pytest.raises(ChoiceError, match=match):
                await choose_carrier(here.app, *wish)
        assert await here.app.store.carrier_choices(one) == []


async def test_a_hand_over_number_begins_a_leg_and_both_read_as_one_journey(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(
            said("post", "PO9", "2026-03-03T20:00Z  ARR  Lyon FR")
        )  # before anybody waited for it
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  PU  Shenzhen CN"))
        await here.hear(said("bolt", "AC1", "OVER post PO9"))
        shipment = await the_shipment(here)
        assert [(leg.carrier, leg.number) for leg in shipment.legs] == [("post", "PO9")]
        assert f"poll:{shipment.shipment_id}:PO9" in await here.due()
        assert await here.told_of("AC1") == (["PU", "ARR"], "in_transit")
        await here.hear(said("post", "PO9", "2026-03-04T08:00Z  DEL  Lyon FR"))
        assert await here.told_of("AC1") == (["PU", "ARR", "DEL"], "delivered")
        assert await here.app.store.number_before("PO9") == "AC1"
        assert len(await here.shipments()) == 1
        await here.hear(said("bolt", "AC1", "OVER post PO9"))
        assert len((await the_shipment(here)).legs) == 1, "told again it is the same leg"


async def test_a_legs_carrier_does_not_contradict_a_choice(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order(), said("bolt", "AC1", "OVER post PO9"))
        one = (await the_shipment(here)).shipment_id
        await choose_carrier(here.app, one, "bolt", ADA)
        await here.hear(said("post", "PO9", "2026-03-04T08:00Z  DEL  Lyon FR"))
        assert (await here.told_of("AC1"), await kinds_open(here)) == ((["DEL"], "delivered"), [])


async def test_the_order_page_and_the_api_choose_and_undo_with_the_right_permission(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order(), scans("AC1", "2026-03-02T10:00Z  LOST  Bonn DE"))
        one = (await the_shipment(here)).shipment_id
        async with browsing(here, Role.SUPPORT) as browser:
            page = "/console/orders/1001"
            assert "Wrong carrier? Choose it" in (await browser.get(page)).text
            form = {"shipment": one, "carrier": "bolt", "note": "the label"}
            assert (await browser.post(f"{page}/carrier", data=form)).headers["location"] == page
            shown = (await browser.get(page)).text
            assert "Acme changed to Bolt, 1 scan set aside" in shown
            assert "chosen by a person" in shown
            assert "Undo the last choice" in shown
            wrong = await browser.post(f"{page}/carrier", data={"shipment": one, "carrier": "nobody"})
            assert wrong.status_code == 303
            assert "there is no `nobody`" in (await browser.get(page)).text
            assert (await browser.post(f"{page}/carrier", data={"shipment": "s"})).status_code == 404
            await browser.post(f"{page}/carrier", data={"shipment": one, "do": "undo"})
            assert "Undone: Acme again" in (await browser.get(page)).text
        async with browsing(here, Role.SELLER, ["another-shop"]) as browser:
            stolen = await browser.post(
                "/console/orders/1001/carrier", data={"shipment": one, "carrier": "bolt"}
            )
            assert stolen.status_code == 404
            await over_the_api(here, browser, f"/api/v1/shipments/{one}/carrier")


async def over_the_api(here, browser, address):
    reads = {"Authorization": f"Bearer {await add_api_key(here.app, 'reads')}"}
    tells = {"Authorization": f"Bearer {await add_api_key(here.app, 'tells', may_tell_news=True)}"}
    assert (await browser.post(address, json={"carrier": "bolt"}, headers=reads)).status_code == 403
    told = await browser.post(address, json={"carrier": "bolt", "note": "label"}, headers=tells)
    assert (told.status_code, told.json()["carrier"]) == (200, "bolt")
    wrong = await browser.post(address, json={"carrier": "nobody"}, headers=tells)
    assert (wrong.status_code, "there is no `nobody`" in wrong.text) == (400, True)
    undone = (await browser.post(f"{address}/undo", headers=tells)).json()
    assert (undone["carrier"], [one["by"] for one in undone["choices"]][-1]) == ("acme", "tells (API key)")
    assert (await browser.get(address, headers=reads)).json() == undone
    assert (
        await browser.get(f"{address}x".replace("/carrierx", "x/carrier"), headers=reads)
    ).status_code == 404


async def test_the_number_of_a_later_leg_finds_the_order_and_the_parcel(tmp_path):
    async with two(tmp_path) as here:
        await here.hear(order(), said("bolt", "AC1", "2026-03-02T10:00Z  PU  Shenzhen CN", "OVER post PO9"))
        async with browsing(here, Role.SELLER) as browser:
            found = await browser.post("/console/search", data={"q": "PO9"})
            assert found.headers["location"] == "/console/orders/1001"
            assert "Handed over to Post" in (await browser.get("/console/orders/1001")).text
            assert "Not scanned yet" not in (await browser.get("/track/PO9")).text
        async with browsing(here, Role.ADMIN, ["another-shop"]) as browser:
            assert (await browser.post("/console/search", data={"q": "PO9"})).status_code == 200
