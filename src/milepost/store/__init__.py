"""Keeps every fact, on SQLite or PostgreSQL, with personal data sealed."""
