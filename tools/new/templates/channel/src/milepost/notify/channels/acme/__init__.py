"""Acme, a chat service that takes messages over HTTP."""
