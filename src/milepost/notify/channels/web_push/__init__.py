"""Notifications in a buyer's browser: sealed for it, handed to the push service it named (RFC 8030)."""
