"""Version 2: the database says how far a change has come; on PostgreSQL events by month, and row security.

Programs made for version 1 cannot work with it: stop them, migrate, start the new ones.
"""

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column

from milepost.store.ddl import is_postgres
from milepost.store.revision import Backfill, Beside, Change, Revision, Step
from milepost.store.sql.walls import unwalled, walled

if TYPE_CHECKING:  # reading Alembic in takes a quarter of a second, and most starts change no table
    from alembic.operations import Operations

COLUMNS = (
    "seq, shop_id, event_id, shipment_id, source, order_number, tracking_number, wall_clock, occurred_at, "
    "offset_minutes, offset_source, heard_at, status, reason, responsible, evidence, code, description, "
    "place, report_hash"
)
MONTH = """CASE WHEN occurred_at IS NULL
THEN coalesce(replace(substring(wall_clock from '^[0-9]{4}-[0-9]{2}'), '-', '')::int, 0)
ELSE to_char(to_timestamp(floor(occurred_at / 1000000.0)) AT TIME ZONE 'UTC', 'YYYYMM')::int END"""
SHARED = (
    "exceptions",
    "inbox",
    "links",
    "notices",
    "order_versions",
    "orders",
    "promises",
    "proofs",
    "refusals",
    "reports",
    "shipment_orders",
    "shipments",
    "shops",
    "subscriptions",
    "work",
    "events",
    "events_other",
)
INDEXES = {
    "events_by_shipment": "(shipment_id) WHERE shipment_id IS NOT NULL",
    "events_by_order": "(shop_id, order_number) WHERE order_number IS NOT NULL",
    "events_stray": "(tracking_number) WHERE shop_id = ''",
    "events_unknown": "(shop_id) WHERE status = 'unknown'",
}
PARTED = """CREATE TABLE events (LIKE events_before INCLUDING DEFAULTS, month int NOT NULL)
PARTITION BY RANGE (month)"""
MONTHS = """DO $$ DECLARE first date; BEGIN FOR number IN -24..3 LOOP
first := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => number);
EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)',
to_char(first, 'YYYYMM'), to_char(first, 'YYYYMM'), to_char(first + interval '1 month', 'YYYYMM'));
END LOOP; END $$"""


def say_how_far(op: "Operations") -> None:
    for name in ("step", "serves"):
        op.add_column("milepost_schema", Column(name, BigInteger, nullable=False, server_default="0"))


def say_no_more(op: "Operations") -> None:
    for name in ("serves", "step"):
        op.drop_column("milepost_schema", name)


def old_indexes(op: "Operations") -> None:
    if is_postgres(op):
        for name, what in INDEXES.items():
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON events {what}")


def by_month(op: "Operations") -> None:
    if is_postgres(op):
        for said in (
            "ALTER TABLE events RENAME TO events_before",
            "ALTER TABLE events_before RENAME CONSTRAINT events_pkey TO events_before_pkey",
            *[f"DROP INDEX IF EXISTS {name}" for name in INDEXES],
            PARTED,
            "ALTER TABLE events ADD PRIMARY KEY (shop_id, event_id, month)",
            *[f"CREATE INDEX {name} ON events {what}" for name, what in INDEXES.items()],
            "ALTER SEQUENCE events_seq_seq OWNED BY events.seq",
            "CREATE TABLE events_other PARTITION OF events DEFAULT",
            MONTHS,
        ):
            op.execute(said)


def in_one_table(op: "Operations") -> None:
    if is_postgres(op):
        for said in (
            "ALTER SEQUENCE events_seq_seq OWNED BY events_before.seq",
            "DROP TABLE events",
            "ALTER TABLE events_before RENAME TO events",
            "ALTER TABLE events RENAME CONSTRAINT events_before_pkey TO events_pkey",
        ):
            op.execute(said)


def drop_old(op: "Operations") -> None:
    if is_postgres(op):
        op.execute("DROP TABLE events_before")


def make_old(op: "Operations") -> None:
    if is_postgres(op):
        op.execute("CREATE TABLE events_before (LIKE events INCLUDING DEFAULTS)")
        op.execute("ALTER TABLE events_before DROP COLUMN month")
        op.execute("ALTER TABLE events_before ADD PRIMARY KEY (seq)")
        op.execute(
            "ALTER TABLE events_before ADD CONSTRAINT events_shop_id_event_id_key UNIQUE (shop_id, event_id)"
        )


def wall(op: "Operations") -> None:
    if is_postgres(op):
        for said in walled(SHARED):
            op.execute(said)


def no_wall(op: "Operations") -> None:
    if is_postgres(op):
        for said in unwalled(SHARED):
            op.execute(said)  # the walls of the months go with their parts


TO_MONTHS = Backfill(
    table="events_before",
    statement=f"INSERT INTO events ({COLUMNS}, month) SELECT {COLUMNS}, {MONTH} FROM events_before "  # noqa: S608
    "WHERE seq > :after AND seq <= :until ON CONFLICT DO NOTHING",
    engines=("postgres",),
)
FROM_MONTHS = Backfill(
    table="events",
    statement=f"INSERT INTO events_before ({COLUMNS}) SELECT {COLUMNS} FROM events "  # noqa: S608
    "WHERE seq > :after AND seq <= :until ON CONFLICT DO NOTHING",
    engines=("postgres",),
)

REVISION = Revision(
    version=2,
    about="says how far a change has come; on PostgreSQL events by month, and row security",
    serves=2,
    steps=(
        Step(up=Change(make=say_how_far), down=Change(make=say_no_more)),
        Step(up=None, down=Beside(make=old_indexes)),
        Step(up=Change(make=by_month), down=Change(make=in_one_table)),
        Step(up=TO_MONTHS, down=FROM_MONTHS),
        Step(up=Change(make=drop_old), down=Change(make=make_old)),
        Step(up=Change(make=wall), down=Change(make=no_wall)),
    ),
)
