"""The ways to reach people: each folder is one, found by being there."""
