"""What Australia Post's error codes say: of one number, of a whole call, or of us."""

from typing import Any

from milepost.sources.loose_json import Object, UnreadableError, decode, objects_at, text_at

NOT_FOUND = frozenset({"ESB-10001", "51104"})
NOT_TRACKED = "ESB-10002"
MIXED = "51103"
"""Numbers of Australia Post and of StarTrack in one call."""

ONE_SPOILS_ALL = frozenset({*NOT_FOUND, MIXED})
TOO_MANY = "API_002"


def code_of(error: Object) -> str:
    """The gateway and the service behind it name the member differently."""
    return text_at(error, "code") or text_at(error, "error_code")


def words_of(error: Object) -> str:
    """What it says to people."""
    names = ("message", "name", "error_name")
    return next(filter(None, (text_at(error, name) for name in names)), "No reason was given.")


def codes_in(body: bytes) -> frozenset[str]:
    """The codes of the errors that speak of a whole call; none when the body is no such answer."""
    try:
        answer: Any = decode(body)
    except UnreadableError:
        return frozenset()
    return frozenset(code_of(error) for error in objects_at(answer, "errors"))
