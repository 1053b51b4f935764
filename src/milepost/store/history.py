"""Every change of the tables there was, in order. How to add one: docs/add/table.md."""

from milepost.store.revision import Revision
from milepost.store.revisions import (
    r0002_many_nodes,
    r0003_telling,
    r0004_budgets,
    r0005_repeats,
    r0006_import_drafts,
    r0007_pushes,
    r0008_code_corrections,
    r0009_carriers,
    r0010_choices_and_legs,
    r0011_certainty,
    r0012_lessons,
    r0013_buyers,
    r0014_brands,
)

REVISIONS: tuple[Revision, ...] = (
    r0002_many_nodes.REVISION,
    r0003_telling.REVISION,
    r0004_budgets.REVISION,
    r0005_repeats.REVISION,
    r0006_import_drafts.REVISION,
    r0007_pushes.REVISION,
    r0008_code_corrections.REVISION,
    r0009_carriers.REVISION,
    r0010_choices_and_legs.REVISION,
    r0011_certainty.REVISION,
    r0012_lessons.REVISION,
    r0013_buyers.REVISION,
    r0014_brands.REVISION,
)
"""From version 1, which had no revision; each is one more than the one before."""

SCHEMA_VERSION = REVISIONS[-1].version
"""The version this program was made for."""

SERVES = REVISIONS[-1].serves
"""The oldest program that can work with it."""
