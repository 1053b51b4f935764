"""Which sources there are: every folder with its card is one, and there is no list to edit."""

import csv
import importlib
import io
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from milepost.model.carriers import CarrierCard, CodeBook, CodeMeaning
from milepost.model.imports import Stated
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import CodeRef, Parsed
from milepost.model.setting import nearest
from milepost.model.shipments import TrackingQuery
from milepost.model.statuses import REASONS, Evidence, Responsible, Status
from milepost.ports.clock import Clock
from milepost.ports.sources import Marketplace
from milepost.settings import CarrierAccess, Settings, SourceAccess
from milepost.sources.cards import CatalogError, card
from milepost.sources.folder_pushes import FolderPushes, pushes_of, why_none
from milepost.sources.known import KnownCarrier
from milepost.sources.line import Line
from milepost.sources.push_proofs import secrets_of

SOURCES = Path(__file__).parent
CODE_COLUMNS = ("family", "code", "status", "reason", "responsible", "evidence", "note")
CODE_FILES_MAX = 256  # tables remembered
MAY_LACK = "responsible"  # where the usual party of each reason is the right one
ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/\-]*)?")
STATUSES = frozenset({*Status, "note", ""})
EVIDENCES = frozenset({*Evidence, ""})
PARTIES = frozenset({*Responsible, ""})

Fetch = Callable[[Sequence[TrackingQuery], Line, SourceAccess, Clock], Awaitable[list[Report]]]
LineFactory = Callable[..., Line]
Made = TypeVar("Made", bound="FolderCarrier")


@dataclass(frozen=True, kw_only=True)
class FolderCarrier:
    """A carrier as its folder describes it (fills ports.sources.Carrier)."""

    card: CarrierCard
    codes: CodeBook = field(repr=False)
    access: SourceAccess = field(repr=False)
    clock: Clock = field(repr=False)
    line: Line = field(repr=False)
    parse_report: Callable[[Report], Parsed] = field(repr=False)
    fetch_reports: Fetch = field(repr=False)
    parse_push: Callable[[Report], Parsed] | None = field(default=None, repr=False)
    pushes: FolderPushes | None = None

    @property
    def key(self) -> str:
        """The folder's name."""
        return self.card.key

    @property
    def is_configured(self) -> bool:
        """Whether the operator gave us keys."""
        return bool(self.access.client_id)

    def parse(self, report: Report) -> Parsed:
        """Read one report; never raises."""
        if report.kind is ReportKind.PUSH and self.parse_push is not None:
            return self.parse_push(report)
        return self.parse_report(report)

    async def fetch(self, queries: Sequence[TrackingQuery]) -> list[Report]:
        """Ask about these numbers, as many at a time as the carrier takes. Raises SourceError."""
        size = self.card.batch_max
        reports: list[Report] = []
        for start in range(0, len(queries), size):
            batch = queries[start : start + size]
            reports += await self.fetch_reports(batch, self.line, self.access, self.clock)
        return reports

    async def close(self) -> None:
        """Hang up the line."""
        await self.line.close()


@dataclass(frozen=True, kw_only=True)
class FolderHandedIn:
    """Files, mails or entries that are handed to us, as their folder reads them."""

    key: str
    name: str
    codes: CodeBook = field(repr=False)
    parse_report: Callable[[Report], Parsed] = field(repr=False)
    recognizes_body: Callable[[bytes, Stated], bool] = field(repr=False)

    def parse(self, report: Report) -> Parsed:
        """Read one report; never raises."""
        return self.parse_report(report)

    def recognizes(self, body: bytes, stated: Stated) -> bool:
        """Whether these bytes look like something it reads; never raises."""
        return self.recognizes_body(body, stated)


def carriers(
    settings: Settings, clock: Clock, line_factory: LineFactory = Line, folder: Path = SOURCES / "carriers"
) -> dict[str, FolderCarrier | KnownCarrier]:
    """Every carrier there is, by key, with or without keys to ask it. Raises CatalogError."""
    found = {path.parent.name: path for path in sorted(folder.glob("*/carrier.toml"))}
    if strange := sorted(set(settings.carriers) - set(found)):
        raise CatalogError(
            f"settings carriers.{strange[0]}: there is no such carrier; {nearest(strange[0], found)}"
        )
    return {key: _carrier(path.parent, settings, clock, line_factory) for key, path in found.items()}


def marketplaces(
    settings: Settings,
    clock: Clock,
    line_factory: LineFactory = Line,
    folder: Path = SOURCES / "marketplaces",
) -> dict[str, Marketplace]:
    """Every marketplace there is, by key; each folder's `marketplace.build` makes its own."""
    found: dict[str, Marketplace] = {}
    for path in sorted(folder.glob("*/marketplace.py")):
        module = _module(path)
        found[path.parent.name] = module.build(settings, clock, line_factory)
    return found


def handed_in(folder: Path = SOURCES / "handed_in") -> dict[str, FolderHandedIn]:
    """Everything that can be handed in, by key; each `parse` says its name and what it recognizes."""
    found: dict[str, FolderHandedIn] = {}
    for path in sorted(folder.glob("*/parse.py")):
        module = _module(path)
        found[path.parent.name] = FolderHandedIn(
            key=path.parent.name,
            name=module.NAME,
            codes=codes(path.with_name("codes.csv")),
            parse_report=module.parse,
            recognizes_body=module.recognizes,
        )
    return found


def codes(path: Path) -> CodeBook:
    """What a source's codes mean, from its codes.csv. Raises CatalogError naming the line."""
    return _codes(path, path.read_text("utf-8"))


@lru_cache(maxsize=CODE_FILES_MAX)
def _codes(path: Path, text: str) -> CodeBook:
    """Read once in a process however often a Milepost is put together in it, as tests do."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    told = tuple(rows.fieldnames or ())
    if told not in (CODE_COLUMNS, tuple(name for name in CODE_COLUMNS if name != MAY_LACK)):
        raise CatalogError(f"{path}:1: the columns are {','.join(CODE_COLUMNS)}")
    found = CodeBook()
    for row in rows:
        where = f"{path}:{rows.line_num}"
        ref = CodeRef(family=row["family"] or "", code=row["code"] or "")
        if ref in found:
            raise CatalogError(f"{where}: {ref.family} {ref.code} stands there twice")
        found[ref] = _meaning(row, where)
    return found


def _carrier(
    folder: Path, settings: Settings, clock: Clock, line_factory: LineFactory
) -> FolderCarrier | KnownCarrier:
    told = card(folder / "carrier.toml")
    access = settings.carriers.get(told.key, CarrierAccess())
    if not told.can_be_asked:
        return _known(folder, told, access)
    parse, fetch = _module(folder / "parse.py"), _module(folder / "fetch.py")
    if wrong := why_none(told, folder, access):
        raise CatalogError(wrong)
    push = _module(folder / "push.py") if told.push else None
    if access.url and not ADDRESS.fullmatch(access.url):
        raise CatalogError(f"settings carriers.{told.key}.url: write it as https://host or https://host/path")
    parts = FolderParts(folder=folder, parse=parse, fetch=fetch, push=push, secrets=fetch.secrets(access))
    return assembled(
        FolderCarrier, parts, told, access, settings=settings, clock=clock, line_factory=line_factory
    )


@dataclass(frozen=True, kw_only=True)
class FolderParts:
    """The modules of a folder, and what of its access must never show."""

    folder: Path
    parse: ModuleType
    fetch: ModuleType
    push: ModuleType | None
    secrets: tuple[str, ...]


def assembled(
    made: Callable[..., Made],
    parts: FolderParts,
    told: CarrierCard,
    access: SourceAccess,
    *,
    settings: Settings,
    clock: Clock,
    line_factory: LineFactory,
    room: str = "carriers",
) -> Made:
    """A source with its line, under the quotas of the operator's contract where the settings name them."""
    told = replace(
        told,
        per_minute=access.per_minute or told.per_minute,
        per_day=access.per_day or told.per_day,
    )
    line = line_factory(
        key=told.key,
        http=settings.http,
        clock=clock,
        per_minute=told.per_minute,
        per_day=told.per_day,
        secrets=(*parts.secrets, *secrets_of(access)),
        base_urls=tuple(url for url in (access.url or parts.fetch.DEFAULT_URL,) if url),
    )
    push = parts.push
    return made(
        card=told,
        codes=codes(parts.folder / "codes.csv"),
        access=access,
        clock=clock,
        line=line,
        parse_report=parts.parse.parse,
        fetch_reports=parts.fetch.fetch,
        parse_push=push.parse if push else None,
        pushes=pushes_of(told, push, access, settings=settings, line=line, clock=clock, room=room)
        if push
        else None,
    )


def _known(folder: Path, told: CarrierCard, access: CarrierAccess) -> KnownCarrier:
    if surplus := [name for name in ("parse.py", "fetch.py") if (folder / name).exists()]:
        raise CatalogError(f"{folder / 'carrier.toml'}: level: with {surplus[0]} it is `reads` or more")
    if access != CarrierAccess():
        raise CatalogError(
            f"settings carriers.{told.key}: Milepost has no way to ask {told.name}; take these settings out"
        )
    return KnownCarrier(card=told)


def _module(path: Path) -> ModuleType:
    if not path.exists():
        raise CatalogError(f"{path} is not there: write it, or set the level in carrier.toml to `known`")
    inside = path.relative_to(SOURCES).with_suffix("")
    return importlib.import_module(".".join(("milepost", "sources", *inside.parts)))


def _meaning(row: Mapping[str, str | None], where: str) -> CodeMeaning:
    meaning = CodeMeaning(
        status=row["status"] or "",
        reason=row["reason"] or "",
        evidence=row["evidence"] or "",
        note=row["note"] or "",
        responsible=row.get(MAY_LACK) or "",
    )
    if meaning.status not in STATUSES:
        raise CatalogError(f"{where}: `{meaning.status}` is not a status")
    if meaning.reason and meaning.reason not in REASONS:
        raise CatalogError(f"{where}: `{meaning.reason}` is not a reason")
    if meaning.evidence not in EVIDENCES:
        raise CatalogError(f"{where}: `{meaning.evidence}` is not a kind of evidence")
    if meaning.responsible not in PARTIES:
        raise CatalogError(f"{where}: `{meaning.responsible}` is not a party")
    return meaning
