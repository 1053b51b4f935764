"""Webhooks: what happens to an order is told to programs that subscribed, once, signed, in order."""

from datetime import timedelta

import pytest

from tests.flow.house import order, scans
from tests.webhooks.subscriber import subscriber

OUT = "2026-03-04T08:10+01:00  OFD  Paris FR"
DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"


async def test_a_program_hears_of_an_order_its_parcel_and_its_delivery(tmp_path):
    async with subscriber(tmp_path) as program:
        await program.endpoint()
        await program.house.hear(order())
        await program.house.hear(scans("AC1", OUT))
        await program.house.hear(scans("AC1", DELIVERED))
        await program.work()
    assert set(program.outcomes()) == {"taken"}
    told = {one.told["type"] for one in program.receiver.heard}
    assert {"order.added", "shipment.added", "shipment.status_changed", "shipment.delivered"} <= told
    statuses = [
        (one.told["data"]["status_before"], one.told["data"]["status"])
        for one in program.receiver.heard
        if one.told["type"] == "shipment.status_changed"
    ]
    assert sorted(statuses) == [("expected", "out_for_delivery"), ("out_for_delivery", "delivered")]


async def test_messages_of_a_shipment_are_numbered_from_one_without_a_gap(tmp_path):
    async with subscriber(tmp_path) as program:
        await program.endpoint()
        await program.house.hear(order())
        await program.house.hear(scans("AC1", OUT))
        await program.house.hear(scans("AC1", DELIVERED))
        await program.work()
        (row,) = await program.house.shipments()
    mine = [one.told for one in program.receiver.heard if "shipment_id" in one.told["data"]]
    assert {one["data"]["shipment_id"] for one in mine} == {row.shipment.shipment_id}
    assert sorted(one["sequence"] for one in mine) == list(range(1, len(mine) + 1))


async def test_what_is_heard_again_is_told_once(tmp_path):
    async with subscriber(tmp_path) as program:
        await program.endpoint()
        await program.house.hear(order())
        for _ in range(3):
            program.clock.move(timedelta(minutes=1))
            await program.house.hear(scans("AC1", DELIVERED))
            await program.work()
    assert set(program.receiver.taken().values()) == {1}
    assert [one.told["type"] for one in program.receiver.heard].count("shipment.delivered") == 1


async def test_an_endpoint_hears_only_what_it_subscribed_to(tmp_path):
    async with subscriber(tmp_path) as program:
        await program.endpoint("all")
        await program.endpoint("some", types=["shipment.delivered"])
        await program.house.hear(order(), scans("AC1", DELIVERED))
        await program.work()
    assert [one.told["type"] for one in program.receiver.heard if one.name == "some"] == [
        "shipment.delivered"
    ]
    assert len(program.outcomes("all")) > 1


async def test_a_shop_without_endpoints_costs_no_message(tmp_path):
    async with subscriber(tmp_path) as program:
        await program.house.hear(order(), scans("AC1", DELIVERED))
        kept = await program.house.kept()
    assert kept["webhook_messages"] == kept["webhook_sequences"] == []


async def test_work_that_cannot_be_written_takes_the_message_with_it(tmp_path):
    async def refuses(_tx):
        raise RuntimeError("no")

    async with subscriber(tmp_path) as program:
        await program.endpoint()
        with pytest.raises(RuntimeError, match="no"):
            await program.house.hear(order(), alongside=refuses)
        kept = await program.house.kept()
        await program.work()
    assert kept["webhook_messages"] == kept["webhook_sendings"] == []
    assert program.receiver.heard == []
