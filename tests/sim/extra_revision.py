"""The version after the newest, for tests only: shipments get a weight, filled from what is there, and an index."""

from sqlalchemy import BigInteger

from milepost.store.history import SCHEMA_VERSION
from milepost.store.revision import Backfill, Revision, Step
from milepost.store.revisions import added

EXTRA = Revision(
    version=SCHEMA_VERSION + 1,
    about="shipments know their weight",
    serves=SCHEMA_VERSION,
    steps=(
        added.column("shipments", "weight", BigInteger),
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
