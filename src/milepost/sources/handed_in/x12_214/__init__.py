"""X12 214: a motor carrier's shipment status messages, as North American freight carriers send them."""
