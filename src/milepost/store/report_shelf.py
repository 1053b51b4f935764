"""Keeps what sources said, byte for byte."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects import postgresql

from milepost.model.reports import Refusal, Report
from milepost.store.shelf import Shelf, texts
from milepost.store.sql.compiled import Among
from milepost.store.tables import REFUSALS, REPORT_BODIES, REPORTS
from milepost.store.values import micros, to_json

KNOWN = select(REPORT_BODIES.c.body_hash).where(Among(REPORT_BODIES.c.body_hash, "hashes"))
ADD_BODY = postgresql.insert(REPORT_BODIES).on_conflict_do_nothing(index_elements=[REPORT_BODIES.c.body_hash])
ADD_REPORT = insert(REPORTS)
ADD_REFUSAL = insert(REFUSALS)
BODY = select(REPORT_BODIES.c.sealed).where(REPORT_BODIES.c.body_hash == bindparam("body_hash"))


class ReportWrites(Shelf):
    async def keep_reports(self, reports: Sequence[Report]) -> None:
        """A row for each hearing; equal bodies are kept once (compressed, sealed)."""
        if not reports:
            return
        bodies = {report.body_hash: report.body for report in reports}
        known = {row[0] for row in await self._session.rows(KNOWN, {"hashes": texts(bodies)})}
        new = {name: body for name, body in bodies.items() if name not in known}
        if new:
            await self._session.run(ADD_BODY, await asyncio.to_thread(self._sealed, new))
        await self._session.run(ADD_REPORT, [_row(report) for report in reports])

    def _sealed(self, bodies: dict[str, bytes]) -> list[dict[str, object]]:
        return [
            {"body_hash": name, "sealed": self._sealer.seal_body(body, name)} for name, body in bodies.items()
        ]

    async def keep_refusals(self, report: Report, refusals: Sequence[Refusal]) -> None:
        about = {
            "source": report.source,
            "kind": report.kind.value,
            "shop_id": report.shop_id,
            "body_hash": report.body_hash,
            "heard_at": micros(report.heard_at),
        }
        rows = [
            {**about, "reason": refusal.reason, "detail": refusal.detail, "subject": refusal.subject}
            for refusal in refusals
        ]
        if rows:
            await self._session.run(ADD_REFUSAL, rows)


class ReportReads(Shelf):
    async def report_body(self, body_hash: str) -> bytes | None:
        """The bytes as they came. Raises StoreError if they were tampered with."""
        found = await self._session.rows(BODY, {"body_hash": body_hash})
        return self._sealer.open_body(found[0][0], body_hash) if found else None


def _row(report: Report) -> dict[str, object]:
    return {
        "source": report.source,
        "kind": report.kind.value,
        "shop_id": report.shop_id,
        "subject": to_json(report.subject),
        "heard_at": micros(report.heard_at),
        "body_hash": report.body_hash,
    }
