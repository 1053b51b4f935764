"""Made histories: orders of a small shop with near and far lanes, slow sellers, and a network that speeds up."""

import csv
import random
from math import exp

from milepost.forecast.orders.rows import End, OrderRow

FIRST_DAY = 19_000.0
TOWNS = (("10", "N", 52.0, 5.0), ("20", "N", 52.5, 5.5), ("80", "S", 47.0, 9.0), ("90", "S", 46.5, 9.5))


def orders(count=600, days=120.0, seed=5, faster_from=60.0) -> list[OrderRow]:
    """Delivered and open orders, as they stand at the end of those days."""
    draw = random.Random(seed)
    end = FIRST_DAY + days
    return [
        _order(number, FIRST_DAY + days * number / count, draw, end, faster_from) for number in range(count)
    ]


def _order(number, bought, draw, end, faster_from):
    start, goal, seller = draw.choice(TOWNS[:2]), draw.choice(TOWNS), draw.randrange(6)
    is_far = goal[1] == "S"
    pace = 0.7 if bought - FIRST_DAY > faster_from else 1.0
    approved = bought + draw.uniform(0.01, 0.3)
    handed = approved + pace * (1 + 0.5 * seller) * exp(draw.gauss(0, 0.3))
    there = handed + pace * (6 if is_far else 3) * exp(draw.gauss(0, 0.35))
    return OrderRow(
        order_id=f"A{number}",
        purchased_at=bought,
        approved_at=_by(approved, end),
        handed_over_at=_by(handed, end),
        delivered_at=_by(there, end),
        promised_at=float(int(bought + (16 if is_far else 10)) + 1),
        origin=_end(start),
        destination=_end(goal),
        seller=f"S{seller}",
        numbers={"weight_kg": draw.uniform(0.1, 9)},
        words={"payment": draw.choice(("card", "slip"))},
    )


def write(path, rows, *, without=(), separator=","):
    """The same as a file with one row per order; instants without a zone."""
    table = [_row(row) for row in rows]
    names = [name for name in table[0] if name not in without]
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.DictWriter(file, names, delimiter=separator, extrasaction="ignore")
        sheet.writeheader()
        sheet.writerows(table)
    return path


def _row(row):
    return {
        "order_id": row.order_id,
        **{name: _instant(getattr(row, name)) for name in STONES},
        "origin_zip": row.origin.zip,
        "origin_region": row.origin.region,
        "dest_zip": row.destination.zip,
        "dest_region": row.destination.region,
        "seller_id": row.seller,
        "n_weight_kg": row.numbers["weight_kg"],
        "w_payment": row.words["payment"],
    }


STONES = ("purchased_at", "approved_at", "handed_over_at", "delivered_at", "promised_at")


def _instant(days):
    from datetime import UTC, datetime

    return "" if days is None else datetime.fromtimestamp(days * 86_400, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _end(town):
    return End(zip=town[0] + "123", region=town[1], country="NL", latitude=town[2], longitude=town[3])


def _by(at, end):
    return at if at <= end else None
