"""Trackers of many carriers, told by a karrio server, which one can run oneself."""
