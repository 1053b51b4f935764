"""The command `milepost`: one file a noun."""
