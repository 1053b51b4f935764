"""The forecast beside the day's work: trained by night, and every hour a look whether its windows hold."""

from datetime import timedelta

import msgspec
import structlog

from milepost.desk.forecasting import ForecastError, train_forecast
from milepost.flow import finish
from milepost.foreseeing import learn_lately
from milepost.model.actions import Leased, Outcome
from milepost.ports.app import App
from milepost.react import drift
from milepost.telling import tell

OF_FORECAST, OF_WINDOWS = "forecast", "windows"
DRIFTED = "forecast-drifted"
"""The mark that holds which carriers and lanes were told of, and since when."""

LOOK_EVERY = timedelta(hours=1)
EVERY = timedelta(days=1)
QUIET_HOUR = 3
"""UTC; training takes up to a minute of one core."""

log = structlog.get_logger(__name__)


async def train_nightly(held: Leased, app: App) -> None:
    """Train, put in place what passes the gate, and come again tomorrow night."""
    try:
        found = await train_forecast(app)
        model = found.model
        log.info(
            "forecast_trained",
            version=model.version,
            in_place=found.is_better,
            loss_h=model.loss_h,
            loss_before_h=model.loss_before_h,
            predictions=model.held_out,
        )
    except ForecastError as error:
        log.info("forecast_not_trained", why=str(error))
    now = app.clock.now()
    next_at = (now + EVERY).replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    async with app.store.transaction() as tx:
        await finish(tx, held, Outcome(next_due_at=next_at), now, app)


async def watch_windows(held: Leased, app: App) -> None:
    """Tell sellers once when windows of a carrier and lane left their band, once when they are back."""
    await learn_lately(app)
    now, recent = app.clock.now(), app.forecaster.recent()
    async with app.store.transaction() as tx:
        kept = await tx.mark(DRIFTED)
        before = msgspec.json.decode(kept, type=dict[str, str]) if kept else {}
        after, notices = drift.told(before, recent, app.teller_names, now)
        if after != before:
            await tx.set_mark(DRIFTED, msgspec.json.encode(after).decode())
            await app.work.add(tx, await tell(tx, notices, app))
        await finish(tx, held, Outcome(next_due_at=now + LOOK_EVERY), now, app)
    if after != before:
        app.live.publish(["work"])
