"""What a batch of news changed: before and after, side by side, for the rules to look at."""

from dataclasses import dataclass

from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException
from milepost.model.journeys import Journey
from milepost.model.orders import OrderFacts
from milepost.model.promises import Promise
from milepost.model.shipments import Leg, Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """An order described anew. `before` is None when we had never heard of it."""

    before: OrderFacts | None
    after: OrderFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentChange:
    """A shipment of which something new was heard (or whose silence became news)."""

    shipment: Shipment
    before: Journey
    after: Journey
    new_events: tuple[TrackingEvent, ...]
    promises: tuple[
        Promise, ...
    ]  # current ones, after this batch; of a parcel that arrived, none needs be there
    new_promises: tuple[Promise, ...]
    exceptions: tuple[DeliveryException, ...]  # open ones, before the rules looked
    is_new: bool  # the shipment itself is new
    new_legs: tuple[Leg, ...] = ()  # it was handed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules made of a change."""

    opened: tuple[DeliveryException, ...] = ()
    resolved: tuple[DeliveryException, ...] = ()
