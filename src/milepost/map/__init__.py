"""Draws a parcel's way on a map of our own, as SVG, without asking anybody."""
