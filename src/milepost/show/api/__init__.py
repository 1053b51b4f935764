"""The JSON API under /api/v1: everything Milepost knows, for programs with a key."""
