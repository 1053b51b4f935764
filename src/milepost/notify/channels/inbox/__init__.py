"""The inbox inside the console, for those who work with the shop."""
