"""Tracking events from a table: a carrier's export, or a list that somebody keeps."""
