"""A made-up world of parcels under way: when each is scanned, and what a forecast would say. Seeded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from milepost.model.statuses import Status

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)
LIFE_DAYS = 5.0
"""How long one is under way on average, from label to door; what the makers below come to."""

DEAD = 0.02
TRIED_IN_VAIN = 0.07
VISIBLE_AFTER_S = (60.0, 900.0)
"""A scan stands in the carrier's answers so long after it was made."""


@dataclass(slots=True)
class Made:
    """A parcel's true way: what its carrier would answer from when on."""

    number: str
    shop_id: str
    created_at: datetime
    visible_at: list[datetime]
    made_at: list[datetime]
    statuses: list[Status]
    eta: tuple[datetime, datetime]


def town(count: int, days: float, seed: int, shop_id: str = "big") -> list[Made]:
    """As many as it takes to have `count` under way at any time of so many days."""
    chance = Random(f"{seed}:{shop_id}")
    whole = days + LIFE_DAYS
    return [
        _made(f"{shop_id}{seed}{number:09d}", shop_id, chance.uniform(-LIFE_DAYS, days), chance)
        for number in range(round(count * whole / LIFE_DAYS))
    ]


def _made(number: str, shop_id: str, day: float, chance: Random) -> Made:
    created = BEGINNING + timedelta(days=day)
    at = created + timedelta(minutes=1)
    told = [(at, Status.LABEL_CREATED)]
    dies_after = chance.randrange(1, 6) if chance.random() < DEAD else 99
    at += timedelta(hours=chance.gammavariate(2, 10))
    told.append((at, Status.ACCEPTED))
    door = at + timedelta(days=chance.gammavariate(6, 0.5))
    while (at := at + timedelta(hours=chance.gammavariate(2, 4.5))) < door:
        told.append((at, Status.IN_TRANSIT))
    morning = door.replace(hour=0, minute=0) + timedelta(days=1, hours=chance.uniform(6, 10))
    told.append((morning, Status.OUT_FOR_DELIVERY))
    if chance.random() < TRIED_IN_VAIN:
        told.append((morning + timedelta(hours=chance.uniform(2, 9)), Status.ATTEMPTED))
        morning += timedelta(days=1)
        told.append((morning, Status.OUT_FOR_DELIVERY))
    told.append((morning + timedelta(hours=chance.uniform(1, 9)), Status.DELIVERED))
    told = told[:dies_after]
    guess = morning.replace(hour=0) + timedelta(days=chance.choice((-1, 0, 0, 0, 0, 0, 1)))
    return Made(
        number=number,
        shop_id=shop_id,
        created_at=created,
        visible_at=[made + timedelta(seconds=chance.uniform(*VISIBLE_AFTER_S)) for made, _ in told],
        made_at=[made for made, _ in told],
        statuses=[status for _, status in told],
        eta=(guess + timedelta(hours=9), guess + timedelta(hours=20)),
    )
