"""Small things to keep: orders, shipments, events and the rest, made with few words."""

from datetime import UTC, datetime, timedelta

from milepost.model.actions import Action, ActionKind
from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.instants import Instant
from milepost.model.lessons import Lesson, Lived, OurWord, TheirWord, Way
from milepost.model.notices import Audience, Notice
from milepost.model.orders import Contact, OrderFacts
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.promises import Promise, Promiser
from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import Shipment
from milepost.model.statuses import Evidence, Responsible, Status

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = Contact()
TEANECK = Place(
    raw=RawPlace(text="Teaneck, NJ, US", city="Teaneck", region="NJ", country="US"),
    located=Located(
        city="Teaneck",
        region="NJ",
        country="US",
        latitude=40.8976,
        longitude=-74.016,
        zone="America/New_York",
        precision=Precision.CITY,
        method="city",
    ),
)


def event(
    number="AC1", at=NOON, *, shop="shop-1", order=None, text="Departed", status=Status.IN_TRANSIT, **more
):
    return TrackingEvent(
        **{
            "source": "acme",
            "shop_id": shop,
            "order_number": order,
            "tracking_number": number,
            "occurred": Instant.reported(at),
            "heard_at": NOON,
            "status": status,
            "reason": None,
            "responsible": None,
            "evidence": Evidence.PHYSICAL,
            "code": "DEP",
            "description": text,
            "place": TEANECK,
            "report_hash": "0" * 64,
            **more,
        }
    )


def order(number="1001", *, shop="shop-1", state="AWAITING_COLLECTION", contact=NOBODY, **more):
    return OrderFacts(
        **{
            "order_number": number,
            "shop_id": shop,
            "marketplace": "tiktok_shop",
            "state": state,
            "placed_at": NOON,
            "updated_at": NOON,
            "closed": False,
            "contact": contact,
            **more,
        }
    )


def shipment(shipment_id="s1", number="AC1", *, shop="shop-1", orders=("1001",), carrier="acme", **more):
    return Shipment(
        **{
            "shipment_id": shipment_id,
            "shop_id": shop,
            "order_numbers": orders,
            "tracking_number": number,
            "carrier": carrier,
            "carrier_reason": "the seller said so",
            "provider_id": "7",
            "provider_name": "Acme",
            "package_ids": ("p1",),
            "since": NOON,
            "created_at": NOON,
            **more,
        }
    )


def exception(
    kind="weather", *, shipment_id="s1", shop="shop-1", at=NOON, severity=Severity.WATCH, mover=Mover.CARRIER
):
    return DeliveryException(
        shop_id=shop,
        shipment_id=shipment_id,
        order_numbers=("1001",),
        kind=kind,
        severity=severity,
        mover=mover,
        responsible=Responsible.NATURE,
        reason="external.weather",
        opened_at=at,
        noticed_at=at + HOUR,
        act_by=None,
        event_id="e1",
    )


def promise(to_at=NOON, *, number="1001", shop="shop-1", said_at=NOON, **more):
    return Promise(
        **{
            "order_number": number,
            "shop_id": shop,
            "shipment_id": "s1",
            "promiser": Promiser.CARRIER,
            "source": "acme",
            "name": "delivery",
            "kind": "estimated",
            "from_at": None,
            "to_at": to_at,
            "offset_minutes": -300,
            "said_at": said_at,
            "reason": "the carrier said so",
            "confidence": 0.8,
            "sample_size": 12,
            "basis": "{}",
            **more,
        }
    )


def notice(key="s1:delivered", *, shop="shop-1", number="1001"):
    return Notice(
        key=key,
        shop_id=shop,
        order_number=number,
        shipment_id="s1",
        audience=Audience.BUYER,
        channel="email",
        template="delivered",
        facts={"carrier": "Acme"},
        created_at=NOON,
    )


def report(body=b'{"tracking": "AC1"}', *, heard_at=NOON, shop=None):
    return Report(
        source="acme", kind=ReportKind.TRACKING, shop_id=shop, subject=("AC1",), heard_at=heard_at, body=body
    )


def action(
    key="poll:AC1",
    due_at=NOON,
    *,
    lane="acme",
    repeating=False,
    replace_due=False,
    kind=ActionKind.POLL_CARRIER,
):
    return Action(
        key=key,
        kind=kind,
        shop_id="shop-1",
        lane=lane,
        due_at=due_at,
        payload={"number": "AC1"},
        repeating=repeating,
        replace_due=replace_due,
    )


def lesson(**way):
    """What a parcel from New York to New York taught: two days on the way, and what was said of it."""
    hours = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0)
    return Lesson(
        way=Way(**{"shop": "shop-1", "carrier": "acme", "origin": "US", "country": "US", **way}),
        delivered_at=NOON + 48 * HOUR,
        stages=(Lived("accepted", NOON, NOON + HOUR),),
        ours=(OurWord(NOON + HOUR, "accepted", NOON + 20 * HOUR, NOON + 60 * HOUR, hours),),
        carriers=(TheirWord(NOON, None, NOON + 30 * HOUR),),
    )
