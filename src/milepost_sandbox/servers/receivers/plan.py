"""What a receiver does with the next requests: one word each, then it behaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from milepost_sandbox.servers.receivers.listener import Reply

WORDS: Final = ("hang", "reset", "slow", "endless", "headers", "kept_then_reset")
PLANNED_MAX: Final = 10_000
SLOW_STATUS: Final = 500


class PlanError(ValueError):
    """A word no receiver knows."""


class Plan:
    """`500`, `429:120` (with Retry-After), `301:http://…` (with Location), or one of WORDS.

    The last word of a plan that ends in `*` goes on for ever: `500*`.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Raises PlanError."""
        self._words = list(words)[:PLANNED_MAX]
        for word in self._words:
            _check(word.removesuffix("*"))

    def next(self) -> str | None:
        """What to do with this request; None: behave."""
        if not self._words:
            return None
        if self._words[0].endswith("*"):
            return self._words[0].removesuffix("*")
        return self._words.pop(0)


def reply_of(word: str) -> Reply:
    """The reply a word stands for; `kept_then_reset` takes the message before it hangs up."""
    if word == "kept_then_reset":
        return Reply(how="reset")
    if word in ("slow", "endless"):
        return Reply(status=SLOW_STATUS, how=word)  # type: ignore[arg-type]
    if word in WORDS:
        return Reply(how=word)  # type: ignore[arg-type]
    status, _, more = word.partition(":")
    name = "Location" if status.startswith("3") else "Retry-After"
    return Reply(status=int(status), headers={name: more} if more else {})


def _check(word: str) -> None:
    status = word.partition(":")[0]
    if word not in WORDS and not (status.isdigit() and 200 <= int(status) <= 599):
        raise PlanError(
            f"unknown word {word!r}; there are statuses such as 500 or 429:120, {', '.join(WORDS)}"
        )
