"""A Canada Post to try against: its Tracking API."""
