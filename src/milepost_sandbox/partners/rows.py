"""What each situation is called in the partners' files, and what a right reading of that says.

Written from the standards' own words: X12 elements 1650 and 1651 (004010), UN/EDIFACT 9011 and 9013 (D.96A),
GS1's Core Business Vocabulary 2.0. A situation without a row is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Row:
    """A code with its reason, and what both say about the parcel (status None: nothing)."""

    code: str
    reason: str
    status: str | None
    because: str | None = None


X12: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "label_created": Row("XB", "NS", "label_created"),
        "picked_up": Row("AF", "NS", "accepted"),
        "arrived": Row("X4", "NS", "in_transit"),
        "departed": Row("P1", "NS", "in_transit"),
        "arrived_hub": Row("X4", "NS", "in_transit"),
        "customs_arrived": Row("K1", "NS", "held", "customs.in_progress"),
        "customs_hold": Row("K1", "AS", "held", "customs.in_progress"),
        "weather_delay": Row("SD", "AO", "in_transit", "external.weather"),
        "mechanical_delay": Row("SD", "AI", "in_transit", "carrier.mechanical"),
        "missorted": Row("SD", "AA", "in_transit", "carrier.misrouted"),
        "damaged": Row("A9", "NS", "held", "carrier.damaged"),
        "out_for_delivery": Row("X6", "NS", "out_for_delivery"),
        "attempt_absent": Row("AH", "AQ", "attempted", "receiver.absent"),
        "attempt_closed": Row("AH", "B1", "attempted", "receiver.closed"),
        "refused": Row("A7", "BS", "attempted", "receiver.refused"),
        "available_for_pickup": Row("AW", "NS", "available_for_pickup"),
        "delivered": Row("D1", "NS", "delivered"),
        "returned": Row("A3", "NS", "returned"),
        "label_voided": Row("CA", "NS", "cancelled"),
    }
)

IFTSTA: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "label_created": Row("6", "", "label_created"),
        "picked_up": Row("13", "", "accepted"),
        "arrived": Row("1", "", "in_transit"),
        "departed": Row("24", "", "in_transit"),
        "arrived_hub": Row("1", "", "in_transit"),
        "export_cleared": Row("9", "", "in_transit"),
        "customs_released": Row("12", "", "in_transit"),
        "weather_delay": Row("20", "63", "in_transit", "external.weather"),
        "mechanical_delay": Row("20", "35", "in_transit", "carrier.mechanical"),
        "missorted": Row("20", "53", "in_transit", "carrier.misrouted"),
        "damaged": Row("18", "", "held", "carrier.damaged"),
        "attempt_closed": Row("23", "7", "attempted", "receiver.closed"),
        "address_wrong": Row("23", "30", "attempted", "address.wrong"),
        "refused": Row("23", "49", "attempted", "receiver.refused"),
        "delivered": Row("21", "", "delivered"),
        "lost": Row("49", "", "lost", "carrier.lost"),
        "label_voided": Row("7", "", "cancelled"),
    }
)

EPCIS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "label_created": Row("commissioning", "", "label_created"),
        "picked_up": Row("consigning", "", "accepted"),
        "arrived": Row("arriving", "in_transit", "in_transit"),
        "departed": Row("departing", "in_transit", "in_transit"),
        "arrived_hub": Row("arriving", "in_transit", "in_transit"),
        "security_hold": Row("holding", "", "held"),
        "damaged": Row("inspecting", "damaged", "held", "carrier.damaged"),
        "delivered": Row("receiving", "", "delivered"),
        "destroyed": Row("destroying", "destroyed", "destroyed"),
        "return_started": Row("shipping", "returned", "return_in_transit"),
    }
)
