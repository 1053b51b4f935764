"""Version 11: how sure we are of what was read from a sentence; programs of version 10 go on with it."""

from sqlalchemy import BigInteger

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=11,
    about="how sure we are of what was read from a sentence",
    serves=2,
    steps=(added.column("events", "certainty", BigInteger),),
)
