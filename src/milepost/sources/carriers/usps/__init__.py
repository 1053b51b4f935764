"""The United States Postal Service: its Tracking v3r2 and v3."""
