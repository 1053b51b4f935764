"""Version 7: tables for the pushes of carriers; programs of version 6 go on with it."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=7,
    about="tables for the pushes of carriers",
    serves=2,
    steps=(added.tables("push_subscriptions", "push_counts"),),
)
