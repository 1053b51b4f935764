"""A small world of parcels and the real small servers that tell about it, to try Milepost without any account."""
