"""A Parquet file is read as a CSV of it would be: instants of every sort, whole numbers, gaps; both forms."""

import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pyarrow import parquet

from milepost.forecast.backtest import orders_file, scans_file
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped
from milepost.model.errors import OperatorError

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HERE = ZoneInfo("America/New_York")
ROWS = 25


def at(number, hours):
    return START + timedelta(hours=7 * number + hours)


def written(path, columns, **how):
    parquet.write_table(pa.table(columns), path, **how)
    return path


def orders_columns():
    """Each milestone in another form; a zip with gaps, as a whole number and as pandas leaves one."""
    numbers = range(ROWS)
    bare = [at(number, 90).replace(tzinfo=None) if number % 5 else None for number in numbers]
    return {
        "order_id": pa.array([1000 + number for number in numbers], pa.int64()),
        "purchased_at": pa.array([at(n, 0).astimezone(HERE) for n in numbers], pa.timestamp("us", str(HERE))),
        "approved_at": pa.array([at(n, 1) for n in numbers], pa.timestamp("ns", "UTC")),
        "handed_over_at": pa.array([int(at(n, 9).timestamp() * 1e9) for n in numbers], pa.int64()),
        "delivered_at": pa.array(bare, pa.timestamp("ms")),
        "promised_at": pa.array([at(n, 200).date() for n in numbers], pa.date32()),
        "dest_zip": pa.array([10115.0 if n % 3 else float("nan") for n in numbers], pa.float64()),
        "origin_zip": pa.array([20095 if n % 4 else None for n in numbers], pa.int32()),
        "seller_id": pa.array([f"S{n % 2}".encode() for n in numbers]).dictionary_encode(),
        "n_kg": pa.array([n / 8 for n in numbers], pa.float32()),
    }


def as_csv(path, head, lines):
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return path


def test_an_orders_file_in_parquet_says_what_its_csv_says(tmp_path):
    numbers = range(ROWS)
    text = as_csv(
        tmp_path / "orders.csv",
        "order_id,purchased_at,approved_at,handed_over_at,delivered_at,promised_at,dest_zip,origin_zip,seller_id,n_kg",
        [
            f"{1000 + n},{at(n, 0).astimezone(HERE).isoformat()},{at(n, 1).isoformat()},{at(n, 9).isoformat()},"
            f"{at(n, 90).replace(tzinfo=None).isoformat() if n % 5 else ''},{at(n, 200).date()},"
            f"{10115 if n % 3 else ''},{20095 if n % 4 else ''},S{n % 2},{n / 8}"
            for n in numbers
        ],
    )
    # Whatever the file is called, and however it is packed.
    table = written(tmp_path / "orders.pq", orders_columns(), row_group_size=7, compression="zstd")
    found = [Findings(), Findings()]
    expected = orders_file.read([text], Mapped(), found[0])
    assert orders_file.read([table.rename(tmp_path / "orders")], Mapped(), found[1]) == expected
    said = [{line.replace("orders.csv", "orders"): n for line, n in one.counts.items()} for one in found]
    assert said[0] == said[1]
    assert said[0]["an instant without a zone where others have one: taken as UTC"] == ROWS - 5 + ROWS
    assert len(expected) == ROWS
    assert sum(order.delivered_at is None for order in expected) == 5


def test_a_scans_file_in_parquet_says_what_its_csv_says(tmp_path):
    scans = [(f"T{n // 3}", at(n // 3, n % 3), at(n // 3, 40), n % 3) for n in range(3 * ROWS)]
    columns = {
        "trip_uuid": [key for key, *_ in scans],
        "od_start_time": pa.array([one.replace(tzinfo=None) for _, one, *_ in scans], pa.timestamp("ns")),
        "delivered_at": pa.array([there for *_, there, _ in scans], pa.timestamp("s", "+02:00")),
        "legs_left": pa.array([3 - leg if leg else None for *_, leg in scans], pa.int8()),
        "source_name": [f"Centre {leg}" for *_, leg in scans],
        "osrm_time": pa.array([10.0 * leg for *_, leg in scans]),
    }
    zone = timedelta(hours=2)
    text = as_csv(
        tmp_path / "scans.csv",
        ",".join(columns),
        [
            f"{key},{one.replace(tzinfo=None)},{(there + zone).replace(tzinfo=None)}+02:00,"
            f"{3 - leg if leg else ''},Centre {leg},{10 * leg}"
            for key, one, there, leg in scans
        ],
    )
    table = written(tmp_path / "scans.parquet", columns)
    found = [scans_file.read([path], Mapped(zone=HERE), Findings()) for path in (text, table)]
    assert found[0] == found[1]
    assert len(found[0]) == ROWS
    assert {step.place for story in found[0] for step in story.steps} == {"Centre 0", "Centre 1", "Centre 2"}


def test_a_parquet_file_that_cannot_be_read_is_refused_with_its_name_and_the_fix(tmp_path, monkeypatch):
    whole = written(tmp_path / "orders.parquet", orders_columns()).read_bytes()
    twice = pa.Table.from_arrays([pa.array(["A"])] * 3, names=["order_id", "purchased_at", "order_id"])
    parquet.write_table(twice, tmp_path / "twice.parquet")
    assert orders_file.read([tmp_path / "twice.parquet"], Mapped(), Findings()) == []
    written(tmp_path / "none.parquet", {name: column[:0] for name, column in orders_columns().items()})
    assert orders_file.read([tmp_path / "none.parquet"], Mapped(), Findings()) == []
    for name, found in (
        ("cut", whole[:-300]),
        ("bent", whole[:4] + bytes(200) + whole[204:]),
        ("bare", b"PAR1"),
    ):
        (tmp_path / name).write_bytes(found)
        with pytest.raises(OperatorError, match=f"{name}: not a Parquet file that can be read"):
            orders_file.read([tmp_path / name], Mapped(), Findings())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        OperatorError, match=r'orders.parquet: .*pip install "milepost\[parquet\]", or give a CSV'
    ):
        orders_file.read([tmp_path / "orders.parquet"], Mapped(), Findings())
