"""Invented shops, buyers and goods; no person, address or number here is real."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Final

from milepost_sandbox.stories.words import Lane, StoryError
from milepost_sandbox.world.places import homes
from milepost_sandbox.world.words import Buyer, Place, Shop

FIRST_NAMES: Final = [
    "Ada",
    "Bao",
    "Carmen",
    "Dewi",
    "Elif",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Linh",
    "Mara",
    "Nadia",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Siti",
    "Tomas",
    "Uma",
    "Viktor",
    "Wen",
    "Ximena",
    "Yusuf",
    "Zoe",
]
LAST_NAMES: Final = [
    "Sample",
    "Example",
    "Placeholder",
    "Specimen",
    "Muster",
    "Beispiel",
    "Exemple",
    "Contoh",
    "Prueba",
    "Prototype",
    "Draft",
    "Mockup",
]
STREETS: Final = (
    "Invented Way",
    "Madeup Lane",
    "Fictional Avenue",
    "Nowhere Street",
    "Sample Square",
    "Test Terrace",
)
CALLING_CODES: Final = {
    "US": 1,
    "CA": 1,
    "GB": 44,
    "DE": 49,
    "FR": 33,
    "ID": 62,
    "TH": 66,
    "VN": 84,
    "AU": 61,
}
GOODS: Final = (
    ("Stoneware mug", "Blue, 300 ml", "MUG-BLUE-300", "14.00"),
    ("Stoneware mug", "Sand, 300 ml", "MUG-SAND-300", "14.00"),
    ("Coaster set", "Cork, four pieces", "COASTER-4", "9.50"),
    ("Linen apron", "Olive", "APRON-OLIVE", "32.00"),
    ("Batik scarf", "Indigo", "SCARF-INDIGO", "26.90"),
    ("Desk lamp", "Brass", "LAMP-BRASS", "58.00"),
    ("Phone stand", "Walnut", "STAND-WALNUT", "19.99"),
    ("Herb scissors", "Steel", "SCISSORS-5", "12.40"),
    ("Bamboo brush", "Pack of two", "BRUSH-2", "7.80"),
    ("Travel pouch", "Grey felt", "POUCH-GREY", "16.00"),
)
WAREHOUSE_CITIES: Final = {
    "US>US": ("Reno", "Columbus"),
    "CN>US": ("Dongguan",),
    "CN>GB": ("Yiwu",),
    "CN>DE": ("Dongguan",),
    "GB>GB": ("Manchester",),
    "DE>DE": ("Hamburg",),
    "DE>FR": ("Stuttgart",),
    "ID>ID": ("Jakarta",),
    "TH>TH": ("Bangkok",),
    "VN>VN": ("Ho Chi Minh City",),
    "CA>CA": ("Toronto",),
    "AU>AU": ("Melbourne",),
}


def make_shops(seed: int, lanes: set[Lane], app_key: str, app_secret: str) -> dict[Lane, tuple[Shop, ...]]:
    """One shop for each lane (two for the busiest); raises StoryError for a country without any place."""
    shops: dict[Lane, tuple[Shop, ...]] = {}
    number = 0
    for lane in sorted(lanes, key=lambda lane: (lane.origin, lane.destination)):
        made: list[Shop] = []
        for warehouse in _warehouses(lane):
            number += 1
            made.append(_shop(seed, number, lane, warehouse, app_key=app_key, app_secret=app_secret))
        shops[lane] = tuple(made)
    return shops


def _warehouses(lane: Lane) -> list[Place]:
    for country in (lane.origin, lane.destination):
        if not homes(country):
            raise StoryError(f"lane {lane.origin}>{lane.destination}: no place in {country} in places.csv")
    cities = WAREHOUSE_CITIES.get(f"{lane.origin}>{lane.destination}", ())
    chosen = [home for home in homes(lane.origin) if home.city in cities]
    return chosen or [homes(lane.origin)[0]]


def _shop(seed: int, number: int, lane: Lane, warehouse: Place, *, app_key: str, app_secret: str) -> Shop:
    local = lane.origin == lane.destination
    return Shop(
        shop_id=f"74900000{seed % 10**6:06d}{number:05d}",
        name=f"Example Mugs {warehouse.city}" + ("" if local else f" to {lane.destination}"),
        region=lane.destination,
        cipher=f"{'TTP' if lane.destination == 'US' else 'ROW'}_{_token(seed, 'cipher', number)[:16]}",
        code=f"{lane.destination}EXAMPLE{number:02d}",
        app_key=app_key,
        app_secret=app_secret,
        seller_type="LOCAL" if local else "CROSS_BORDER",
        warehouse_id=f"73950000{seed % 10**6:06d}{number:05d}",
        warehouse=warehouse,
    )


def make_buyer(seed: int, rng: Random, serial: int, home: Place) -> Buyer:
    """A buyer who lives at `home`; the e-mail alias differs for every serial."""
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
    line = f"{rng.randint(1, 999)} {rng.choice(STREETS)}"
    second = f"Suite {rng.randint(1, 60)}" if rng.random() < 0.3 else ""
    code = CALLING_CODES.get(home.country, 1)
    return Buyer(
        user_id=f"7494{seed % 10**6:06d}{serial:09d}",
        name=name,
        email=f"v{_token(seed, 'mail', serial)[:14]}@relay.example.invalid",
        phone=f"(+{code})555010{serial % 10_000:04d}",
        address_lines=(line, second) if second else (line,),
        postal_code=home.postal_code,
        city=home.city,
        region=home.region,
        country=home.country,
    )


def _token(seed: int, *parts: object) -> str:
    text = "/".join(str(part) for part in (seed, *parts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def secret(seed: int, name: str) -> str:
    """A made-up key that belongs to the seed."""
    return _token(seed, "secret", name)
