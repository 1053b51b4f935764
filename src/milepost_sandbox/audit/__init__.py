"""The audit: what Milepost says through its public API, compared with what the reports entailed."""
