"""Files that partners bring: whose they are by their sender, taken in once from a folder, wrong ones set aside."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from milepost.carry.handed_in import plan_looks
from milepost.carry.hands import carry_out_due
from milepost.clock import SteppedClock
from milepost.desk.imports import ImportRefusedError, import_file, preview
from milepost.model.imports import Fate
from milepost.ports.sources import SourceError
from milepost.record.journey import derive
from milepost.settings import Imports, Settings, StoreSettings
from milepost.wiring import running
from tests.sources.test_handed_in import FOLDER

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
X12 = (FOLDER / "x12_214/samples/two_sets.x12").read_bytes()
ORDERS = (
    b"order_number,tracking_number,carrier,placed_at\n"
    b"A-1,1Z999AA10123456784,UPS,2026-03-03\nA-2,PRO0012345,Somebody,2026-03-03\n"
)


def town(tmp_path, **imports):
    url = StoreSettings(url=f"sqlite:{tmp_path}/m.sqlite", key_file=str(tmp_path / "key"))
    return running(Settings(store=url, imports=Imports(**imports)), clock=SteppedClock(NOW))


async def statuses(app):
    page = await app.store.shipments(shop_ids=None, cursor=None, limit=9)
    return {row.shipment.tracking_number: row.status for row in page.rows}


async def test_a_214_goes_in_once_and_a_row_of_another_carriers_parcel_stays_out(tmp_path):
    async with town(tmp_path, senders={"ACMEFREIGHT": "fedex", "OTHER": "nobody"}) as milepost:
        app = milepost.app
        await import_file(app, ORDERS)
        look = await preview(app, X12)
        assert (look.source, look.stated.carrier) == ("x12_214", "fedex")
        fates = {row.where: row.fate for row in look.rows if row.about == "1Z999AA10123456784"}
        assert set(fates.values()) == {Fate.REFUSED}
        assert "here it is a parcel of UPS" in look.refused[0].says
        await import_file(app, X12)
        assert await statuses(app) == {"1Z999AA10123456784": "expected", "PRO0012345": "in_transit"}
        with pytest.raises(ImportRefusedError, match="there is no carrier 'nobody'"):
            await preview(app, X12.replace(b"ACMEFREIGHT    ", b"OTHER          "))


async def test_a_file_of_an_unknown_sender_is_found_by_numbers_and_says_so(tmp_path):
    async with town(tmp_path) as milepost:
        app = milepost.app
        await import_file(app, ORDERS)
        look = await preview(app, X12)
        assert any("not among imports.senders" in remark for remark in look.layout.remarks)
        for known in (0, 7):
            assert (await import_file(app, X12)).preview.count(Fate.KNOWN) == known
        assert await statuses(app) == {"1Z999AA10123456784": "delivered", "PRO0012345": "in_transit"}
        (row,) = [
            row
            for row in (await app.store.shipments(shop_ids=None, cursor=None, limit=9)).rows
            if row.shipment.tracking_number.startswith("1Z")
        ]
        told = await app.store.shipment_events([row.shipment.shipment_id])
        assert derive(told[row.shipment.shipment_id]).attempts == 1


def drop(folder, name, body, *, settled=True):
    path = folder / name
    path.write_bytes(body)
    if settled:
        os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


async def test_a_folder_is_emptied_once_and_what_was_refused_says_why(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    drop(folder, "1-orders.csv", ORDERS)
    drop(folder, "2-status.x12", X12)
    drop(folder, "3-broken.xlsx", b"PK\x03\x04 no zip")
    drop(folder, "4-huge.csv", b"x" * 16_000_001)
    drop(folder, "still.part", ORDERS)
    drop(folder, "fresh.csv", ORDERS, settled=False)
    (folder / "link.csv").symlink_to(tmp_path / "key")
    async with town(tmp_path, folder=str(folder)) as milepost:
        await plan_looks(milepost.app)
        await carry_out_due(milepost.app, "w1")
        assert (await statuses(milepost.app))["1Z999AA10123456784"] == "delivered"
        assert sorted(path.name for path in folder.iterdir()) == [
            "done",
            "fresh.csv",
            "link.csv",
            "refused",
            "still.part",
        ]
        done = sorted(path.name[13:] for path in (folder / "done").iterdir())
        assert done == ["1-orders.csv", "2-status.x12", "2-status.x12.said.txt"]
        refused = {path.name[13:]: path for path in (folder / "refused").iterdir()}
        assert "not a whole .xlsx" in refused["3-broken.xlsx.said.txt"].read_text()
        assert "16,000,000 is the most" in refused["4-huge.csv.said.txt"].read_text()
        drop(folder, "again.x12", X12)
        milepost.app.clock.move(timedelta(seconds=120))
        before = await statuses(milepost.app)
        await carry_out_due(milepost.app, "w2")
        assert not (folder / "again.x12").exists()
        assert await statuses(milepost.app) == before


async def test_a_folder_that_is_gone_is_said_and_looked_for_again(tmp_path):
    from milepost.desk.folder import read_folder

    async with town(tmp_path, folder=str(tmp_path / "nowhere")) as milepost:
        with pytest.raises(SourceError, match=r"imports\.folder cannot be read"):
            await read_folder(milepost.app)
        await plan_looks(milepost.app)
        await carry_out_due(milepost.app, "w1")
        assert await milepost.app.work.next_due() > NOW
