"""Partners' files and mails, written by another hand: what Milepost reads out of them is what was meant."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from milepost.clock import SteppedClock
from milepost.desk.imports import import_file
from milepost.desk.mailbox import read_mailbox
from milepost.model.imports import Fate
from milepost.record.journey import derive
from milepost.settings import Mailbox, Settings, StoreSettings
from milepost.wiring import running
from milepost_sandbox.audit.journey import Told, journey_status
from milepost_sandbox.door import SandboxOptions
from milepost_sandbox.door import running as sandbox
from milepost_sandbox.partners.files import FILES, told
from milepost_sandbox.partners.mails import SAID

START = datetime(2026, 3, 20, tzinfo=UTC)
OPTIONS = SandboxOptions(seed=7, orders=40, start=START, control_port=0)


@asynccontextmanager
async def town(tmp_path, parcels, **told):
    """A Milepost that knows an order for each parcel, and nothing of its way."""
    settings = Settings(
        store=StoreSettings(url=f"sqlite:{tmp_path}/m.sqlite", key_file=str(tmp_path / "key")), **told
    )
    rows = [
        f"A-{place},{parcel.tracking_number},Freight,{parcel.label_at.date()}"
        for place, parcel in enumerate(parcels)
    ]
    async with running(settings, clock=SteppedClock(START + timedelta(days=30))) as milepost:
        await import_file(
            milepost.app, "\n".join(["order_number,tracking_number,carrier,placed_at", *rows]).encode()
        )
        yield milepost.app


async def journeys(app):
    rows = (await app.store.shipments(shop_ids=None, cursor=None, limit=500)).rows
    events = await app.store.shipment_events([row.shipment.shipment_id for row in rows])
    return {row.shipment.tracking_number: derive(events.get(row.shipment.shipment_id, [])) for row in rows}


def parcels_of(world):
    """Each number once: a partner's file does not tell two uses of a number apart."""
    numbers = [parcel.tracking_number for parcel in world.parcels]
    return [one for one in world.parcels if one.order_ids and numbers.count(one.tracking_number) == 1]


@pytest.mark.parametrize("kind", sorted(FILES))
async def test_a_partners_file_means_what_was_meant_and_means_it_once(tmp_path, kind):
    write, rows = FILES[kind]
    async with sandbox(OPTIONS) as box:
        box.advance(box.ends_at)
        parcels, now = parcels_of(box.world), box.world.now()
    meant = {parcel.tracking_number: [] for parcel in parcels}
    for parcel, step, row in told(parcels, rows, now):
        meant[parcel.tracking_number].append(Told(at=step.at, status=row.status, physical=True))
    async with town(tmp_path, parcels) as app:
        body = write(parcels, now)
        imported = await import_file(app, body)
        assert not imported.preview.refused
        assert imported.events == sum(map(len, meant.values())) > 100
        found = await journeys(app)
        wrong = {
            number: (journey.status.value, journey_status(meant[number]))
            for number, journey in found.items()
            if journey.status.value != journey_status(meant[number])
        }
        assert not wrong
        reasons = {row.because for _, _, row in told(parcels, rows, now)} - {None}
        assert reasons == {scan.event.reason for one in found.values() for scan in one.events} - {None}
        again = await import_file(app, body)
        assert again.preview.count(Fate.NEW) == 0
        assert await journeys(app) == found


async def test_partners_mails_are_heard_and_deliver_nothing(tmp_path):
    async with sandbox(OPTIONS) as box, httpx.AsyncClient(base_url=box.control_url) as control:
        box.advance(box.ends_at)
        assert (await control.get("/partners/papyrus")).status_code == 404
        assert (await control.get("/partners/epcis")).content.startswith(b'{"@context"')
        reach = (await control.post("/partners/mails")).json()
        assert (await control.post("/partners/mails")).json()["mails"] == reach.pop("mails"), "each once"
        parcels = parcels_of(box.world)
        mailed = {
            parcel.tracking_number
            for parcel in parcels
            if any(step.situation in SAID for step in parcel.steps)
        }
        async with town(tmp_path, parcels, mailbox=Mailbox(**reach)) as app:
            for _ in range(6):
                await read_mailbox(app)
            found = await journeys(app)
    assert {number for number, journey in found.items() if journey.events} == mailed
    assert all(journey.delivered_at is None and journey.last_scan_at is None for journey in found.values())
    assert any(journey.status == "out_for_delivery" for journey in found.values())
