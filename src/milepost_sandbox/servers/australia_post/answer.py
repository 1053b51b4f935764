"""An Australia Post answer: for each number its article, in a consignment or not, or an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.telling import Telling
from milepost_sandbox.world.words import Parcel

PRODUCTS: Final = {
    "ground": "Parcel Post",
    "economy": "Parcel Post",
    "express": "Express Post",
    "international": "International",
}
STATUSES: Final = {
    "label_created": "Initiated",
    "available_for_pickup": "Awaiting collection",
    "delivered": "Delivered",
    "held": "Possible delay",
}


def result(parcel: Parcel, told: Sequence[Telling], listed: Sequence[Telling]) -> dict[str, Any]:
    """One number's result. `told` are its events newest first, `listed` the same as they go on the wire."""
    number = parcel.tracking_number
    status = STATUSES.get(told[0].meaning.status or "", "In transit")
    article = {
        "article_id": number,
        "product_type": PRODUCTS[parcel.service],
        "events": [telling.row for telling in listed],
        "status": status,
    }
    if not chance.picked(0.4, "consignment", parcel.key):
        return {"tracking_id": number, "status": status, "trackable_items": [article]}
    consignment = {"consignment_id": number[:12], "number_of_items": 1, "items": [article]}
    return {"tracking_id": number, "trackable_items": [consignment]}


def failure(number: str, code: str, name: str) -> dict[str, Any]:
    """A number that is not told of."""
    return {"tracking_id": number, "errors": [{"code": code, "name": name}]}
