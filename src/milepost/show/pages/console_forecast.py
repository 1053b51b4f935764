"""How good our windows are: ours, the carriers' and the marketplace's on the same parcels."""

from dataclasses import dataclass

from litestar import Request, Response, get
from litestar.datastructures import State

from milepost.foreseeing import learn_lately
from milepost.model.scoreboard import Kept, ScoreLine
from milepost.show.console.frame import console_page
from milepost.show.console.guard import pages, shops_of, user_of
from milepost.show.looks import app_of
from milepost.show.moments import DAY_S, HOUR_S

FORECAST = "/console/forecast"
DAYS_FROM_H = 36.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TellerCell:
    """One teller's figures; `beside` says how we did on the same parcels."""

    error: str
    inside: str
    late: str
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine:
    """One carrier and lane, every cell ready to be read."""

    name: str
    lane: str
    parcels: str
    ours: TellerCell
    width: str
    coverage: str
    drifted: str  # what the notice says, empty while all is well
    carrier: TellerCell | None
    marketplace: TellerCell | None
    warned: str
    changes: str


@get("/forecast")
async def forecast(request: Request[None, None, State]) -> Response[str]:
    """Measured on what was delivered, as of the moment the carrier had the parcel."""
    app = app_of(request)
    await learn_lately(app)
    names = app.teller_names
    lines = [_line(one, names) for one in app.forecaster.scoreboard(shops_of(user_of(request)))]
    return await console_page(request, "console/forecast.html", FORECAST, lines=lines)


def _line(one: ScoreLine, names: dict[str, str]) -> ForecastLine:
    start, _, end = one.lane.upper().partition(">")
    return ForecastLine(
        name=names.get(one.carrier, one.carrier) or "All carriers",
        lane=f"{start or 'anywhere'} to {end}" if end else "",
        parcels=f"{one.ours.parcels:,}",
        ours=_cell(one.ours, None),
        width=_lasting(one.ours.width_h),
        coverage=_percent(one.coverage80),
        drifted=_drifted(one.recent80),
        carrier=_cell(one.carriers, one.ours_beside_carriers) if one.carriers else None,
        marketplace=_cell(one.marketplaces, one.ours_beside_marketplaces) if one.marketplaces else None,
        warned=_warned(one),
        changes=f"{one.changes:.1f}",
    )


def _cell(kept: Kept, beside: Kept | None) -> TellerCell:
    return TellerCell(
        error=_lasting(kept.error_h),
        inside=_percent(kept.inside),
        late=_percent(kept.late),
        beside=f"ours {_lasting(beside.error_h)} on the same {beside.parcels:,}" if beside else "",
    )


def _drifted(recent: float | None) -> str:
    if recent is None:
        return ""
    return f"Of the last hundred, {_percent(recent)} came inside: the windows are being corrected."


def _warned(one: ScoreLine) -> str:
    if one.warned is None:
        return "none was late"
    ahead = f", {_lasting(one.ahead_h)} ahead" if one.ahead_h else ""
    return f"{_percent(one.warned)} of {one.late:,}{ahead}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _lasting(hours: float) -> str:
    return f"{hours * HOUR_S / DAY_S:.1f} d" if hours >= DAYS_FROM_H else f"{hours:.0f} h"


ROUTES = [pages(forecast)]
