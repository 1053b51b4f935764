"""Version 12: what deliveries teach the forecast, and what each of its entries rests on."""

from sqlalchemy import Text

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=12,
    about="what deliveries teach the forecast, and what its entries rest on",
    serves=2,
    steps=(added.tables("forecast_lessons"), added.column("promises", "basis", Text)),
)
