"""What `milepost doctor` looks at, one thing after the other; each finding says what to do about it."""

import asyncio
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from milepost.cli.answers import counted
from milepost.cli.check_doors import doors
from milepost.cli.nodes import asked
from milepost.clock import SystemClock, clock_of
from milepost.desk.backups import ENDING
from milepost.desk.restores import fence_of
from milepost.map.atlas import Atlas, MapError
from milepost.model.places import RawPlace
from milepost.model.setting import SettingsError
from milepost.model.shops import ShopState
from milepost.places.gazetteer import PlacesError, SqliteGazetteer
from milepost.ports.live import LiveError
from milepost.ports.store import Store, StoreError
from milepost.queue.leases import LeaseQueue
from milepost.settings import Settings
from milepost.show.assets import AssetsError, asset
from milepost.sources.cards import CatalogError
from milepost.sources.catalog import carriers, marketplaces
from milepost.store.opening import open_store

DISK_BYTES_WARN = 1_000_000_000
DISK_BYTES_BAD = 100_000_000
MAIL_S = 5.0
OVERDUE = timedelta(minutes=15)
OLD_BACKUP = timedelta(days=2)
OLDEST_SENSIBLE_YEAR = 2025
OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Verdict(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"  # it works, and something should be seen to
    BAD = "bad"  # it does not work


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `fix` is what to do, empty when all is well."""

    what: str
    verdict: Verdict
    told: str
    fix: str = ""


def ok(what: str, told: str) -> Finding:
    """All is well."""
    return Finding(what=what, verdict=Verdict.OK, told=told)


def warn(what: str, told: str, fix: str) -> Finding:
    """It works for now."""
    return Finding(what=what, verdict=Verdict.WARN, told=told, fix=fix)


def bad(what: str, told: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(what=what, verdict=Verdict.BAD, told=told, fix=fix)


async def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order in which one would mend it. Changes nothing but makes a new database."""
    findings = [_clock(settings), _disk(settings), _key_file(settings), _places(), _map(), _assets()]
    findings += _sources(settings)
    findings.append(await asyncio.to_thread(_mail, settings))
    findings += [_address(settings), _backups(settings, SystemClock().now())]
    for well, what, told, fix in await doors(settings):
        findings.append(ok(what, told) if well else bad(what, told, fix))
    findings += await _in_store(settings)
    findings.append(await _bus(settings))
    return findings


def _clock(settings: Settings) -> Finding:
    try:
        clock = clock_of(settings.clock)
    except SettingsError as error:
        return bad("clock", str(error), "set clock to `system`")
    now = clock.now()
    if not isinstance(clock, SystemClock):
        return warn(
            "clock", f"follows a simulated world: {now:%Y-%m-%d %H:%M} UTC", "set clock to `system` for life"
        )
    if now.year < OLDEST_SENSIBLE_YEAR:
        return bad("clock", f"this machine says {now:%Y-%m-%d}", "set the time; signatures fail without it")
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _disk(settings: Settings) -> Finding:
    folder = _existing(Path(settings.store.key_file).parent)
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free at {folder}"
    if free < DISK_BYTES_BAD:
        return bad("disk", told, "make room: what cannot be kept is not taken in")
    if free < DISK_BYTES_WARN:
        return warn("disk", told, "make room before it is full")
    return ok("disk", told)


def _existing(path: Path) -> Path:
    return next((one for one in (path, *path.absolute().parents) if one.exists()), Path())


def _key_file(settings: Settings) -> Finding:
    path = Path(settings.store.key_file)
    if not path.exists():
        return warn(
            "key file", f"{path} is not there yet", "it is made on the first start; then keep a copy apart"
        )
    if path.stat().st_mode & OTHERS_MAY_READ:
        return bad("key file", f"{path} can be read by others", f"chmod 600 {path}")
    return ok("key file", f"{path}, for its owner alone")


def _places() -> Finding:
    fix = "run `make setup` in a clone, or install the wheel again: it carries the place data"
    try:
        found = SqliteGazetteer().locate(RawPlace(text="Memphis, TN, US"))
    except PlacesError as error:
        return bad("places", str(error), fix)
    if found is None:
        return bad("places", "the gazetteer does not find Memphis", fix)
    return ok("places", f"the gazetteer answers (Memphis is in {found.zone})")


def _map() -> Finding:
    fix = "run `make setup` in a clone, or install the wheel again: it carries the map data"
    try:
        countries = Atlas().countries
    except MapError as error:
        return bad("map", str(error), fix)
    return ok("map", f"{len(countries)} countries can be drawn")


def _assets() -> Finding:
    try:
        asset("app.css")
    except AssetsError as error:
        return bad("browser files", str(error), "run `make setup` in a clone, or install the wheel again")
    return ok("browser files", "built")


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        known = carriers(settings, SystemClock())
        markets = marketplaces(settings, SystemClock())
    except (CatalogError, SettingsError) as error:
        yield bad("sources", str(error), "correct the setting, or the folder it names")
        return
    for key, market in markets.items():
        if market.is_configured:
            yield ok(key, "has app keys")
    if not any(market.is_configured for market in markets.values()):
        yield warn("marketplaces", "none has app keys", "docs/start.md, step 3; or `milepost import FILE`")
    only_known = [key for key, carrier in known.items() if not carrier.card.can_be_asked]
    if only_known:
        yield ok("carriers", f"{len(only_known)} more are identified and linked, and cannot be asked")
    for key, carrier in known.items():
        if key in only_known:
            continue
        if carrier.is_configured:
            yield ok(key, f"has keys; level {carrier.card.level.value}")
        else:
            yield warn(
                key,
                "no keys, so it is not asked",
                f"set carriers.{key}.client_id (its README says where to get it)",
            )


def _mail(settings: Settings) -> Finding:
    mail = settings.mail
    if not mail.host:
        return warn("mail", "no server, so no e-mail is sent", "set mail.host")
    if mail.tls == "none" and mail.host not in LOOPBACK:
        return bad("mail", "mail.tls is `none` for a server elsewhere", "set mail.tls to `starttls` or `tls`")
    try:
        with socket.create_connection((mail.host, mail.port), MAIL_S):
            return ok("mail", f"{mail.host}:{mail.port} answers")
    except OSError as error:
        return bad(
            "mail", f"{mail.host}:{mail.port} does not answer ({error})", "set mail.host and mail.port"
        )


def _address(settings: Settings) -> Finding:
    url = settings.web.public_url
    if not url:
        return warn("public address", "not set: links in messages name this machine", "set web.public_url")
    if not url.startswith("https://"):
        return warn("public address", f"{url} is not https", "put a reverse proxy with TLS in front")
    return ok("public address", url)


async def _bus(settings: Settings) -> Finding:
    """How several nodes hear of each other; with one there is nothing to look at."""
    try:
        state = await asked(settings)
    except LiveError as error:
        return bad("bus", str(error), "see docs/run/nodes.md")
    if state.engine == "process":
        return ok("bus", "none is needed: this Milepost is one node")
    if state.trouble:
        fix = "see docs/run/nodes.md; until then the news of other nodes shows some seconds later"
        return warn("bus", f"{state.engine}: {state.trouble}", fix)
    versions = sorted({node.version for node in state.nodes})
    told = f"{state.engine}; {counted(len(state.nodes), 'node')} running"
    if len(versions) > 1:
        return warn("bus", f"{told}, of versions {', '.join(versions)}", "bring all nodes to one version")
    return ok("bus", told)


async def _in_store(settings: Settings) -> list[Finding]:
    try:
        store = open_store(settings.store.url, settings.store.key_file, clock_of(settings.clock))
        await store.start()
    except StoreError as error:
        if "in use by another program" in str(error):
            return [warn("database", str(error), "if that is `milepost run`, all is well: ask it at /readyz")]
        return [bad("database", str(error), "see docs/run/store.md")]
    now = clock_of(settings.clock).now()
    try:
        return [await _database(store), await _shops(store), await _work(store, now)]
    finally:
        await store.stop()


async def _database(store: Store) -> Finding:
    trouble = await store.trouble()
    if trouble is not None:
        return bad("database", f"cannot be written: {trouble}", "see docs/run/store.md")
    counts = await store.counts(None)
    told = f"{store.engine}; {counted(counts['orders'], 'order')}, {counted(counts['shipments'], 'parcel')}"
    if counts["unknown_events"]:
        return warn(
            "database",
            f"{told}; {counts['unknown_events']} events with codes we do not know",
            "see them in the console; add the codes to codes.csv",
        )
    return ok("database", told)


async def _shops(store: Store) -> Finding:
    shops = await store.shops()
    lost = [shop.name or shop.shop_id for shop in shops if shop.state is ShopState.NEEDS_AUTHORIZATION]
    if lost:
        return bad("shops", f"{', '.join(lost)} must be authorized again", "milepost shop connect")
    if not shops:
        return warn("shops", "none is connected", "milepost shop connect")
    return ok("shops", f"{len(shops)} connected")


def _backups(settings: Settings, now: datetime) -> Finding:
    """The newest file in the folder where backups go."""
    folder = Path(settings.backup.folder)
    newest = max((path.stat().st_mtime for path in folder.glob(f"*{ENDING}")), default=None)
    if newest is None:
        return warn(
            "backup", f"none in {folder}", "milepost backup; docs/run/backup.md says how to do it daily"
        )
    at = datetime.fromtimestamp(newest, UTC)
    told = f"the newest in {folder} is of {at:%Y-%m-%d %H:%M} UTC"
    if now - at > max(OLD_BACKUP, 2 * timedelta(seconds=settings.backup.every_s)):
        return warn("backup", told, "see why there is no newer one; docs/run/backup.md")
    return ok("backup", told)


async def _work(store: Store, now: datetime) -> Finding:
    work = LeaseQueue(store)
    counts = await work.counts(now)
    told = f"{counts['due']} due, {counts['later']} later, {counts['dead']} dead"
    if counts["dead"]:
        return warn("work", told, "look at /console/work: somebody was not told or not asked")
    if counts["held"]:
        fence = await fence_of(store)
        why = f", most likely since it was {fence.reason}" if fence else ""
        fix = "milepost queue list --state held; then release or drop it"
        return warn("work", f"{told}, {counts['held']} held{why}", fix)
    oldest = await work.next_due()
    if oldest is not None and now - oldest > OVERDUE:
        return warn(
            "work",
            f"{told}; the oldest waits since {oldest:%Y-%m-%d %H:%M} UTC",
            "start `milepost run` or a worker",
        )
    return ok("work", told)
