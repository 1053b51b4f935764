"""Make a whole world of orders from stories: any number, and the same one for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from milepost_sandbox.clock import WorldClock
from milepost_sandbox.stories.words import Lane, Story, StoryError
from milepost_sandbox.world.orders import Draft, make_order, rts_at
from milepost_sandbox.world.people import make_buyer, make_shops, secret
from milepost_sandbox.world.places import homes
from milepost_sandbox.world.play import Stage, play
from milepost_sandbox.world.promises import promises
from milepost_sandbox.world.providers import provider_for
from milepost_sandbox.world.routes import route
from milepost_sandbox.world.words import Order, Parcel, Place, Shop, Step
from milepost_sandbox.world.world import World

ORDERS_MAX: Final = 100_000
OLDER_BY_DAYS: Final = (150, 240)
"""How long ago a number was used before: more than four months, as carriers do (carriers.md §1)."""


class WorldError(ValueError):
    """A world that cannot be made as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What world to make; orders are placed from `days_back` before `start` to `days_ahead` after it."""

    seed: int
    orders: int
    start: datetime
    days_back: float = 10.0
    days_ahead: float = 4.0
    late: bool = False


def make_world(plan: Plan, stories: Sequence[Story], clock: WorldClock) -> World:
    """The world of this plan. Raises WorldError for a bad number of orders, StoryError for a bad story."""
    if not 1 <= plan.orders <= ORDERS_MAX:
        raise WorldError(f"orders must be from 1 to {ORDERS_MAX}, not {plan.orders}")
    if not stories:
        raise WorldError("a world needs at least one story")
    lanes = {lane for story in stories for lane in story.lanes}
    shops = make_shops(plan.seed, lanes, app_key(plan.seed), app_secret(plan.seed))
    orders: list[Order] = []
    parcels: list[Parcel] = []
    for index, story in _chosen(plan, stories):
        made, moved = _Scene(plan, index, story, shops).make()
        orders += made
        parcels += moved
    return World(
        seed=plan.seed,
        clock=clock,
        shops=tuple(shop for lane in shops.values() for shop in lane),
        orders=tuple(orders),
        parcels=tuple(parcels),
    )


def app_key(seed: int) -> str:
    """The key of the one TikTok app all shops are connected with."""
    return f"6a{secret(seed, 'tiktok app key')[:11]}"


def app_secret(seed: int) -> str:
    """That app's secret."""
    return secret(seed, "tiktok app secret")


def _chosen(plan: Plan, stories: Sequence[Story]) -> list[tuple[int, Story]]:
    """The stories to play, with the index of the first order: each once if there is room, then by weight."""
    rng = Random(f"{plan.seed}/stories")
    once = sorted(stories, key=lambda story: story.name)
    rng.shuffle(once)
    single = [story for story in once if story.orders == 1]
    chosen: list[tuple[int, Story]] = []
    used = 0
    while used < plan.orders:
        room = plan.orders - used
        pool = once if room > 1 else single
        if once and len(chosen) < len(stories):
            story = once[len(chosen)]
            story = story if story.orders <= room else _alone(story)
        elif pool:
            story = rng.choices(pool, weights=[story.weight for story in pool])[0]
        else:
            story = _alone(once[0])
        chosen.append((used, story))
        used += story.orders
    return chosen


def _alone(story: Story) -> Story:
    return replace(story, orders=1)


class _Scene:
    """One playing of one story: its orders and the parcels they travel in."""

    def __init__(self, plan: Plan, index: int, story: Story, shops: dict[Lane, tuple[Shop, ...]]) -> None:
        self._plan = plan
        self._index = index
        self._story = story
        self._rng = Random(f"{plan.seed}/{index}/{story.name}")
        lane = self._rng.choice(story.lanes)
        self._shop = self._rng.choice(shops[lane])
        self._service = self._rng.choice(story.services)
        self._home = self._far_home(self._shop.warehouse, lane.destination)
        self._taken: list[datetime] = []

    def make(self) -> tuple[list[Order], list[Parcel]]:
        drafts = self._drafts()
        begin = max(draft.released_at for draft in drafts)
        order_ids = tuple(draft.order_id for draft in drafts)
        parcels = [self._parcel(number, begin, order_ids) for number in range(len(self._story.parcels))]
        parcels = _published_after_rts(parcels)
        combined = len(drafts) > 1
        orders = [make_order(draft, parcels, self._rng, combined=combined) for draft in drafts]
        older = [self._older(parcel) for parcel in parcels if self._story.reused]
        return orders, [*older, *parcels]

    def _drafts(self) -> list[Draft]:
        rng, plan = self._rng, self._plan
        start = plan.start.astimezone(UTC).replace(microsecond=0)
        first = start - timedelta(days=plan.days_back)
        seconds = max(1, int((plan.days_back + plan.days_ahead) * 86_400))
        created = first + timedelta(seconds=rng.randrange(seconds))
        buyer = make_buyer(plan.seed, rng, self._index, self._home)
        hold = self._story.hold == "yes" or (self._story.hold == "maybe" and rng.random() < 0.6)
        drafts: list[Draft] = []
        for number in range(self._story.orders):
            placed = created + timedelta(seconds=number * rng.randint(120, 1500))
            drafts.append(
                Draft(
                    index=self._index + number,
                    order_id=f"58{rng.randrange(10**10):010d}{(self._index + number) % 10**6:06d}",
                    story=self._story,
                    shop=self._shop,
                    buyer=buyer,
                    created_at=placed,
                    paid_at=placed + timedelta(seconds=rng.randint(5, 90)),
                    hold=hold,
                )
            )
        return drafts

    def _parcel(self, number: int, begin: datetime, order_ids: tuple[str, ...]) -> Parcel:
        rng, story = self._rng, self._story
        carrier = rng.choice(story.carriers)
        provider = provider_for(carrier, self._home.country)
        key = f"p{self._index:06d}-{number}"
        way = route(carrier, self._service, self._shop.warehouse, self._home)
        stage = Stage(key=key, rng=rng, route=way, begin=begin, late=self._plan.late, taken=self._taken)
        try:
            steps = play(story.parcels[number], stage)
        except StoryError as error:
            raise StoryError(f"{story.name}: {error}") from error
        serial = self._index * 5 + number + 1
        return Parcel(
            key=key,
            carrier=carrier,
            provider_name=provider.name,
            provider_id=provider.provider_id,
            tracking_number=provider.make_number(rng, self._service, serial),
            service=self._service,
            origin=self._shop.warehouse,
            destination=self._home,
            label_at=steps[0].at.astimezone(UTC),
            steps=steps,
            eta=promises(steps, way),
            order_ids=order_ids,
            package_id=f"115{rng.randrange(10**9):09d}{serial % 10**7:07d}",
            ship_date=(steps[1] if len(steps) > 1 else steps[0]).at.date(),
            weight_g=rng.randint(120, 4_800),
            story=story.name,
            marketplace_tracked=story.tracked == "yes" or (story.tracked == "maybe" and rng.random() < 0.5),
        )

    def _older(self, parcel: Parcel) -> Parcel:
        """The stranger's parcel that had this number months before and went somewhere else."""
        rng = Random(f"{self._plan.seed}/{parcel.key}/older")
        others = [home for home in homes(parcel.destination.country) if home.city != parcel.destination.city]
        destination = rng.choice(others or [parcel.destination])
        way = route(parcel.carrier, parcel.service, parcel.origin, destination)
        begin = parcel.label_at - timedelta(days=rng.randint(*OLDER_BY_DAYS))
        key = f"{parcel.key}-older"
        stage = Stage(key=key, rng=rng, route=way, begin=begin, late=False)
        steps = play(self._story.parcels[0], stage)
        return replace(
            parcel,
            key=key,
            destination=destination,
            label_at=steps[0].at.astimezone(UTC),
            steps=steps,
            eta=promises(steps, way),
            order_ids=(),
            package_id="",
            ship_date=(steps[1] if len(steps) > 1 else steps[0]).at.date(),
            weight_g=rng.randint(120, 4_800),
            marketplace_tracked=False,
        )

    def _far_home(self, warehouse: Place, country: str) -> Place:
        candidates = [home for home in homes(country) if home.city != warehouse.city]
        return self._rng.choice(candidates or list(homes(country)))


def _published_after_rts(parcels: list[Parcel]) -> list[Parcel]:
    """No scan of a split order shows before all its labels exist.

    Else a marketplace row would belong to the only parcel at first and to the order later: nobody could say
    which.
    """
    shipped = rts_at(parcels)
    if shipped is None:
        return parcels

    def moved(step: Step) -> Step:
        return step if step.published_at >= shipped else replace(step, published_at=shipped)

    return [replace(parcel, steps=tuple(moved(step) for step in parcel.steps)) for parcel in parcels]
