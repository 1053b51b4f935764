"""DHL: its Shipment Tracking Unified API, which speaks for all of its companies."""
