"""What the sandbox's carriers put on the wire, read by Milepost's own connectors, says what was meant.

Both sides were written from the reference without looking at each other, so an agreement here means something. The
whole corridor is tried by `milepost sandbox check`; this finds a wrong code or offset in seconds, and names it.
"""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.clock import SteppedClock
from milepost.model.instants import OffsetSource
from milepost.model.shipments import TrackingQuery
from milepost.normalize.scans import events
from milepost.places.gazetteer import SqliteGazetteer
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources import catalog
from milepost_sandbox.door import SandboxOptions, running
from milepost_sandbox.world.words import SOURCES
from tests.tidy.tree import ROOT

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLENTY = 1_000_000
CARRIERS = SOURCES[1:]  # all but the shop itself


def access(sandbox, key):
    keys = sandbox.credentials
    return CarrierAccess(
        url=sandbox.urls[key],
        client_id=keys.get(f"{key}_client_id") or keys[f"{key}_api_key"],
        client_secret=keys.get(f"{key}_client_secret", ""),
        account=keys.get(f"{key}_account", ""),
        per_minute=PLENTY,
        per_day=PLENTY,
    )


async def read_by_milepost(sandbox, key):
    """Every event of our own parcels, as the connector and the codes table read it."""
    settings = Settings(
        carriers={key: access(sandbox, key)}, http=Http(timeout_s=5, retries=5, retry_base_s=0.001)
    )
    carrier = catalog.carriers(settings, SteppedClock(sandbox.clock.now()))[key]
    ours = [parcel for parcel in sandbox.world.parcels if parcel.carrier == key and parcel.order_ids]
    first = {parcel.tracking_number: parcel.label_at - timedelta(days=2) for parcel in ours}
    queries = [TrackingQuery(tracking_number=number, since=since) for number, since in first.items()]
    gazetteer = SqliteGazetteer(ROOT / "src/milepost/places/gazetteer.sqlite")
    read = set()
    for report in await carrier.fetch(queries):
        parsed = carrier.parse(report)
        assert parsed.refusals == ()
        for event in events(parsed, report, carrier.codes, gazetteer):
            at = event.occurred
            # A carrier that lists a stranger's older parcel too is right; whose scan it is, is decided later.
            if at.order_key > first[event.tracking_number]:
                when = at.wall_clock if at.source is OffsetSource.UNZONED else at.utc
                read.add(
                    (event.tracking_number, event.code, event.description, when, event.status, event.reason)
                )
    return read


def meant(sandbox, key):
    return {
        (
            event.tracking_number,
            event.code,
            event.description,
            event.wall_clock if event.offset_source == "unzoned" else event.instant_utc,
            event.status,
            event.reason,
        )
        for event in sandbox.truth.events(sandbox.clock.now())
        if event.source == key
    }


@pytest.mark.parametrize("faults", ["none", "all"])
async def test_every_carriers_rows_are_read_as_they_were_meant(faults):
    options = SandboxOptions(seed=11, orders=80, start=START, faults=(faults,), control_port=0)
    async with running(options) as sandbox:
        sandbox.advance(sandbox.ends_at)
        told = {key: (await read_by_milepost(sandbox, key), meant(sandbox, key)) for key in CARRIERS}
    for key, (read, expected) in told.items():
        assert read - expected == set(), f"{key}: read, and never meant"
        assert expected - read == set(), f"{key}: meant, and not read"
        assert len(expected) > 10, f"{key}: hardly anything was told"
