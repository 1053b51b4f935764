"""The Yanwen of the sandbox: its tracking API."""
