"""Which carrier a person or a program said has a parcel; each time a fact of its own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierChoice:
    """One choice, or the undoing of the one before. Added, never edited."""

    shipment_id: str
    shop_id: str
    carrier: str | None  # the folder's key that holds from now on
    reason: str  # one sentence: why it holds
    before: str | None  # the one that held until now
    before_reason: str
    before_chosen_at: datetime | None  # when that was chosen; None: Milepost had identified it
    by: str  # who, for their colleagues
    at: datetime  # UTC
    set_aside: tuple[str, ...] = ()  # ids of another carrier's scans that are no longer this parcel's
    undoes: bool = False


def undone_by_next(choices: list[CarrierChoice]) -> CarrierChoice | None:
    """The choice that undoing would take back, of a parcel's choices oldest first; None: there is none."""
    standing: list[CarrierChoice] = []
    for one in choices:
        if one.undoes:
            standing = standing[:-1]
        else:
            standing.append(one)
    return standing[-1] if standing else None
