"""What a platform's rows entail is what stands on the wire, read here a second time by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.world.words import SITUATIONS, Entailed
from tests.sandbox.servers.carriers import TALKERS
from tests.sandbox.servers.small_world import KEYS, START, order, parcel, step, whole_story, world

CARRIERS = [platform for platform in PLATFORMS if platform.source != "tiktok_shop"]
BY_SOURCE = {platform.source: platform for platform in PLATFORMS}
LATER = START + timedelta(days=30)
ZONES = {"AUSTIN": "America/Chicago", "LEIPZIG": "Europe/Berlin"}
CENTRAL = timezone(timedelta(hours=-6))
NEVER_AN_OFFSET = {"canada_post"}
"""It names the zone, which tells the offset only on some days."""

Read = tuple[str, str, datetime | None, str, str]
"""code, description, instant, wall clock, offset source"""


def read_ups(row: dict[str, Any]) -> Read:
    status = row["status"]
    code = f"{status['type']}/{status['code']}/{status['statusCode']}"
    wall = datetime.fromisoformat(f"{row['date']}T{row['time']}")
    instant, source = None, "unzoned"
    if "gmtTime" in row:
        time = row["gmtTime"].replace(":", "").rjust(6, "0")
        instant = datetime.fromisoformat(f"{row['gmtDate']}T{time}+00:00")
        source = "reported"
    elif "gmtOffset" in row:
        instant, source = datetime.fromisoformat(f"{wall.isoformat()}{row['gmtOffset']}"), "reported"
    else:
        city = row["location"]["address"].get("city", "")
        instant, source = placed(wall, city)
    return code, status["description"].strip(), instant, wall.isoformat(), source


def read_fedex(row: dict[str, Any]) -> Read:
    code = row["eventType"] + (f"/{row['exceptionCode']}" if row["exceptionCode"] else "")
    at = datetime.fromisoformat(row["date"])
    instant, source = (at, "reported") if at.tzinfo else placed(at, row["scanLocation"].get("city", ""))
    return code, row["eventDescription"].strip(), instant, at.replace(tzinfo=None).isoformat(), source


def read_usps(row: dict[str, Any]) -> Read:
    wall = datetime.fromisoformat(row["eventTimestamp"])
    if "GMTTimestamp" not in row:
        instant, source = placed(wall, row["eventCity"] or "")
        return row["eventCode"], row["eventType"], instant, wall.isoformat(), source
    instant = datetime.fromisoformat(row["GMTTimestamp"])
    offset = datetime.fromisoformat("2026-01-01T00:00:00" + row["GMTOffset"]).utcoffset()
    exact = (instant + offset).replace(tzinfo=None)
    assert exact.replace(second=0) == wall
    return row["eventCode"], row["eventType"], instant, exact.isoformat(), "reported"


def read_dhl(row: dict[str, Any]) -> Read:
    code = row.get("statusDetailed") or (row["status"] if len(row["status"]) == 2 else "")
    at = datetime.fromisoformat(row["timestamp"])
    place = row.get("location", {}).get("address", {}).get("addressLocality", "")
    instant, source = (at, "reported") if at.tzinfo else placed(at, place.split(" - ")[0])
    whole = f"{row['statusCode']}/{code}" if code else row["statusCode"]
    return whole, row["description"], instant, at.replace(tzinfo=None).isoformat(), source


def read_royal_mail(row: dict[str, Any]) -> Read:
    at = datetime.fromisoformat(row["eventDateTime"])
    return row["eventCode"], row["eventName"], at, at.replace(tzinfo=None).isoformat(), "reported"


def read_la_poste(row: dict[str, Any]) -> Read:
    at = datetime.fromisoformat(row["date"])
    return row["code"], row["label"], at, at.replace(tzinfo=None).isoformat(), "reported"


def read_canada_post(row: dict[str, Any]) -> Read:
    wall = datetime.fromisoformat(f"{row['eventDate'][:10]}T{row['eventTime']}")
    code = str(int(row["eventIdentifier"]))
    if row["eventTimeZone"] == "CST":  # January, so nobody's clock was on daylight time
        return code, row["eventDescription"], wall.replace(tzinfo=CENTRAL), wall.isoformat(), "reported"
    instant, source = placed(wall, row["eventSite"].split(",")[0])
    return code, row["eventDescription"], instant, wall.isoformat(), source


def read_australia_post(row: dict[str, Any]) -> Read:
    at = datetime.fromisoformat(row["date"])
    sentence = row["description"]
    code = re.sub(r" (in|at) [A-Z]+ \(..\)( LPO)?$", "", sentence).lower()
    return code, sentence, at, at.replace(tzinfo=None).isoformat(), "reported"


def read_yanwen(row: dict[str, Any]) -> Read:
    wall = datetime.fromisoformat(row["time_stamp"])
    at = datetime.fromisoformat(row["time_stamp"] + (row["time_zone"] + ":00")[:6])
    return row["tracking_status"], row["message"], at, wall.isoformat(), "reported"


def placed(wall: datetime, city: str) -> tuple[datetime | None, str]:
    zone = ZONES.get(city.upper())
    return (wall.replace(tzinfo=ZoneInfo(zone)), "inferred") if zone else (None, "unzoned")


READERS: dict[str, Callable[[dict[str, Any]], Read]] = {
    "ups": read_ups,
    "fedex": read_fedex,
    "usps": read_usps,
    "dhl": read_dhl,
    "royal_mail": read_royal_mail,
    "la_poste": read_la_poste,
    "canada_post": read_canada_post,
    "australia_post": read_australia_post,
    "yanwen": read_yanwen,
}
ALWAYS_ZONED = frozenset({"royal_mail", "la_poste", "australia_post", "yanwen"})
"""Their documents say that every time has its offset, so none is left out."""


def as_read(entailed: Entailed) -> Read:
    return (
        entailed.code,
        entailed.description,
        entailed.instant_utc,
        entailed.wall_clock,
        entailed.offset_source,
    )


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.source)
def test_every_situation_has_a_row_or_is_listed_as_untellable(platform: Any) -> None:
    told, untold = set(platform.ROWS), set(platform.UNTELLABLE)
    assert told | untold == set(SITUATIONS)
    assert not told & untold


@pytest.mark.parametrize("platform", CARRIERS, ids=lambda platform: platform.source)
@pytest.mark.parametrize("names", [("none",), ("missing_offset", "unknown_code"), ("duplicate", "shuffled")])
@pytest.mark.parametrize("service", ["ground", "express"])
async def test_the_wire_says_what_is_entailed(platform: Any, names: tuple[str, ...], service: str) -> None:
    story = whole_story(platform.source, service=service)
    faults = Faults(5, names)
    the_world = world(orders=[order([story])], at=LATER)
    talker = TALKERS[platform.source](platform.app(the_world, faults, KEYS))
    rows = await talker.rows(story.tracking_number)
    entailed = [e for s in story.steps for e in platform.entails(the_world, faults, story, s, LATER)]
    read = {READERS[platform.source](row) for row in rows}
    assert read == {as_read(e) for e in entailed}
    assert len(entailed) == len({as_read(e) for e in entailed}) >= 20
    if "missing_offset" in names and platform.source not in ALWAYS_ZONED:
        assert "inferred" in {e.offset_source for e in entailed}
    if "unknown_code" in names:
        assert "unknown" in {e.status for e in entailed}
    if "duplicate" not in names:
        assert len(rows) == len(entailed)


@pytest.mark.parametrize("platform", CARRIERS, ids=lambda platform: platform.source)
def test_nothing_is_entailed_before_it_is_published_nor_of_a_strangers_parcel(platform: Any) -> None:
    story = whole_story(platform.source)
    label = story.steps[0]
    early = label.published_at - timedelta(seconds=1)
    the_world = world(orders=[order([story])])
    assert platform.entails(the_world, Faults(1), story, label, early) == ()
    assert len(platform.entails(the_world, Faults(1), story, label, label.published_at)) == 1
    stranger = whole_story(platform.source, order_ids=())
    assert platform.entails(the_world, Faults(1), stranger, label, LATER) == ()


@pytest.mark.parametrize("platform", CARRIERS, ids=lambda platform: platform.source)
def test_without_missing_offset_only_dhl_and_canada_post_leave_offsets_out(platform: Any) -> None:
    story = whole_story(platform.source)
    the_world = world(orders=[order([story])], at=LATER)
    kinds = Counter(
        e.offset_source for s in story.steps for e in platform.entails(the_world, Faults(1), story, s, LATER)
    )
    assert kinds["unzoned"] == 0
    assert (kinds["inferred"] > 0) == (platform.source in {"dhl", *NEVER_AN_OFFSET})


def test_a_wall_clock_that_autumn_repeats_keeps_its_offset() -> None:
    # Austin's clocks showed 01:30 twice on 1 November 2026; the second time was 07:30 UTC.
    hours = (datetime(2026, 11, 1, 7, 30, tzinfo=UTC) - START).total_seconds() / 3600
    for platform in CARRIERS:
        steps = [step(hours + n / 100, "arrived", seconds=0) for n in range(40)]
        many = parcel(platform.source, steps)
        the_world = world(orders=[order([many])])
        now = steps[-1].published_at
        faults = Faults(1, ["missing_offset"])
        entailed = [e for s in many.steps for e in platform.entails(the_world, faults, many, s, now)]
        told = "inferred" if platform.source in NEVER_AN_OFFSET else "reported"
        assert {e.offset_source for e in entailed} == {told}


def test_a_note_that_names_only_a_country_keeps_its_offset() -> None:
    # UPS writes the country on a row without a place; its wall clock is not that country's.
    steps = [step(n, "in_transit_note", None) for n in range(40)]
    many = parcel("ups", steps)
    the_world = world(orders=[order([many])])
    faults = Faults(1, ["missing_offset"])
    ups, now = BY_SOURCE["ups"], steps[-1].published_at
    entailed = [e for s in many.steps for e in ups.entails(the_world, faults, many, s, now)]
    assert len(entailed) == 40
    assert {e.offset_source for e in entailed} == {"reported"}


@pytest.mark.parametrize(
    ("source", "situation", "detail", "code", "meaning"),
    [
        ("ups", "customs_hold", {"fee": "12.50"}, "X/7F/013", ("held", "customs.duties_due")),
        ("ups", "customs_hold", {"papers": "invoice"}, "X/29/058", ("held", "customs.papers_missing")),
        ("ups", "customs_hold", {}, "X/4C/092", ("held", "customs.in_progress")),
        ("ups", "delivered", {"left_with": "neighbor"}, "D/3H/011", ("delivered", None)),
        ("ups", "available_for_pickup", {}, "D/2Q/161", ("available_for_pickup", None)),
        ("ups", "returned", {}, "D/B0/034", ("returned", None)),
        ("fedex", "weather_delay", {}, "DY", ("in_transit", "external.weather")),
        ("fedex", "attempt_absent", {}, "DE/007", ("attempted", "receiver.absent")),
        ("fedex", "eta_changed", {}, "US", (None, None)),
        ("usps", "in_transit_note", {}, "NT", ("in_transit", None)),
        ("usps", "missorted", {}, "08", ("in_transit", "carrier.misrouted")),
        ("usps", "lost", {}, "11", ("lost", "carrier.lost")),
        ("dhl", "customs_arrived", {}, "transit/IC", ("held", "customs.in_progress")),
        ("dhl", "in_transit_note", {}, "transit", ("in_transit", None)),
        ("dhl", "destroyed", {}, "failure/DS", ("destroyed", None)),
        ("royal_mail", "available_for_pickup", {}, "EVPLA", ("available_for_pickup", None)),
        ("royal_mail", "delivered", {"left_with": "neighbor"}, "EVKDN", ("delivered", None)),
        ("royal_mail", "customs_hold", {}, "EVJIN", ("held", "customs.papers_missing")),
        ("la_poste", "attempt_absent", {}, "ND1", ("attempted", None)),
        ("la_poste", "returned", {}, "DI2", ("returned", None)),
        ("yanwen", "customs_hold", {"fee": "9"}, "LM32", ("held", "customs.duties_due")),
        ("yanwen", "customs_hold", {"papers": "invoice"}, "IC50", ("held", "customs.in_progress")),
        ("canada_post", "attempt_absent", {}, "1435", ("attempted", None)),
        ("canada_post", "refused", {}, "1417", ("return_in_transit", "receiver.refused")),
        ("canada_post", "delivered", {"left_with": "mailbox"}, "1441", ("delivered", None)),
        ("australia_post", "available_for_pickup", {}, "awaiting collection", ("available_for_pickup", None)),
        (
            "australia_post",
            "delivered",
            {"left_with": "safe_place"},
            "delivered - left in a safe place",
            ("delivered", None),
        ),
    ],
)
def test_what_some_situations_entail(
    source: str, situation: str, detail: dict[str, str], code: str, meaning: tuple[str | None, str | None]
) -> None:
    one = parcel(source, [step(1, situation, **detail)])
    entailed = BY_SOURCE[source].entails(world(orders=[order([one])]), Faults(1), one, one.steps[0], LATER)
    assert [(e.code, (e.status, e.reason)) for e in entailed] == [(code, meaning)]


def test_ups_counts_its_attempts() -> None:
    steps = [step(1, "attempt_absent"), step(25, "attempt_closed"), step(49, "attempt_absent")]
    one = parcel("ups", steps)
    the_world = world(orders=[order([one])])
    codes = [e.code for s in one.steps for e in BY_SOURCE["ups"].entails(the_world, Faults(1), one, s, LATER)]
    assert codes == ["X/48/022", "X/L1/023", "X/49/024"]


def test_a_row_of_an_order_with_one_package_belongs_to_it_and_else_to_the_order() -> None:
    tiktok = BY_SOURCE["tiktok_shop"]
    alone = parcel("ups", [step(1, "delivered")], marketplace_tracked=True)
    the_world = world(orders=[order([alone])], at=LATER)
    (only,) = tiktok.entails(the_world, Faults(1), alone, alone.steps[0], LATER)
    assert (only.tracking_number, only.order_id) == (alone.tracking_number, "580000000000000001")
    other = parcel("usps", [step(2, "delivered")], key="p2", package_id="1150000000000000002")
    the_world = world(orders=[order([alone, other])], at=LATER)
    (split,) = tiktok.entails(the_world, Faults(1), alone, alone.steps[0], LATER)
    assert (split.tracking_number, split.order_id) == (None, "580000000000000001")
    assert tiktok.entails(the_world, Faults(1), other, other.steps[0], LATER) == ()


def test_two_orders_in_one_package_hear_of_one_event() -> None:
    both = parcel("other", [step(1, "picked_up")], order_ids=("580000000000000001", "580000000000000002"))
    the_world = world(orders=[order([both]), order([both], number=2)], at=LATER)
    (event,) = BY_SOURCE["tiktok_shop"].entails(the_world, Faults(1), both, both.steps[0], LATER)
    assert (event.tracking_number, event.order_id, event.code) == (both.tracking_number, None, "30901")
