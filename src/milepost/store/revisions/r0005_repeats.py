"""Version 5: an answer that told nothing new is kept as what differs from an earlier one.

Programs of version 4 go on with it: they keep every body whole, and read only bodies that brought something.
"""

from sqlalchemy import BigInteger, LargeBinary, bindparam, update

from milepost.store.repeats import AS_HEARD, as_heard
from milepost.store.report_shelf import ADD_BODY
from milepost.store.revision import Revision, Rewrite, Step
from milepost.store.revisions import added
from milepost.store.sealing import Sealer
from milepost.store.sql.engine import Session
from milepost.store.tables import REPORTS

ROWS = 500  # each may have a body of its own to unfold
REPEATS = AS_HEARD.where(
    REPORTS.c.seq > bindparam("after"), REPORTS.c.seq <= bindparam("until"), REPORTS.c.repeats.is_not(None)
)
NO_REPEAT = update(REPORTS).where(REPORTS.c.seq == bindparam("one")).values(repeats=None, sealed=None)


async def unfold(session: Session, sealer: Sealer, after: int, until: int) -> None:
    """Every repeat among these rows gets its body back, whole, as version 4 keeps them."""
    for row in await session.rows(REPEATS, {"after": after, "until": until}):
        seq, body_hash = row[0], row[1]
        whole = sealer.seal_body(as_heard(row, sealer), body_hash)
        await session.run(ADD_BODY, [{"body_hash": body_hash, "sealed": whole}])
        await session.run(NO_REPEAT, [{"one": seq}])


REVISION = Revision(
    version=5,
    about="answers that told nothing new are kept as what differs",
    serves=2,
    steps=(
        added.column("reports", "asked", BigInteger),
        added.column("reports", "repeats", BigInteger),
        added.column("reports", "sealed", LargeBinary),
        added.index("reports_by_question", "reports", ["asked", "seq"], "asked IS NOT NULL"),
        added.no_index("reports_by_body", "reports", ["body_hash"]),
        Step(
            up=None,
            down=Rewrite(table="reports", about="every body is kept whole again", make=unfold, rows=ROWS),
        ),
    ),
)
