"""A USPS to try against: token and Tracking v3 and v3r2."""
