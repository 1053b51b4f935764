"""What a number leaves open, the carriers that the shop ships with decide, when an order's parcel is taken in."""

from dataclasses import replace
from datetime import timedelta

from milepost.identify.candidates import Identifier
from milepost.model.shipments import Shipment
from milepost.ports.carriers_used import LOOKED_EVERY
from tests.flow.house import NOW, SHOP, house, order

OPEN = "986578788855"
"""Twelve digits: FedEx has such numbers, and so have others."""

SHIPPED = 120


def knowing(opened):
    """The house with the real carriers, told apart as anywhere."""
    cards = {key: one.card for key, one in opened.app.carriers.items() if key != "acme"}
    return replace(
        opened, milepost=replace(opened.milepost, app=replace(opened.app, identify=Identifier(cards)))
    )


async def shipped(opened, shop_id=SHOP, *, seen=True):
    """Parcels of FedEx that the shop shipped before; `seen`: somebody is sure of it."""
    past = [
        Shipment(
            shipment_id=f"{shop_id}-{number}",
            shop_id=shop_id,
            order_numbers=(f"old-{number}",),
            tracking_number=f"{number:012}",
            carrier="fedex",
            carrier_reason="chosen by a person" if seen else "its shape",
            provider_id="",
            provider_name="",
            package_ids=(),
            since=NOW,
            created_at=NOW,
            chosen_at=NOW if seen else None,
        )
        for number in range(SHIPPED)
    ]
    async with opened.app.store.transaction() as tx:
        await tx.put_shipments(past)


async def carrier_of(opened, number):
    page = await opened.app.store.shipments(shop_ids=[SHOP], cursor=None, limit=1, tracking_number=number)
    return page.rows[0].shipment.carrier, page.rows[0].shipment.carrier_reason


async def test_a_number_that_is_nobodys_by_itself_is_whose_the_shops_numbers_are(tmp_path):
    async with house(tmp_path) as opened:
        milepost = knowing(opened)
        await shipped(milepost)
        await milepost.hear(order(parcels=(OPEN,)))
        carrier, why = await carrier_of(milepost, OPEN)
    assert carrier == "fedex"
    assert f"{SHIPPED} of this shop's numbers of this shape were theirs" in why


async def test_what_others_ship_with_and_what_nobody_is_sure_of_decide_nothing(tmp_path):
    async with house(tmp_path) as opened:
        milepost = knowing(opened)
        await shipped(milepost, "another-shop")
        await shipped(milepost, seen=False)
        await milepost.hear(order(parcels=(OPEN,)))
        assert (await carrier_of(milepost, OPEN))[0] is None


async def test_what_the_shop_ships_with_is_read_again_after_a_while(tmp_path):
    async with house(tmp_path) as opened:
        milepost = knowing(opened)
        found = []
        for number in (OPEN, "986578788866", "986578788877"):
            await milepost.hear(order(f"10{number[-2:]}", (number,)))
            found.append((await carrier_of(milepost, number))[0])
            if number == OPEN:
                await shipped(milepost)
            else:
                milepost.clock.move(LOOKED_EVERY + timedelta(minutes=1))
    assert found == [None, None, "fedex"]
