"""Reads DHL's times, and the delivery windows made of them.

Midnight, naive or in Z, is how DHL writes a day without a time: it stands for the whole local day
(carriers.md section 5.1).
"""

from datetime import datetime

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import Object, text_at

DAY_START, DAY_END = "T00:00:00", "T23:59:59"


def etas(item: Object, number: str, destination: RawPlace) -> tuple[EtaTold, ...]:
    """The frame where there is one, else the one moment, which is the window's end."""
    frame = "estimatedDeliveryTimeFrame"
    start = moment_of(text_at(item, frame, "estimatedFrom"))
    end = moment_of(text_at(item, frame, "estimatedThrough"))
    if start is None and end is None:
        end = moment_of(text_at(item, "estimatedTimeOfDelivery"))
        start = end if end and _is_day(end) else None
    if start is None and end is None:
        return ()
    from_at, wall_from = _end_of_window(start, DAY_START)
    to_at, wall_to = _end_of_window(end or start, DAY_END)
    return (
        EtaTold(
            tracking_number=number,
            kind=EtaKind.ESTIMATED,
            from_at=from_at,
            to_at=to_at,
            wall_from=wall_from,
            wall_to=wall_to,
            place=destination,
        ),
    )


def _end_of_window(moment: datetime | None, of_a_day: str) -> tuple[datetime | None, str | None]:
    """The instant, or the wall clock where no offset or only a day was told."""
    if moment is None:
        return None, None
    if _is_day(moment):
        return None, moment.date().isoformat() + of_a_day
    if moment.tzinfo is not None:
        return moment, None
    return None, moment.isoformat(timespec="seconds")


def _is_day(moment: datetime) -> bool:
    return moment.hour == moment.minute == moment.second == 0 and not moment.utcoffset()
