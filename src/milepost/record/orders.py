"""Two descriptions of one order, put together without losing what only one of them knew."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from milepost.model.changes import OrderChange
from milepost.model.orders import Contact, Destination, OrderFacts, PackageFacts

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def merge(before: OrderFacts | None, told: OrderFacts) -> OrderFacts:
    """The order as we now know it.

    A staler description never undoes a newer one; a thin one (`complete` False) adds only what it has;
    masked contact fields (None) never overwrite clear ones (tiktok-shop.md section 6.4).
    """
    if before is None:
        return told
    if not told.complete:
        return _enrich(before, told)
    if _is_staler(told, before):
        return _enrich(told, before) if not before.complete else before
    return replace(
        told,
        contact=merge_contacts(before.contact, told.contact),
        items=told.items or before.items,
        packages=_packages(before.packages, told.packages),
        clocks=told.clocks or before.clocks,
        destination=_destination(before.destination, told.destination),
    )


def merge_contacts(before: Contact, told: Contact) -> Contact:
    """Field by field: what is told, or else what we had."""
    return Contact(
        **{item.name: getattr(told, item.name) or getattr(before, item.name) for item in fields(Contact)}
    )


def change(before: OrderFacts | None, told: OrderFacts) -> OrderChange | None:
    """What a description changes, or None when it says nothing new."""
    after = merge(before, told)
    return None if after == before else OrderChange(before=before, after=after)


def _is_staler(told: OrderFacts, before: OrderFacts) -> bool:
    """By the marketplace's own clock; of one moment, what was heard later counts."""
    return _age(told) < _age(before)


def _age(facts: OrderFacts) -> tuple[datetime, datetime]:
    return (facts.updated_at or LONG_AGO, facts.heard_at or LONG_AGO)


def _enrich(base: OrderFacts, extra: OrderFacts) -> OrderFacts:
    return replace(
        base,
        contact=merge_contacts(extra.contact, base.contact),
        items=base.items or extra.items,
        packages=_also(base.packages, extra.packages),
        clocks=base.clocks or extra.clocks,
        destination=_destination(extra.destination, base.destination),
        state=base.state or extra.state,
        placed_at=base.placed_at or extra.placed_at,
    )


def _destination(before: Destination, told: Destination) -> Destination:
    """A later reading may be more masked than an earlier one: an empty part never wipes a known one."""
    return Destination(
        **{item.name: getattr(told, item.name) or getattr(before, item.name) for item in fields(Destination)}
    )


def _also(base: tuple[PackageFacts, ...], extra: tuple[PackageFacts, ...]) -> tuple[PackageFacts, ...]:
    """All packages of `base`, with what `extra` knows besides; only if there are none, those of `extra`."""
    if not base:
        return extra
    known = {package.package_id for package in base if package.package_id}
    return _packages(extra, base) if known else base


def _packages(before: tuple[PackageFacts, ...], told: tuple[PackageFacts, ...]) -> tuple[PackageFacts, ...]:
    """What is told now counts; a package told with fewer facts keeps what we knew of it."""
    if not told:
        return before
    known = {package.package_id: package for package in before if package.package_id}
    merged = []
    for package in told:
        old = known.get(package.package_id or "")
        if old is None:
            merged.append(package)
            continue
        merged.append(
            replace(
                package,
                tracking_number=package.tracking_number or old.tracking_number,
                provider_id=package.provider_id or old.provider_id,
                provider_name=package.provider_name or old.provider_name,
                state=package.state or old.state,
                order_numbers=tuple(sorted({*package.order_numbers, *old.order_numbers})),
            )
        )
    return tuple(merged)
