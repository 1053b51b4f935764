"""Royal Mail: its Tracking API, version 2."""
