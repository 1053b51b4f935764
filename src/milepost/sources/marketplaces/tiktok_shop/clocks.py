"""TikTok Shop's family of clocks on an order: what happened when, and what has to happen by when (§3.4)."""

from milepost.model.promises import ClockTold
from milepost.sources.marketplaces.tiktok_shop.wire import Row, moment

HAPPENED = (
    "create_time",
    "paid_time",
    "rts_time",  # the seller arranged shipment
    "collection_time",  # became IN_TRANSIT
    "delivery_time",  # became DELIVERED
    "request_cancel_time",
    "cancel_time",
)
"""`update_time` is not among them: it is the version of the description, kept as `updated_at`."""

DEADLINES = (
    "rts_sla_time",  # to arrange shipment
    "tts_sla_time",  # to be collected
    "delivery_sla_time",  # to be delivered on time
    "delivery_option_required_delivery_time",  # what the delivery option promised the buyer
    "shipping_due_time",  # cancelled automatically if not AWAITING_COLLECTION by then
    "collection_due_time",  # … not IN_TRANSIT by then
    "delivery_due_time",  # … not DELIVERED by then
    "cancel_order_sla_time",
    "release_date",
    "pick_up_cut_off_time",
    "fast_dispatch_sla_time",
    "recommended_shipping_time",  # one reader saw milliseconds here: told by magnitude
    "instore_pickup_sla_time",
    "fast_rts_sla_time",
    "fast_collection_sla_time",
)


def clocks(order: Row) -> tuple[ClockTold, ...]:
    """Every clock that is set. 0, null and absent all mean: not set."""
    named = [*((name, False) for name in HAPPENED), *((name, True) for name in DEADLINES)]
    return tuple(
        ClockTold(name=name, at=at, is_deadline=is_deadline)
        for name, is_deadline in named
        if (at := moment(order.get(name))) is not None
    )
