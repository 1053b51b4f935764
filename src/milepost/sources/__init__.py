"""Everybody who tells us news of parcels: one folder each, found by being there."""
