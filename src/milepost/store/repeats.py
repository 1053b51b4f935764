"""An answer that told nothing new, kept as what differs from the last whole answer to the same question.

A repeat's row names the row whose body it repeats, which is always a whole one; so one step leads back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, TableValuedAlias, bindparam, column, func, select

from milepost.model.reports import Report, ReportKind
from milepost.ports.store import StoreError
from milepost.store.difference import difference, with_difference
from milepost.store.sealing import Sealer
from milepost.store.sql.engine import Row
from milepost.store.tables import DIFFERENCE_BYTES_MAX, REPORT_BODIES, REPORTS

UNASKED = (ReportKind.PUSH, ReportKind.IMPORT)
QUESTION_BYTES = 8
EARLIER = REPORTS.alias("earlier")
AS_HEARD = (
    select(REPORTS.c.seq, REPORTS.c.body_hash, REPORTS.c.sealed, EARLIER.c.body_hash, REPORT_BODIES.c.sealed)
    .outerjoin_from(REPORTS, EARLIER, EARLIER.c.seq == REPORTS.c.repeats)
    .outerjoin(
        REPORT_BODIES, REPORT_BODIES.c.body_hash == func.coalesce(EARLIER.c.body_hash, REPORTS.c.body_hash)
    )
)
"""What `as_heard` takes, of any report."""

ASKED = bindparam("asked", type_=ARRAY(BigInteger))


def _last_whole(given: TableValuedAlias) -> Select[Any]:
    """Of each question given, the last answer that was kept whole."""
    newest = select(func.max(EARLIER.c.seq)).where(EARLIER.c.asked == given.c.value).correlate(given)
    kept = select(REPORTS.c.asked, REPORTS.c.seq, REPORTS.c.body_hash, REPORT_BODIES.c.sealed)
    kept = kept.join_from(REPORTS, REPORT_BODIES, REPORT_BODIES.c.body_hash == REPORTS.c.body_hash)
    return kept.where(REPORTS.c.seq.in_(select(newest.scalar_subquery()).select_from(given)))


VALUE = column("value", BigInteger)
LAST_WHOLE: Mapping[str, Select[Any]] = {
    "sqlite": _last_whole(func.json_each(ASKED).table_valued(VALUE, name="given")),
    "postgres": _last_whole(func.unnest(ASKED).table_valued(VALUE, name="given").render_derived()),
}
"""By engine; the parameter `asked` is a list of questions. A row of each that was answered, for `Wholes`."""


def question_of(report: Report) -> int | None:
    """What was asked, as a number that fits a column; None for what came unasked."""
    if report.kind in UNASKED:
        return None
    return number_of(report.source, report.kind.value, report.shop_id, report.subject)


def number_of(source: str, kind: str, shop_id: str | None, subject: Iterable[str]) -> int:
    """Should two questions ever share one, a repeat is what differs from another answer: longer, as true."""
    asked = "\x1f".join((source, kind, shop_id or "", *subject))
    digest = hashlib.blake2b(asked.encode(), digest_size=QUESTION_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)


class Wholes:
    """The last whole answers to some questions, and what later answers differ in."""

    def __init__(self, found: list[Row], sealer: Sealer) -> None:
        """`found` as `LAST_WHOLE` gives them."""
        self._found = {asked: (seq, body_hash, sealed) for asked, seq, body_hash, sealed in found}
        self._sealer = sealer
        self._bodies: dict[str, bytes | None] = {}

    def repeated_by(self, report: Report, asked: int | None) -> dict[str, Any] | None:
        """What a repeat's row says of its body; None where it is to be kept whole."""
        if asked not in self._found:
            return None
        seq, body_hash, sealed = self._found[asked]
        earlier = self._opened(body_hash, sealed)
        if earlier is None:
            return None
        differs = difference(earlier, report.body)
        if differs is None:
            return None
        kept = self._sealer.seal(differs, "reports", _place(report.body_hash, body_hash))
        return {"repeats": seq, "sealed": kept} if len(kept) <= DIFFERENCE_BYTES_MAX else None

    def _opened(self, body_hash: str, sealed: bytes) -> bytes | None:
        """One that does not open is nothing to build on, and no reason to refuse what is heard now."""
        if body_hash not in self._bodies:
            try:
                self._bodies[body_hash] = self._sealer.open_body(sealed, body_hash)
            except StoreError:
                self._bodies[body_hash] = None
        return self._bodies[body_hash]


def as_heard(row: Row, sealer: Sealer) -> bytes:
    """A report's body (of a row of AS_HEARD), byte for byte. Raises StoreError when it is damaged or gone."""
    seq, body_hash, differs, earlier_hash, whole = row
    if whole is None:
        missing = "its body" if differs is None else "the body that it repeats"
        raise StoreError(f"report {seq} cannot be read, because {missing} is missing: {RESTORE}")
    if differs is None or earlier_hash is None:
        return sealer.open_body(whole, body_hash)
    told = sealer.open(differs, "reports", _place(body_hash, earlier_hash))
    try:
        body = with_difference(sealer.open_body(whole, earlier_hash), told)
    except ValueError as error:
        raise StoreError(_not_as_heard(seq)) from error
    if hashlib.sha256(body).hexdigest() != body_hash:
        raise StoreError(_not_as_heard(seq))
    return body


RESTORE = "restore the database from a backup"


def _not_as_heard(seq: int) -> str:
    return f"report {seq} does not come back as it was heard, because its difference is damaged: {RESTORE}"


def _place(body_hash: str, earlier_hash: str) -> tuple[str, str]:
    """What a difference is bound to: it opens for this body over that one, and nowhere else."""
    return body_hash, earlier_hash
