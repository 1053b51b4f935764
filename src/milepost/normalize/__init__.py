"""Putting what a source said into our words, or refusing to by name."""
