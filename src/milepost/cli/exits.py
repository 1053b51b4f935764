"""Exit codes that mean something, and the errors that are answers rather than crashes."""

from enum import IntEnum

from milepost.desk.accounts import AccountError
from milepost.places.gazetteer import PlacesError
from milepost.ports.live import LiveError
from milepost.ports.sources import SourceError
from milepost.ports.store import StoreError
from milepost.settings import SettingsError
from milepost.sources.catalog import CatalogError


class CommandError(Exception):
    """A command was asked for something it cannot do; the text says how to ask better."""


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    NO = 1  # not found, differs, failed check
    WRONG = 2  # wrong words or settings
    OUTSIDE = 3  # a database, a source or a port cannot be used
    INTERRUPTED = 130

    @classmethod
    def of(cls, error: BaseException) -> "Exit":
        """The code for one of `refusals`."""
        outside = (StoreError, LiveError, SourceError, OSError)
        return cls.OUTSIDE if isinstance(error, outside) else cls.WRONG


def refusals() -> tuple[type[Exception], ...]:
    """Errors whose text is one sentence for the person at the terminal."""
    return (
        CommandError,
        SettingsError,
        StoreError,
        LiveError,
        PlacesError,
        CatalogError,
        SourceError,
        AccountError,
        OSError,
    )
