"""One folder per aggregator, who tells what carriers told it; the folder is the registration."""
