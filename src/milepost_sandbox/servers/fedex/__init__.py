"""A FedEx to try against: token and Track API v1."""
