"""Version 6: a table for files that people looked at before they take them in."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=6,
    about="a table for files between a look and the word to take them in",
    serves=2,
    steps=(added.tables("import_drafts"),),
)
