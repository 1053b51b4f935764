"""A TikTok Shop to try against: authorization, orders, packages, tracking and webhooks."""
