"""Everything a running Milepost is made of, put together once in `wiring` and handed down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from milepost.model.carriers import Clues, Identification
from milepost.model.health import Tries
from milepost.model.notices import Notice, Picture
from milepost.model.reports import Report
from milepost.model.restores import RestoreFence
from milepost.ports.budgets import Budgets
from milepost.ports.carriers_used import CarriersUsed
from milepost.ports.clock import Clock
from milepost.ports.codes import CodeTables
from milepost.ports.forecast import Forecaster
from milepost.ports.live import Live
from milepost.ports.mailbox import Mailbox
from milepost.ports.notify import Channel
from milepost.ports.places import Gazetteer
from milepost.ports.sources import Aggregator, Carrier, HandedIn, Marketplace, Source
from milepost.ports.store import Store
from milepost.ports.webhooks import Poster
from milepost.ports.words import SentenceReader
from milepost.ports.work import WorkList
from milepost.settings import Settings


class Tally(Protocol):
    """Counters for whoever watches the machine."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter; `name` and labels are from a closed list (docs/run/operate.md)."""
        ...


class Identify(Protocol):
    """Whose number is in a text: by it, the provider's name, the destination, and what else is known."""

    def __call__(
        self, text: str, provider_name: str = "", country: str = "", clues: Clues = ..., /
    ) -> Identification: ...


class Paint(Protocol):
    """The map of a notice's parcel as a picture, in the language spoken; None where none can be drawn."""

    async def __call__(self, app: "App", notice: Notice, /) -> Picture | None: ...


async def no_picture(_app: "App", _notice: Notice) -> None:
    """Messages in words alone."""


@dataclass(frozen=True, kw_only=True)
class App:
    """One running Milepost."""

    settings: Settings
    clock: Clock
    store: Store
    work: WorkList
    budgets: Budgets
    live: Live
    gazetteer: Gazetteer
    words: SentenceReader
    carriers: Mapping[str, Carrier]
    marketplaces: Mapping[str, Marketplace]
    handed_in: Mapping[str, HandedIn]
    mailbox: Mailbox
    channels: Mapping[str, Channel]
    poster: Poster
    forecaster: Forecaster
    identify: Identify
    tally: Tally
    code_tables: CodeTables = field(default_factory=CodeTables)
    carriers_used: CarriersUsed = field(default_factory=CarriersUsed)
    aggregators: Mapping[str, Aggregator] = field(default_factory=dict)
    paint: Paint = no_picture
    tries: Tries = field(default_factory=Tries)
    fence: RestoreFence | None = None  # set when this database was put back from a backup

    def source(self, report: Report) -> Source:
        """Whoever can read this report. Raises KeyError for a source whose folder is gone."""
        for sources in (self.carriers, self.marketplaces, self.aggregators, self.handed_in):
            if report.source in sources:
                return sources[report.source]
        raise KeyError(report.source)

    @property
    def all_asked(self) -> dict[str, Carrier]:
        """Everybody who can be asked about a parcel, given keys: carriers and aggregators, by key."""
        return {**self.carriers, **self.aggregators}

    def asked(self, key: str) -> Carrier:
        """The carrier or aggregator whose turn a look is. Raises KeyError when its folder is gone."""
        return self.carriers.get(key) or self.aggregators[key]

    def who_to_ask(self, carrier: str | None) -> Carrier | None:
        """Who is asked about a parcel of this carrier: itself, else an aggregator we have keys for."""
        own = self.carriers.get(carrier or "")
        if own is not None and own.is_configured:
            return own
        others = (one for one in self.aggregators.values() if one.is_configured and one.reaches(carrier))
        return next(others, None)

    @property
    def teller_names(self) -> dict[str, str]:
        """Names of carriers and of those who pass on what they told, for people, by key."""
        return self.carrier_names | {key: one.card.name for key, one in self.aggregators.items()}

    @property
    def carrier_names(self) -> dict[str, str]:
        """Names for people, by key."""
        return {key: carrier.card.name for key, carrier in self.carriers.items()}

    @property
    def source_names(self) -> dict[str, str]:
        """Names of everybody who tells us news, for people, by key."""
        names = self.teller_names | {key: one.name for key, one in self.marketplaces.items()}
        return names | {key: one.name for key, one in self.handed_in.items()}
