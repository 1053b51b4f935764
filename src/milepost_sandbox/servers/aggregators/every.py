"""All aggregators of the sandbox by name; none is started unless it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from milepost_sandbox.servers.aggregators.aftership import AfterShip
from milepost_sandbox.servers.aggregators.easypost import EasyPost
from milepost_sandbox.servers.aggregators.platform import AggregatorPlatform
from milepost_sandbox.servers.aggregators.seventeen_track import SeventeenTrack
from milepost_sandbox.servers.aggregators.ship24 import Ship24
from milepost_sandbox.servers.aggregators.shippo import Shippo

AGGREGATORS: Final[Mapping[str, AggregatorPlatform]] = {
    voice.source: AggregatorPlatform(voice)
    for voice in (AfterShip(), EasyPost(), Shippo(), SeventeenTrack(), Ship24())
}
