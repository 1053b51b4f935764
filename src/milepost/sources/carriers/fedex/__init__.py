"""FedEx: its Track API v1."""
