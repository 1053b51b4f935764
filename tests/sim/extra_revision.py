"""The version after the newest, for tests only: shipments get a weight, filled from what is there, and an index."""

from sqlalchemy import BigInteger, Column

from milepost.store.history import SCHEMA_VERSION
from milepost.store.revision import Backfill, Change, Revision, Step
from milepost.store.revisions import added


def add_weight(op):
    op.add_column("shipments", Column("weight", BigInteger, nullable=True))


def drop_weight(op):
    op.drop_column("shipments", "weight")


EXTRA = Revision(
    version=SCHEMA_VERSION + 1,
    about="shipments know their weight",
    serves=SCHEMA_VERSION,
    steps=(
        Step(up=Change(make=add_weight), down=Change(make=drop_weight)),
        Step(
            up=Backfill(
                table="shipments",
                statement="UPDATE shipments SET weight = length(facts) "
                "WHERE seq > :after AND seq <= :until AND weight IS NULL",
            ),
            down=None,
        ),
        added.index("shipments_by_weight", "shipments", ["weight", "seq"]),
    ),
)
