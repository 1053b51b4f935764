"""Finds written places on the globe, offline, from data that comes in the wheel."""
