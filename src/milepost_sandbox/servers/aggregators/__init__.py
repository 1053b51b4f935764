"""Aggregators to try against: they tell of parcels whose carriers have no server here."""
