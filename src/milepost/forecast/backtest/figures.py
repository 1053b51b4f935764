"""How good the forecasts were: errors, windows and promises, with intervals for how sure the figures are."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from milepost.forecast.backtest.outcome import Scored

WEEK_DAYS = 7
IN_A_WEEK_MIN = 50
"""A week with fewer parcels says nothing of its own coverage: chance alone moves it by ten points."""

RESAMPLES = 400
LATE_MAX = 0.03
HOURS = {"d": 24.0, "h": 1.0, "min": 1 / 60}


@dataclass(frozen=True, slots=True)
class Sure:
    """A figure and the interval that holds it nine times of ten."""

    value: float
    low: float
    high: float


def of(
    scored: Sequence[Scored], unit: str, *, windowed: Sequence[Scored] | None = None
) -> dict[str, float | None]:
    """The figures that the last line of JSON gives for a stage.

    Errors are of all rows (`…_places`: of those with places). Windows and promises are of the rows with
    places where there are enough, else of all, unless `windowed` says of which.
    """
    hours = HOURS[unit]
    placed = with_places(scored)
    if windowed is None:
        windowed = placed if len(placed) >= IN_A_WEEK_MIN else scored
    errors = sorted(one.error_h / hours for one in scored)
    found: dict[str, float | None] = {
        f"mae_{unit}": _mean(errors),
        f"mae_{unit}_places": _mean([one.error_h / hours for one in placed]),
        f"median_ae_{unit}": median(errors) if errors else None,
        f"p90_ae_{unit}": errors[int(0.9 * (len(errors) - 1))] if errors else None,
    }
    for percent in (80, 90):
        found[f"cov{percent}"] = _share([is_inside(one, percent) for one in windowed])
        found[f"width{percent}_{unit}"] = _mean([width_h(one, percent) / hours for one in windowed])
        found[f"cov{percent}_worst_week"] = worst_week(windowed, percent)
    found[f"promise_3pct_{unit}"] = _mean(
        [one.promise_h / hours for one in windowed if one.promise_h is not None]
    )
    return {name: None if value is None else round(value, 3) for name, value in found.items()}


def with_places(scored: Sequence[Scored]) -> list[Scored]:
    return [one for one in scored if one.has_places]


def is_inside(one: Scored, percent: int) -> bool:
    low, high = one.spread.window(percent)
    return low <= one.took_h <= high


def width_h(one: Scored, percent: int) -> float:
    low, high = one.spread.window(percent)
    return high - low


def worst_week(scored: Sequence[Scored], percent: int) -> float | None:
    """The coverage, in percent, of the week with the lowest, among weeks with enough parcels."""
    if not scored:
        return None
    first = min(one.began_at for one in scored)
    weeks: dict[int, list[bool]] = defaultdict(list)
    for one in scored:
        weeks[int((one.began_at - first) // WEEK_DAYS)].append(is_inside(one, percent))
    shares = [100 * fmean(week) for week in weeks.values() if len(week) >= IN_A_WEEK_MIN]
    return min(shares, default=None)


def late_share(scored: Sequence[Scored]) -> float | None:
    """Percent that came after the end of the day promised by us."""
    told = [one.took_h > one.promise_h for one in scored if one.promise_h is not None]
    return _share(told)


def sure(scored: Sequence[Scored], value: Callable[[Scored], float], seed: int) -> Sure | None:
    """A mean with its 90 % interval: whole days are drawn again, for parcels of a day err together."""
    days: dict[int, list[float]] = defaultdict(list)
    for one in scored:
        days[int(one.began_at)].append(value(one))
    if not days:
        return None
    sums = [(sum(values), len(values)) for values in days.values()]
    draw = random.Random(seed)  # noqa: S311 - the same interval for the same seed
    means = sorted(_drawn(sums, draw) for _ in range(RESAMPLES))
    total, count = (sum(column) for column in zip(*sums, strict=True))
    return Sure(total / count, means[int(0.05 * RESAMPLES)], means[int(0.95 * RESAMPLES) - 1])


def _drawn(sums: Sequence[tuple[float, int]], draw: random.Random) -> float:
    again = draw.choices(sums, k=len(sums))
    return sum(total for total, _ in again) / sum(count for _, count in again)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _share(hits: Sequence[bool]) -> float | None:
    return 100 * fmean(hits) if hits else None
