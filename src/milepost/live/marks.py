"""What travels between nodes: marks, each the hash of a topic, in small lines of text.

A mark has one length whatever the order number holds, and nobody who watches the bus reads an order number.
A line is `KIND NODE BODY`. Kinds a node does not know it leaves alone: versions differ during an upgrade.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

LINE_BYTES_MAX = 7_900
"""PostgreSQL takes less than 8,000 bytes in one notice."""

MARK_BYTES = 12  # two topics with one mark cost a needless look, nothing else
MARK_LENGTH = 16
MARKS_PER_LINE = (LINE_BYTES_MAX - 100) // (MARK_LENGTH + 1)
NODE_LENGTH_MAX = 40

CHANGED, LOOK_AGAIN = "changed", "again"
HERE, LEFT, WHO = "here", "left", "who"


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a node."""

    kind: str
    node: str
    body: str = ""

    def written(self) -> str:
        """As it travels."""
        return f"{self.kind} {self.node} {self.body}"


def mark_of(topic: str) -> str:
    """The same on every node and in every version."""
    whole = blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES).digest()
    return urlsafe_b64encode(whole).decode("ascii")


def changed(node: str, marks: Iterable[str]) -> list[str]:
    """As many lines as it takes."""
    all_of_them: Sequence[str] = list(marks)
    return [
        Line(CHANGED, node, " ".join(all_of_them[first : first + MARKS_PER_LINE])).written()
        for first in range(0, len(all_of_them), MARKS_PER_LINE)
    ]


def read(text: str) -> Line | None:
    """A line, or None for what no Milepost wrote."""
    kind, _, rest = text[:LINE_BYTES_MAX].partition(" ")
    node, _, body = rest.partition(" ")
    if len(text) > LINE_BYTES_MAX or not 0 < len(node) <= NODE_LENGTH_MAX or not kind.isalpha():
        return None
    return Line(kind, node, body)
