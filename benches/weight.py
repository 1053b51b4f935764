"""How many bytes on disk an event costs, with everything that is kept beside it, and where they lie.

Weighed on a world that the real worker played to its end: every poll, every answer, every version.
"""

from contextlib import closing
from pathlib import Path

import apsw

from benches.figures import BUILD, Figure, show
from benches.fingerprint import fingerprint
from benches.past import play

SEED = 21
ORDERS = 240
GROUPS = {
    "events": ("events",),
    "answers": ("reports", "report_bodies", "refusals", "pushes"),
    "orders": ("orders", "order_versions", "shipment_orders"),
    "promises": ("promises",),
    "shipments": ("shipments", "exceptions", "proofs", "forecast_lessons"),
    "work": ("work", "notices", "attempts", "inbox", "subscriptions"),
}
"""Tables by what they keep; the indexes of a table are counted with it."""

SIZES = (
    "SELECT m.tbl_name, m.type = 'index', sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
    " GROUP BY 1, 2"
)


def measure() -> list[Figure]:
    """Bytes per event and per shipment: of the whole file, of indexes, and by what is kept."""
    past = play(BUILD.parent / f"weight-{fingerprint()}", SEED, ORDERS)
    sizes, events, shipments, whole = _weigh(past.ended)
    bytes_of = {
        group: sum(size for (table, _), size in sizes.items() if table in tables)
        for group, tables in GROUPS.items()
    }
    bytes_of["indexes"] = sum(size for (_, is_index), size in sizes.items() if is_index)

    def figure(name: str, size: float, n: int) -> Figure:
        return Figure(name=name, value=round(size / n), unit="bytes", n=n, seed=SEED)

    figures = [
        figure("bytes_per_event", whole, events),
        figure("bytes_per_shipment", whole, shipments),
        *(figure(f"bytes_per_event_{group}", size, events) for group, size in bytes_of.items()),
    ]
    show(f"Disk on SQLite: {ORDERS} orders, {shipments} parcels, {events:,} events", figures)
    return figures


def _weigh(database: Path) -> tuple[dict[tuple[str, bool], int], int, int, int]:
    """Bytes by table, with and without its indexes; how many events and shipments; the whole file."""
    with closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as opened:
        sizes = {(table, bool(is_index)): size for table, is_index, size in opened.execute(SIZES)}
        events, shipments = (
            opened.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608 - our own tables
            for table in ("events", "shipments")
        )
    return sizes, events, shipments, database.stat().st_size
