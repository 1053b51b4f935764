"""Telling whose a tracking number is, how sure we are, and why."""
