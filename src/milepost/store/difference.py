"""What differs between two bodies, in few bytes, and the later body again from the earlier one."""

import zlib
from typing import Annotated

import msgspec

STEP_BYTES = 4_096
STRETCH_BYTES_MAX = 65_536  # what differs over more is too much to be worth packing
COMPRESSION = 6
MEMORY = 8  # zlib's own choice; it has to be said before a dictionary can be
RAW = -15  # deflate without a head or a sum: whoever unfolds it checks the whole body's hash

Bytes = Annotated[int, msgspec.Meta(ge=0)]


class Difference(msgspec.Struct, frozen=True, array_like=True):
    """The later body: so much of the earlier one's start, something else, so much of its end."""

    head: Bytes
    middle: bytes  # compressed; what stood there in the earlier body is the dictionary
    tail: Bytes


def difference(earlier: bytes, later: bytes) -> bytes | None:
    """What `with_difference` makes `later` of again, given `earlier`; None where they differ in too much."""
    head = _alike(earlier, later)
    tail = _alike(earlier[head:][::-1], later[head:][::-1])
    instead = later[head : len(later) - tail]
    if len(instead) > STRETCH_BYTES_MAX:
        return None
    packing = _packing(earlier[head : len(earlier) - tail])
    return msgspec.msgpack.encode(Difference(head, packing.compress(instead) + packing.flush(), tail))


def with_difference(earlier: bytes, differs: bytes) -> bytes:
    """The later body. Raises ValueError when this is no difference from that body."""
    try:
        told = msgspec.msgpack.decode(differs, type=Difference)
        between = earlier[told.head : len(earlier) - told.tail]
        unpacking = zlib.decompressobj(RAW, between) if between else zlib.decompressobj(RAW)
        instead = unpacking.decompress(told.middle, STRETCH_BYTES_MAX + 1)
    except (msgspec.DecodeError, zlib.error) as error:
        raise ValueError("it cannot be read") from error
    if told.head + told.tail > len(earlier) or not unpacking.eof:
        raise ValueError("it belongs to another body, or is cut")
    return earlier[: told.head] + instead + earlier[len(earlier) - told.tail :]


def _packing(dictionary: bytes) -> "zlib._Compress":
    if not dictionary:
        return zlib.compressobj(COMPRESSION, zlib.DEFLATED, RAW, MEMORY)
    return zlib.compressobj(COMPRESSION, zlib.DEFLATED, RAW, MEMORY, zlib.Z_DEFAULT_STRATEGY, dictionary)


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes at the start are the same; whole pieces are compared, and then smaller ones."""
    size, at, step = min(len(one), len(other)), 0, STEP_BYTES
    while step:
        while at + step <= size and one[at : at + step] == other[at : at + step]:
            at += step
        step //= 2
    return at
