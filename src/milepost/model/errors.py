"""Errors that are answers: their text is one sentence for the operator, what is wrong and what to do."""


class OperatorError(Exception):
    """Something was asked for or set that cannot be; the text names it and the fix."""


class OutsideError(OperatorError):
    """Something outside cannot be used: a database, a source, a port, the bus between nodes."""
