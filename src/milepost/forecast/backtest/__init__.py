"""The forecast run again over a history, knowing at each moment only what was known then."""
