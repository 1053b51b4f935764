"""A carrier's pushes as its folder's `push.py` reads and asks for them.

Such a file holds `IS_HINT` (a push only says that there is news), `ACCOUNTS` (whether an account can be
subscribed), `read(access, headers, body, heard_at)` and `parse(report)`; and where there is such a thing
`BATCH_MAX` with `subscribe(numbers, desk)`, `activate(push, desk)`, `grant(access, headers, body, now)` and
`SECRET_LENGTHS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from milepost.model.carriers import CarrierCard
from milepost.model.pushes import PushBy
from milepost.model.reports import Refusal
from milepost.model.scans import Parsed
from milepost.ports.clock import Clock
from milepost.ports.pushes import Push, PushToken, Subscribed
from milepost.ports.sources import AccessError
from milepost.settings import CarrierAccess, Settings, SourceAccess
from milepost.sources.cards import CatalogError
from milepost.sources.line import Line

SECRET_LENGTHS = range(16, 65)
AT_HOME = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a folder's `push.py` asks for pushes with. `address` is where they come in."""

    access: CarrierAccess = field(repr=False)
    line: Line = field(repr=False)
    clock: Clock = field(repr=False)
    address: str


@dataclass(frozen=True, kw_only=True)
class FolderPushes:
    """Fills ports.pushes.CarrierPushes."""

    card: CarrierCard
    module: ModuleType = field(repr=False)
    access: SourceAccess = field(repr=False)
    desk: Desk | None = field(repr=False)  # None: nothing is asked for, they come by themselves

    @property
    def is_by_number(self) -> bool:
        """Whether each number is subscribed; else an account is, once."""
        return self.card.push is PushBy.NUMBER and not _account(self.access)

    @property
    def is_hint(self) -> bool:
        """Whether a push is a reason to ask and no more."""
        return bool(self.module.IS_HINT)

    @property
    def batch_max(self) -> int:
        """Numbers asked for at once; 0: nothing is asked for, the operator sets it up at the carrier's."""
        return int(getattr(self.module, "BATCH_MAX", 0))

    def read(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Verify on the raw bytes, then read."""
        found: Push | Refusal = self.module.read(self.access, headers, body, heard_at)
        return found

    def grant(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PushToken | Refusal:
        """A token of ours, for a carrier that shows one with each push."""
        if not hasattr(self.module, "grant"):
            detail = f"{self.card.name} shows no token of ours."
            return Refusal(reason="no_tokens", detail=detail)
        found: PushToken | Refusal = self.module.grant(self.access, headers, body, now)
        return found

    async def subscribe(self, tracking_numbers: Sequence[str]) -> list[Subscribed]:
        """Ask for the pushes of these numbers, or of EVERY_NUMBER. Raises SourceError."""
        if not self.batch_max or self.desk is None:
            raise AccessError(f"{self.card.key}: its pushes are set up at the carrier's, not asked for")
        found: list[Subscribed] = await self.module.subscribe(tracking_numbers, self.desk)
        return found

    async def activate(self, push: bytes) -> Subscribed:
        """Say yes to the subscription that this push asked about. Raises SourceError."""
        if not hasattr(self.module, "activate") or self.desk is None:
            raise AccessError(f"{self.card.key}: its subscriptions need no yes of ours")
        found: Subscribed = await self.module.activate(push, self.desk)
        return found


def without_windows(parsed: Parsed) -> Parsed:
    """What happened, without the delivery windows: pushes overtake each other, and an old window is no news.

    A window is asked for: whoever pushes us something that holds no new scan is polled.
    """
    return replace(parsed, etas=())


def pushes_of(
    card: CarrierCard,
    module: ModuleType,
    access: SourceAccess,
    *,
    settings: Settings,
    line: Line,
    clock: Clock,
    room: str = "carriers",
) -> FolderPushes | None:
    """Its pushes, if the operator switched them on. Raises CatalogError naming the setting."""
    if not access.push:
        return None
    for wrong in _wrong(card, module, access, settings.web.public_url, room):
        raise CatalogError(wrong)
    address = f"{settings.web.public_url.rstrip('/')}/hooks/{room}/{card.key}"
    desk = None
    if isinstance(access, CarrierAccess):
        desk = Desk(access=access, line=line, clock=clock, address=address)
    return FolderPushes(card=card, module=module, access=access, desk=desk)


def why_none(card: CarrierCard, folder: Path, access: SourceAccess, room: str = "carriers") -> str | None:
    """What is wrong with settings or card where a folder has no `push.py`, or the other way round."""
    has = (folder / "push.py").exists()
    if access.push and not has:
        return f"settings {room}.{card.key}.push: {card.name} pushes nothing that we read; take it out"
    if has != (card.push is not PushBy.NONE):
        path = folder / f"{room.removesuffix('s')}.toml"
        return f"{path}: push: say `number` or `account` where there is a push.py"
    return None


def _wrong(
    card: CarrierCard, module: ModuleType, access: SourceAccess, public_url: str, room: str
) -> list[str]:
    where, wrong = f"settings {room}.{card.key}", []
    if not access.client_id:
        wrong.append(f"{where}.client_id: pushes need the carrier's keys: what is lost is asked for")
    told = urlsplit(public_url)
    if told.scheme != "https" and not (told.scheme == "http" and told.hostname in AT_HOME):
        wrong.append(
            f"settings web.public_url: {card.name} pushes to an https:// address only; "
            f"set it, or take {where[9:]}.push out"
        )
    lengths = getattr(module, "SECRET_LENGTHS", SECRET_LENGTHS)
    for name in ("push_secret", "push_secret_before"):
        secret = getattr(access, name)
        if (secret or name == "push_secret") and not (secret.isascii() and len(secret) in lengths):
            said = f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else f"exactly {lengths[0]}"
            wrong.append(f"{where}.{name}: write {said} characters, letters and digits best")
    if _account(access) and not module.ACCOUNTS:
        wrong.append(f"{where}.push_account: {card.name} is subscribed by number; take it out")
    return wrong


def _account(access: SourceAccess) -> str:
    """The account whose parcels are all pushed; aggregators push what is ours anyway."""
    return access.push_account if isinstance(access, CarrierAccess) else ""
