"""A parcel whose carrier nobody knew is recognized by its first scans; a carrier that is known or chosen stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import milepost
from milepost.identify.candidates import Identifier
from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.reading import Reading
from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import Shipment
from milepost.model.statuses import Evidence, Status
from milepost.record.known import KnownShipments
from milepost.record.recognize import SCANS_MAX, recognize
from milepost.sources.cards import card

NOW = datetime(2026, 3, 5, tzinfo=UTC)
FOLDERS = Path(milepost.__file__).parent / "sources/carriers"
whose = Identifier({path.parent.name: card(path) for path in FOLDERS.glob("*/carrier.toml")})
WAITING = Shipment(
    shipment_id="1",
    shop_id="shop",
    order_numbers=("O1",),
    tracking_number="986578788855",
    carrier=None,
    carrier_reason="no carrier we can ask",
    provider_id="",
    provider_name="TikTok Shipping",
    package_ids=(),
    since=NOW,
    created_at=NOW,
)


def identify(number, provider_name, country, clues):
    found = whose(number, provider_name, country, clues)
    return found.answer, "; ".join(found.candidates[0].reasons)


def scan(text, *, number="986578788855", order=None, hours=0):
    return TrackingEvent(
        source="market",
        shop_id="shop",
        order_number=order,
        tracking_number=number,
        occurred=Instant.reported(NOW + timedelta(hours=hours)),
        heard_at=NOW,
        status=Status.IN_TRANSIT,
        reason=None,
        responsible=None,
        evidence=Evidence.PHYSICAL,
        code="",
        description=text,
        place=Place(raw=RawPlace(), located=None),
        report_hash="0" * 64,
    )


def carrier_after(shipment, *scans, others=()):
    report = Report(
        source="market", kind=ReportKind.TRACKING, shop_id="shop", subject=(), heard_at=NOW, body=b"{}"
    )
    known = KnownShipments()
    known.add([shipment, *others])
    recognize(known, [Reading(report=report, events=scans)], identify)
    assert known.changed == ({shipment.shipment_id} if known.by_id["1"] != shipment else set())
    return known.by_id["1"]


def test_first_scans_that_name_the_carrier_tell_whose_parcel_it_is():
    after = carrier_after(WAITING, scan("Arrived at FedEx location"))
    assert after.carrier == "fedex"
    assert "its first scans name them" in after.carrier_reason


def test_scans_of_the_order_count_when_it_travels_in_nothing_else():
    told = scan("Arrived at FedEx location", number=None, order="O1")
    assert carrier_after(WAITING, told).carrier == "fedex"
    second = replace(WAITING, shipment_id="2", tracking_number="X2")
    assert carrier_after(WAITING, told, others=[second]).carrier is None


@pytest.mark.parametrize(
    "shipment",
    [
        replace(WAITING, carrier="gls"),
        replace(WAITING, chosen_at=NOW),
        replace(WAITING, superseded=True),
    ],
)
def test_a_carrier_that_is_known_or_was_chosen_stays(shipment):
    assert carrier_after(shipment, scan("Arrived at FedEx location")) == shipment


def test_scans_of_another_number_or_without_a_name_and_late_ones_tell_nothing():
    early = [scan("Left the warehouse", hours=hour) for hour in range(SCANS_MAX)]
    for told in (
        [scan("FedEx has it", number="1")],
        early,
        [*early, scan("Handed to FedEx", hours=SCANS_MAX)],
    ):
        assert carrier_after(WAITING, *told).carrier is None
