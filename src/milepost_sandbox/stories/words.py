"""The words of a story file once it is read; docs/reference/stories.md shows how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

POINTS: Final = ("origin", "export", "customs", "hub", "last_hub", "destination", "elsewhere", "-")
"""Where a step can happen: places along the parcel's route, a wrong place off it, or nowhere told (-)."""


class StoryError(ValueError):
    """A story file that cannot be read; the text names the file, the line and the better way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `low` to `high` seconds; the same twice is an exact length."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long after the step before: `after` a span, or at a local time of day (`span` from midnight).

    `next` is the first such time of day that comes, `tomorrow` the one on the following local day.
    """

    kind: Literal["after", "next", "tomorrow"]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step: when, what, where; `chance` is how often it happens, `late` how late it is published."""

    wait: Wait
    situation: str
    point: str
    detail: Mapping[str, str]
    chance: float
    late: Span | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelLine:
    """The departures and arrivals along the route from one point to another."""

    start: str
    end: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """From one country to another, by ISO code."""

    origin: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One situation an order can get into. `parcels` is empty for an order that is never packed."""

    name: str
    title: str
    weight: int
    carriers: tuple[str, ...]
    lanes: tuple[Lane, ...]
    services: tuple[str, ...]
    shipping: Literal["seller", "tiktok"]
    orders: int
    units: tuple[int, int]
    hold: Literal["yes", "no", "maybe"]
    tracked: Literal["yes", "no", "maybe"]
    cancel: Span | None
    address_change: Span | None
    reused: bool
    parcels: tuple[tuple[StepLine | TravelLine, ...], ...]
