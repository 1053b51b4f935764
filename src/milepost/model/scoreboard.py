"""How good windows were, side by side: ours, the carrier's and the marketplace's on the same parcels."""

from dataclasses import dataclass

BAND = (0.70, 0.90)
"""Of windows that promise 80 of 100: recent coverage outside of it is told to the seller."""

BACK = (0.74, 0.87)
"""And once more when it is inside of this again; a little narrower, so that a border is not told of daily."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How one teller's windows held. Shares are 0 to 1; hours are means."""

    parcels: int
    error_h: float  # between the middle of what was said and the door
    inside: float  # came within the window shown
    late: float  # came after its end
    width_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """One carrier and lane, as of when the carrier had the parcel. A teller who said too little is None."""

    carrier: str
    lane: str  # `us>us`; empty: all lanes
    ours: Kept
    coverage80: float  # of the hours that were to hold for 80 of 100
    recent80: float | None  # the same of the newest hundred, where it has left its band
    carriers: Kept | None
    ours_beside_carriers: Kept | None  # ours on just those parcels
    marketplaces: Kept | None
    ours_beside_marketplaces: Kept | None
    late: int  # parcels that came after the first window we showed
    warned: (
        float | None
    )  # the share of those for which a later date was shown a day before it closed, or more
    ahead_h: float | None  # how long before, of those that were warned of
    changes: float  # dates shown per parcel after the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """How many of the newest parcels came inside windows that promised 80 of 100, by carrier and lane."""

    carrier: str
    lane: str
    share: float  # 0 to 1
    parcels: int
    shops: tuple[str, ...]  # those with parcels there
