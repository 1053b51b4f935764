"""Acme: a marketplace whose orders we track."""
