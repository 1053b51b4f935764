"""Keeps who said that a parcel is which carrier's, and finds a parcel by the number of a later leg."""

from sqlalchemy import bindparam, insert, select

from milepost.model.choices import CarrierChoice
from milepost.store.shelf import Shelf
from milepost.store.tables import CARRIER_CHOICES, SHIPMENT_LEGS, SHIPMENTS
from milepost.store.values import from_json, micros, to_json

ADD = insert(CARRIER_CHOICES)
OF_SHIPMENT = (
    select(CARRIER_CHOICES.c.facts)
    .where(CARRIER_CHOICES.c.shipment_id == bindparam("shipment_id"))
    .order_by(CARRIER_CHOICES.c.seq)
)
BEFORE = (
    select(SHIPMENTS.c.tracking_number)
    .join(SHIPMENT_LEGS, SHIPMENT_LEGS.c.shipment_id == SHIPMENTS.c.shipment_id)
    .where(SHIPMENT_LEGS.c.number == bindparam("number"))
    .order_by(SHIPMENTS.c.seq.desc())
    .limit(1)
)


class ChoiceRows(Shelf):
    async def carrier_choices(self, shipment_id: str) -> list[CarrierChoice]:
        """Every one there ever was of this parcel, oldest first."""
        found = await self._session.rows(OF_SHIPMENT, {"shipment_id": shipment_id})
        return [from_json(CarrierChoice, row[0]) for row in found]


class ChoiceWrites(ChoiceRows):
    async def add_carrier_choice(self, choice: CarrierChoice) -> None:
        row = {
            "shop_id": choice.shop_id,
            "shipment_id": choice.shipment_id,
            "at": micros(choice.at),
            "facts": to_json(choice),
        }
        await self._session.run(ADD, [row])


class ChoiceReads(ChoiceRows):
    async def number_before(self, leg_number: str) -> str | None:
        """The number under which a parcel began that was handed over as this one."""
        found = await self._session.rows(BEFORE, {"number": leg_number})
        return str(found[0][0]) if found else None
