"""Marketplaces: where orders come from, one folder each; being there is the registration."""
