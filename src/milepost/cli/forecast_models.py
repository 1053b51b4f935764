"""`milepost forecast train|models|rollback|export-prior|import-prior`: the shelf of models."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from cyclopts import Parameter

from milepost.cli.answers import AsJson, Config, console, say, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.opening import opened
from milepost.desk import forecasting
from milepost.desk.forecasting import ForecastError, Shelf
from milepost.forecast.training import Trained
from milepost.model.forecast_models import Prior

T = TypeVar("T")


def train(*, as_json: AsJson = False, config: Config = None) -> int:
    """Train on what was delivered; put in place only what is better on the last weeks."""
    found = asyncio.run(_train(config))
    model = found.model
    if as_json:
        say_json({"model": model, "in_place": found.is_better})
        return Exit.DONE
    said = "in place from now on" if found.is_better else "not put in place: no better than the one there is"
    said += ", with trees" if model.trees else ", without trees"
    say(
        f"Version {model.version}, {said}. On {model.held_out:,} predictions of the last weeks it was wrong "
        f"by {model.loss_h} h (pinball), the one in place by {model.loss_before_h} h; trained on "
        f"{model.lessons:,} parcels delivered {model.data_from:%Y-%m-%d} to {model.data_to:%Y-%m-%d}."
    )
    return Exit.DONE


def models(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the versions, what they were trained on and how good they were."""
    found = asyncio.run(_shelf(config))
    if as_json:
        say_json(found)
        return Exit.DONE
    rows = [
        (
            f"{one.version}{' (in place)' if one.version == found.in_place else ''}",
            f"{one.trained_at:%Y-%m-%d %H:%M}Z",
            f"{one.lessons:,}",
            f"{one.data_from:%Y-%m-%d} to {one.data_to:%Y-%m-%d}",
            f"{one.loss_h} h",
            f"{one.loss_before_h} h",
            "yes" if one.trees else "no",
        )
        for one in found.models
    ]
    rows.append((f"0{'' if found.in_place else ' (in place)'}", "comes with the program", "", "", "", "", ""))
    columns = ("version", "trained", "parcels", "delivered", "loss", "the one before", "trees")
    console().print(table("Forecast models", columns, rows))
    return Exit.DONE


def rollback(
    version: Annotated[int | None, Parameter(help="The version to go to; left out: the one before.")] = None,
    /,
    *,
    config: Config = None,
) -> int:
    """Put an earlier version in place. 0 is the one that comes with the program."""
    say(f"Version {asyncio.run(_roll_back(version, config))} is in place from now on.")
    return Exit.DONE


def export_prior(
    file: Annotated[Path, Parameter(help="Where to write it (JSON).")], /, *, config: Config = None
) -> int:
    """Write lane histograms to share: how long stages took, lanes of 30 parcels or more, no order in them."""
    prior = asyncio.run(_export(config))
    file.write_bytes(msgspec.json.encode(prior))
    say(f"{file}: {len(prior.lanes)} lanes, {sum(one.parcels for one in prior.lanes):,} stages of parcels.")
    return Exit.DONE


def import_prior(
    file: Annotated[Path, Parameter(help="A file that `export-prior` wrote.")], /, *, config: Config = None
) -> int:
    """Begin with somebody else's lanes; each counts as 40 parcels at most, and our own outweigh them."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error
    say(f"{len(asyncio.run(_import(body, config)).lanes)} lanes to begin with.")
    return Exit.DONE


async def _train(config: Path | None) -> Trained:
    async with opened(config) as milepost:
        return await _refused(forecasting.train_forecast(milepost))


async def _shelf(config: Path | None) -> Shelf:
    async with opened(config) as milepost:
        return await forecasting.shelf(milepost)


async def _roll_back(version: int | None, config: Path | None) -> int:
    async with opened(config) as milepost:
        return await _refused(forecasting.roll_back(milepost, version))


async def _export(config: Path | None) -> Prior:
    async with opened(config) as milepost:
        return await _refused(forecasting.export_prior(milepost))


async def _import(body: bytes, config: Path | None) -> Prior:
    async with opened(config) as milepost:
        return await _refused(forecasting.import_prior(milepost, body))


async def _refused(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except ForecastError as error:
        raise CommandError(str(error)) from error
