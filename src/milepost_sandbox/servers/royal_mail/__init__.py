"""The Royal Mail of the sandbox: its Tracking API, version 2."""
