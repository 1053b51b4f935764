"""Exit codes that mean something, and the errors that are answers rather than crashes."""

import os
import sys
from enum import IntEnum
from typing import NoReturn

from milepost.model.errors import OperatorError, OutsideError


class CommandError(OperatorError):
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
        """The code for one of REFUSALS."""
        return cls.OUTSIDE if isinstance(error, (OutsideError, OSError)) else cls.WRONG


REFUSALS = (OperatorError, OSError)
"""Errors whose text is one sentence for the person at the terminal."""


def sentence(error: BaseException) -> str:
    """What it says to a person; of a file that cannot be used: which, and why."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror[:1].lower()}{error.strerror[1:]}"
    return str(error)


def leave_at_once() -> NoReturn:
    """End a process whose work is ended and whose files are closed.

    Python would take apart everything it holds first: on a busy machine that took 8 s of a stop, and the work
    less than one.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(Exit.DONE)
