"""The delivery window FedEx names, and the dates around it (carriers.md §3.3)."""

from datetime import datetime
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold
from milepost.sources.loose_json import objects_at, text_at

DATES: tuple[tuple[str, EtaKind], ...] = (
    ("APPOINTMENT_DELIVERY", EtaKind.COMMITTED),
    ("ESTIMATED_DELIVERY", EtaKind.ESTIMATED),
    ("COMMITMENT", EtaKind.COMMITTED),
)
WINDOWS: tuple[tuple[str, EtaKind], ...] = (("estimatedDeliveryTimeWindow", EtaKind.ESTIMATED),)
YEARS = range(1990, 2100)
LAST_WINDOW = ("standardTransitTimeWindow", EtaKind.PREDICTED)


def dates_of(result: dict[str, Any]) -> dict[str, str]:
    """`dateAndTimes` by type."""
    return {
        text_at(entry, "type"): text_at(entry, "dateTime") for entry in objects_at(result, "dateAndTimes")
    }


def moment(text: str) -> datetime | None:
    """An ISO 8601 time, aware or naive; None when it cannot be read or cannot be meant."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.year in YEARS else None


def window_in(result: dict[str, Any], number: str, destination: RawPlace) -> EtaTold | None:
    """What FedEx means now, the finest it tells: a window, else a date, else its standard transit time.

    Either end of a window may be missing. None when it tells none.
    """
    dates = dates_of(result)
    told = [(*_ends(result, name), kind) for name, kind in WINDOWS]
    told += [("", dates.get(name, ""), kind) for name, kind in DATES]
    told.append((*_ends(result, LAST_WINDOW[0]), LAST_WINDOW[1]))
    for begins, ends, kind in told:
        start, end = moment(begins), moment(ends)
        if start is not None or end is not None:
            return _eta(number, kind, start, end, destination)
    return None


def _ends(result: dict[str, Any], name: str) -> tuple[str, str]:
    return text_at(result, name, "window", "begins"), text_at(result, name, "window", "ends")


def _eta(
    number: str, kind: EtaKind, start: datetime | None, end: datetime | None, destination: RawPlace
) -> EtaTold:
    """A window that only begins is open until that day ends."""
    if end is None and start is not None:
        end = start.replace(hour=23, minute=59, second=59, microsecond=0)
    return EtaTold(
        tracking_number=number,
        kind=kind,
        from_at=start if start is not None and start.tzinfo else None,
        to_at=end if end is not None and end.tzinfo else None,
        wall_from=_wall(start),
        wall_to=_wall(end),
        place=destination,
    )


def _wall(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None and moment.tzinfo is None else None
