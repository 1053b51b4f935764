"""Make TikTok Shop orders out of what happens to their parcels: statuses, packages and the clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from milepost_sandbox.stories.words import Story
from milepost_sandbox.world.people import GOODS
from milepost_sandbox.world.words import Buyer, Order, OrderMoment, PackageMoment, Parcel, Shop, Unit

REMORSE: Final = timedelta(hours=1)
COMPLETED_AFTER: Final = timedelta(days=3)
REGROUP_AFTER: Final = timedelta(minutes=9)
PACKAGE_FIRST_REGIONS: Final = frozenset({"ID", "TH", "VN", "MY", "PH", "SG"})
"""Where a package exists as soon as the order is paid; elsewhere it comes with the shipment."""
COLLECTED: Final = ("picked_up", "dropped_off")
DELIVERED: Final = ("delivered", "collected")
FAILED: Final = ("lost", "destroyed", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is settled about one order before its parcels are known."""

    index: int
    order_id: str
    story: Story
    shop: Shop
    buyer: Buyer
    created_at: datetime
    paid_at: datetime
    hold: bool

    @property
    def released_at(self) -> datetime:
        """When the seller may pack: at payment, or after the hour in which a buyer may still cancel."""
        return self.paid_at + (REMORSE if self.hold else timedelta(0))


def make_order(draft: Draft, parcels: Sequence[Parcel], rng: Random, *, combined: bool) -> Order:
    """The finished order; `parcels` may be shared with another order when they were combined."""
    shipped = rts_at(parcels)
    cancelled = _cancelled_at(draft, parcels, rng)
    collected = _when_all(parcels, COLLECTED, timedelta(minutes=rng.randint(10, 240)))
    delivered = _when_all(parcels, DELIVERED, timedelta(minutes=rng.randint(3, 50)))
    story = draft.story
    option, option_id = ("Standard Shipping", "7091000000000000011")
    if parcels and parcels[0].service == "express":
        option, option_id = ("Express Shipping", "7091000000000000012")
    base = draft.released_at
    changed = story.address_change
    return Order(
        order_id=draft.order_id,
        shop_id=draft.shop.shop_id,
        created_at=draft.created_at,
        paid_at=draft.paid_at,
        hold=draft.hold,
        units=_units(draft, parcels, rng),
        parcels=tuple(parcels),
        buyer=draft.buyer,
        shipping_type="TIKTOK" if story.shipping == "tiktok" else "SELLER",
        delivery_option=option,
        delivery_option_id=option_id,
        region=draft.shop.region,
        story=story.name,
        moments=_moments(
            draft, parcels, shipped=shipped, collected=collected, delivered=delivered, cancelled=cancelled
        ),
        package_moments=_package_moments(draft, parcels, combined=combined),
        rts_at=shipped,
        collected_at=collected,
        delivered_at=delivered,
        cancel_requested_at=cancelled - timedelta(hours=1) if cancelled and story.cancel else None,
        cancelled_at=cancelled,
        cancel_reason="Ordered by mistake" if cancelled and story.cancel else "",
        split_or_combine="SPLIT" if len(parcels) > 1 else "COMBINED" if combined else "",
        address_changed_at=_after(draft.paid_at, rng.randint(changed.low, changed.high)) if changed else None,
        rts_sla=base + timedelta(days=2),
        tts_sla=base + timedelta(days=3),
        delivery_sla=base + timedelta(days=7),
        delivery_option_required=base + timedelta(days=4 if option.startswith("Express") else 8),
        shipping_due=base + timedelta(days=5),
        collection_due=base + timedelta(days=7),
        delivery_due=base + timedelta(days=30),
    )


def rts_at(parcels: Sequence[Parcel]) -> datetime | None:
    """When the last of the labels was made: the order is arranged for shipment."""
    return max((parcel.label_at for parcel in parcels), default=None)


def _after(moment: datetime, seconds: int) -> datetime:
    return moment + timedelta(seconds=seconds)


def _cancelled_at(draft: Draft, parcels: Sequence[Parcel], rng: Random) -> datetime | None:
    if draft.story.cancel is not None:
        wait = rng.randint(draft.story.cancel.low, draft.story.cancel.high)
        last = [parcel.steps[-1].published_at for parcel in parcels]
        return max([draft.paid_at + timedelta(seconds=wait), *(at + timedelta(hours=1) for at in last)])
    endings = [parcel.steps[-1] for parcel in parcels]
    if endings and all(step.situation == "returned" for step in endings):
        return max(step.published_at for step in endings) + timedelta(hours=6)
    return None


def _when_all(parcels: Sequence[Parcel], situations: tuple[str, ...], lag: timedelta) -> datetime | None:
    """When the first such step of every parcel was published, and TikTok had noticed."""
    firsts: list[datetime] = []
    for parcel in parcels:
        published = [step.published_at for step in parcel.steps if step.situation in situations]
        if not published:
            return None
        firsts.append(min(published))
    return (max(firsts) + lag).replace(microsecond=0) if firsts else None


def _units(draft: Draft, parcels: Sequence[Parcel], rng: Random) -> tuple[Unit, ...]:
    count = rng.randint(*draft.story.units)
    units: list[Unit] = []
    for position in range(count):
        good = rng.randrange(len(GOODS))
        title, variant, seller_sku, price = GOODS[good]
        units.append(
            Unit(
                line_item_id=f"{draft.order_id[:12]}{draft.index % 10**5:05d}{position}",
                product_id=f"17290000000000001{good:02d}",
                sku_id=f"17290000000000002{good:02d}",
                title=title,
                variant=variant,
                seller_sku=seller_sku,
                price=price,
                package_id=parcels[position % len(parcels)].package_id if parcels else "",
            )
        )
    return tuple(units)


def _moments(
    draft: Draft,
    parcels: Sequence[Parcel],
    *,
    shipped: datetime | None,
    collected: datetime | None,
    delivered: datetime | None,
    cancelled: datetime | None,
) -> tuple[OrderMoment, ...]:
    moments = [OrderMoment(at=draft.created_at, status="UNPAID")]
    if draft.hold:
        moments.append(OrderMoment(at=draft.paid_at, status="ON_HOLD"))
    moments.append(OrderMoment(at=draft.released_at, status="AWAITING_SHIPMENT"))
    if shipped is not None:
        first = min(parcel.label_at for parcel in parcels)
        if first < shipped:
            moments.append(OrderMoment(at=first, status="PARTIALLY_SHIPPING"))
        moments.append(OrderMoment(at=shipped, status="AWAITING_COLLECTION"))
    if collected is not None:
        moments.append(OrderMoment(at=collected, status="IN_TRANSIT"))
    if delivered is not None:
        moments.append(OrderMoment(at=delivered, status="DELIVERED"))
        moments.append(OrderMoment(at=delivered + COMPLETED_AFTER, status="COMPLETED"))
    elif cancelled is None and parcels and all(p.steps[-1].situation in FAILED for p in parcels):
        refunded = max(parcel.steps[-1].published_at for parcel in parcels) + timedelta(days=1)
        moments.append(OrderMoment(at=refunded, status="COMPLETED"))
    if cancelled is not None:
        moments = [moment for moment in moments if moment.at < cancelled]
        moments.append(OrderMoment(at=cancelled, status="CANCELLED"))
    return _in_order(moments)


def _in_order(moments: list[OrderMoment]) -> tuple[OrderMoment, ...]:
    """A status never comes before the one it follows, even when a report of it was late."""
    ordered: list[OrderMoment] = []
    for moment in moments:
        earliest = ordered[-1].at + timedelta(seconds=1) if ordered else moment.at
        ordered.append(OrderMoment(at=max(moment.at, earliest), status=moment.status))
    return tuple(ordered)


def _package_moments(draft: Draft, parcels: Sequence[Parcel], *, combined: bool) -> tuple[PackageMoment, ...]:
    if not parcels:
        return ()
    ids = tuple(parcel.package_id for parcel in parcels)
    labels = sorted(parcel.label_at for parcel in parcels)
    regrouped: Literal["SPLIT", "COMBINE"] | None = (
        "SPLIT" if len(ids) > 1 else "COMBINE" if combined else None
    )
    if draft.shop.region in PACKAGE_FIRST_REGIONS:
        first = ids if regrouped is None else (f"1150{draft.order_id[3:]}",)
        moments = [PackageMoment(at=draft.paid_at, package_ids=first)]
        if regrouped is not None:
            moments.append(PackageMoment(at=labels[0], package_ids=ids, sc_type=regrouped))
        return tuple(moments)
    if regrouped == "SPLIT":
        by_label = sorted(parcels, key=lambda parcel: parcel.label_at)
        return tuple(
            PackageMoment(
                at=parcel.label_at,
                package_ids=tuple(p.package_id for p in by_label[: count + 1]),
                sc_type="SPLIT" if count == len(by_label) - 1 else "",
            )
            for count, parcel in enumerate(by_label)
        )
    return (PackageMoment(at=labels[0], package_ids=ids, sc_type=regrouped or ""),)
