"""What docs/run/scale.md says of keys is what the tables have."""

from pathlib import Path

from sqlalchemy import UniqueConstraint

from milepost.store.schema import SHARED
from milepost.store.tables import METADATA

PAGE = (Path(__file__).parents[2] / "docs/run/scale.md").read_text("utf-8")


def test_every_table_has_its_place_in_a_cluster():
    missing = [table.name for table in METADATA.sorted_tables if f"`{table.name}`" not in PAGE]
    assert not missing, "say in docs/run/scale.md where these go in a cluster"


def test_every_key_that_lacks_the_shop_is_named():
    lacking = {
        f"`{name} ({', '.join(column.name for column in key.columns)})`"
        for name in SHARED
        for key in METADATA.tables[name].constraints
        if isinstance(key, UniqueConstraint) and "shop_id" not in key.columns
    }
    assert {key for key in lacking if key not in PAGE} == set(), (
        "a cluster cannot hold these keys as they are"
    )
