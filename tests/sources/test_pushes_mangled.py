"""Whatever comes with the right proof, reading it never raises, and the door never answers that it is at fault."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from milepost import wiring
from milepost.clock import SteppedClock
from milepost.model.reports import Refusal
from milepost.normalize.reading import read
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.pushes import Push
from milepost.settings import StoreSettings
from milepost.sources.catalog import carriers
from milepost.web import build
from tests.sources.mangling import mangled
from tests.sources.pushers import PUSHING, proof, pushing_settings, sample

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT_THE_DOOR = 40
"""Bodies of each carrier that go all the way; reading alone sees them all."""

SAMPLES = [(key, "push") for key in PUSHING] + [("dhl", "push_validate"), ("fedex", "push_bare")]


def bodies(key, name):
    """The sample, mangled; of the Postal Service what is written inside, too."""
    yield from mangled(sample(key, name))
    if key == "usps":
        told = json.loads(sample(key, name)) | {"timestamp": NOW.isoformat()}
        for inside in mangled(told["payload"].encode(), seed=1):
            yield json.dumps(told | {"payload": inside.decode("utf-8", "replace")}).encode()


@pytest.mark.parametrize(("key", "name"), SAMPLES)
def test_mangled_pushes_are_read_or_refused_by_name(key, name):
    carrier, gazetteer = carriers(pushing_settings(), SteppedClock(NOW))[key], SqliteGazetteer()
    taken = 0
    for body in bodies(key, name):
        push = carrier.pushes.read(proof(key, body), body, NOW)
        assert isinstance(push, Push | Refusal), body
        if isinstance(push, Push):
            taken += 1
            reading = read(push.report, carrier, gazetteer)
            assert not reading.etas
            assert all(event.source == key for event in reading.events)
        else:
            assert push.reason in ("unreadable_body", "unknown_shape", "bad_signature", "stale_timestamp"), (
                body
            )
    assert taken > 10, f"{key}: hardly any was taken, so hardly anything was read"


async def test_at_the_door_a_mangled_push_is_taken_or_refused_and_never_a_fault_of_ours(tmp_path):
    settings = pushing_settings(
        store=StoreSettings(url=f"sqlite:{tmp_path}/door.sqlite", key_file=str(tmp_path / "key"))
    )
    async with wiring.running(settings, SteppedClock(NOW)) as milepost:
        transport = httpx.ASGITransport(app=build(milepost.app, milepost.counters))
        async with httpx.AsyncClient(transport=transport, base_url="http://milepost") as http:
            for key, name in SAMPLES:
                found = list(bodies(key, name))
                for body in found[:: max(1, len(found) // AT_THE_DOOR)]:
                    said = await http.post(f"/hooks/carriers/{key}", content=body, headers=proof(key, body))
                    assert said.status_code in (200, 400, 401), (key, body, said.text)
