"""Read one story file: header lines `key value`, then for each parcel a line `parcel` and its steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, cast

from milepost_sandbox.stories.words import POINTS, Lane, Span, StepLine, Story, StoryError, TravelLine, Wait
from milepost_sandbox.world.words import CARRIERS, SITUATIONS

STORY_BYTES_MAX: Final = 64_000
PARCELS_MAX: Final = 5
UNITS_MAX: Final = 9
UNIT_SECONDS: Final = {"m": 60, "h": 3600, "d": 86400}
SERVICES: Final = ("ground", "express", "economy", "international")
DETAILS: Final = ("fee", "currency", "papers", "left_with", "received_by", "eta")
OPTIONS: Final = (*DETAILS, "chance", "late")
LENGTH = re.compile(r"(\d+)([mhd])")
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def read_story(name: str, text: str) -> Story:
    """The story in this text; raises StoryError naming the line that cannot be read."""
    if len(text.encode()) > STORY_BYTES_MAX:
        raise StoryError(f"{name}: a story is at most {STORY_BYTES_MAX} bytes")
    header: dict[str, tuple[int, str]] = {}
    parcels: list[list[StepLine | TravelLine]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#", 1)[0].rstrip()
        if not line.strip():
            continue
        where = f"{name}:{number}"
        if line[0].isspace():
            if not parcels:
                raise StoryError(f"{where}: a step stands before the first line `parcel`")
            parcels[-1].append(_step(where, number, line.split()))
        elif line.strip() == "parcel":
            parcels.append([])
        else:
            _take_header(where, header, line, number)
    return _story(name, header, parcels)


def _take_header(where: str, header: dict[str, tuple[int, str]], line: str, number: int) -> None:
    key, _, value = line.partition(" ")
    if key not in HEADER_KEYS:
        raise StoryError(f"{where}: no key {key!r}; there are {', '.join(HEADER_KEYS)} and parcel")
    if key in header:
        raise StoryError(f"{where}: {key} stands twice")
    if not value.strip():
        raise StoryError(f"{where}: {key} needs a value")
    header[key] = (number, value.strip())


def _step(where: str, number: int, words: list[str]) -> StepLine | TravelLine:
    if words[0] == "travel":
        return _travel(where, number, words)
    wait, rest = _wait(where, words)
    if len(rest) < 2:
        raise StoryError(f"{where}: a step is `when situation place`, for example `+2h..5h arrived hub`")
    situation, point, *options = rest
    if situation not in SITUATIONS:
        raise StoryError(f"{where}: no situation {situation!r}; docs/reference/stories.md lists them")
    if point not in POINTS:
        raise StoryError(f"{where}: no place {point!r}; there are {', '.join(POINTS)}")
    given = dict(_option(where, option) for option in options)
    late = given.pop("late", None)
    return StepLine(
        wait=wait,
        situation=situation,
        point=point,
        chance=_chance(where, given.pop("chance", "1")),
        late=_span(where, late) if late else None,
        detail=given,
        line=number,
    )


def _travel(where: str, number: int, words: list[str]) -> TravelLine:
    if len(words) != 4 or words[2] != ">":
        raise StoryError(f"{where}: write `travel origin > destination`")
    start, end = words[1], words[3]
    for point in (start, end):
        if point not in POINTS or point == "-" or (point == "elsewhere" and point is end):
            raise StoryError(f"{where}: no way to travel {start} > {end}")
    return TravelLine(start=start, end=end, line=number)


def _wait(where: str, words: list[str]) -> tuple[Wait, list[str]]:
    if words[0].startswith("+"):
        return Wait(kind="after", span=_span(where, words[0])), words[1:]
    if words[0] in ("next", "tomorrow") and len(words) > 1:
        kind = cast(Literal["next", "tomorrow"], words[0])
        return Wait(kind=kind, span=_times(where, words[1])), words[2:]
    raise StoryError(f"{where}: a step begins with +2h, +1h..5h, next 08:00..10:00 or tomorrow 08:00..10:00")


def _span(where: str, text: str) -> Span:
    low, _, high = text.removeprefix("+").partition("..")
    span = Span(low=_length(where, low), high=_length(where, high or low))
    if span.high < span.low:
        raise StoryError(f"{where}: {text} ends before it begins")
    return span


def _length(where: str, text: str) -> int:
    found = LENGTH.fullmatch(text)
    if found is None:
        raise StoryError(f"{where}: {text!r} is no length; write 20m, 3h or 2d")
    return int(found[1]) * UNIT_SECONDS[found[2]]


def _times(where: str, text: str) -> Span:
    low, _, high = text.partition("..")
    ends = [TIME_OF_DAY.fullmatch(part) for part in (low, high or low)]
    seconds = [int(end[1]) * 3600 + int(end[2]) * 60 for end in ends if end]
    if len(seconds) != 2 or seconds[1] < seconds[0]:
        raise StoryError(f"{where}: {text!r} is no time of day; write 08:00..10:30")
    return Span(low=seconds[0], high=seconds[1])


def _option(where: str, text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if key not in OPTIONS or not equals or not value:
        raise StoryError(f"{where}: no option {text!r}; there are {', '.join(f'{o}=' for o in OPTIONS)}")
    if key == "eta":
        _span(where, value)
    return key, value


def _chance(where: str, text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1.0
    if not 0 < chance <= 1:
        raise StoryError(f"{where}: chance={text} is not above 0 and at most 1")
    return chance


HEADER_KEYS: Final = (
    "title",
    "weight",
    "carriers",
    "lanes",
    "service",
    "shipping",
    "orders",
    "units",
    "hold",
    "tracked",
    "cancel",
    "address_change",
    "reused",
)


def _story(
    name: str, header: Mapping[str, tuple[int, str]], parcels: list[list[StepLine | TravelLine]]
) -> Story:
    for needed in ("title", "carriers", "lanes"):
        if needed not in header:
            raise StoryError(f"{name}: a story needs a line `{needed} …`")
    _check_parcels(name, parcels, cancelled="cancel" in header)
    units = _numbers(name, header, "units", "1", UNITS_MAX)
    orders = _numbers(name, header, "orders", "1", 2)[0]
    return Story(
        name=name,
        title=header["title"][1],
        weight=_numbers(name, header, "weight", "1", 1000)[0],
        carriers=_words(name, header, "carriers", CARRIERS),
        lanes=_lanes(name, header),
        services=_words(name, header, "service", SERVICES, "ground"),
        shipping=cast(Literal["seller", "tiktok"], _word(name, header, "shipping", ("seller", "tiktok"))),
        orders=orders,
        units=(max(units[0], len(parcels)), max(units[1], len(parcels))),
        hold=cast(Literal["yes", "no", "maybe"], _word(name, header, "hold", ("maybe", "yes", "no"))),
        tracked=cast(Literal["yes", "no", "maybe"], _word(name, header, "tracked", ("yes", "no", "maybe"))),
        cancel=_header_span(name, header, "cancel"),
        address_change=_header_span(name, header, "address_change"),
        reused=_word(name, header, "reused", ("no", "yes")) == "yes",
        parcels=tuple(tuple(lines) for lines in parcels),
    )


def _check_parcels(name: str, parcels: list[list[StepLine | TravelLine]], *, cancelled: bool) -> None:
    if not parcels and not cancelled:
        raise StoryError(f"{name}: a story without a parcel needs `cancel`")
    if len(parcels) > PARCELS_MAX:
        raise StoryError(f"{name}: at most {PARCELS_MAX} parcels")
    for lines in parcels:
        first = lines[0] if lines else None
        if not isinstance(first, StepLine) or first.situation != "label_created":
            raise StoryError(f"{name}: a parcel's first step is label_created")
        if first.chance < 1 or first.wait.kind != "after":
            raise StoryError(f"{name}:{first.line}: label_created always happens, a while after payment")


def _words(
    name: str, header: Mapping[str, tuple[int, str]], key: str, known: tuple[str, ...], default: str = ""
) -> tuple[str, ...]:
    line, text = header.get(key, (0, default))
    words = tuple(text.split())
    if wrong := [word for word in words if word not in known]:
        raise StoryError(f"{name}:{line}: {key} {wrong[0]!r}; there are {', '.join(known)}")
    return words


def _word(name: str, header: Mapping[str, tuple[int, str]], key: str, known: tuple[str, ...]) -> str:
    words = _words(name, header, key, known, known[0])
    if len(words) != 1:
        raise StoryError(f"{name}: {key} is one of {', '.join(known)}")
    return words[0]


def _numbers(
    name: str, header: Mapping[str, tuple[int, str]], key: str, default: str, most: int
) -> tuple[int, int]:
    line, text = header.get(key, (0, default))
    low, _, high = text.partition("..")
    parts = [int(part) for part in (low, high or low) if part.isdecimal()]
    if len(parts) != 2 or not 1 <= parts[0] <= parts[1] <= most:
        raise StoryError(f"{name}:{line}: {key} {text!r} is not a number from 1 to {most}")
    return parts[0], parts[1]


def _lanes(name: str, header: Mapping[str, tuple[int, str]]) -> tuple[Lane, ...]:
    line, text = header["lanes"]
    lanes: list[Lane] = []
    for word in text.split():
        origin, arrow, destination = word.partition(">")
        if not arrow or len(origin) != 2 or len(destination) != 2:
            raise StoryError(f"{name}:{line}: {word!r} is no lane; write US>US or CN>US")
        lanes.append(Lane(origin=origin, destination=destination))
    return tuple(lanes)


def _header_span(name: str, header: Mapping[str, tuple[int, str]], key: str) -> Span | None:
    line, text = header.get(key, (0, ""))
    return _span(f"{name}:{line}", text) if text else None
