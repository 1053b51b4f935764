"""What X12 and EDIFACT have in common: segments with a place in the file, and times told in pieces."""
