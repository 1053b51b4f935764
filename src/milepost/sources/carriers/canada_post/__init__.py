"""Canada Post: its Tracking API of 2026, and the older web services for who still has keys to them."""
