"""Names held for the length of a PostgreSQL transaction: one story, one writer at a time."""

import hashlib
from collections.abc import Iterable

CLAIM = "SELECT pg_advisory_xact_lock($1, bucket) FROM unnest($2::int[]) AS bucket"
NAMESPACE = 0x6D70  # ours among the advisory locks of the database
BUCKETS = 2048
"""Names that share a bucket wait for each other, nothing worse. It bounds the locks of all transactions
together, and PostgreSQL keeps 6,400 of them by default (`max_locks_per_transaction × max_connections`)."""


def buckets(names: Iterable[str]) -> list[int]:
    """Where these names are held: sorted, so that two who want the same take them in the same order."""
    return sorted({_hash(name) % BUCKETS for name in names})


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
