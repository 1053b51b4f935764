"""Shipping mails: what carriers and shops write to a mailbox about parcels that we know."""
