"""A small world of parcels and small real servers that tell about it: Milepost without any account."""
