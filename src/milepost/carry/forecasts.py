"""Training by night: once a day somebody looks whether another tuning would have been better lately."""

from datetime import timedelta

import structlog

from milepost.desk.forecasting import ForecastError, train_forecast
from milepost.flow import finish
from milepost.model.actions import Leased, Outcome
from milepost.ports.app import App

OF_FORECAST = "forecast"
EVERY = timedelta(days=1)
QUIET_HOUR = 3
"""UTC; training takes some seconds of one core."""

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
