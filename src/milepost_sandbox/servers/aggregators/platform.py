"""What all aggregators of the sandbox have in common: whom they follow, how they are asked, what they push.

They tell of the parcels of `other` carriers, which have no server here. A number is followed once somebody
named it; from then on it is answered about, and pushed where the portal says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec
from litestar import Litestar

from milepost_sandbox.servers.aggregators.rows import Table
from milepost_sandbox.servers.answers import Answer, json_answer, retry_after
from milepost_sandbox.servers.carrier import CarrierFrame
from milepost_sandbox.servers.options import DEFAULT_OPTIONS, ServerOptions
from milepost_sandbox.servers.pushing import Body, Hook, Pusher
from milepost_sandbox.servers.telling import Rows, Telling, carrier_entails, disturbed, showing
from milepost_sandbox.world.words import Credentials, Entailed, FaultsLike, Parcel, Step, WorldLike

CARRIER: Final = "other"
RETENTION: Final = timedelta(days=120)

Found = tuple[dict[str, Any], tuple[str, ...]]
"""A tracker as it goes on the wire, and the keys of the steps in it."""


class Voice:
    """How one aggregator speaks; each has a file."""

    source: str
    table: Table
    follows_all = False
    """It answers about any number, named before or not."""

    def tracker(self, parcel: Parcel, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
        """Everything about one parcel; `rows` are newest first."""
        raise NotImplementedError

    def push(self, tracker: dict[str, Any], key: str) -> dict[str, Any]:
        """The body of a push."""
        raise NotImplementedError

    def proof(self, body: bytes, secret: bytes) -> dict[str, str]:
        """The headers that show whose push it is."""
        raise NotImplementedError

    def problem(self, status: int, message: str) -> object:
        """An error's body."""
        raise NotImplementedError

    def routes(self, desk: Desk) -> list[Any]:
        """The handlers."""
        raise NotImplementedError


class Desk:
    """What an aggregator's handlers know."""

    def __init__(self, world: WorldLike, faults: FaultsLike, credentials: Credentials, voice: Voice) -> None:
        """Everything a question needs."""
        self.world = world
        self.faults = faults
        self.key = credentials.aggregator_key
        self.voice = voice
        self.rows = Rows(faults, voice.table.tellings)
        self.pusher = Pusher(world, faults, voice.source, carrier=CARRIER)
        self._followed: set[str] = set()
        self._portal: Mapping[str, str] = {}

    def follows(self, number: str) -> bool:
        """Whether the number was named, and is one."""
        return self.voice.follows_all or number in self._followed

    def follow(self, number: str) -> None:
        """From now on; pushed, too, if the portal says where."""
        self._followed.add(number)
        self._subscribe(number)

    def find(self, number: str) -> Found | None:
        """The newest parcel with this number; None while it is not followed."""
        now = self.world.now()
        if not self.follows(number):
            return None
        for parcel in showing(self.world.parcels_by_number(CARRIER, number), now, RETENTION):
            told = self.rows.newest_first(parcel, now)
            if told:
                return self._tracker(parcel, told, now)
        return None

    def set_portal(self, told: Mapping[str, str]) -> None:
        """What a person writes into the account: `url` and `secret`."""
        self._portal = dict(told)
        for number in sorted(self._followed):
            self._subscribe(number)
        if self.voice.follows_all:
            self._subscribe("*")

    def rate_limited(self, retry_after_s: int | None) -> Answer:
        """Too many questions."""
        return json_answer(429, self.voice.problem(429, "Too many requests."), *retry_after(retry_after_s))

    def server_error(self, variant: int) -> Answer:
        """One of two failures."""
        status = 503 if variant % 3 == 0 else 500
        return json_answer(status, self.voice.problem(status, "Something went wrong."))

    def is_token_call(self, path: str) -> bool:
        """There are no tokens: keys do not expire."""
        return False

    def end_token(self, headers: dict[str, str]) -> None:
        """There is none."""

    def _tracker(self, parcel: Parcel, told: list[Telling], now: datetime) -> Found:
        listed = disturbed(self.faults, self.voice.source, told)
        tracker = self.voice.tracker(parcel, [telling.row for telling in listed], now)
        return tracker, tuple(telling.step.key for telling in told)

    def _subscribe(self, number: str) -> None:
        if self._portal:
            now = self.world.now()
            hook = Hook(
                address=self._portal["url"], since=now, until=None, prove=self._prove, tell=self._tell
            )
            self.pusher.subscribe(number, hook)

    async def _prove(self, _client: httpx.AsyncClient, body: bytes) -> dict[str, str]:
        return self.voice.proof(body, self._portal["secret"].encode())

    def _tell(self, parcel: Parcel, step: Step, at: datetime) -> Body | None:
        told = self.rows.newest_first(parcel, at)
        if not any(row.step.key == step.key for row in told):
            return None
        tracker, _ = self._tracker(parcel, told, at)
        return lambda _now: msgspec.json.encode(self.voice.push(tracker, step.key))


class AggregatorPlatform:
    """An aggregator as a platform of the sandbox."""

    def __init__(self, voice: Voice) -> None:
        """Its words and its server."""
        self.source = voice.source
        self.url_names: tuple[str, ...] = (voice.source,)
        self.ROWS = voice.table.ROWS
        self.UNTELLABLE = voice.table.UNTELLABLE
        self._voice = voice

    def app(
        self,
        world: WorldLike,
        faults: FaultsLike,
        credentials: Credentials,
        options: ServerOptions = DEFAULT_OPTIONS,
    ) -> CarrierFrame:
        """A fresh server."""
        desk = Desk(world, faults, credentials, self._voice)
        app = Litestar(self._voice.routes(desk), openapi_config=None, logging_config=None)
        return CarrierFrame(app, desk, source=self.source, world=world, faults=faults, options=options)

    def entails(
        self, world: WorldLike, faults: FaultsLike, parcel: Parcel, step: Step, now: datetime
    ) -> tuple[Entailed, ...]:
        """What its rows about this step say at `now`."""
        if parcel.carrier != CARRIER or step.published_at > now:
            return ()
        return carrier_entails(self.source, parcel, self._voice.table.tellings(faults, parcel, step))


def pieces(word: str, between: str = "/") -> tuple[str, str]:
    """A word's coarse and fine part."""
    coarse, _, fine = word.partition(between)
    return coarse, fine
