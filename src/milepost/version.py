"""Which Milepost this is."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("milepost")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0.0.0"
