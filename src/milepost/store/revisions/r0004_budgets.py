"""Version 4: a table for budgets of calls that all nodes share; programs of version 3 go on with it."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=4,
    about="a table for budgets of calls that all nodes share",
    serves=2,
    steps=(added.tables("call_budgets"),),
)
