"""Yanwen, a consolidator of parcels from China: its tracking API."""
