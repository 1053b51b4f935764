"""A UPS to try against: token and Track API v1."""
