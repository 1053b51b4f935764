"""Shuffled, repeated, late, faulty: the same end. Small counts in `make test`, full ones in `make sim`."""
