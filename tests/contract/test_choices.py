"""Who chose a parcel's carrier, and the numbers of its later legs, kept alike on every engine."""

from dataclasses import replace

from milepost.model.choices import CarrierChoice, undone_by_next
from milepost.model.shipments import Leg
from tests.contract.things import HOUR, NOON, shipment

CHOICE = CarrierChoice(
    shipment_id="s1",
    shop_id="shop-1",
    carrier="bolt",
    reason="chosen by Ada",
    before="acme",
    before_reason="its shape",
    before_chosen_at=None,
    by="Ada",
    at=NOON,
    set_aside=("e1", "e2"),
)
POST = Leg(carrier="post", number="PO9", reason="it says so", told_at=NOON)


async def test_choices_are_added_and_read_in_their_order(store):
    told = [CHOICE, replace(CHOICE, carrier="post", at=NOON + HOUR), replace(CHOICE, undoes=True)]
    async with store.transaction() as tx:
        for one in [*told, replace(CHOICE, shipment_id="s2", shop_id="shop-2")]:
            await tx.add_carrier_choice(one)
        assert await tx.carrier_choices("s1") == told
    assert await store.carrier_choices("s1") == told
    assert await store.carrier_choices("s3") == []


def test_undoing_takes_the_last_choice_that_still_stands():
    second, undo = replace(CHOICE, carrier="post"), replace(CHOICE, undoes=True)
    assert undone_by_next([]) is None
    assert undone_by_next([CHOICE, second]) == second
    assert undone_by_next([CHOICE, second, undo]) == CHOICE
    assert undone_by_next([CHOICE, undo]) is None
    assert undone_by_next([CHOICE, undo, second]) == second


async def test_a_parcel_is_found_by_the_number_of_every_leg(store):
    one = shipment("s1", "AC1", legs=(POST,))
    async with store.transaction() as tx:
        await tx.put_shipments([one, shipment("s2", "AC2", orders=("1002",))])
        await tx.put_shipments([one])
    async with store.transaction() as tx:
        assert await tx.shipments_with_numbers(["PO9"]) == [one]
        assert {found.shipment_id for found in await tx.shipments_with_numbers(["PO9", "AC2"])} == {
            "s1",
            "s2",
        }
        assert [found.legs for found in await tx.shipments_with_numbers(["AC1"])] == [(POST,)]
        both = await tx.shipments_with_numbers(["AC2", "AC1", "PO9"])
        assert [found.shipment_id for found in both] == ["s1", "s2"], "each once, oldest first"
    assert await store.number_before("PO9") == "AC1"
    assert await store.number_before("AC1") is None
