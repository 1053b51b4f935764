"""Acme: its tracking API."""
