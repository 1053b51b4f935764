"""Australia Post: Track Items of its Shipping and Tracking API."""
