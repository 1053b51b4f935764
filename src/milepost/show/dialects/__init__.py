"""Answers in the words and shapes of other tracking services: a shop can switch and keep its client."""
