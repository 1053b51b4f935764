"""Which parcels are asked for in a dialect, and all that the dialects tell of them."""

from collections.abc import Sequence
from typing import Any

from litestar.exceptions import NotFoundException, ValidationException

from milepost.model.people import ApiKey
from milepost.ports.app import App
from milepost.ports.rows import ShipmentRow
from milepost.ports.store import CursorError
from milepost.record.journey import derive
from milepost.show.api.keys import key_of, shops_of
from milepost.show.dialects.asking import Ask, app_of
from milepost.show.dialects.tracked import Tracked, tracked
from milepost.sources.couriers import couriers_of

FOUND_MAX = 20
"""Uses of one number that are looked at; carriers use a number again after months."""
NUMBER_LENGTH_MAX = 128
LIST_MAX = 200
DOES_NOT_FOLLOW = (
    "Milepost follows the numbers of orders: connect the shop, or import the order, then ask again."
)


async def by_id(request: Ask, shipment_id: str) -> ShipmentRow | None:
    """A parcel by our id, if the key may see it."""
    return await app_of(request).store.shipment(shipment_id[:NUMBER_LENGTH_MAX], shops_of(key_of(request)))


async def by_number(request: Ask, number: str, carrier: str = "") -> ShipmentRow | None:
    """The newest use of a tracking number the key may see. `carrier` (our key) must not be another one."""
    store, shop_ids = app_of(request).store, shops_of(key_of(request))
    for spelled in dict.fromkeys((number.strip(), "".join(number.split()).upper())):
        if not 0 < len(spelled) <= NUMBER_LENGTH_MAX:
            continue
        page = await store.shipments(shop_ids=shop_ids, cursor=None, limit=FOUND_MAX, tracking_number=spelled)
        rows = [row for row in page.rows if not carrier or row.shipment.carrier in (carrier, None)]
        if rows:
            return min(rows, key=lambda row: row.shipment.superseded)
    return None


async def parcels(request: Ask, rows: Sequence[ShipmentRow]) -> list[Tracked]:
    """Everything the dialects tell of these."""
    app = app_of(request)
    told = await app.store.shipment_events([row.shipment.shipment_id for row in rows])
    return [await _parcel(app, row, told.get(row.shipment.shipment_id, []), key_of(request)) for row in rows]


async def one(request: Ask, dialect: str, row: ShipmentRow | None) -> tuple[Tracked, str | None]:
    """A parcel and what the dialect calls its carrier. Raises 404: unknown, or not yours."""
    if row is None:
        raise NotFoundException("Tracking does not exist.")
    (told,) = await named(request, dialect, [row])
    return told


async def named(request: Ask, dialect: str, rows: list[ShipmentRow]) -> list[tuple[Tracked, str | None]]:
    names = couriers_of(dialect)
    told = await parcels(request, rows)
    return [(parcel, names.name_of(parcel.shipment.carrier) or None) for parcel in told]


async def newest(request: Ask, cursor: str | None, limit: int) -> tuple[list[ShipmentRow], str | None]:
    try:
        page = await app_of(request).store.shipments(
            shop_ids=shops_of(key_of(request)), cursor=cursor or None, limit=limit
        )
    except CursorError as error:
        raise ValidationException("cursor: not one of ours; start again without it.") from error
    return list(page.rows), page.next_cursor


async def _parcel(app: App, row: ShipmentRow, events: Sequence[Any], key: ApiKey) -> Tracked:
    shipment = row.shipment
    carrier = app.carriers.get(shipment.carrier or "")
    return tracked(
        row,
        derive(events),
        await app.store.promises(shipment.shop_id, shipment.order_numbers[0]),
        page=carrier.card.page_of(shipment.tracking_number) if carrier else "",
        received_by=await _received_by(app, shipment.shipment_id) if key.can_see_contacts else "",
    )


async def _received_by(app: App, shipment_id: str) -> str:
    """Who took it, as told last. Personal: only for keys that may see contacts."""
    proofs = sorted(await app.store.proofs(shipment_id), key=lambda told: told[0])
    return next((proof.received_by for _, proof in reversed(proofs) if proof.received_by), "")
