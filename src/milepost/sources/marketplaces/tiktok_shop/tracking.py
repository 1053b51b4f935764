"""The scans TikTok Shop knows of: of an order as a whole, or with numbers where the newer call tells them."""

from collections.abc import Iterator
from functools import lru_cache

from milepost.model.reports import Refusal
from milepost.model.scans import CodeRef, Scan
from milepost.sources.marketplaces.tiktok_shop.wire import Row, identifier, integer, moment, rows, text

CODE = "action_code"
NAME = "action_code_name"
CODES_MAX = 1_000


def scans(data: Row, order_number: str) -> tuple[tuple[Scan, ...], tuple[Refusal, ...]]:
    """Every row as a scan, in the order given (newest first). The same row twice is one."""
    found: dict[tuple[object, ...], Scan] = {}
    refusals: list[Refusal] = []
    for told in _rows(data):
        scan = _scan(told, order_number)
        if scan is None:
            refusals.append(
                Refusal(reason="missing_time", detail="A tracking row has no time.", subject=order_number)
            )
            continue
        found.setdefault((scan.moment, scan.refs, scan.text, scan.tracking_number), scan)
    return tuple(found.values()), tuple(refusals)


def _rows(data: Row) -> Iterator[Row]:
    """Get Tracking lists rows; logistics tracking lists them below each of the order's numbers."""
    yield from rows(data.get("tracking"))
    for details in rows(data.get("logistics_details")):
        yield from rows(details.get("track_list"))


def _scan(told: Row, order_number: str) -> Scan | None:
    """No id, no place, no carrier and no offset besides the epoch: that is all there is.

    `newest_tracking_no` says nothing of older rows (it changes when a parcel is sent anew): only a row's
    own number counts.
    """
    at = moment(told.get("update_time_millis"))
    if at is None:
        return None
    code = integer(told.get(CODE))
    digits = str(code) if code else ""
    return Scan(
        moment=at,
        code=digits,
        refs=_refs(digits, text(told.get(NAME))),
        text=text(told.get("description")),
        tracking_number=identifier(told.get("tracking_no")) or None,
        order_number=order_number,
    )


@lru_cache(CODES_MAX)
def _refs(digits: str, name: str) -> tuple[CodeRef, ...]:
    refs = ((CODE, digits), (NAME, name.casefold()))
    return tuple(CodeRef(family=family, code=value) for family, value in refs if value)
