"""What pages say, as data: one file per thing, every sentence whole, so that a catalog can translate it."""
