"""What Australia Post says about each situation: a sentence, and what it means.

Sentences: answers of Track Items that public tests keep (2014 to 2022). It tells no codes, so the sentence
without the place at its end stands for one. Every time has Melbourne's offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from milepost_sandbox.servers.telling import (
    UNKNOWN,
    Meaning,
    Telling,
    with_unknown,
)
from milepost_sandbox.world.words import FaultsLike, Parcel, Place, Step

SOURCE: Final = "australia_post"
MELBOURNE: Final = ZoneInfo("Australia/Melbourne")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One sentence and its meaning; `placed` says whether a location stands beside it."""

    sentence: str
    meaning: Meaning
    placed: bool = True
    ends_with: str = ""

    @property
    def code(self) -> str:
        """The sentence as Milepost keeps it for a code."""
        return self.sentence.lower()


def _event(
    sentence: str, status: str | None, reason: str | None = None, *, physical: bool = True, **more: Any
) -> Event:
    meaning = Meaning(status=status, reason=reason, physical=physical)
    return Event(sentence=sentence, meaning=meaning, **more)


ROWS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "label_created": _event(
            "Shipping information received by Australia Post", "label_created", physical=False, placed=False
        ),
        "picked_up": _event("Received by Australia Post", "accepted"),
        "dropped_off": _event(
            "Received by Australia Post for transportation to processing facility", "accepted"
        ),
        "arrived": _event("Arrived at facility", "in_transit"),
        "departed": _event("In transit to next facility", "in_transit", placed=False, ends_with=" in {}"),
        "arrived_hub": _event("Item processed at facility", "in_transit"),
        "in_transit_note": _event("In transit", "in_transit"),
        "export_cleared": _event("Cleared and awaiting international departure", "in_transit"),
        "customs_arrived": _event("Arrived awaiting clearance (Inbound)", "held", "customs.in_progress"),
        "customs_hold": _event("Item is in Customs", "held", "customs.in_progress"),
        "customs_released": _event("Item cleared by Customs", "in_transit"),
        "weather_delay": _event("Possible delay", "in_transit", physical=False),
        "security_hold": _event("Held by courier", "held"),
        "address_wrong": _event("Cannot be delivered", "held"),
        "damaged": _event("Article damaged", "held", "carrier.damaged"),
        "out_for_delivery": _event("Onboard for delivery", "out_for_delivery"),
        "attempt_absent": _event(
            "Unsuccessful delivery - Addressee not available", "attempted", "receiver.absent"
        ),
        "attempt_closed": _event("Delivery location closed", "attempted", "receiver.closed"),
        "available_for_pickup": _event("Awaiting collection", "available_for_pickup", ends_with=" at {} LPO"),
        "collected": _event("Delivered", "delivered", placed=False),
        "delivered": _event("Delivered", "delivered"),
        "return_started": _event("Returning to sender", "return_in_transit"),
        "return_departed": _event("Departed facility", "in_transit"),
        "return_arrived": _event("Arrived at sorting facility", "in_transit"),
        "returned": _event("Delivered", "delivered"),
    }
)

UNTELLABLE: Final = MappingProxyType(
    {
        "mechanical_delay": "no sentence for a breakdown was recorded",
        "missorted": "no sentence for a wrong way was recorded",
        "hold_released": "no sentence for the end of a hold was recorded",
        "address_incomplete": "no sentence for a part of an address was recorded",
        "address_corrected": "no sentence for a corrected address was recorded",
        "refused": "no sentence for a refusal was recorded",
        "loss_investigation": "no sentence for a search was recorded",
        "lost": "no sentence for a loss was recorded",
        "destroyed": "no sentence for destroyed items was recorded",
        "label_voided": "a label that is never used gets no event",
        "eta_changed": "Track Items names no date of delivery",
        "handed_to_post": "no sentence for another carrier was recorded",
    }
)

LEFT: Final = _event("Delivered - Left in a safe place", "delivered")
LEFT_WITHOUT_ANYBODY: Final = frozenset({"front_door", "safe_place"})


def event_of(step: Step) -> Event | None:
    """What Australia Post says about a step; None when it says nothing."""
    if step.situation == "delivered" and step.detail.get("left_with") in LEFT_WITHOUT_ANYBODY:
        return LEFT
    return ROWS.get(step.situation)


UNREADABLE: Final = Event(sentence="Qzx", meaning=UNKNOWN)


def tellings(faults: FaultsLike, _parcel: Parcel, step: Step) -> tuple[Telling, ...]:
    """The event about one step, and under `unknown_code` sometimes one beside it that nobody can read."""
    event = event_of(step)
    if event is None:
        return ()
    own = [_telling(step, event, step.at)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _telling(step, UNREADABLE, at))


def _telling(step: Step, event: Event, at: datetime) -> Telling:
    here = _location(step.place)
    sentence = event.sentence + (event.ends_with.format(here) if here else "")
    there = at.astimezone(MELBOURNE)
    return Telling(
        step=step,
        at=there,
        code=event.code,
        description=sentence,
        meaning=event.meaning,
        row={
            **({"location": here} if event.placed and here else {}),
            "description": sentence,
            "date": there.isoformat(timespec="seconds"),
        },
    )


def _location(place: Place | None) -> str:
    """`KEW VIC`; abroad `CHICAGO (US)`."""
    if place is None:
        return ""
    if place.country == "AU":
        return f"{place.city.upper()} {place.region}"
    return f"{place.city.upper()} ({place.country})"
