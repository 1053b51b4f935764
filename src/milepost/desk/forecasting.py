"""A person, or the night, trains the forecast: versions with a gate in time, the way back, lanes to share."""

import asyncio
from dataclasses import dataclass

import msgspec

from milepost.forecast.commitments import read
from milepost.forecast.priors import shared
from milepost.forecast.training import LESSONS_MIN, Trained, train
from milepost.model.forecast_models import SHIPPED, ForecastModel, Prior, Tuning
from milepost.ports.app import App

LESSONS_MAX = 20_000
PRIOR_BYTES_MAX = 16 * 1024 * 1024
PRIOR_FORMAT = Prior(lanes=()).format


class ForecastError(Exception):
    """Cannot be done; one sentence with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Every version, the newest first, and the one in use; 0 is the one that comes with the program."""

    models: tuple[ForecastModel, ...]
    in_place: int


async def shelf(app: App) -> Shelf:
    """What there is."""
    version, _ = await app.store.forecast_in_place()
    return Shelf(models=tuple(await app.store.forecast_models()), in_place=version)


async def train_forecast(app: App) -> Trained:
    """Train on what was delivered; kept, and put in place when it is better. Raises ForecastError."""
    known = await shelf(app)
    tunings = {one.version: one.tuning for one in known.models}
    lessons = [lesson for _, lesson in await app.store.lessons_after(0, LESSONS_MAX)]
    trained = await asyncio.to_thread(
        train,
        lessons,
        tunings.get(known.in_place, Tuning()),
        version=max(tunings, default=SHIPPED) + 1,
        table=read(),
        prior=await app.store.forecast_prior(),
        now=app.clock.now(),
        trees_in_place=await app.store.forecast_trees(known.in_place),
    )
    if trained is None:
        raise ForecastError(f"{len(lessons)} parcels were delivered so far; training takes {LESSONS_MIN}")
    if trained.is_better:
        async with app.store.transaction() as tx:
            await tx.put_forecast_model(trained.model, trained.trees)
            await tx.use_forecast_model(trained.model.version)
    return trained


async def roll_back(app: App, version: int | None) -> int:
    """Put another version in place; None: the one before. Raises ForecastError."""
    before, _ = await app.store.forecast_in_place()
    if version == SHIPPED:  # needs no look at the others, which may be what is wrong
        wanted = SHIPPED
    else:
        known = [one.version for one in (await shelf(app)).models]
        wanted = (
            version if version is not None else max((one for one in known if one < before), default=SHIPPED)
        )
        if wanted != SHIPPED and wanted not in known:
            raise ForecastError(f"there is no version {wanted}; `milepost forecast models` lists them")
    if wanted == before:
        raise ForecastError(f"version {before} is in place already")
    async with app.store.transaction() as tx:
        await tx.use_forecast_model(wanted)
    return wanted


async def export_prior(app: App) -> Prior:
    """Lane histograms of what was delivered here. Raises ForecastError when no lane has enough parcels."""
    lessons = [lesson for _, lesson in await app.store.lessons_after(0, LESSONS_MAX)]
    found = await asyncio.to_thread(shared, lessons, read())
    if not found.lanes:
        raise ForecastError("no lane has 30 delivered parcels yet: there is nothing to share")
    return found


async def import_prior(app: App, body: bytes) -> Prior:
    """Begin with these lanes from now on. Raises ForecastError for a file that is none of ours."""
    if len(body) > PRIOR_BYTES_MAX:
        raise ForecastError(f"the file is larger than {PRIOR_BYTES_MAX:,} bytes")
    try:
        prior = msgspec.json.decode(body, type=Prior)
    except msgspec.DecodeError as error:
        raise ForecastError(f"not a prior that `milepost forecast export-prior` wrote: {error}") from error
    if prior.format != PRIOR_FORMAT:
        raise ForecastError(f"format {prior.format!r} is not known; this program reads {PRIOR_FORMAT}")
    for lane in prior.lanes:
        if lane.parcels < 1 or sum(count for _, count in lane.cells) != lane.parcels:
            raise ForecastError(f"the counts of {lane.stage} {lane.carrier} do not add up to {lane.parcels}")
    async with app.store.transaction() as tx:
        await tx.put_forecast_prior(prior)
    return prior
