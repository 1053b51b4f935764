"""Reading a sentence without asking anybody."""

from collections.abc import Hashable
from typing import Protocol

from milepost.model.sentences import Said


class SentenceReader(Hashable, Protocol):
    """Reads tracking sentences of any language it knows."""

    def read(self, sentence: str) -> Said | None:
        """What it says, or None when a careful reader would not be sure; never a guess."""
        ...
