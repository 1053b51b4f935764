"""A carrier whom we know but cannot ask: identity, links, contacts and rules, and nothing to poll."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from milepost.model.carriers import CarrierCard, CodeBook
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.model.shipments import TrackingQuery
from milepost.ports.sources import AccessError


@dataclass(frozen=True, kw_only=True)
class KnownCarrier:
    """A carrier as its card alone describes it (fills ports.sources.Carrier)."""

    card: CarrierCard
    codes: CodeBook = field(default_factory=CodeBook, repr=False)

    @property
    def key(self) -> str:
        """The folder's name."""
        return self.card.key

    @property
    def is_configured(self) -> bool:
        """Never: there is nothing to give keys for."""
        return False

    @property
    def pushes(self) -> None:
        """None: nobody here reads them."""
        return

    def parse(self, report: Report) -> Parsed:
        """Nobody here reads its answers, so one that comes all the same is refused by name."""
        detail = f"Milepost knows {self.card.name}, but reads no answers of it."
        return Parsed(
            refusals=(Refusal(reason="no_parser", detail=detail, subject="".join(report.subject[:1])),)
        )

    async def fetch(self, queries: Sequence[TrackingQuery]) -> list[Report]:
        """Nobody can be asked. Raises AccessError."""
        raise AccessError(f"Milepost knows {self.card.name}, but has no way to ask it.")

    async def close(self) -> None:
        """There is no line to hang up."""
