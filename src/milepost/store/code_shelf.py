"""Keeps what people said of codes, and finds those that nobody explained among the events."""

from sqlalchemy import bindparam, func, insert, select

from milepost.model.codes import CodeCorrection, UnknownCode
from milepost.model.statuses import Status
from milepost.store.shelf import Shelf
from milepost.store.sql.engine import Row
from milepost.store.tables import CODE_CORRECTIONS, EVENTS
from milepost.store.values import from_json, micros, moment, to_json

ADD = insert(CODE_CORRECTIONS)
ALL = select(CODE_CORRECTIONS.c.facts).order_by(CODE_CORRECTIONS.c.seq)

_COUNTED = (
    select(
        EVENTS.c.source,
        EVENTS.c.code,
        func.count().label("scans"),
        func.min(EVENTS.c.heard_at).label("first_heard_at"),
        func.max(EVENTS.c.heard_at).label("last_heard_at"),
        func.max(EVENTS.c.seq).label("example"),
    )
    .where(EVENTS.c.status == Status.UNKNOWN.value, EVENTS.c.code != "")
    .group_by(EVENTS.c.source, EVENTS.c.code)
    .order_by(func.count().desc(), EVENTS.c.source, EVENTS.c.code)
    .limit(bindparam("limit"))
    .subquery()
)
UNKNOWN = (
    select(
        _COUNTED.c.source,
        _COUNTED.c.code,
        _COUNTED.c.scans,
        _COUNTED.c.first_heard_at,
        _COUNTED.c.last_heard_at,
        EVENTS.c.description,
        EVENTS.c.report_hash,
        EVENTS.c.shop_id,
        EVENTS.c.tracking_number,
        EVENTS.c.order_number,
    )
    .join(EVENTS, (EVENTS.c.seq == _COUNTED.c.example) & (EVENTS.c.status == Status.UNKNOWN.value))
    .order_by(_COUNTED.c.scans.desc(), _COUNTED.c.source, _COUNTED.c.code)
)
"""Counted by the partial index of unknown events; nothing is written when a scan is heard."""


class CodeWrites(Shelf):
    async def add_code_correction(self, correction: CodeCorrection) -> None:
        row = {
            "source": correction.source,
            "code": correction.code,
            "at": micros(correction.at),
            "facts": to_json(correction),
        }
        await self._session.run(ADD, [row])


class CodeReads(Shelf):
    async def unknown_codes(self, limit: int) -> list[UnknownCode]:
        """Of every shop, the most frequent first."""
        rows = await self._session.rows(UNKNOWN, {"limit": limit})
        return [_unknown(row) for row in rows]

    async def code_corrections(self) -> list[CodeCorrection]:
        """Every one there ever was, oldest first."""
        return [from_json(CodeCorrection, row[0]) for row in await self._session.rows(ALL)]


def _unknown(row: Row) -> UnknownCode:
    source, code, scans, first_at, last_at, text, report_hash, shop_id, number, order_number = row
    return UnknownCode(
        source=source,
        code=code,
        scans=int(scans),
        first_heard_at=moment(first_at),
        last_heard_at=moment(last_at),
        text=text,
        report_hash=report_hash,
        shop_id=shop_id,
        tracking_number=number,
        order_number=order_number,
    )
