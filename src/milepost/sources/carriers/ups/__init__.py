"""UPS: its Track API v1."""
