"""Version 10: tables for who chose a parcel's carrier, and for the numbers of its later legs."""

from milepost.store.revision import Revision
from milepost.store.revisions import added

REVISION = Revision(
    version=10,
    about="tables for choices of a carrier and for legs",
    serves=2,
    steps=(added.tables("carrier_choices", "shipment_legs"),),
)
