"""The languages that buyers are spoken to in: their catalogs, the one spoken now, and how one is chosen."""
