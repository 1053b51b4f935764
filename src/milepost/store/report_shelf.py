"""Keeps what sources said, byte for byte."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects import postgresql

from milepost.model.reports import Refusal, Report
from milepost.store.repeats import AS_HEARD, LAST_WHOLE, Wholes, as_heard, question_of
from milepost.store.shelf import Shelf, texts
from milepost.store.sql.compiled import Among
from milepost.store.sql.engine import Row
from milepost.store.tables import REFUSALS, REPORT_BODIES, REPORTS
from milepost.store.values import micros, to_json

KNOWN = select(REPORT_BODIES.c.body_hash).where(Among(REPORT_BODIES.c.body_hash, "hashes"))
ADD_BODY = postgresql.insert(REPORT_BODIES).on_conflict_do_nothing(index_elements=[REPORT_BODIES.c.body_hash])
ADD_REPORT = insert(REPORTS)
ADD_REFUSAL = insert(REFUSALS)
BODY = select(REPORT_BODIES.c.sealed).where(REPORT_BODIES.c.body_hash == bindparam("body_hash"))
ONE_AS_HEARD = AS_HEARD.where(REPORTS.c.seq == bindparam("seq"))


class ReportWrites(Shelf):
    async def keep_reports(self, reports: Sequence[Report], repeats: AbstractSet[str] = frozenset()) -> None:
        """A row for each hearing; equal bodies are kept once (compressed, sealed).

        `repeats`: hashes of bodies that told nothing new. Of such a one only what differs from the last whole
        answer to the same question is kept, if that is little.
        """
        if not reports:
            return
        hashes = texts(report.body_hash for report in reports)
        known = {row[0] for row in await self._session.rows(KNOWN, {"hashes": hashes})}
        new = [report for report in reports if report.body_hash not in known]
        last = await self._last_whole([report for report in new if report.body_hash in repeats])
        rows, bodies = await asyncio.to_thread(self._packed, reports, known, repeats, last)
        if bodies:
            await self._session.run(ADD_BODY, bodies)
        await self._session.run(ADD_REPORT, rows)

    async def _last_whole(self, repeats: Sequence[Report]) -> list[Row]:
        asked = {question_of(report) for report in repeats} - {None}
        if not asked:
            return []
        return await self._session.rows(LAST_WHOLE[self._session.engine], {"asked": list(asked)})

    def _packed(
        self, reports: Sequence[Report], known: AbstractSet[str], repeats: AbstractSet[str], last: list[Row]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of the reports, and of the bodies among them that are new and kept whole."""
        wholes, bodies, rows = Wholes(last, self._sealer), {}, []
        for report in reports:
            kept: dict[str, Any] = {"asked": None, "repeats": None, "sealed": None}
            if report.body_hash not in known:
                asked = question_of(report)
                again = wholes.repeated_by(report, asked) if report.body_hash in repeats else None
                kept |= again or {"asked": asked}
                if again is None:
                    bodies[report.body_hash] = report.body
            rows.append({**_row(report), **kept})
        return rows, [
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
        """The bytes as they came, of a body that brought something. Raises StoreError if tampered with."""
        found = await self._session.rows(BODY, {"body_hash": body_hash})
        return self._sealer.open_body(found[0][0], body_hash) if found else None

    async def report_as_heard(self, seq: int) -> bytes | None:
        """The bytes of any report kept, by its `seq`, as they came. Raises StoreError if damaged or gone."""
        found = await self._session.rows(ONE_AS_HEARD, {"seq": seq})
        return as_heard(found[0], self._sealer) if found else None


def _row(report: Report) -> dict[str, object]:
    return {
        "source": report.source,
        "kind": report.kind.value,
        "shop_id": report.shop_id,
        "subject": to_json(report.subject),
        "heard_at": micros(report.heard_at),
        "body_hash": report.body_hash,
    }
