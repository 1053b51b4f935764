"""Version 9: how often news comes, and how each carrier does; programs of version 8 go on with it."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=9,
    about="how often news comes, and how each carrier does",
    serves=2,
    steps=(added.tables("news_gaps", "carrier_health"),),
)
