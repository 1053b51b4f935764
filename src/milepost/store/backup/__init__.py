"""Copies all that is kept into one file, and puts it back, on either engine."""
