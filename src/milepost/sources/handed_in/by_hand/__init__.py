"""Entries that a person of the shop makes: what they heard by phone, and what they take back."""
