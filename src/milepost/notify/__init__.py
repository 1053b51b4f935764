"""Telling people: what a message says, through which channel it goes, and when it is tried again."""
