"""A DHL to try against: Shipment Tracking Unified."""
