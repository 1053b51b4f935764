"""What of the forecast is trained rather than learned on the way, with its data and how good it was."""

from datetime import datetime

from msgspec import Struct


class Tuning(Struct, frozen=True, kw_only=True):
    """How fast it forgets, and how soon it believes what it sees."""

    half_life_days: float = 60.0  # what is as old as this counts half
    shrinkage: float = 8.0  # a key that has seen so many parcels believes half of what they say
    belief: float = 25.0  # the same of how far parcels stray


class ForecastModel(Struct, frozen=True, kw_only=True):
    """One version. Losses are mean pinball hours over the seven shares, on the weeks that were held back."""

    version: int
    tuning: Tuning
    trained_at: datetime
    data_from: datetime
    data_to: datetime
    lessons: int
    held_out: int  # predictions that were scored
    loss_h: float
    loss_before_h: float  # of the version that was in place, on the same predictions
    trees: str = ""  # SHA-256 of the trees kept beside it; empty: it has none


SHIPPED = 0
"""The version that comes with the program: no training, and nothing of anybody's data in it."""


class PriorLane(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long a stage took on a lane beside the rough guess: counts of log ratios, and no order in it."""

    stage: str
    carrier: str
    service: str = ""
    origin: str = ""
    country: str = ""
    parcels: int
    cells: tuple[tuple[int, int], ...]  # cell of forecast/sketch.py, parcels


class Prior(Struct, frozen=True, kw_only=True):
    """Lanes from somewhere else, to begin with."""

    format: str = "milepost-forecast-prior-1"
    lanes: tuple[PriorLane, ...]
