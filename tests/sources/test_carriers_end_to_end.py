"""The connectors follow the sandbox's carriers to the world's end, every fault on, and read what was entailed.

Asked again and again as the world moves on, they must never tell what was not so (tests/sandbox/test_connectors.py
looks at one moment only).
"""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.events import TrackingEvent
from milepost.model.shipments import TrackingQuery
from milepost.normalize.reading import read
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.catalog import FolderCarrier, carriers
from milepost_sandbox import door

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
STEP = timedelta(hours=40)
OLD_USE = timedelta(days=60)
STEPS_MAX = 200
TRIES_MAX = 10


class WorldClock:
    """Milepost's clock port on the sandbox's world."""

    rate = 0.0

    def __init__(self, sandbox: door.Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> datetime:
        return self._sandbox.world.now().astimezone(UTC)


def with_keys(sandbox: door.Sandbox) -> dict[str, FolderCarrier]:
    keys = sandbox.credentials
    access = {
        name: CarrierAccess(
            url=sandbox.urls[name],
            client_id=keys.get(f"{name}_client_id") or keys.get(f"{name}_api_key", ""),
            client_secret=keys.get(f"{name}_client_secret", ""),
            per_minute=1_000_000,
            per_day=10_000_000,
        )
        for name in ("ups", "fedex", "usps", "dhl")
    }
    settings = Settings(carriers=access, http=Http(retries=6, retry_base_s=0.0, timeout_s=5.0))
    return carriers(settings, WorldClock(sandbox))


async def heard(carrier: FolderCarrier, queries: list[TrackingQuery]):
    """As the worker would: what was put off is asked again."""
    for _ in range(TRIES_MAX):
        try:
            return await carrier.fetch(queries)
        except AccessError:
            raise
        except SourceError as error:
            last = error
    raise last


def seen(event: TrackingEvent):
    zoned = event.occurred.utc is not None
    return (
        event.tracking_number,
        event.code,
        event.occurred.utc.astimezone(UTC).isoformat() if zoned else event.occurred.wall_clock,
        event.occurred.source.value,
        event.status.value if event.status else None,
        event.reason,
        event.description,
    )


def entailed(event):
    zoned = event.instant_utc is not None
    return (
        event.tracking_number,
        event.code,
        event.instant_utc.astimezone(UTC).isoformat() if zoned else event.wall_clock,
        str(getattr(event.offset_source, "value", event.offset_source)),
        event.status,
        event.reason,
        event.description,
    )


@pytest.mark.parametrize("source", ["ups", "fedex", "usps", "dhl"])
async def test_all_that_was_told_on_the_way_is_read_right_and_nothing_else(source):
    gazetteer = SqliteGazetteer()
    events: set[tuple] = set()
    refusals: set[tuple[str, str]] = set()
    options = door.SandboxOptions(seed=7, orders=30, start=START, faults=("all",), control_port=0)
    async with door.running(options) as sandbox:
        carrier = with_keys(sandbox)[source]
        numbers = sorted(
            {p.tracking_number for p in sandbox.world.parcels if p.carrier == source and p.order_ids}
        )
        assert numbers, f"the world has no {source} parcel, so this would look at nothing"
        size = carrier.card.batch_max
        for _ in range(STEPS_MAX):
            for start in range(0, len(numbers), size):
                batch = [TrackingQuery(tracking_number=n, since=START) for n in numbers[start : start + size]]
                for report in await heard(carrier, batch):
                    reading = read(report, carrier, gazetteer)
                    refusals |= {(refusal.reason, refusal.detail) for refusal in reading.refusals}
                    events |= {
                        seen(event) for event in reading.events if event.occurred.order_key > START - OLD_USE
                    }
            if sandbox.world.now() >= sandbox.ends_at:
                break
            sandbox.advance(min(sandbox.world.now() + STEP, sandbox.ends_at))
        truth = {
            entailed(event)
            for event in sandbox.truth.events(sandbox.ends_at)
            if event.source == source and event.tracking_number in numbers
        }
        await carrier.line.close()
    assert truth
    assert not refusals
    missing, invented = sorted(truth - events, key=repr), sorted(events - truth, key=repr)
    told = "\n".join([*(f"missing  {row}" for row in missing), *(f"invented {row}" for row in invented)])
    assert not told, f"{len(missing)} missing, {len(invented)} invented of {len(truth)}:\n{told[:4000]}"
