"""Version 8: a table for what people said that codes mean."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=8,
    about="a table for corrections of code tables",
    serves=2,
    steps=(added.tables("code_corrections"),),
)
