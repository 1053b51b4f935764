"""A database with as many events as wanted, made in minutes: a small real one, cast again and again.

The older parcels are the small world at its end, further and further in the past; the latest two in a
hundred are the same world while its parcels are under way. Two things are left out, because nothing that
is measured reads them and they would be most of the file: the bytes of reports (their rows and hashes are
there), and what is not current any more (older versions of orders, polls that brought nothing).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import apsw

from benches.molds import FRESH_DIGITS, Cast, Words, fresh_number, mold
from benches.past import KEY, Past
from milepost.model.orders import Contact
from milepost.store.contact_index import Indexes, indexes
from milepost.store.event_shelf import STORED, _event
from milepost.store.repeats import number_of
from milepost.store.sealing import Sealer, load_key
from milepost.store.values import to_json

LATEST = 0.02
"""The share of shipments that is still under way."""

DAYS = 900
"""How long ago the oldest parcel was sent."""

POSTCODES = 8
"""So few that the smallest history, too, has more parcels of each than a search shows."""

CACHE_KIB = 2_000_000
COPIES_AT_ONCE = 40
BODY_BYTES = 24
UNIQUE = re.compile(r",\s*(?:CONSTRAINT \S+ )?UNIQUE \(([^)]*)\)")
STANDING = {"milepost_schema", "shops", "grants", "marks", "users", "api_keys"}
BROUGHT_NEWS = "body_hash IN (SELECT report_hash FROM events UNION SELECT report_hash FROM order_versions)"
KEPT = {
    "report_bodies": BROUGHT_NEWS,
    "reports": BROUGHT_NEWS,
    "order_versions": "seq IN (SELECT version FROM orders)",
}
PLACES = {"proofs": ("shipment_id", "digest"), "inbox": ("notice_key",)}
"""What the sealed values of these tables are bound to (sealing.py)."""


@dataclass(frozen=True, kw_only=True)
class History:
    """A database file, and which casts of the small world are in it."""

    path: Path
    past: Past
    events: int
    ended: range
    under_way: range  # the latest

    def number(self, number: str, copy: int) -> str:
        """The number a cast has instead of this one."""
        return fresh_number(number, ranks(self.past), copy)


def history(past: Past, events: int) -> History:
    """A history of about `events` events; one that an earlier run made is used again."""
    with _opened(past.ended) as ended, _opened(past.under_way) as under_way:
        full, latest_full = _count(ended, "events"), _count(under_way, "events")
        running = len({number for told in past.news for number in told})
        parcels = events / full * _count(ended, "shipments")
        latest = max(1, round(parcels * LATEST / running))
        copies = max(1, round((events - latest * latest_full) / full))
        made = History(
            path=past.folder / f"{events}.sqlite",
            past=past,
            events=copies * full + latest * latest_full,
            ended=range(copies),
            under_way=range(copies, copies + latest),
        )
        if not made.path.exists():
            _make(made, ended, under_way)
    return made


def contact_of(order_number: str, name: str | None) -> Contact:
    """Who gets this order: found by an e-mail and a phone of their own, and by a common postcode."""
    own = order_number[-FRESH_DIGITS:]
    return Contact(
        name=name,
        email=f"buyer-{order_number}@example.org",
        phone=f"+15{own}",
        address="1 Long Street, Springfield",
        postal_code=f"{int(own) % POSTCODES:05d}",
    )


def _make(made: History, ended: apsw.Connection, under_way: apsw.Connection) -> None:
    part = made.path.with_suffix(".part")
    part.unlink(missing_ok=True)
    sealer = Sealer(load_key(made.past.folder / KEY, may_make=False))
    with closing(apsw.Connection(str(part))) as target:
        for pragma, value in (("journal_mode", "off"), ("synchronous", "off"), ("cache_size", -CACHE_KIB)):
            target.pragma(pragma, value)
        later = _make_tables(ended, target)
        _keep_standing(ended, target, Words(ranks(made.past)))
        seqs = {name: _count(target, name) for name in _tables(target)}
        for database, copies in ((ended, made.ended), (under_way, made.under_way)):
            template = _Template(database, sealer, Words(ranks(made.past)))
            _cast(template, target, copies, len(made.ended), seqs)
        for sql in later:
            target.execute(sql)
        target.pragma("journal_mode", "wal")
    part.rename(made.path)


def _make_tables(template: apsw.Connection, target: apsw.Connection) -> list[str]:
    """The template's tables; the statements for what is faster made when they are full."""
    later = []
    for name, sql in template.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
        if name.startswith("sqlite_"):
            continue
        target.execute(UNIQUE.sub("", sql))
        for number, columns in enumerate(UNIQUE.findall(sql)):
            later.append(f"CREATE UNIQUE INDEX {name}_only_{number} ON {name} ({columns})")
    kinds = "SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"
    return [*later, *(sql for (sql,) in template.execute(kinds))]


def _keep_standing(template: apsw.Connection, target: apsw.Connection, words: Words) -> None:
    """What names no parcel is there once: shops, their grants, work that repeats."""
    for name in _tables(template):
        rows = _rows(template, name)
        rows = [row for row in rows if name in STANDING or not words.names_a_parcel(row)]
        _insert(
            target,
            name,
            [(rank, *row[1:]) for rank, row in enumerate(rows, 1)] if _has_seq(template, name) else rows,
        )


def _cast(
    template: "_Template", target: apsw.Connection, copies: range, present: int, seqs: dict[str, int]
) -> None:
    molds = template.molds()
    for first in range(copies.start, copies.stop, COPIES_AT_ONCE):
        rows: dict[str, list[Any]] = {name: [] for name in molds}
        for copy in copies[first - copies.start : first - copies.start + COPIES_AT_ONCE]:
            days = min(0, (copy - present) * DAYS // present)
            words = template.words.fresh(copy, days)
            versions = seqs["order_versions"]
            for name, cast in molds.items():
                made = cast(words, days * 86_400_000_000, seqs[name], versions)
                seqs[name] += len(made)
                rows[name] += made
        with target:
            for name, made in rows.items():
                _insert(target, name, made)


class _Template:
    """One database whose parcels are cast."""

    def __init__(self, connection: apsw.Connection, sealer: Sealer, words: Words) -> None:
        self.words = words
        self._connection = connection
        self._sealer = sealer
        self._plains: list[bytes] = []
        self._indexes = lru_cache(COPIES_AT_ONCE)(self._indexes_of)

    def molds(self) -> dict[str, Cast]:
        """A mold for each table whose rows name parcels. Orders come after their versions."""
        names = {
            "sha": lambda text: hashlib.sha256(text.encode()).hexdigest()[:32],
            "seal": lambda plain, table, *place: self._sealer.seal(self._plains[plain], table, place),
            "contact": self._contact,
            "indexes": self._indexes,
            "asked": lambda source, kind, shop, subject: number_of(source, kind, shop, json.loads(subject)),
        }
        found = {}
        for name in sorted({*_tables(self._connection)} - STANDING):
            rows = [row for row in _rows(self._connection, name) if self.words.names_a_parcel(row)]
            if rows:
                columns = _columns(self._connection, name)
                found[name] = mold(columns, rows, self.words, self._special(name), names)
        return found

    def _special(self, table: str) -> Mapping[str, Callable[[Mapping[str, Any]], str]]:
        match table:
            case "events":
                return {"event_id": self._event_id}
            case "orders":
                versions = [row[0] for row in _rows(self._connection, "order_versions")]
                kinds = ("email_index", "phone_index", "postal_index")
                return {
                    "version": lambda row: f"v + {versions.index(row['version']) + 1}",
                    **{kind: self._index_expression(number) for number, kind in enumerate(kinds)},
                }
            case "order_versions":
                return {"sealed": self._contact_expression}
            case "reports":
                return {"asked": self._question_expression}
            case "report_bodies":
                return {"sealed": lambda _: repr(bytes(BODY_BYTES))}
            case _ if table in PLACES:
                return {"sealed": lambda row: self._sealed_expression(table, row)}
        return {}

    def _event_id(self, row: Mapping[str, Any]) -> str:
        event = _event(tuple(row[column.name] for column in STORED))
        if event.event_id != row["event_id"]:
            raise RuntimeError("an event's id is not made of its identity any more: mend benches/history.py")
        return f"sha({self.words.text(chr(31).join(event.identity))})"

    def _index_expression(self, number: int) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: f"indexes({self.words.text(row['order_number'])})[{number}]"

    def _question_expression(self, row: Mapping[str, Any]) -> str:
        if row["asked"] is None:
            return "None"
        shop = "None" if row["shop_id"] is None else self.words.text(row["shop_id"])
        return f"asked({row['source']!r}, {row['kind']!r}, {shop}, {self.words.text(row['subject'])})"

    def _contact_expression(self, row: Mapping[str, Any]) -> str:
        place = ", ".join(self.words.text(row[part]) for part in ("shop_id", "order_number", "digest"))
        return f"contact({place})"

    def _sealed_expression(self, table: str, row: Mapping[str, Any]) -> str:
        self._plains.append(self._sealer.open(row["sealed"], table, [row[part] for part in PLACES[table]]))
        place = ", ".join(self.words.text(row[part]) for part in PLACES[table])
        return f"seal({len(self._plains) - 1}, {table!r}, {place})"

    def _contact(self, shop_id: str, order_number: str, digest: str) -> bytes:
        plain = to_json(contact_of(order_number, "Robin Doe")).encode()
        return self._sealer.seal(plain, "order_versions", (shop_id, order_number, digest))

    def _indexes_of(self, order_number: str) -> Indexes:
        return indexes(contact_of(order_number, None), self._sealer)


@lru_cache
def ranks(past: Past) -> Mapping[str, int]:
    """Order and tracking numbers of the small world, counted: casts number theirs by it."""
    with _opened(past.ended) as opened:
        found = opened.execute(
            "SELECT order_number FROM orders UNION SELECT order_number FROM shipment_orders"
            " UNION SELECT tracking_number FROM shipments ORDER BY 1"
        )
        return {number: rank for rank, (number,) in enumerate(found.fetchall())}


@lru_cache
def orders_of(template: Path) -> Sequence[tuple[str, str, str]]:
    """Shop, order number and tracking number of every order that was sent."""
    with _opened(template) as opened:
        return opened.execute(
            "SELECT s.shop_id, o.order_number, s.tracking_number FROM shipment_orders o"
            " JOIN shipments s ON s.shipment_id = o.shipment_id WHERE NOT s.superseded"
            " GROUP BY o.order_number ORDER BY o.order_number"
        ).fetchall()


@contextmanager
def _opened(database: Path) -> Iterator[apsw.Connection]:
    with closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as opened:
        yield opened


def _tables(connection: apsw.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return sorted(name for (name,) in found)


def _rows(connection: apsw.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} WHERE {KEPT.get(table, '1')}").fetchall()  # noqa: S608


def _columns(connection: apsw.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _has_seq(connection: apsw.Connection, table: str) -> bool:
    return _columns(connection, table)[0] == "seq"


def _count(connection: apsw.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608


def _insert(target: apsw.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own tables
