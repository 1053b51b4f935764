"""Version 14: tables for how shops look to their buyers, and their logos."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=14,
    about="tables for how shops look to their buyers, and their logos",
    serves=2,
    steps=(added.tables("brands", "brand_logos"),),
)
