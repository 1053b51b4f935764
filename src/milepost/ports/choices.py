"""Choices of a parcel's carrier, and the legs a parcel travels under other numbers."""

from typing import Protocol

from milepost.model.choices import CarrierChoice


class ChoiceRows(Protocol):
    """What both sides of the store read."""

    async def carrier_choices(self, shipment_id: str) -> list[CarrierChoice]:
        """Every one there ever was of this parcel, oldest first."""
        ...


class ChoiceWrites(ChoiceRows, Protocol):
    """The part of a transaction that has to do with choices."""

    async def add_carrier_choice(self, choice: CarrierChoice) -> None: ...


class ChoiceReads(ChoiceRows, Protocol):
    """The part of the store that has to do with choices and legs."""

    async def number_before(self, leg_number: str) -> str | None:
        """The number under which a parcel began that was handed over as this one."""
        ...
