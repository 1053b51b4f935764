"""Keeps what deliveries left behind: proofs, and what each teaches the forecast."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select

from milepost.model.lessons import Lesson
from milepost.model.scans import ProofTold
from milepost.store.shelf import Shelf
from milepost.store.sql.engine import Addition
from milepost.store.tables import FORECAST_LESSONS, PROOFS
from milepost.store.values import from_json, micros, moment, to_json

ADDED_PROOFS = Addition(
    table=PROOFS,
    columns=("shop_id", "shipment_id", "digest", "at", "sealed"),
    key=("shipment_id", "digest"),
)
PROOFS_OF = (
    select(PROOFS.c.at, PROOFS.c.digest, PROOFS.c.sealed)
    .where(PROOFS.c.shipment_id == bindparam("shipment_id"))
    .order_by(PROOFS.c.seq)
)
ADDED_LESSONS = Addition(table=FORECAST_LESSONS, columns=("shipment_id", "told"), key=("shipment_id",))
NEWEST_LESSONS = (
    select(FORECAST_LESSONS.c.seq, FORECAST_LESSONS.c.told)
    .where(FORECAST_LESSONS.c.seq > bindparam("after"))
    .order_by(FORECAST_LESSONS.c.seq.desc())
    .limit(bindparam("rows"))
)
LESSONS_OF = (
    select(FORECAST_LESSONS.c.seq, FORECAST_LESSONS.c.shipment_id, FORECAST_LESSONS.c.told)
    .where(FORECAST_LESSONS.c.seq > bindparam("after"))
    .order_by(FORECAST_LESSONS.c.seq.desc())
    .limit(bindparam("rows"))
)


class DeliveryWrites(Shelf):
    async def add_proofs(self, proofs: Iterable[tuple[str, str, ProofTold, datetime]]) -> set[str]:
        """`(shop, shipment, proof, when heard)`; the shipments that got one they had not yet."""
        rows = []
        for shop_id, shipment_id, proof, at in proofs:
            plain = to_json(proof)
            digest = self._sealer.blind("proof", plain)
            sealed = self._sealer.seal(plain.encode(), "proofs", (shipment_id, digest))
            rows.append((shop_id, shipment_id, digest, micros(at), sealed))
        there = await self._session.add(ADDED_PROOFS, rows)
        return {row[1] for row in rows if (row[1], row[2]) not in there}

    async def add_lessons(self, lessons: Iterable[tuple[str, Lesson]]) -> None:
        """`(shipment, lesson)`: once per shipment; the first one stands."""
        rows = [(shipment_id, to_json(lesson)) for shipment_id, lesson in lessons]
        if rows:
            await self._session.add(ADDED_LESSONS, rows)


class DeliveryReads(Shelf):
    async def proofs(self, shipment_id: str) -> list[tuple[datetime, ProofTold]]:
        """Oldest first."""
        found = await self._session.rows(PROOFS_OF, {"shipment_id": shipment_id})
        return [
            (moment(at), from_json(ProofTold, self._sealer.open(sealed, "proofs", (shipment_id, digest))))
            for at, digest, sealed in found
        ]

    async def lessons_after(self, seq: int, limit: int) -> list[tuple[int, Lesson]]:
        """The newest ones after that number, oldest first."""
        found = await self._session.rows(NEWEST_LESSONS, {"after": seq, "rows": limit})
        return [(number, from_json(Lesson, told)) for number, told in reversed(found)]

    async def deliveries_after(self, seq: int, limit: int) -> list[tuple[int, str, Lesson]]:
        """`(number, shipment, lesson)` of the newest deliveries, newest first."""
        found = await self._session.rows(LESSONS_OF, {"after": seq, "rows": limit})
        return [(number, shipment_id, from_json(Lesson, told)) for number, shipment_id, told in found]
