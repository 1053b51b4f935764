"""Our scans told in a dialect, and read again by our own reader of that service."""

import importlib
import importlib.util
import json
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import milepost
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.reports import Report, ReportKind
from milepost.model.statuses import REASONS, Status
from milepost.normalize.scans import events
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.rows import ShipmentRow
from milepost.record.journey import derive
from milepost.show.dialects import aftership, easypost, karrio, seventeen_track, shippo
from milepost.show.dialects.tracked import tracked
from milepost.sources.catalog import codes
from tests.contract.things import event, shipment

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(milepost.__file__).parent / "sources/aggregators"
DIALECTS = ("aftership", "easypost", "shippo", "karrio", "seventeen_track")
NUMBER = "1Z0000000000000001"
PARCEL = "0" * 31 + "1"
FIRST = datetime.fromisoformat("2026-03-04T08:00:00-05:00")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
NOWHERE = Place(raw=RawPlace(), located=None)
PAIRS = [(status, reason) for status in (*Status, None) for reason in (None, *REASONS)]
"""Every status (None: a note) with every reason and with none."""


@cache
def losses():
    """What the tables of the documents are made from: our pair → what is read again."""
    path = ROOT / "tools/reference/switching.py"
    spec = importlib.util.spec_from_file_location("tools_reference_switching", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return {dialect: module.there_and_back(dialect) for dialect in DIALECTS}


def scans_of(pairs):
    """One scan a pair, a minute apart, each with a code of its own."""
    return [
        event(
            NUMBER,
            FIRST + timedelta(minutes=number),
            status=status,
            reason=reason,
            text=f"{status} {reason}",
            code=f"C{number}",
        )
        for number, (status, reason) in enumerate(pairs)
    ]


def told(dialect, scans, promises=(), received_by=""):
    """The bytes that a client of the dialect gets about a parcel with these scans."""
    journey = derive(scans)
    row = ShipmentRow(
        shipment=shipment(PARCEL, NUMBER),
        status=journey.status.value,
        reason=journey.reason,
        status_since=journey.status_since,
        delivered_at=journey.delivered_at,
        delivery_retracted=journey.delivery_retracted,
        last_heard_at=journey.last_heard_at,
        last_scan_at=journey.last_scan_at,
        last_place="",
    )
    parcel = tracked(row, journey, promises, page="https://acme.invalid/1", received_by=received_by)
    answers = {
        "aftership": lambda: aftership.one(parcel, "ups", nested=False),
        "easypost": lambda: easypost.tracker(parcel, "UPS"),
        "shippo": lambda: shippo.track(parcel, "ups"),
        "karrio": lambda: karrio.tracker(parcel, "ups"),
        "seventeen_track": lambda: seventeen_track.answer(
            [seventeen_track.track(parcel, 100002, parcel.tracking_page, NOW)], []
        ),
    }
    return json.dumps(answers[dialect]()).encode()


def heard(dialect, body):
    """What our reader of that service makes of it: its events oldest first, and everything it parsed."""
    report = Report(
        source=dialect,
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=(NUMBER,),
        heard_at=NOW,
        body=body,
    )
    parsed = importlib.import_module(f"milepost.sources.aggregators.{dialect}.parse").parse(report)
    read = events(parsed, report, codes(SOURCES / dialect / "codes.csv"), gazetteer())
    return sorted(read, key=lambda one: one.occurred.order_key), parsed


@cache
def gazetteer():
    return SqliteGazetteer()


def reported(text):
    return Instant.reported(datetime.fromisoformat(text))
