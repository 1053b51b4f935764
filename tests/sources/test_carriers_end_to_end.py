"""The connectors follow the sandbox's carriers to the world's end, every fault on, and read what was entailed.

Asked again and again as the world moves on, they must never tell what was not so (tests/sandbox/test_connectors.py
looks at one moment only).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from milepost.model.events import TrackingEvent
from milepost.model.shipments import TrackingQuery
from milepost.normalize.reading import read
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess, Http, Settings
from milepost.sources.catalog import FolderCarrier, carriers
from milepost_sandbox import door
from milepost_sandbox.world.words import SOURCES

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
STEP = timedelta(hours=40)
OLD_USE = timedelta(days=60)
STEPS_MAX = 200
TRIES_MAX = 10
CARRIERS = SOURCES[1:]  # all but the shop itself


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
            account=keys.get(f"{name}_account", ""),
            per_minute=1_000_000,
            per_day=10_000_000,
        )
        for name in CARRIERS
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


@dataclass
class Following:
    """One carrier on the way, and what was read of it."""

    carrier: FolderCarrier
    numbers: list[str]
    events: set[tuple] = field(default_factory=set)
    refusals: set[tuple[str, str]] = field(default_factory=set)

    async def ask(self, gazetteer: SqliteGazetteer) -> None:
        size = self.carrier.card.batch_max
        for start in range(0, len(self.numbers), size):
            asked = self.numbers[start : start + size]
            queries = [TrackingQuery(tracking_number=number, since=START) for number in asked]
            for report in await heard(self.carrier, queries):
                reading = read(report, self.carrier, gazetteer)
                self.refusals |= {(refusal.reason, refusal.detail) for refusal in reading.refusals}
                self.events |= {
                    seen(event) for event in reading.events if event.occurred.order_key > START - OLD_USE
                }


def followed(sandbox: door.Sandbox) -> list[Following]:
    ours: dict[str, set[str]] = {}
    for parcel in sandbox.world.parcels:
        if parcel.order_ids:
            ours.setdefault(parcel.carrier, set()).add(parcel.tracking_number)
    assert set(CARRIERS) <= set(ours), "the world has no parcel of some, so this would look at nothing"
    return [
        Following(carrier, sorted(ours[key]))
        for key, carrier in with_keys(sandbox).items()
        if key in CARRIERS
    ]


async def test_all_that_was_told_on_the_way_is_read_right_and_nothing_else():
    gazetteer = SqliteGazetteer()
    options = door.SandboxOptions(seed=12, orders=40, start=START, faults=("all",), control_port=0)
    async with door.running(options) as sandbox:
        carriers_followed = followed(sandbox)
        for _ in range(STEPS_MAX):
            for one in carriers_followed:
                await one.ask(gazetteer)
            if sandbox.world.now() >= sandbox.ends_at:
                break
            sandbox.advance(min(sandbox.world.now() + STEP, sandbox.ends_at))
        told = sandbox.truth.events(sandbox.ends_at)
        for one in carriers_followed:
            await one.carrier.line.close()
    for one in carriers_followed:
        key = one.carrier.key
        truth = {entailed(e) for e in told if e.source == key and e.tracking_number in one.numbers}
        assert truth, key
        assert not one.refusals, key
        missing, invented = sorted(truth - one.events, key=repr), sorted(one.events - truth, key=repr)
        rows = "\n".join([*(f"missing  {row}" for row in missing), *(f"invented {row}" for row in invented)])
        counts = f"{key}: {len(missing)} missing, {len(invented)} invented of {len(truth)}"
        assert not rows, f"{counts}:\n{rows[:4000]}"
