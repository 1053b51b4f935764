"""Which aggregators there are: every folder with its card is one, asked and heard only with keys."""

import importlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess, Settings
from milepost.sources.cards import CatalogError, card
from milepost.sources.catalog import ADDRESS, FolderCarrier, FolderParts, LineFactory, assembled
from milepost.sources.couriers import AGGREGATORS, Couriers, couriers, strangers
from milepost.sources.folder_pushes import why_none
from milepost.sources.line import Line

ROOM = "aggregators"
CARRIERS = AGGREGATORS.with_name("carriers")


@dataclass(frozen=True, kw_only=True)
class FolderAggregator(FolderCarrier):
    """An aggregator as its folder describes it (fills ports.sources.Aggregator)."""

    couriers: Couriers = field(repr=False)
    needs_carrier: bool = False

    def reaches(self, carrier: str | None) -> bool:
        """Whether it can be asked about a parcel of this carrier (None: nobody knows whose it is)."""
        return not self.needs_carrier or bool(self.couriers.name_of(carrier))


def aggregators(
    settings: Settings, clock: Clock, line_factory: LineFactory = Line, folder: Path = AGGREGATORS
) -> dict[str, FolderAggregator]:
    """Every aggregator there is, by key, with or without keys to ask it. Raises CatalogError."""
    found = {path.parent.name: path.parent for path in sorted(folder.glob("*/aggregator.toml"))}
    if strange := sorted(set(settings.aggregators) - set(found)):
        raise CatalogError(
            f"settings {ROOM}.{strange[0]}: there is no such aggregator; there are {', '.join(found)}"
        )
    return {key: _aggregator(path, settings, clock, line_factory) for key, path in found.items()}


def _aggregator(
    folder: Path, settings: Settings, clock: Clock, line_factory: LineFactory
) -> FolderAggregator:
    told = card(folder / "aggregator.toml")
    access = settings.aggregators.get(told.key, AggregatorAccess())
    parse, fetch = _module(told.key, "parse"), _module(told.key, "fetch")
    names = couriers(folder / "carriers.csv")
    if unknown := strangers(names, {path.parent.name for path in CARRIERS.glob("*/carrier.toml")}):
        raise CatalogError(f"{folder / 'carriers.csv'}: there is no carrier {unknown[0]}")
    if wrong := why_none(told, folder, access, ROOM) or _why_unusable(told.key, fetch, access):
        raise CatalogError(wrong)
    push = _module(told.key, "push") if told.push else None
    parts = FolderParts(folder=folder, parse=parse, fetch=fetch, push=push, secrets=(access.client_id,))
    made = partial(FolderAggregator, couriers=names, needs_carrier=fetch.NEEDS_CARRIER)
    return assembled(
        made, parts, told, access, settings=settings, clock=clock, line_factory=line_factory, room=ROOM
    )


def _why_unusable(key: str, fetch: ModuleType, access: AggregatorAccess) -> str | None:
    """What is wrong with the settings of one, in one sentence with the fix."""
    where = f"settings {ROOM}.{key}"
    if access.url and not ADDRESS.fullmatch(access.url):
        return f"{where}.url: write it as https://host or https://host/path"
    if access.client_id and not (access.url or fetch.DEFAULT_URL):
        return f"{where}.url: say where your server is"
    if access.register and not fetch.CAN_REGISTER:
        return f"{where}.register: it needs no numbers named beforehand, or cannot be told; take it out"
    return None


def _module(key: str, name: str) -> ModuleType:
    return importlib.import_module(f"milepost.sources.aggregators.{key}.{name}")
