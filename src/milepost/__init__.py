"""Milepost: self-hosted order tracking for TikTok Shop, from the order confirmation to the doorstep."""
