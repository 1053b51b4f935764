"""Whoever changes the story of a parcel or an order holds it, so that nobody derives from half a picture."""

from collections.abc import Iterable

from milepost.model.shipments import Shipment
from milepost.ports.store import OrderKey, Transaction

HOPS = 2
"""A number leads to its orders and an order to its other numbers; `append` looks no further than that."""
ROUNDS_MAX = 3


async def claim(tx: Transaction, numbers: Iterable[str], keys: Iterable[OrderKey]) -> None:
    """Hold these, and what is joined to them by shipments we know, before anything is read to decide on.

    Returns at once where one writer is the rule. Raises ContendedError when two wait for each other.
    """
    if not await tx.claim(()):
        return
    told, held = (set(numbers), set(keys)), set[str]()
    for _ in range(ROUNDS_MAX):
        # Looked for before anything is held: all of it is then claimed at once, in one order for everybody.
        # Looked for again when it is held: another may have joined something new meanwhile.
        wanted = _names(*await _joined(tx, *told)) - held
        if not wanted:
            return
        await tx.claim(wanted)
        held |= wanted


async def _joined(tx: Transaction, numbers: set[str], keys: set[OrderKey]) -> tuple[set[str], set[OrderKey]]:
    for _ in range(HOPS):
        found = [*await tx.shipments_with_numbers(numbers), *await tx.shipments_of_orders(keys)]
        more = {number for one in found for number in one.numbers} - numbers, orders_of(found) - keys
        if not any(more):
            break
        numbers, keys = numbers | more[0], keys | more[1]
    return numbers, keys


async def claim_shipments(tx: Transaction, shipment_ids: Iterable[str]) -> None:
    """The same for shipments known by id."""
    shipments = await tx.shipments_by_id(shipment_ids)
    await claim(tx, {number for one in shipments for number in one.numbers}, orders_of(shipments))


def orders_of(shipments: Iterable[Shipment]) -> set[OrderKey]:
    return {(shipment.shop_id, number) for shipment in shipments for number in shipment.order_numbers}


def _names(numbers: set[str], keys: set[OrderKey]) -> set[str]:
    return {f"number {number}" for number in numbers} | {f"order {shop} {number}" for shop, number in keys}
