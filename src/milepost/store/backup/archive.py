r"""The backup file: one form for both engines, written and read piece by piece.

    MILEPOST BACKUP 1\n
    header        one line of JSON: what is in it, from where and when
    rows, rows …  pieces of one table each: compressed, about a megabyte before that
    end           SHA-256 of all that, rows and SHA-256 of each table; without it a file was not finished

A row is a MessagePack list of its columns' values. A table's SHA-256 is over its rows as they stand.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from milepost.ports.store import StoreError
from milepost.store.sql.engine import Row

FORMAT = 1
MAGIC = b"MILEPOST BACKUP "
MAGIC_LINE_BYTES_MAX = 40
HEADER_BYTES_MAX = 1_000_000
PIECE_BYTES = 1_000_000  # before compression; a piece ends with the row that reaches it
PIECE_BYTES_MAX = 600_000_000  # one report body at its largest; more is not one of ours
COMPRESSION = 1
PIECE = struct.Struct(">cHIII")  # kind, table, rows, bytes plain, bytes compressed
ROWS, END = b"R", b"E"
LIST_OF = b"\xdd"  # MessagePack: a list whose length follows in four bytes

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[list[Any]]).decode


class ArchiveError(StoreError):
    """The file cannot be used as a backup; the text is one sentence with the fix."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int = FORMAT
    schema: int
    engine: str  # where it was taken: `sqlite` or `postgres`
    version: str  # of the Milepost that took it
    taken_at: str  # UTC, RFC 3339: everything kept by then is in it
    key_check: str  # shows which key file opens what is sealed in it
    key: str = ""  # that key itself, only when asked for
    tables: dict[str, list[str]]  # name and columns, in the order they come


class TableCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What must have come of one table."""

    rows: int
    sha256: str


class _End(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str  # of the file up to here
    tables: dict[str, TableCheck]


@dataclass(slots=True)
class _Sum:
    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, rows: int, plain: bytes) -> None:
        self.rows += rows
        self.digest.update(plain)

    def checked(self) -> TableCheck:
        return TableCheck(rows=self.rows, sha256=self.digest.hexdigest())


class Writer:
    """Writes one backup into an open file, from its first byte on."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file = file
        self._whole = hashlib.sha256()
        self._numbers = {name: number for number, name in enumerate(header.tables)}
        self._sums = {name: _Sum() for name in header.tables}
        self._write(MAGIC + b"%d\n" % FORMAT + msgspec.json.encode(header) + b"\n")

    def add(self, table: str, rows: int, plain: bytes) -> None:
        """One piece: so many rows of a table, as `encoded` gives them."""
        self._sums[table].add(rows, plain)
        packed = zlib.compress(plain, COMPRESSION)
        self._write(PIECE.pack(ROWS, self._numbers[table], rows, len(plain), len(packed)) + packed)

    def end(self) -> dict[str, TableCheck]:
        """The last bytes; the file is whole once they are on disk."""
        checks = {name: total.checked() for name, total in self._sums.items()}
        told = msgspec.json.encode(_End(sha256=self._whole.hexdigest(), tables=checks))
        self._file.write(PIECE.pack(END, 0, 0, len(told), len(told)) + told)
        return checks

    def _write(self, content: bytes) -> None:
        self._whole.update(content)
        self._file.write(content)


def encoded(rows: Iterator[Sequence[Any]], bytes_max: float = PIECE_BYTES) -> tuple[int, bytes]:
    """The next piece of these rows and how many they are; none at their end."""
    plain, count = bytearray(), 0
    for row in rows:
        plain += _encode(row)
        count += 1
        if len(plain) >= bytes_max:
            break
    return count, bytes(plain)


class Reader:
    """Reads one backup; whatever is wrong with it is said in one sentence (ArchiveError)."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        first, line = file.readline(MAGIC_LINE_BYTES_MAX), file.readline(HEADER_BYTES_MAX)
        self._check_form(first)
        self._whole = hashlib.sha256(first + line)
        try:
            self.header = msgspec.json.decode(line, type=Header)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._damaged("its header cannot be read") from error
        self.checks: Mapping[str, TableCheck] = {}

    def _check_form(self, first: bytes) -> None:
        number = first.removeprefix(MAGIC).strip()
        if not first.startswith(MAGIC) or not number.isdigit() or int(number) < 1:
            raise ArchiveError(
                f"{self._name} is not a backup of Milepost: name a file that `milepost backup` made"
            )
        if int(number) > FORMAT:
            raise ArchiveError(
                f"{self._name} was made by a newer Milepost (form {int(number)}, this one reads {FORMAT}): "
                "install that version"
            )

    def pieces(self) -> Iterator[tuple[str, list[Row]]]:
        """Every piece, in order: its table and rows. At the end all has been checked, or ArchiveError."""
        names = list(self.header.tables)
        sums = {name: _Sum() for name in names}
        while True:
            head = self._read(PIECE.size)
            kind, number, rows, plain_bytes, packed_bytes = self._sizes(head)
            if (kind, number, rows, plain_bytes) == (END, 0, 0, packed_bytes):
                break
            if kind != ROWS or number >= len(names):
                raise self._damaged("a piece of it is of no known kind")
            packed = self._read(packed_bytes)
            self._whole.update(head + packed)
            plain = self._unpacked(packed, plain_bytes)
            sums[names[number]].add(rows, plain)
            yield names[number], self._rows(rows, plain, len(self.header.tables[names[number]]))
        self._check_end(self._read(packed_bytes), sums)

    def _sizes(self, head: bytes) -> tuple[bytes, int, int, int, int]:
        kind, number, rows, plain_bytes, packed_bytes = PIECE.unpack(head)
        if max(plain_bytes, packed_bytes) > PIECE_BYTES_MAX:
            raise self._damaged("a piece of it is larger than any can be")
        return kind, number, rows, plain_bytes, packed_bytes

    def _unpacked(self, packed: bytes, plain_bytes: int) -> bytes:
        unpacking = zlib.decompressobj()
        try:
            plain = unpacking.decompress(packed, plain_bytes + 1)
        except zlib.error as error:
            raise self._damaged("a piece of it does not unpack") from error
        if len(plain) != plain_bytes or not unpacking.eof or unpacking.unused_data:
            raise self._damaged("a piece of it has another length than it says")
        return plain

    def _rows(self, rows: int, plain: bytes, columns: int) -> list[Row]:
        try:
            found = _decode(LIST_OF + rows.to_bytes(4, "big") + plain)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._damaged("rows of it cannot be read") from error
        if any(len(row) != columns for row in found):
            raise self._damaged("rows of it are of another shape than it says")
        return [tuple(row) for row in found]

    def _check_end(self, told: bytes, sums: Mapping[str, _Sum]) -> None:
        try:
            end = msgspec.json.decode(told, type=_End)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._damaged("its end cannot be read") from error
        if end.sha256 != self._whole.hexdigest():
            raise self._damaged("its bytes are not those that were written")
        self.checks = {name: total.checked() for name, total in sums.items()}
        for name, check in self.checks.items():
            if end.tables.get(name) != check:
                raise self._damaged(f"the rows of {name} are not those that were written")
        if self._file.read(1):
            raise self._damaged("something stands after its end")

    def _read(self, size: int) -> bytes:
        found = self._file.read(size)
        if len(found) != size:
            raise self._damaged("it ends in the middle")
        return found

    def _damaged(self, what: str) -> ArchiveError:
        return ArchiveError(f"the backup {self._name} is damaged ({what}): use another one")
