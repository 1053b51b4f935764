"""Door 2, time passed: a worker takes the work that fell due, does it, and writes what became of it."""
