"""GS1 EPCIS 2.0 in JSON: what happened to boxes in a supply chain, as warehouses and carriers capture it."""
