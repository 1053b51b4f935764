"""Version 13: tables for what buyers say about their orders and for links to all orders of an address."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=13,
    about="tables for feedback with photos and for links to all orders of an address",
    serves=2,
    steps=(
        added.tables("feedback", "feedback_photos", "contact_links"),
        added.index("subscriptions_by_address", "subscriptions", ["address_index"]),
    ),
)
