"""Handing messages to the programs of subscribers: signed, to no address but theirs, and never for long."""
