"""Histories as outsiders have them: nothing of a file is passed over in silence, and no file ends in a traceback."""

import gzip
import json
import zlib
from dataclasses import replace

import pytest

from milepost.cli.backtest import backtest
from milepost.forecast.backtest import cargo2000, olist, orders_file, scans, scans_file, tables, told
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped, moment
from milepost.forecast.orders.rows import NOWHERE
from milepost.model.errors import OperatorError
from tests.forecast.histories import orders, write

HEAD = "order_id,purchased_at,delivered_at,approved_at,dest_zip,dest_country\n"
ROW = "A1,2026-03-02T08:00Z,2026-03-05T08:00Z,2026-03-02T09:00Z,10115,DE\n"

ORDERS = {
    "a row that ends early": (
        HEAD + ROW + "A2,2026-03-02T08:00Z\nA3\n",
        {
            "a row with fewer cells than there are columns: the others are taken as not told": 2,
            "a row without an order_id or with a purchased_at nobody can read: left out": 1,
        },
    ),
    "a row with a cell too many": (
        HEAD + ROW.replace("DE", "DE,x"),
        {"a row with more cells than there are columns: the last ones are left out": 1},
    ),
    "a name twice": (
        HEAD.replace("approved_at", "delivered_at") + ROW,
        {"orders.csv has more than one column delivered_at: the first counts": 1},
    ),
    "approved after it came": (
        HEAD + ROW.replace("02T09", "09T09"),
        {"delivered before it was approved: its approval is not believed": 1},
    ),
    "promised for the past": (
        HEAD.replace("approved_at", "promised_at") + ROW.replace("2026-03-02T09", "2026-02-20T09"),
        {"promised for a day before it was bought: taken as not told": 1},
    ),
    "a country by its name": (
        HEAD + ROW.replace("DE", "Germany"),
        {"no holidays are known of GERMANY: write countries as BR or NL": 1},
    ),
    "some zones": (
        HEAD + ROW.replace("05T08:00Z", "05T08:00"),
        {"an instant without a zone where others have one: taken as UTC": 1},
    ),
}


def read(tmp_path, text, mapping=None):
    path, findings = tmp_path / "orders.csv", Findings()
    path.write_text(text, "utf-8")
    return orders_file.read([path], mapping or Mapped(), findings), findings.counts


def test_whatever_is_amiss_in_an_orders_file_is_named_and_counted(tmp_path):
    for what, (text, expected) in ORDERS.items():
        found, counts = read(tmp_path, text)
        assert {warning: counts[warning] for warning in expected} == expected, (what, dict(counts))
        assert found[0].delivered_at is not None, what
    (one,), _ = read(tmp_path, ORDERS["approved after it came"][0])
    assert one.approved_at is None
    (one,), counts = read(tmp_path, HEAD.replace("order_id", '" order_id\n"', 1) + ROW)
    assert one.delivered_at is not None, "a name with blanks and a new line in it"
    assert not any("zone" in line or "holidays" in line for line in counts), dict(counts)


def test_what_a_map_says_goes_before_the_file_and_what_it_says_in_vain_is_named(tmp_path):
    text = "there,order_id,purchased_at,delivered_at\n2026-03-05,A1,2026-03-02,2026-03-03\n"
    says = {"delivered_at": "there", "carrier": "by", "dest_zip": "order_id", "bought": "order_id"}
    found, counts = read(tmp_path, text, Mapped(columns={**says, "order_id": "order_id"}))
    at = moment("2026-03-05", None)
    assert (found[0].order_id, found[0].delivered_at, found[0].destination.zip) == ("A1", at.at, "A1")
    for warning in (
        "orders.csv has a column delivered_at too: --map takes there for it",
        "--map: orders.csv has no column by for carrier",
        "--map: bought is no column of an orders file: not looked at",
    ):
        assert counts[warning] == 1, (warning, dict(counts))
    file = tmp_path / "map.toml"
    for says, wrong in (("country = 5", "country"), ('country = "Brazil"', "country"), ("zone = 5", "zone")):
        file.write_text(says)
        with pytest.raises(OperatorError, match=f"write {wrong}"):
            tables.mapped(file)
    with pytest.raises(OperatorError, match="cannot be read"):
        tables.mapped(tmp_path / "none.toml")


def test_an_instant_is_read_in_seconds_milliseconds_or_as_a_date_and_nonsense_is_none():
    at = moment("2026-03-04T00:00:00Z", None)
    for text in ("1772582400", "1772582400000", "1772582400.0", "1772582400000000000", "20260304"):
        assert moment(text, None).at == at.at, text
    for text in ("²", "99999999999999", "1" * 400, "0", "1e9", ".", "soon", "04/03/2026 10:00", "1969-12-31"):
        assert moment(text, None) is None, text


def test_a_broken_file_is_refused_by_name(tmp_path):
    whole = gzip.compress((HEAD + ROW * 400).encode(), mtime=0)
    broken = whole[:20] + bytes(byte ^ 0x55 for byte in whole[20:])
    for name, found in (("cut.csv.gz", whole[:-40]), ("broken.csv.gz", broken), ("bare.csv", broken)):
        (tmp_path / name).write_bytes(found)
        with pytest.raises(OperatorError, match=f"{name}: not a CSV"):
            orders_file.read([tmp_path / name], Mapped(), Findings())
    with pytest.raises(zlib.error):
        gzip.decompress(broken)
    (tmp_path / "whole.csv").write_bytes(whole)  # gzipped, whatever its name says
    assert len(orders_file.read([tmp_path / "whole.csv"], Mapped(), Findings())) == 1
    with pytest.raises(OperatorError, match="is a folder"):
        backtest(tmp_path)
    with pytest.raises(OperatorError, match="takes one folder"):
        backtest(tmp_path, tmp_path, dataset="olist")
    with pytest.raises(OperatorError, match="leave it out"):
        backtest(tmp_path, dataset="olist", map_=tmp_path / "map.toml")


def test_nothing_to_score_is_said_of_each_stage_with_nulls(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("milepost.cli.backtest.find_spec", lambda _: None)
    path = write(tmp_path / "orders.csv", orders(40))
    for since, without in (("2040-01-01", ()), ("2022-01-01", ("delivered_at",))):
        some = write(tmp_path / "some.csv", orders(40), without=without) if without else path
        assert backtest(some, score_from=since, as_json=True) == 1
        said = capsys.readouterr()
        line = json.loads(said.out.splitlines()[-1])
        for stage, found in line["stages"].items():
            assert set(found.values()) == {None}, found
            assert (
                f"no delivered order came to {stage} since --score-from: nothing to score there" in said.err
            )


def test_a_bare_score_from_is_told_by_the_clock_of_the_files(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("milepost.cli.backtest.find_spec", lambda _: None)
    rows = orders(40)
    path = write(tmp_path / "orders.csv", rows)
    (tmp_path / "map.toml").write_text('zone = "Pacific/Auckland"')
    since = "2022-02-01T00:00:00"
    assert backtest(path, map_=tmp_path / "map.toml", score_from=since, as_json=True) == 0
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    on_the_spot = moment(since, None).at  # the file's bare times are of the same clock
    assert line["n"] == sum(row.purchased_at >= on_the_spot and row.delivered_at is not None for row in rows)


def test_scans_and_freight_files_say_what_nobody_can_read_in_them(tmp_path):
    path, findings = tmp_path / "scans.csv", Findings()
    path.write_text(
        "trip_id,scanned_at,delivered_at,planned_at,legs_left\n"
        "T1,2026-03-01T08:00Z,2026-03-02T08:00Z,soon,many\nT1\nT2,2026-03-01T08:00Z,tomorrow,,2\n"
        "T3,1772582400000,2026-03-05,,\n"
    )
    stories = scans_file.read([path], Mapped(known_ahead=("km",)), findings)
    assert [story.delivered_at is None for story in stories] == [False, True, False]
    for warning in (
        "planned_at is no instant: taken as not told",
        "delivered_at is no instant: taken as not told",
        "legs_left is no number: taken as not told",
        "a row without a trip_id or with a scanned_at nobody can read: left out",
        "an instant without a zone where others have one: taken as UTC",
        "--map: known_ahead names km, which is no column of numbers: not looked at",
    ):
        assert findings.counts[warning] == 1, (warning, dict(findings.counts))
    leg = {"rcs_p": 60, "rcs_e": 90, "dep_1_p": 1, "dep_1_e": 1, "rcf_1_p": 1, "rcf_1_e": 1, "hops": 1}
    for number, wrong in enumerate((1e12, -5), 1):
        cells = {f"{name}_{key}": value for name in ("i1", "o") for key, value in leg.items()}
        cells["o_rcs_e"] = wrong
        path.write_text(",".join(cells) + "\n" + ",".join(map(str, cells.values())) + "\n")
        assert len(cargo2000.read([path], findings)) == 1
        assert findings.counts["a leg with minutes below zero or beyond a year: left out"] == number


def test_windows_of_air_freight_are_those_of_all_its_scans(tmp_path):
    """A start has no place of its own and leads to one: without it the windows were those of 4 in 10 rows."""
    leg = {"rcs_p": 60, "dep_1_p": 120, "dep_1_place": 609, "rcf_1_p": 600, "rcf_1_place": 256, "hops": 1}
    rows = [
        {**leg, "rcs_e": 40 + number % 50, "dep_1_e": 100, "rcf_1_e": 500 + 7 * number % 90}
        for number in range(400)
    ]
    table = [{f"{name}_{key}": cell for name in ("i1", "o") for key, cell in row.items()} for row in rows]
    path = tmp_path / "c2k.csv"
    path.write_text("\n".join([",".join(table[0]), *(",".join(map(str, row.values())) for row in table)]))
    outcome = scans.run_cargo2000([path], None, 1, lambda *_: None, learner=None)
    line = told.last_line(outcome, "")
    every = outcome.stages["all"]
    assert line["n"] == line["n_places"] == len(every) > 600
    inside = sum(one.spread.hours[1] <= one.took_h <= one.spread.hours[5] for one in every)
    assert line["stages"]["all"]["cov80"] == round(100 * inside / len(every), 3)


OLIST = {
    "orders.csv": "order_id,customer_id,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
    "order_delivered_customer_date,order_estimated_delivery_date\n"
    "A,C,2018-03-02 08:00:00,2018-03-02 09:00:00,,2018-03-09 08:00:00,2018-03-20 00:00:00\n",
    "order_items.csv": "order_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
    "A,P,S,03/06/2018 08:00,10,2\n",
    "customers.csv": "customer_id,customer_zip_code_prefix,customer_state\nC,1001,SP\n",
    "sellers.csv": "seller_id,seller_zip_code_prefix,seller_state\nS,1001,SP\n",
    "geolocation.csv": "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng\n1001,-23.5,-46.6\n",
    "order_payments.csv": "order_id,payment_type,payment_installments,payment_value\nA,card,2,12\n",
    "products.csv": "product_id,product_category_name,product_weight_g,product_length_cm,product_height_cm,"
    "product_width_cm\nP,toys,500,10,10,10\n",
}


def test_olist_is_read_without_any_one_column_and_with_any_one_cell_wrong(tmp_path):
    def read_olist(changed, text):
        for name, whole in OLIST.items():
            (tmp_path / name).write_text(text if name == changed else whole)
        findings = Findings()
        return olist.read(tmp_path, findings), findings.counts

    (whole,), counts = read_olist("", "")
    assert set(counts) == {"an order's times name no zone: taken as local times of one place"}
    assert whole.numbers["weight_kg"] == 0.5
    assert whole.hand_over_by == moment("2018-03-06T08:00:00", None).at
    assert whole.has_places
    for name, text in OLIST.items():
        head, row, *_ = text.splitlines()
        cells = dict(zip(head.split(","), row.split(","), strict=True))
        for column in cells:
            if column in olist.NEEDED and name == "orders.csv":
                continue
            left = {one: cell for one, cell in cells.items() if one != column}
            (order,), counts = read_olist(name, f"{','.join(left)}\n{','.join(left.values())}\n")
            assert counts[f"{name} has no column {column}: done without it"] == 1, (name, column, counts)
            wrong = {**cells, column: "soon"}
            (order,), counts = read_olist(name, f"{';'.join(wrong)}\n{';'.join(wrong.values())}\n")
            assert order.purchased_at == whole.purchased_at, (name, column)
            if "timestamp" in column or column.endswith(("_at", "_date")):
                assert counts[f"{column} is no instant: taken as not told"] == 1, (column, counts)
    (order,), counts = read_olist("orders.csv", OLIST["orders.csv"] + OLIST["orders.csv"].splitlines()[1])
    assert counts["an order stands twice: its last row counts"] == 1
    (order,), counts = read_olist("geolocation.csv", OLIST["geolocation.csv"].replace("-23.5", "-230.5"))
    assert replace(order, origin=NOWHERE) == order, "no place is on that latitude"
    assert counts["a place without a prefix or with coordinates that are none on earth: left out"] == 1
    found, counts = read_olist("orders.csv", OLIST["orders.csv"] + "B,C,soon,,,,\n")
    assert len(found) == 1
    with pytest.raises(OperatorError, match="no column order_id"):
        read_olist("orders.csv", "a,b\n1,2\n")
