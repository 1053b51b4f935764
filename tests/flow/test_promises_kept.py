"""The corridor's promises: heard twice changes nothing, half a batch is no batch, facts are added."""

from datetime import timedelta

import pytest

from milepost.model.promises import EtaKind
from milepost.model.reading import EtaRead
from milepost.ports.store import StoreError
from milepost.record import append as record
from tests.flow.house import NOW, PLACED, SHOP, house, order, order_scans, scans

PICKED_UP = "2026-03-02T09:00+01:00  PU  Paris FR"
OUT = "2026-03-04T08:00+01:00  OFD  Paris FR"
DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"


async def test_hearing_twice_changes_nothing_and_tells_nobody(tmp_path):
    async with house(tmp_path) as milepost:
        batch = [order(), scans("AC1", PICKED_UP, OUT, DELIVERED)]
        await milepost.hear(*batch)
        before = await milepost.kept("reports")
        await milepost.hear(*batch)
        assert await milepost.kept("reports") == before
        assert before["events"]
        assert before["notices"]


async def test_each_hearing_is_kept_though_it_says_nothing_new(tmp_path):
    async with house(tmp_path) as milepost:
        for _ in range(3):
            await milepost.hear(scans("AC1", PICKED_UP))
        kept = await milepost.kept()
    assert (len(kept["reports"]), len(kept["report_bodies"])) == (3, 1)


async def test_a_batch_that_fails_half_way_leaves_nothing(tmp_path):
    async def fail(_tx):
        raise RuntimeError("the machine stops here")

    async with house(tmp_path) as milepost:
        before = await milepost.kept()
        with pytest.raises(RuntimeError, match="stops here"):
            await milepost.hear(order(), scans("AC1", PICKED_UP, DELIVERED), alongside=fail)
        assert await milepost.kept() == before
        await milepost.hear(order("1002", parcels=()))  # the next commit takes nothing along that was left
        assert await milepost.app.store.order("1001") is None
        await milepost.hear(order(), scans("AC1", PICKED_UP, DELIVERED))
        assert await milepost.told_of("AC1") == (["PU", "DEL"], "delivered")


async def test_a_store_that_cannot_commit_raises_and_nothing_is_shown(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.app.store.stop()
        with pytest.raises(StoreError):
            await milepost.hear(order())
        await milepost.app.store.start()
        assert await milepost.shipments() == []


async def test_two_copies_of_one_scan_are_one_event(tmp_path):
    async with house(tmp_path) as milepost:
        pushed, polled = "2026-03-04T08:00:10+01:00  OFD", "2026-03-04T08:00+01:00  OFD  Paris FR"
        await milepost.hear(order(), scans("AC1", pushed))
        await milepost.hear(scans("AC1", polled))
        assert await milepost.told_of("AC1") == (["OFD"], "out_for_delivery")
        assert len((await milepost.kept())["events"]) == 2, "both readings are kept as facts"


async def test_a_scan_heard_before_its_order_is_found_again(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(scans("AC1", PICKED_UP, OUT))
        assert await milepost.shipments() == []
        await milepost.hear(order())
        assert await milepost.told_of("AC1") == (["PU", "OFD"], "out_for_delivery")


async def test_a_scan_told_several_times_was_heard_when_it_was_heard_first(tmp_path):
    line, later = OUT, NOW + timedelta(hours=1)
    async with house(tmp_path) as milepost:
        await milepost.hear(order())
        await milepost.hear(scans("AC1", line), scans("AC1", line, "", heard_at=later))
        assert await heard("AC1", milepost) == [NOW]
        await milepost.hear(scans("AC2", line))  # before anybody waits for it
        await milepost.hear(order("1002", ("AC2",)), scans("AC2", line, "", heard_at=later))
        assert await heard("AC2", milepost) == [NOW]


async def heard(number, milepost):
    """When each scan of a number was heard."""
    (row,) = [row for row in await milepost.shipments() if row.shipment.tracking_number == number]
    events = await milepost.app.store.shipment_events([row.shipment.shipment_id])
    return [event.heard_at for event in events[row.shipment.shipment_id]]


async def test_a_reused_number_does_not_inherit_the_old_story(tmp_path):
    async with house(tmp_path) as milepost:
        old = ["2025-11-02T09:00+01:00  PU  Lyon FR", "2025-11-04T11:00+01:00  DEL  Lyon FR"]
        await milepost.hear(order(placed=PLACED), scans("AC1", *old, PICKED_UP))
        assert await milepost.told_of("AC1") == (["PU"], "accepted")


async def test_rows_of_an_order_with_one_parcel_are_the_parcels_and_go_back_when_it_is_split(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(), order_scans("1001", PICKED_UP))
        assert await milepost.told_of("AC1") == (["PU"], "accepted")
        await milepost.hear(order(parcels=("AC1", "AC2"), updated="2026-03-02T10:00+00:00"))
        assert await milepost.told_of("AC1") == ([], "expected")
        assert await milepost.order_codes("1001") == ["PU"]


async def test_a_staler_description_undoes_nothing(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(state="delivered", updated="2026-03-04T10:00+00:00"))
        await milepost.hear(order(state="awaiting", updated="2026-03-02T10:00+00:00"))
        assert (await milepost.app.store.order("1001")).facts.state == "delivered"


async def test_a_masked_contact_never_wipes_a_clear_one(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(contact={"email": "ada@example.invalid", "phone": "+33100000000"}))
        await milepost.hear(order(contact={"email": None, "phone": None}, updated="2026-03-03T10:00+00:00"))
        contact = await milepost.app.store.contact(SHOP, "1001")
        assert (contact.email, contact.phone) == ("ada@example.invalid", "+33100000000")


async def test_combined_orders_share_one_shipment(tmp_path):
    async with house(tmp_path) as milepost:
        together = {"AC1": ["1001", "1002"]}
        await milepost.hear(order("1001", together), order("1002", together))
        await milepost.hear(scans("AC1", DELIVERED))
        (row,) = await milepost.shipments()
        assert row.shipment.order_numbers == ("1001", "1002")
        assert row.status == "delivered"


async def test_a_corrected_number_replaces_the_mistyped_one(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(parcels=("AC1",)))
        await milepost.hear(order(parcels=("AC2",), updated="2026-03-02T10:00+00:00"), scans("AC2", OUT))
        found = [
            (row.shipment.tracking_number, row.shipment.superseded) for row in await milepost.shipments()
        ]
        assert found == [("AC1", True), ("AC2", False)]
        assert await milepost.told_of("AC2") == (["OFD"], "out_for_delivery")


async def test_a_promise_that_changes_is_added_beside_the_old_one(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order())
        (row,) = await milepost.shipments()
        for day in (6, 6, 8):
            until = NOW.replace(day=day)
            told = record.ledger.from_eta(_eta(until), row.shipment, "Acme", NOW)
            async with milepost.app.store.transaction() as tx:
                await tx.add_promises(record.ledger.new_entries(await tx.promises([(SHOP, "1001")]), told))
        async with milepost.app.store.transaction() as tx:
            days = [one.to_at.day for one in await tx.promises([(SHOP, "1001")]) if one.source == "acme"]
    assert days == [6, 8]


def _eta(until):
    return EtaRead(
        source="acme",
        tracking_number="AC1",
        kind=EtaKind.ESTIMATED,
        from_at=None,
        to_at=until,
        offset_minutes=0,
    )


async def test_a_code_we_cannot_read_is_unknown_kept_and_shown(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(), scans("AC1", "2026-03-03T09:00+01:00  ZZZ  Paris FR"))
        assert await milepost.told_of("AC1") == (["ZZZ"], "unknown")


async def test_a_row_that_cannot_be_read_is_refused_by_name_and_the_others_go_in(tmp_path):
    async with house(tmp_path) as milepost:
        (_, reading) = await milepost.hear(order(), scans("AC1", "no time at all", OUT))
        assert [refusal.reason for refusal in reading.refusals] == ["unreadable_row"]
        assert await milepost.told_of("AC1") == (["OFD"], "out_for_delivery")
        assert len((await milepost.kept())["refusals"]) == 1
