"""Which nodes there are: each says so every few seconds, and who is silent for long drops off the roll."""

import time

import msgspec

from milepost.live.marks import Line
from milepost.ports.live import Node

SILENT_S_MAX = 20.0
"""A node not heard for so long is not counted: it stopped, or it does not reach the bus."""

NODES_MAX = 1_000


class Card(msgspec.Struct):
    """What a node says of itself. Fields may be added, never taken away, for the sake of an upgrade."""

    name: str
    version: str = ""
    listeners: int = 0
    works: bool = False


def written(node: Node) -> str:
    """A node's card, as it travels."""
    return msgspec.json.encode(Card(node.name, node.version, node.listeners, node.works)).decode()


class Roll:
    """The nodes heard of late, by their id on the bus."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[float, Card]] = {}

    def hear(self, line: Line) -> bool:
        """Another node's card; whether it is a new one. One that cannot be read is left alone."""
        is_new = line.node not in self._heard
        if is_new and len(self._heard) >= NODES_MAX:
            return False
        try:
            card = msgspec.json.decode(line.body, type=Card)
        except msgspec.DecodeError:
            return False
        self._heard[line.node] = (time.monotonic(), card)
        return is_new

    def strike(self, node: str) -> None:
        """It said that it leaves."""
        self._heard.pop(node, None)

    def nodes(self) -> list[Node]:
        """All but ourselves, by name."""
        now = time.monotonic()
        self._heard = {node: kept for node, kept in self._heard.items() if now - kept[0] <= SILENT_S_MAX}
        others = [
            Node(
                name=card.name,
                version=card.version,
                listeners=card.listeners,
                works=card.works,
                heard_s=now - heard_at,
            )
            for heard_at, card in self._heard.values()
        ]
        return sorted(others, key=lambda node: node.name)
